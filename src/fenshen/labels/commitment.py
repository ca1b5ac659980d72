"""A hash commitment to a consent receipt: who holds the receipt can prove it, nobody else learns anything.

A portrait carries 16 random bytes and SHA-256(salt ‖ receipt). The receipt holds a signature and an id that
nobody can guess, so the hash tells nothing; the salt is new for every portrait, so two portraits of one sitter
cannot be linked (a hash commitment as in RFC 9901, 4.2.3, with the whole receipt as the hidden value).
"""

import hmac
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

SALT: Final = 16  # bytes
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """What a portrait says about a receipt without showing it."""

    salt: bytes  # 16, random, new for every portrait
    digest: bytes  # 32, SHA-256(salt ‖ receipt)


def commit(receipt: bytes, salt: bytes) -> Commitment:
    """Commit to the bytes of a receipt's file. ValueError unless there are 16 bytes of salt."""
    if len(salt) != SALT:
        raise ValueError(f"{SALT} random bytes are needed")
    return Commitment(salt=salt, digest=sha256(salt + receipt).digest())


def opens(commitment: Commitment, receipt: bytes) -> bool:
    """Tell whether this very receipt, byte for byte, is the one that was committed to."""
    return hmac.compare_digest(commit(receipt, commitment.salt).digest, commitment.digest)


def from_hex(salt: object, digest: object) -> Commitment | None:
    """Read a commitment met in a file; None when it is none."""
    if not (isinstance(salt, str) and isinstance(digest, str) and _HEX.fullmatch(salt + digest)):
        return None
    if (len(salt), len(digest)) != (2 * SALT, 2 * sha256().digest_size):
        return None
    return Commitment(salt=bytes.fromhex(salt), digest=bytes.fromhex(digest))
