"""What the studio signs in a label, and how a stranger checks it with the studio's public key."""

import base64
import binascii

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from fenshen.labels.tc260 import AigcLabel
from fenshen.rights.receipt_check import PublicKeyInvalidError

_PURPOSE = b"fenshen portrait label, version 1"  # so that no other signature of the studio can stand in
_LENGTH = 64  # bytes of an Ed25519 signature


def canonical(*, label: str, producer: str, produce_id: str, picture: bytes) -> bytes:
    """Give the bytes that are signed: purpose, three values of the label, SHA-256 of the coded picture.

    One line each; the label's characters exclude the line break, so no two labels share these bytes. What
    platforms may rewrite (propagator, its number, its code) is left out.
    """
    lines = (_PURPOSE, label.encode(), producer.encode(), produce_id.encode(), picture.hex().encode())
    return b"\n".join(lines)


def as_code(signature: bytes) -> str:
    """Put a signature into the label's characters (base64 lies within Annex E j)."""
    return base64.b64encode(signature).decode("ascii")


def from_code(code: str) -> bytes | None:
    """Give the signature a ReservedCode1 holds, or None when it holds something else."""
    try:
        signature = base64.b64decode(code, validate=True)
    except (binascii.Error, ValueError):
        return None
    return signature if len(signature) == _LENGTH else None


def is_valid(label: AigcLabel, picture: bytes, public_key: bytes) -> bool:
    """Tell whether the label's code is the studio's signature over this label and this picture.

    public_key: 32 raw bytes or PEM. Raises PublicKeyInvalidError when it is neither.
    """
    signature = from_code(label.reserved_code_1)
    if signature is None:
        return False
    signed = canonical(
        label=label.label, producer=label.content_producer, produce_id=label.produce_id, picture=picture
    )
    try:
        _load(public_key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _load(public_key: bytes) -> Ed25519PublicKey:
    try:
        if not public_key.startswith(b"-----"):
            return Ed25519PublicKey.from_public_bytes(public_key)
        key = load_pem_public_key(public_key)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise PublicKeyInvalidError from error
    if not isinstance(key, Ed25519PublicKey):
        raise PublicKeyInvalidError
    return key
