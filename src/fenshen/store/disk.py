"""How this house writes to a disk: whole or not at all, on the platter before we say so, and private.

Three habits that keys, receipts and tables share. Nothing here knows what the bytes are.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from io import FileIO
from pathlib import Path

from fenshen.errors import DiskFullError

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def naming_a_full_disk() -> Iterator[None]:
    """Turn "no space left" and "quota exceeded" into DiskFullError; let every other OSError through."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise DiskFullError from None
        raise


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner may enter (0700), parents as needed, and give it back."""
    with naming_a_full_disk():
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return path


def write_durably(path: Path, data: bytes, *, mode: int = PRIVATE_FILE) -> None:
    """Put ``data`` at ``path`` so that a reader, or a power cut, sees the old file or the new, never half.

    Raises DiskFullError, having left ``path`` as it was and no other file behind.
    """
    write_parts_durably(path, (data,), mode=mode)


def write_parts_durably(path: Path, parts: Iterable[bytes | memoryview], *, mode: int = PRIVATE_FILE) -> None:
    """Do the same with data that is made part by part; each part is written before the next is asked for.

    1. write a new file beside it (O_EXCL: never one that somebody else put there)  2. fsync it
    3. rename it over ``path``  4. fsync the folder.
    Raises DiskFullError, having left ``path`` as it was and no other file behind.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with naming_a_full_disk():
        try:
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)  # (1)
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                for each in parts:
                    _write_all(file, each)
                os.fsync(file.fileno())  # (2)
            part.replace(path)  # (3)
        except BaseException:
            with suppress(FileNotFoundError):
                part.unlink()
            raise
    sync_folder(path.parent)  # (4)


def _write_all(file: FileIO, data: bytes | memoryview) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]


def forget_parts(folder: Path, before: datetime, *, of: str = "*") -> None:
    """Remove what writers were killed over, in one folder, if it was written before a moment.

    of: the name of the file that was to be, where the folder may hold what is not ours.
    """
    for part in folder.glob(f".{of}.*.part"):
        with suppress(FileNotFoundError):  # it was whole just now, and took its name
            if part.stat().st_mtime < before.timestamp():
                part.unlink()


def shred(path: Path) -> None:
    """Overwrite a small file with random bytes, push that to the disk, then unlink it.

    On a journalling, copy-on-write or flash file system the old blocks may survive somewhere below us: the
    overwrite is done because it costs nothing and often works, not because it is proof. What makes the data
    unreadable is that the file held a *wrapped* key; see ``vault/keys.py`` for the last resort.
    The file is unlinked even when overwriting fails. A file that is not there is fine: destroying repeats
    safely.
    """
    try:
        with path.open("r+b", buffering=0) as file, suppress(OSError):  # a full copy-on-write disk, say
            file.write(secrets.token_bytes(os.fstat(file.fileno()).st_size))
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make renames and unlinks in a folder survive a power cut. A folder that is gone is fine."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the one lock at ``path`` against other processes and threads; the kernel frees it if we die.

    Not re-entrant: taking it twice in one thread waits for ever.
    """
    with naming_a_full_disk():
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
