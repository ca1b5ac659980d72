"""The sitter's own copy: the photos that were used, sealed so that only the sitter opens them, for a later redo."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fenshen.clock import Clock
from fenshen.photos.folder import PhotoFile
from fenshen.photos.report import SetReport
from fenshen.rights.consent import Permit, Purpose
from fenshen.store.new_file import new_file
from fenshen.vault.bundle import Secret, open_bundle, write_bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAway:
    """Where the sitter wants the bundle, and what shall open it. The studio keeps neither."""

    file: Path
    secret: Secret


@contextmanager
def taken_away(
    wanted: TakeAway | None,
    report: SetReport,
    openers: Sequence[Callable[[], bytes]],
    permit: Permit,
    clock: Clock,
) -> Iterator[int]:
    """Write the bundle, then let the double be kept; give how many photos are in it.

    In this order, because after the double come no more photos to write. When the block fails, the bundle of a
    double that never was goes too. openers: how to read each photo of the report. Raises PermitRefusedError,
    FileExistsAlreadyError, FileUnwritableError, DiskFullError.
    """
    if wanted is None:
        yield 0
        return
    permit.check(Purpose.BUILD_DOUBLE, clock.now())
    used = in_order(report)
    with new_file(wanted.file) as file:
        write_bundle(file, [openers[number] for number in used], wanted.secret)
    try:
        yield len(used)
    except BaseException:
        wanted.file.unlink(missing_ok=True)
        raise


def in_order(report: SetReport) -> list[int]:
    """Give the photos a double may be made of, the frontal first: a redo then takes the same one."""
    used = [photo.index for photo in report.photos if photo.verdict.is_usable and photo.was_opened]
    return sorted(used, key=lambda number: (number != report.frontal, number))


def photos_in(file: Path, secret: Secret) -> list[PhotoFile]:
    """Give the photos of a bundle, the frontal first. They have no names, only numbers. Errors: ``open_bundle``."""
    return [
        PhotoFile(name=f"{number:02}", read=read) for number, read in enumerate(open_bundle(file, secret), 1)
    ]
