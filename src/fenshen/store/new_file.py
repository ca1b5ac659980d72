"""Write a large file of which nothing else is known yet: in parts, whole or not at all, and never over another."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fenshen.errors import FenshenError
from fenshen.store import disk

NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK})  # a stick with FAT, say


class FileExistsAlreadyError(FenshenError):
    """There is a file of that name; it was left as it is. Facts: ``file``."""

    code = "file_exists"


class FileUnwritableError(FenshenError):
    """What the user asked for cannot be written where they asked. Facts: ``file``."""

    code = "file_unwritable"


def refuse_taken(path: Path) -> None:
    """Refuse early what ``new_file`` would refuse late. Raises FileExistsAlreadyError, FileUnwritableError."""
    if os.path.lexists(path):
        raise FileExistsAlreadyError(file=path.name)
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        raise FileUnwritableError(file=path.name)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to (0600); when the block ends well it is there, synced, under its name.

    1. refuse a name that is taken  2. write beside it  3. fsync  4. link it to its name, which fails when somebody
    took the name meanwhile  5. fsync the folder. When the block fails nothing is left. Raises
    FileExistsAlreadyError, FileUnwritableError, DiskFullError.
    """
    refuse_taken(path)  # (1)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with disk.naming_a_full_disk():
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(part, flags, disk.PRIVATE_FILE)  # (2)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            raise FileUnwritableError(file=path.name) from None
        try:
            with os.fdopen(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())  # (3)
            _name(part, path)  # (4)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
    disk.sync_folder(path.absolute().parent)  # (5)


def _name(part: Path, path: Path) -> None:
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise FileExistsAlreadyError(file=path.name) from None
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        refuse_taken(path)
        part.rename(path)
