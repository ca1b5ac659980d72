"""The folder that a demo fills: all of it or nothing, and of an earlier run nothing stays.

A file ``.fenshen-demo`` in it lists what the run wrote. Whatever else lies there is somebody's own and stays.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fenshen.errors import FenshenError
from fenshen.labels.deliver import TargetExistsError, TargetNotWritableError
from fenshen.store.disk import naming_a_full_disk, write_durably

LIST: Final = ".fenshen-demo"
STAGE: Final = ".fenshen-demo.part"
NAMES: Final = ("portraits", "photos", "receipts", "contact.jpg", "double.jpg", "index.html")


class DemoIntoPhotosError(FenshenError):
    """The demo was to be written into the folder of the photos."""

    code = "demo_into_photos"


@contextmanager
def staged(target: Path, photos: Path | None = None) -> Iterator[Path]:
    """Give a folder to fill. When the block ends well, its files take their places in ``target``; else they go.

    photos: folder of the sitter's photos, which must not be the target. Raises DemoIntoPhotosError,
    TargetExistsError when something of somebody else's has a name that the demo needs, TargetNotWritableError,
    DiskFullError.
    """
    if photos is not None and target.resolve() == photos.resolve():
        raise DemoIntoPhotosError
    if not (target / LIST).is_file() and any((target / name).exists() for name in NAMES):
        raise TargetExistsError
    is_new = not target.exists()
    stage = target / STAGE
    try:
        with _naming_what_is_wrong():
            shutil.rmtree(stage, ignore_errors=True)  # left by a run that was killed
            stage.mkdir(parents=True)
        yield stage
        with _naming_what_is_wrong():
            _take_places(stage, target)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        if is_new:
            with suppress(OSError):
                target.rmdir()  # only when it is empty


def _take_places(stage: Path, target: Path) -> None:
    fresh = sorted(path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file())
    stale = _listed(target) - set(fresh)
    for name in fresh:
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        (stage / name).replace(place)
    for name in stale:
        (target / name).unlink(missing_ok=True)
        with suppress(OSError):
            (target / name).parent.rmdir()  # only when it is empty
    write_durably(target / LIST, "".join(f"{name}\n" for name in fresh).encode(), mode=0o644)


def _listed(target: Path) -> set[str]:
    """What the earlier run wrote; a line that leads out of the folder is not believed."""
    try:
        lines = (target / LIST).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    inside = target.resolve()
    return {line for line in lines if line and (target / line).resolve().is_relative_to(inside)}


@contextmanager
def _naming_what_is_wrong() -> Iterator[None]:
    try:
        with naming_a_full_disk():
            yield
    except OSError as error:
        raise TargetNotWritableError from error
