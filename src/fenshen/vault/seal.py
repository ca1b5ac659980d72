"""Seal bytes so that only the right key, for the right object, opens them, whole and unaltered.

Format ``FSS1``, all numbers big-endian::

    header  magic "FSS1" (4) | salt (32, random) | commitment (32)                 68 bytes
    frame   AES-256-GCM of up to 1 MiB of plaintext, tag appended                  +16 bytes each

1. One key per object: HKDF-SHA256(key, salt, info = magic | context) gives 71 bytes: the AES key (32), the
   nonce prefix (7) and the commitment (32). A 256-bit salt means that no two objects ever share an AES key,
   so nonces cannot repeat; the context in ``info`` means that an object moved to another sitter, purpose or
   name gets a wrong key, not merely a failed comparison.
2. Frames follow STREAM (Hoang, Reyhanitabar, Rogaway, Vizar 2015): nonce = prefix | counter (4) | last-frame
   flag (1), so frames cannot be dropped, swapped, repeated or cut off.
3. The header is associated data of every frame, beside the context.
4. The commitment is compared before anything is decrypted. AES-GCM alone does not commit to its key: a
   crafted ciphertext can open under two keys; with the commitment it cannot.

Overhead: 68 + 16 bytes for each begun MiB (at least one frame): 84 bytes for anything up to 1 MiB, 132 for
4 MiB. The length of what is inside can therefore be told from the outside; its content cannot.
"""

import os
from collections.abc import Iterator
from hmac import compare_digest

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fenshen.errors import SealBrokenError

MAGIC = b"FSS1"
SALT, COMMITMENT, KEY, PREFIX, TAG = 32, 32, 32, 7, 16  # bytes
HEADER = len(MAGIC) + SALT + COMMITMENT
FRAME = 1 << 20  # bytes of plaintext


def bind(*fields: str) -> bytes:
    """Join fields into one context that no other list of fields can produce (each is led by its length)."""
    encoded = [field.encode() for field in fields]
    return b"".join(len(field).to_bytes(4, "big") + field for field in encoded)


def seal(plain: bytes, key: bytes, context: bytes) -> bytes:
    """Encrypt ``plain`` under ``key`` (32 bytes), bound to ``context``. Never twice the same bytes."""
    return b"".join(bytes(part) for part in sealed_frames(plain, key, context))


def sealed_frames(plain: bytes, key: bytes, context: bytes) -> Iterator[bytes | memoryview]:
    """Give the header, then each sealed frame: what ``seal`` joins, for a caller who streams.

    A frame is good until the next one is asked for, because one buffer serves all (fresh pages cost as much as the
    encryption). Whoever holds on to one gets ValueError or BufferError, never another frame's bytes.
    """
    salt = os.urandom(SALT)
    secret, prefix, commitment = _derive(key, salt, context)  # (1)
    header = MAGIC + salt + commitment
    yield header
    cipher, view = AESGCM(secret), memoryview(plain)
    last = _frames_of(len(view), FRAME) - 1
    buffer = bytearray(min(len(view), FRAME) + TAG)
    for number in range(last + 1):
        nonce, part = _nonce(prefix, number, is_last=number == last), view[number * FRAME :][:FRAME]  # (2)
        with memoryview(buffer)[: len(part) + TAG] as frame:
            cipher.encrypt_into(nonce, part, header + context, frame)  # (3)
            yield frame


def unseal(sealed: bytes | memoryview, key: bytes, context: bytes) -> bytes:
    """Give back what was sealed. Raises SealBrokenError when one bit, the key or the context is another."""
    whole = memoryview(sealed)
    header, view = bytes(whole[:HEADER]), whole[HEADER:]
    if len(header) != HEADER or not header.startswith(MAGIC):
        raise SealBrokenError
    secret, prefix, commitment = _derive(key, header[len(MAGIC) : len(MAGIC) + SALT], context)
    if not compare_digest(commitment, header[len(MAGIC) + SALT :]):  # (4)
        raise SealBrokenError
    cipher, size = AESGCM(secret), FRAME + TAG
    last = _frames_of(len(view), size) - 1
    try:
        return b"".join(
            cipher.decrypt(
                _nonce(prefix, number, is_last=number == last),
                view[number * size : (number + 1) * size],
                header + context,
            )
            for number in range(last + 1)
        )
    except InvalidTag:
        raise SealBrokenError from None


def _derive(key: bytes, salt: bytes, context: bytes) -> tuple[bytes, bytes, bytes]:
    """Give the object's own AES key, nonce prefix and commitment."""
    if len(key) != KEY:
        msg = "a sealing key has 32 bytes"
        raise ValueError(msg)
    material = HKDF(SHA256(), KEY + PREFIX + COMMITMENT, salt, MAGIC + context).derive(key)
    return material[:KEY], material[KEY : KEY + PREFIX], material[KEY + PREFIX :]


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


def _frames_of(length: int, size: int) -> int:
    """Count the frames of a stream; an empty one still has one, so that its end is authenticated too."""
    return max(1, -(-length // size))
