"""Reads a folder of photos without trusting it: first level only, in the order of names, sizes looked at first."""

import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fenshen.errors import FenshenError
from fenshen.ids import PhotoId
from fenshen.photos.container import LIMITS, MAX_BYTES, PhotoTooLargeError

MOST = 500
"""Files looked at in one go; a sitter needs thirty."""


class FolderMissingError(FenshenError):
    """There is no such folder, or it may not be read."""

    code = "folder_missing"


class FolderEmptyError(FenshenError):
    """The folder holds no file that could be a photo."""

    code = "folder_empty"


class FolderTooFullError(FenshenError):
    """The folder holds more files than are looked at in one go. Facts: ``files``, ``limit``."""

    code = "folder_too_full"


class FrontalMissingError(FenshenError):
    """The file named as the frontal photo is not among those of the folder."""

    code = "frontal_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoFile:
    """A file that may be a photo; it is read when ``read`` is called, not before."""

    name: str  # for the eyes of who gave the folder; never logged
    read: Callable[[], bytes]
    kept: PhotoId | None = None  # when the vault holds it already


def list_photos(folder: Path) -> list[PhotoFile]:
    """List the files directly inside a folder, hidden ones and folders left out; links to files are followed.

    Raises FolderMissingError, FolderEmptyError or FolderTooFullError. Reading a listed file raises OSError when it
    cannot be read and PhotoTooLargeError when it is larger than any photo.
    """
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError:
        raise FolderMissingError from None
    files = [entry for entry in entries if not entry.name.startswith(".") and _may_be_file(entry)]
    if not files:
        raise FolderEmptyError
    if len(files) > MOST:
        raise FolderTooFullError(files=len(files), limit=MOST)
    return [PhotoFile(name=file.name, read=partial(read_photo, file)) for file in files]


def find_frontal(files: Sequence[PhotoFile], name: str) -> int:
    """Give the place of the file of this name. Raises FrontalMissingError."""
    for index, file in enumerate(files):
        if file.name == name:
            return index
    raise FrontalMissingError


def read_photo(file: Path) -> bytes:
    """Read one file, refusing by its size before reading and whatever is not an ordinary file."""
    with file.open("rb") as stream:
        size = file.stat().st_size
        if size > MAX_BYTES:
            raise PhotoTooLargeError(**LIMITS)
        return stream.read(MAX_BYTES + 1)


def _may_be_file(entry: Path) -> bool:
    """Leave out folders, pipes and devices; a link that leads nowhere or in circles stays, to be named unreadable."""
    try:
        return stat.S_ISREG(entry.stat().st_mode)
    except OSError:
        return True
