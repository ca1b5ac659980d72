"""The only door by which a picture leaves. It opens for labelled portraits and for photos that say they were edited."""

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path

from fenshen.errors import DiskFullError, FenshenError
from fenshen.labels.edited import EditedPicture
from fenshen.labels.write import LabelledPicture

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}


class TargetExistsError(FenshenError):
    """A file is already there, and nobody said to replace it."""

    code = "target_exists"


class TargetNotWritableError(FenshenError):
    """The folder cannot be made or written to."""

    code = "target_not_writable"


def deliver(picture: LabelledPicture | EditedPicture, target: Path, *, replace: bool = False) -> None:
    """Write the picture whole or not at all; folders on the way are made.

    The file appears under its name only when all its bytes are on the disk. An existing file stays untouched
    unless `replace`. Raises TypeError for anything but a LabelledPicture or an EditedPicture, TargetExistsError,
    TargetNotWritableError, DiskFullError.
    """
    if not isinstance(picture, LabelledPicture | EditedPicture):
        raise TypeError("only a LabelledPicture or an EditedPicture may leave")
    part = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        _make_folder(target.parent)
        _write(part, picture.data)
        _name(part, target, replace=replace)
    except FileExistsError as error:
        raise TargetExistsError from error
    except OSError as error:
        raise (DiskFullError if error.errno in _FULL else TargetNotWritableError) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # a file has the folder's name
        raise TargetNotWritableError from error


def _write(part: Path, data: bytes) -> None:
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _name(part: Path, target: Path, *, replace: bool) -> None:
    """Give the finished file its name. A link, unlike a rename, never covers a file that came meanwhile."""
    if replace:
        part.replace(target)
        return
    try:
        target.hardlink_to(part)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():  # a file system without links: the best it can do
            raise FileExistsError from error
        part.replace(target)
