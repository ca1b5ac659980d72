"""Signed tree heads: the state of the audit log in one line, to publish or to keep.

A head says: at this moment the log held ``size`` entries with this Merkle root. Who keeps one can later demand that the
log still begins with just these entries. The newest is kept in a file outside the database too, so that a database
rolled back alone is noticed.
"""

from dataclasses import asdict, dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fenshen.errors import FenshenError
from fenshen.rights import signed
from fenshen.vault.signing import Signer

MESSAGE = b"fenshen tree head 1\n"  # leads what is signed: no other signature can pass for a head
VERSION, HASH = 1, 64  # digits of a hash in hex


class HeadUnreadableError(FenshenError):
    """This is not a tree head."""

    code = "head_unreadable"


class HeadForgedError(FenshenError):
    """The head's signature does not fit, or another key made it."""

    code = "head_forged"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """What the log was at one moment, signed."""

    size: int  # entries
    root: str  # of their Merkle tree, hex
    at: str  # when it was signed, UTC, to the second
    key: str  # fingerprint of the public key
    sig: str
    v: int = VERSION

    @property
    def message(self) -> bytes:
        """Give the bytes that are signed."""
        body = self.as_table()
        del body["sig"]
        return MESSAGE + signed.canonical(body)

    def as_table(self) -> dict[str, Any]:
        """Give the head as it stands in JSON."""
        return asdict(self)

    def as_line(self) -> bytes:
        """Give the head as it stands in a file: canonical JSON and a line end."""
        return signed.canonical(self.as_table()) + b"\n"


def sign(signer: Signer, *, size: int, root: bytes, at: str) -> TreeHead:
    """Make a head."""
    unsigned = TreeHead(
        size=size, root=root.hex(), at=at, key=signed.fingerprint(signer.public_key()), sig=""
    )
    return TreeHead(**{**unsigned.as_table(), "sig": signed.signature_text(signer.sign(unsigned.message))})


def check(head: TreeHead, key: Ed25519PublicKey) -> None:
    """Raise HeadForgedError unless the head was signed with this key."""
    try:
        signature = signed.signature(head.sig)
    except ValueError:
        raise HeadForgedError from None
    if head.key != signed.fingerprint(key) or not signed.holds(key, signature, head.message):
        raise HeadForgedError


def of_table(body: object) -> TreeHead:
    """Take a head from parsed JSON. Raises HeadUnreadableError."""
    if not isinstance(body, dict) or set(body) != {"v", "size", "root", "at", "key", "sig"}:
        raise HeadUnreadableError
    texts = [body[name] for name in ("root", "at", "key", "sig")]
    if not all(isinstance(text, str) for text in texts) or len(body["root"]) != HASH:
        raise HeadUnreadableError
    if type(body["size"]) is not int or body["size"] < 0 or type(body["v"]) is not int:
        raise HeadUnreadableError
    if body["v"] != VERSION or set(body["root"]) - set("0123456789abcdef"):
        raise HeadUnreadableError
    return TreeHead(**body)


def read(data: bytes) -> TreeHead:
    """Read a head that somebody kept, however the JSON is laid out. Raises HeadUnreadableError."""
    try:
        return of_table(signed.table(data))
    except ValueError:
        raise HeadUnreadableError from None
