"""Check a receipt with nothing but the receipt and the studio's public key. An outsider can read this file.

1. read the JSON strictly: one table, no name twice  2. take the signature out  3. write the rest canonically
4. see that the receipt names the key we were given  5. check the Ed25519 signature over kind | canonical form
"""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from fenshen.errors import FenshenError

VERSION = 1
KIND_OF_MESSAGE = b"fenshen receipt 1\n"  # leads what is signed: no other signature can pass for a receipt
TYPES = ("consent", "erasure", "label_free")
MAX_BYTES = 1 << 20
SIGNATURE = "ed25519:"


class ReceiptUnreadableError(FenshenError):
    """This is not a receipt that this release can read."""

    code = "receipt_unreadable"


class ReceiptForgedError(FenshenError):
    """The signature does not fit: the receipt was edited, or somebody else made it."""

    code = "receipt_forged"


class ReceiptOfAnotherError(FenshenError):
    """The receipt names another public key than the one given."""

    code = "receipt_of_another"


class PublicKeyInvalidError(FenshenError):
    """The public key file does not hold an Ed25519 key."""

    code = "public_key_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReceipt:
    """A receipt whose signature holds.

    ``proves`` and ``does_not_prove`` are codes of the words: a signature tells who said so, not that it is so.
    """

    body: Mapping[str, Any]
    proves: tuple[str, ...]
    does_not_prove: tuple[str, ...]


def verify(data: bytes, public_key: bytes) -> CheckedReceipt:
    """Check a receipt (the file's bytes) against a public key (PEM). The steps are told at the top.

    Raises ReceiptUnreadableError, ReceiptForgedError, ReceiptOfAnotherError, PublicKeyInvalidError.
    """
    key = _public(public_key)
    body = _read(data)  # (1)
    signature = _signature(body.pop("sig", None))  # (2)
    message = KIND_OF_MESSAGE + canonical(body)  # (3)
    if body.get("key") != fingerprint(key):  # (4)
        raise ReceiptOfAnotherError
    try:
        key.verify(signature, message)  # (5)
    except InvalidSignature:
        raise ReceiptForgedError from None
    return CheckedReceipt(
        body=body,
        proves=("receipt_proves_signed", f"receipt_proves_{body['type']}"),
        does_not_prove=("receipt_no_proof_of_clock", f"receipt_no_proof_{body['type']}"),
    )


def canonical(body: Mapping[str, Any]) -> bytes:
    """Write JSON in the one way that is signed: keys sorted, no spaces, ASCII. NaN is refused."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode()


def fingerprint(key: Ed25519PublicKey) -> str:
    """Name a public key by SHA-256 of its SubjectPublicKeyInfo, in base64."""
    digest = sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return "SHA256:" + b64encode(digest).decode().rstrip("=")


def _public(pem: bytes) -> Ed25519PublicKey:
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise PublicKeyInvalidError from None
    if not isinstance(key, Ed25519PublicKey):
        raise PublicKeyInvalidError
    return key


def _read(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise ReceiptUnreadableError
    try:
        body = json.loads(
            data, object_pairs_hook=_without_repeats, parse_float=_refused, parse_constant=_refused
        )
    except (ValueError, RecursionError):
        raise ReceiptUnreadableError from None
    if not isinstance(body, dict) or body.get("v") != VERSION or body.get("type") not in TYPES:
        raise ReceiptUnreadableError
    return body


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would let two readers read two different receipts."""
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ReceiptUnreadableError
    return table


def _refused(_: str) -> float:
    """Fractions have many spellings; a receipt has none."""
    raise ReceiptUnreadableError


def _signature(text: object) -> bytes:
    if not isinstance(text, str) or not text.startswith(SIGNATURE):
        raise ReceiptUnreadableError
    try:
        return b64decode(text.removeprefix(SIGNATURE), validate=True)
    except (binascii.Error, ValueError):
        raise ReceiptUnreadableError from None
