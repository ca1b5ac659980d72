"""JSON that is signed: one way to write it, a strict way to read it, and the studio's public key by name.

Receipts and tree heads share it. An outsider can read this file.
"""

import binascii
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from fenshen.errors import FenshenError

MAX_BYTES = 1 << 20
SIGNATURE = "ed25519:"


class PublicKeyInvalidError(FenshenError):
    """The public key file does not hold an Ed25519 key."""

    code = "public_key_invalid"


def canonical(body: Mapping[str, Any]) -> bytes:
    """Write JSON in the one way that is signed: keys sorted, no spaces, ASCII. NaN is refused."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return text.encode()


def table(data: bytes | str) -> dict[str, Any]:
    """Read one JSON table, strictly: no name twice, no fractions, not too long. Raises ValueError."""
    if len(data) > MAX_BYTES:
        raise ValueError("too long")
    try:
        body = json.loads(
            data, object_pairs_hook=_without_repeats, parse_float=_refused, parse_constant=_refused
        )
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(body, dict):
        raise ValueError("not a table")  # noqa: TRY004  (wrong text, not a wrong call)
    return body


def fingerprint(key: Ed25519PublicKey) -> str:
    """Name a public key by SHA-256 of its SubjectPublicKeyInfo, in base64."""
    digest = sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    return "SHA256:" + b64encode(digest).decode().rstrip("=")


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key from PEM. Raises PublicKeyInvalidError."""
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise PublicKeyInvalidError from None
    if not isinstance(key, Ed25519PublicKey):
        raise PublicKeyInvalidError
    return key


def signature_text(signature: bytes) -> str:
    """Write a signature as it stands in JSON."""
    return SIGNATURE + b64encode(signature).decode()


def signature(text: object) -> bytes:
    """Read a signature, in the one spelling that ``signature_text`` gives. Raises ValueError."""
    if not isinstance(text, str) or not text.startswith(SIGNATURE):
        raise ValueError("not a signature")
    try:
        found = b64decode(text.removeprefix(SIGNATURE), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if (
        signature_text(found) != text
    ):  # base64 has spare bits: two spellings of one signature are one too many
        raise ValueError("another spelling")
    return found


def holds(key: Ed25519PublicKey, signed_bytes: bytes, message: bytes) -> bool:
    """Tell whether a signature is the key's own, for exactly this message."""
    try:
        key.verify(signed_bytes, message)
    except InvalidSignature:
        return False
    return True


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice would let two readers read two different things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def _refused(_: str) -> float:
    """Fractions have many spellings; what is signed has none."""
    raise ValueError("a fraction")
