"""One large signed file: a plain tar that anyone can list, and after its end a signature over every byte of it.

``tar | magic "FSBACKUP" (8) | Ed25519 signature (64)``; what is signed is the kind of message and SHA-256 of the tar.
The first member, ``backup.json``, says what this is. Members are never unpacked to their names: they are handed out one
by one, in memory, and only after the signature over the whole was found good.
"""

import hashlib
import json
import os
import stat
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from fenshen.errors import FenshenError

FIRST, MAGIC, SIGNATURE, CHUNK = "backup.json", b"FSBACKUP", 64, 1 << 20
END = len(MAGIC) + SIGNATURE  # bytes after the tar
KIND_OF_MESSAGE = b"fenshen backup 1\n"


class BackupUnreadableError(FenshenError):
    """The file is not there, may not be read, or is no backup."""

    code = "backup_unreadable"


class BackupDamagedError(FenshenError):
    """The backup was altered or breaks off; nothing was taken from it."""

    code = "backup_damaged"


class BackupForeignError(FenshenError):
    """The backup was made by another studio; nothing was taken from it."""

    code = "backup_foreign"


class Writer:
    """Writes members as they come; keeps no more than one in memory."""

    def __init__(self, file: BinaryIO, about: Mapping[str, Any]) -> None:
        """Begin with what this is, as JSON that anybody may read."""
        self._file, self._digest = file, hashlib.sha256()
        self.bytes = 0
        self.add(FIRST, json.dumps(about, indent=1).encode() + b"\n")

    def add(self, name: str, content: bytes | memoryview) -> None:
        """Add a member."""
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self._write(member.tobuf(tarfile.PAX_FORMAT))
        self._write(content)
        self._write(bytes(-len(content) % tarfile.BLOCKSIZE))

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far, in hex."""
        return self._digest.hexdigest()

    def end(self, sign: Callable[[bytes], bytes]) -> None:
        """End the tar, and sign it."""
        self._write(bytes(2 * tarfile.BLOCKSIZE))
        self._file.write(MAGIC + sign(KIND_OF_MESSAGE + self._digest.digest()))

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._digest.update(data)
        self.bytes += len(data)


class Reader:
    """A backup whose signature is good. Use ``opened``."""

    def __init__(self, file: BinaryIO, about: Mapping[str, Any]) -> None:
        """Take an open file that was verified."""
        self._file, self.about = file, about

    def members(self, folder: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
        """Give the members below a folder, in order: the name below it, and how to read the content."""
        self._file.seek(0)
        with tarfile.open(fileobj=self._file, mode="r:") as tar:
            for member in tar:
                if member.name.startswith(f"{folder}/"):
                    yield member.name.removeprefix(f"{folder}/"), partial(_content, tar, member)


@contextmanager
def opened(path: Path, key: Ed25519PublicKey, studio: str) -> Iterator[Reader]:
    """Open a backup, having read it whole and found this studio's signature over it.

    studio: the fingerprint that the studio's own backups carry. Raises BackupUnreadableError, BackupDamagedError,
    BackupForeignError; then nothing of it was used but the name of the studio, to tell the last two apart.
    """
    with _ordinary(path) as file:
        about = _first(file)
        size = os.fstat(file.fileno()).st_size
        file.seek(0)
        digest, end = _digest(file, size - END), file.read(END)
        try:
            if not end.startswith(MAGIC):
                raise BackupDamagedError
            key.verify(end[len(MAGIC) :], KIND_OF_MESSAGE + digest)
        except InvalidSignature:
            raise (BackupForeignError if about.get("studio") != studio else BackupDamagedError) from None
        yield Reader(file, about)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = tar.extractfile(member)
    return content.read() if content else b""


def _ordinary(path: Path) -> BinaryIO:
    """Open an ordinary file; a pipe or a device could keep us waiting for ever."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        raise BackupUnreadableError from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise BackupUnreadableError
    return os.fdopen(descriptor, "rb")


def _first(file: BinaryIO) -> Mapping[str, Any]:
    """Read ``backup.json``, before anything is trusted: at most 4 kB, at its fixed place."""
    head, body = file.read(tarfile.BLOCKSIZE), file.read(4096)
    if not head.startswith(FIRST.encode() + b"\0"):
        raise BackupUnreadableError
    try:
        about = json.loads(body.partition(b"\0")[0])
    except ValueError:
        raise BackupDamagedError from None
    if not isinstance(about, dict):
        raise BackupDamagedError
    return about


def _digest(file: BinaryIO, length: int) -> bytes:
    digest = hashlib.sha256()
    while length > 0 and (data := file.read(min(CHUNK, length))):
        digest.update(data)
        length -= len(data)
    return digest.digest()
