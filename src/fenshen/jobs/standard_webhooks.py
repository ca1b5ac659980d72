"""Sign what is told, after the Standard Webhooks specification (standardwebhooks.com, 1.0.0): HMAC-SHA256, ``v1``.

The receiver checks the signature over ``id.timestamp.body``, refuses an old timestamp, and keeps the ids it has seen:
the same id may come more than once, and means the same event.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

PREFIX: Final = "whsec_"
SIZE: Final = 32  # bytes of a secret; the specification wants 24 to 64


def new_secret() -> str:
    """Make what signs: ``whsec_`` and 256 random bits in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SIZE)).decode()


def headers(id_: str, at: int, body: bytes, signers: Sequence[str]) -> dict[str, str]:
    """Give the three headers. at: seconds since 1970; signers: secrets, one signature each, the newest first."""
    signed = f"{id_}.{at}.".encode() + body
    signatures = (hmac.new(_key(each), signed, sha256).digest() for each in signers)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(each).decode()}" for each in signatures),
    }


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(PREFIX))
