"""The mark that a restore has begun and not ended: until it has, the house is half full and nobody may tidy it."""

from pathlib import Path

from fenshen.errors import FenshenError
from fenshen.settings import Settings
from fenshen.store import disk


class RestoreUnfinishedError(FenshenError):
    """A restore was cut off, or is at work now; what it has not brought back yet must not be taken for abandoned."""

    code, retry = "restore_unfinished", True


def begin(settings: Settings) -> None:
    """Set the mark, on the disk before anything is brought back."""
    disk.write_durably(_mark(settings), b"a restore is not finished; run it again\n")


def end(settings: Settings) -> None:
    """Take the mark away. Without one it is fine."""
    _mark(settings).unlink(missing_ok=True)
    disk.sync_folder(settings.home)


def is_unfinished(settings: Settings) -> bool:
    """Tell whether the mark is there."""
    return _mark(settings).exists()


def _mark(settings: Settings) -> Path:
    return settings.home / "restoring"
