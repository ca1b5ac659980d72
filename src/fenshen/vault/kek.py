"""The key-encryption key: the one secret that opens all others, and the port behind which it may live.

Here it is a file. ``providers/`` has the others: a file under a passphrase, and key services that wrap and
unwrap small secrets and never show their own. Which one it is says ``settings.key_address``.
"""

import os
import re
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fenshen.errors import FenshenError, SealBrokenError
from fenshen.store import disk

ID, NONCE, KEY, TAG = 8, 12, 32, 16  # bytes
LINES = re.compile(rb"(?:fenshen-kek-1 [0-9a-f]{64}\n?){1,2}")
LARGEST = 4096  # bytes of a key file that are looked at


class KeyFileExposedError(FenshenError):
    """Others on this machine may read the key file. Facts: ``mode``."""

    code = "key_file_exposed"


class KeyFileMissingError(FenshenError):
    """Sealed data is here but the key file is not; a new key would not open any of it, so none is made."""

    code = "key_file_missing"


class KeyFileInvalidError(FenshenError):
    """The key file does not hold a key of this studio."""

    code = "key_file_invalid"


class KeyElsewhereError(SealBrokenError):
    """This was wrapped by a key other than the one the settings name."""

    code = "key_elsewhere"


class KeyProvider(Protocol):
    """Wraps small secrets under a key that callers never see.

    What ``wrap`` gives differs each time, begins with the id of the key, and opens only with the same
    ``bound_to``; anything else makes ``unwrap`` raise SealBrokenError, and KeyElsewhereError when the id is
    unknown. Both may be called from any thread. Neither keeps a copy of the secret. A key that lives in a
    service may raise KeyServiceUnreachableError (try again) and KeyServiceRefusedError instead.

    Keys come in generations. After ``renew`` the newest wraps and the older ones still unwrap, in every
    process that has the provider open; after ``retire`` only the newest is left. Whoever calls either, or ``wrap``,
    holds the lock of the keys, so that nobody wraps with a key that is being retired.
    """

    kind: ClassVar[str]  # file, passphrase, aws-kms …: the scheme of its address
    is_ours: ClassVar[bool]  # we can destroy it; a key in a service is the operator's to destroy there

    def wrap(self, secret: bytes, bound_to: bytes) -> bytes:
        """Encrypt a secret, tied to ``bound_to``."""
        ...

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytearray:
        """Give the secret back, in a buffer that the caller may wipe."""
        ...

    def knows(self, wrapped: bytes) -> bool:
        """Did one of these keys wrap this? Told by the id alone."""
        ...

    def is_newest(self, wrapped: bytes) -> bool:
        """Did the newest of these keys wrap this? Never known of a service, which keeps its generations to itself."""
        ...

    def renew(self) -> None:
        """Make a newer key that wraps from now on; when one was made and nothing retired since, that one stays."""
        ...

    def retire(self) -> None:
        """Destroy all keys but the newest. Repeating it is fine. Without effect on a service."""
        ...

    def destroy(self) -> None:
        """Destroy every key. Repeating it is fine. Without effect on a service."""
        ...


class KeyRing:
    """One or two keys of 32 bytes, newest first.

    Wrapped secret = key's own id (8) | nonce (12, random) | AES-256-GCM. The id tells a rotated key from a
    damaged file. Random nonces are safe for 2**32 wraps under one key; a studio makes a handful for each
    person.
    """

    def __init__(self, *keys: bytes) -> None:
        """Take the keys, newest first."""
        self.keys = keys
        self._ciphers = {HKDFExpand(SHA256(), ID, b"fenshen key id").derive(key): AESGCM(key) for key in keys}
        self.newest = next(iter(self._ciphers))

    def wrap(self, secret: bytes, bound_to: bytes) -> bytes:
        """Encrypt with the newest key."""
        nonce = os.urandom(NONCE)
        return self.newest + nonce + self._ciphers[self.newest].encrypt(nonce, secret, self.newest + bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytearray:
        """Decrypt with the key the secret names. Raises SealBrokenError, KeyElsewhereError."""
        key_id, nonce, body = wrapped[:ID], wrapped[ID : ID + NONCE], wrapped[ID + NONCE :]
        if len(body) < TAG:
            raise SealBrokenError
        if key_id not in self._ciphers:
            raise KeyElsewhereError
        opened = bytearray(len(body) - TAG)
        try:
            self._ciphers[key_id].decrypt_into(nonce, body, key_id + bound_to, opened)
        except InvalidTag:
            raise SealBrokenError from None
        return opened

    def knows(self, wrapped: bytes) -> bool:
        """Did one of these keys wrap this?"""
        return wrapped[:ID] in self._ciphers


class KeyFile:
    """The key in a file of its own: ``fenshen-kek-1`` and 64 hex digits, mode 0600; a second line while it is renewed.

    The file may be renewed by another process at any time, so we look whether it changed before each wrap,
    and again when a secret names a key we do not know.
    """

    kind: ClassVar[str] = "file"
    is_ours: ClassVar[bool] = True

    def __init__(self, path: Path, *, may_create: bool) -> None:
        """Read the key, or make it where none may be missed.

        1. read it if it is there  2. else lock its folder, so that two processes do not make two keys
        3. look again  4. write it whole, 0600, on the disk before anyone uses it.
        Raises KeyFileExposedError, KeyFileMissingError, KeyFileInvalidError, DiskFullError.
        """
        self._path = path
        if not path.exists():  # (1)
            if not may_create:
                raise KeyFileMissingError
            disk.private_folder(path.parent)
            with disk.locked(path.with_name(f".{path.name}.lock")):  # (2)
                if not path.exists():  # (3)
                    self._write(KeyRing(secrets.token_bytes(KEY)))  # (4)
        self._read()

    def wrap(self, secret: bytes, bound_to: bytes) -> bytes:
        """Encrypt a secret, tied to ``bound_to``, with the newest key there is."""
        self._look_again()
        return self._ring.wrap(secret, bound_to)

    def unwrap(self, wrapped: bytes, bound_to: bytes) -> bytearray:
        """Give the secret back, or raise SealBrokenError."""
        if not self._ring.knows(wrapped):
            self._look_again()
        return self._ring.unwrap(wrapped, bound_to)

    def knows(self, wrapped: bytes) -> bool:
        """Did one of these keys wrap this?"""
        self._look_again()
        return self._ring.knows(wrapped)

    def is_newest(self, wrapped: bytes) -> bool:
        """Did the newest key wrap this?"""
        return wrapped[:ID] == self._ring.newest

    def renew(self) -> None:
        """Write a newer key before the present one."""
        self._look_again()
        if len(self._ring.keys) == 1:
            self._write(KeyRing(secrets.token_bytes(KEY), *self._ring.keys))

    def retire(self) -> None:
        """Keep the newest key alone, and overwrite the file that held the older one.

        1. give the old file a second name, so that it can still be overwritten after 2, also by whoever repeats this
        after we were killed  2. put the new file in its place  3. overwrite and unlink the old one.
        """
        self._look_again()
        self._shred_retired()
        if len(self._ring.keys) > 1:
            with suppress(OSError):  # a file system without second names, as on many memory sticks
                self._retired.hardlink_to(self._path)  # (1)
            self._write(KeyRing(self._ring.keys[0]))  # (2)
            self._shred_retired()  # (3)

    def destroy(self) -> None:
        """Overwrite and unlink the file."""
        self._shred_retired()
        disk.shred(self._path)

    @property
    def _retired(self) -> Path:
        return self._path.with_name(f".{self._path.name}.retired")

    def _shred_retired(self) -> None:
        old = self._retired
        if old.exists() and self._path.exists() and old.samefile(self._path):
            old.unlink()  # we were killed before step 2 of ``retire``: these are the bytes of the living file
        disk.shred(old)

    def _look_again(self) -> None:
        if _state(self._path) not in {
            self._seen,
            None,
        }:  # of a file destroyed meanwhile our ring still unwraps
            self._read()

    def _read(self) -> None:
        seen = _state(self._path)
        self._ring = self._decoded(read_private(self._path))
        self._seen = seen

    def _write(self, ring: KeyRing) -> None:
        disk.write_durably(self._path, self._encoded(ring))
        self._ring, self._seen = ring, _state(self._path)

    def _decoded(self, content: bytes) -> KeyRing:
        if not LINES.fullmatch(content):
            raise KeyFileInvalidError
        return KeyRing(*(bytes.fromhex(line.split()[1].decode()) for line in content.splitlines()))

    def _encoded(self, ring: KeyRing) -> bytes:
        return b"".join(b"fenshen-kek-1 %s\n" % key.hex().encode() for key in ring.keys)


def read_private(path: Path) -> bytes:
    """Read a file that its owner alone may read. Raises KeyFileExposedError, KeyFileMissingError."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)  # of what we opened
            if mode & 0o077:
                raise KeyFileExposedError(mode=f"{mode:04o}")
            return file.read(LARGEST)
    except FileNotFoundError:
        raise KeyFileMissingError from None


def _state(path: Path) -> tuple[int, int] | None:
    """Tell one state of a file from another; None when it is not there."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns
