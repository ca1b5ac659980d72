"""The key-encryption key: the one secret that opens all others, and the port behind which it may live.

Here it is a file. A key-management service fits the same port: it wraps and unwraps small secrets and never
shows its own.
"""

import os
import re
import secrets
import stat
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fenshen.errors import FenshenError, SealBrokenError
from fenshen.store import disk

ID, NONCE = 8, 12  # bytes
LINE = re.compile(rb"fenshen-kek-1 ([0-9a-f]{64})\n?")


class KeyFileExposedError(FenshenError):
    """Others on this machine may read the key file. Facts: ``mode``."""

    code = "key_file_exposed"


class KeyFileMissingError(FenshenError):
    """Sealed data is here but the key file is not; a new key would not open any of it, so none is made."""

    code = "key_file_missing"


class KeyFileInvalidError(FenshenError):
    """The key file does not hold a key of this studio."""

    code = "key_file_invalid"


class KeyProvider(Protocol):
    """Wraps small secrets under a key that callers never see.

    What ``wrap`` gives differs each time and opens only with the same ``bound_to``; anything else makes
    ``unwrap`` raise SealBrokenError. Both may be called from any thread. Neither keeps a copy of the secret.
    """

    def wrap(self, secret: bytes, bound_to: bytes) -> bytes:
        """Encrypt a secret, tied to ``bound_to``."""
        ...

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Give the secret back, or raise SealBrokenError."""
        ...


class KeyFile:
    """The key in a file of its own: ``fenshen-kek-1`` and 64 hex digits, mode 0600.

    Wrapped secret = key's own id (8) | nonce (12, random) | AES-256-GCM. The id tells a rotated key from a
    damaged file. Random nonces are safe for 2**32 wraps under one key; a studio makes a handful for each
    person.
    """

    def __init__(self, key: bytes) -> None:
        """Take the 32 bytes; use ``open`` to read them from a file."""
        self._cipher = AESGCM(key)
        self._id = HKDFExpand(SHA256(), ID, b"fenshen key id").derive(key)

    @classmethod
    def open(cls, path: Path, *, may_create: bool) -> "KeyFile":
        """Read the key, or make it where none may be missed.

        1. read it if it is there  2. else lock its folder, so that two processes do not make two keys
        3. look again  4. write it whole, 0600, on the disk before anyone uses it.
        Raises KeyFileExposedError, KeyFileMissingError, KeyFileInvalidError, DiskFullError.
        """
        if not path.exists():  # (1)
            disk.private_folder(path.parent)
            with disk.locked(path.with_name(f".{path.name}.lock")):  # (2)
                if not path.exists():  # (3)
                    if not may_create:
                        raise KeyFileMissingError
                    disk.write_durably(path, b"fenshen-kek-1 %s\n" % secrets.token_hex(32).encode())  # (4)
        return cls(_read(path))

    def wrap(self, secret: bytes, bound_to: bytes) -> bytes:
        """Encrypt a secret, tied to ``bound_to``."""
        nonce = os.urandom(NONCE)
        return self._id + nonce + self._cipher.encrypt(nonce, secret, self._id + bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytes:
        """Give the secret back, or raise SealBrokenError."""
        key_id, nonce, body = wrapped[:ID], wrapped[ID : ID + NONCE], wrapped[ID + NONCE :]
        if key_id != self._id or len(nonce) != NONCE:
            raise SealBrokenError
        try:
            return self._cipher.decrypt(nonce, body, key_id + bound_to)
        except InvalidTag:
            raise SealBrokenError from None


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)  # of what we opened
        if mode & 0o077:
            raise KeyFileExposedError(mode=f"{mode:04o}")
        found = LINE.fullmatch(file.read(256))
    if not found:
        raise KeyFileInvalidError
    return bytes.fromhex(found[1].decode())
