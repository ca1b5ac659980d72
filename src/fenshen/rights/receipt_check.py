"""Check a receipt with nothing but the receipt and the studio's public key. An outsider can read this file.

1. read the JSON strictly: one table, no name twice  2. take the signature out  3. write the rest canonically
4. see that the receipt names the key we were given  5. check the Ed25519 signature over kind | canonical form
6. take the log's part out, and see that the entry in it is about this very receipt  7. check the signature of the
tree head  8. check that the entry stands under the head's root (RFC 9162, 2.1.3.2)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fenshen.errors import FenshenError
from fenshen.rights import audit_events, audit_head, merkle, signed
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.audit_head import HeadForgedError, HeadUnreadableError, TreeHead
from fenshen.rights.signed import MAX_BYTES, PublicKeyInvalidError, canonical, fingerprint

__all__ = ["MAX_BYTES", "PublicKeyInvalidError", "canonical", "fingerprint", "verify"]

VERSION = 2
KIND_OF_MESSAGE = b"fenshen receipt 2\n"  # leads what is signed: no other signature can pass for a receipt
EVENTS: Mapping[str, frozenset[AuditEvent]] = {
    "consent": frozenset({AuditEvent.CONSENT_GIVEN}),
    "together": frozenset({AuditEvent.CONSENT_GIVEN}),
    "withdrawal": frozenset({AuditEvent.CONSENT_WITHDRAWN}),
    "label_free": frozenset({AuditEvent.LABEL_FREE_GRANTED}),
    "erasure": frozenset({AuditEvent.ERASURE_DONE, AuditEvent.PHOTOS_DESTROYED}),
}  # as what each type of receipt may stand in the log


class ReceiptUnreadableError(FenshenError):
    """This is not a receipt that this release can read."""

    code = "receipt_unreadable"


class ReceiptForgedError(FenshenError):
    """The signature does not fit: the receipt was edited, or somebody else made it."""

    code = "receipt_forged"


class ReceiptOfAnotherError(FenshenError):
    """The receipt names another public key than the one given."""

    code = "receipt_of_another"


class ReceiptEntryWrongError(FenshenError):
    """The studio signed it, but the log entry inside it is not about this receipt."""

    code = "receipt_entry_wrong"


class ReceiptHeadWrongError(FenshenError):
    """The studio signed it, but not the tree head inside it."""

    code = "receipt_head_wrong"


class ReceiptProofWrongError(FenshenError):
    """The studio signed it, but the proof inside it does not lead from the entry to the tree head."""

    code = "receipt_proof_wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProof:
    """Where a receipt stands in the studio's log."""

    index: int
    entry: str  # exactly what was hashed
    head: TreeHead


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedReceipt:
    """A receipt whose signature and proof hold.

    ``proves`` and ``does_not_prove`` are codes of the words: a signature tells who said so, not that it is so.
    """

    body: Mapping[str, Any]
    log: LogProof
    proves: tuple[str, ...]
    does_not_prove: tuple[str, ...]


def verify(data: bytes, public_key: bytes) -> CheckedReceipt:
    """Check a receipt (the file's bytes) against a public key (PEM). The steps are told at the top.

    Raises ReceiptUnreadableError, ReceiptForgedError, ReceiptOfAnotherError, ReceiptEntryWrongError,
    ReceiptHeadWrongError, ReceiptProofWrongError, PublicKeyInvalidError.
    """
    key = signed.public_key(public_key)
    body = _read(data)  # (1)
    signature = _signature(body.pop("sig", None))  # (2)
    message = KIND_OF_MESSAGE + canonical(body)  # (3)
    if body.get("key") != fingerprint(key):  # (4)
        raise ReceiptOfAnotherError
    if not signed.holds(key, signature, message):  # (5)
        raise ReceiptForgedError
    return CheckedReceipt(
        body=body,
        log=_logged(body, key),
        proves=("receipt_proves_signed", f"receipt_proves_{body['type']}", "receipt_proves_logged"),
        does_not_prove=(
            "receipt_no_proof_of_clock",
            f"receipt_no_proof_{body['type']}",
            "receipt_no_proof_of_log",
        ),
    )


def _logged(body: Mapping[str, Any], key: Ed25519PublicKey) -> LogProof:
    """Check the part of the receipt that ties it to the log (steps 6 to 8)."""
    said = {name: value for name, value in body.items() if name != "log"}
    index, entry, proof, head = _log_of(body.get("log"))
    if not _is_about(entry, index, said):
        raise ReceiptEntryWrongError  # (6)
    try:
        audit_head.check(head, key)
    except HeadForgedError:
        raise ReceiptHeadWrongError from None  # (7)
    leaf = merkle.leaf_hash(entry.encode())
    if not merkle.includes(leaf, index, head.size, proof, bytes.fromhex(head.root)):
        raise ReceiptProofWrongError  # (8)
    return LogProof(index=index, entry=entry, head=head)


def _is_about(text: str, index: int, said: Mapping[str, Any]) -> bool:
    """Tell whether an entry is the one of a receipt: canonical, at its place, with its id, subject and hash."""
    if not audit_events.fits(text, index):
        return False
    entry = signed.table(text)
    return (
        entry["event"] in EVENTS[said["type"]]
        and entry["subject"] == said.get("subject")
        and entry["facts"] == {"receipt": said.get("id"), "sha256": sha256(canonical(said)).hexdigest()}
    )


def _log_of(log: object) -> tuple[int, str, list[bytes], TreeHead]:
    """Take the log's part apart: index, entry, proof, head. Raises ReceiptUnreadableError."""
    try:
        if not isinstance(log, dict) or set(log) != {"index", "entry", "proof", "head"}:
            raise ReceiptUnreadableError
        if type(log["index"]) is not int or not isinstance(log["entry"], str):
            raise ReceiptUnreadableError
        proof = [bytes.fromhex(each) for each in log["proof"]]
        return log["index"], log["entry"], proof, audit_head.of_table(log["head"])
    except (TypeError, ValueError, HeadUnreadableError):
        raise ReceiptUnreadableError from None


def _read(data: bytes) -> dict[str, Any]:
    try:
        body = signed.table(data)
    except ValueError:
        raise ReceiptUnreadableError from None
    if type(body.get("v")) is not int or body["v"] != VERSION or body.get("type") not in tuple(EVENTS):
        raise ReceiptUnreadableError
    return body


def _signature(text: object) -> bytes:
    try:
        return signed.signature(text)
    except ValueError:
        raise ReceiptUnreadableError from None
