"""What ``fenshen check`` does, and how it begins before its command line is read. No typer: see ``cli.AT_ONCE``."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fenshen import settings
from fenshen.cli import DONE, REFUSED
from fenshen.cli.terminal import bars, language, print_json, show_table, tell, tell_at_once, told
from fenshen.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fenshen.photos.folder import PhotoFile
    from fenshen.photos.inspect import Inspected, SetReport
    from fenshen.rights.consent import Permit

COLOURS = {"accepted": "green", "warned": "yellow", "refused": "red", "not_needed": "dim"}
SIGNS = {"accepted": "✓", "warned": "!", "refused": "✗"}
PERSONS = {
    "frontal": "person_frontal",
    "same": "person_same",
    "unsure": "person_not_sure",
    "other": "person_other",
    "unknown": "person_unknown",
}


def run(
    folder: Path,
    frontal: str | None = None,
    html: Path | None = None,
    *,
    every: bool = False,
    as_json: bool = False,
) -> int:
    """Judge the photos of a folder until there are enough; give the exit code, 1 when none of them can be used."""
    loading = ahead()
    from fenshen.clock import SystemClock
    from fenshen.photos.folder import find_frontal, list_photos
    from fenshen.photos.inspect import inspect_set
    from fenshen.rights.consent import Purpose, for_this_run

    files = list_photos(folder)
    chosen = None if frontal is None else find_frontal(files, Path(frontal).name)
    clock = SystemClock()
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    with bars(as_json=as_json, patient=True) as progress:
        report = inspect_set(
            [file.read for file in files],
            permit,
            settings.load().models,
            frontal=chosen,
            progress=progress,
            on_photo=None if as_json else _teller(files),
            stop_when_enough=not every,
            clock=clock,
        )
    loading.result()  # a fault of ours there is one like any other
    if as_json:
        print_json(as_dict(files, report))
    else:
        show_report([file.name for file in files], report)
    if html is not None:
        _write_page(html, files, report, permit, quiet=as_json)
    return DONE if report.accepted else REFUSED


def ahead() -> Future[None]:
    """Begin to load what judging needs, in a thread, once; the result holds what went wrong there."""
    return _ahead(settings.load().models)


@cache
def _ahead(models: Path) -> Future[None]:
    def begin() -> None:
        from fenshen.photos import rehearsal

        rehearsal.begin(models)

    worker = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    begun = worker.submit(begin)
    worker.shutdown(wait=False)
    return begun


def forget_loaded() -> None:
    """Begin anew with the next one."""
    _ahead.cache_clear()


def _teller(files: Sequence[PhotoFile]) -> Callable[[Inspected], None]:
    """Tell each verdict as soon as it is known; what only the set can show follows in the table."""

    def tell_one(photo: Inspected) -> None:
        verdict = photo.verdict
        why = say(verdict.reasons[0], language(), "what", **_limits()) if verdict.reasons else ""
        tell_at_once(
            f"{SIGNS[verdict.verdict]} {files[photo.index].name}  {why}", style=COLOURS[verdict.verdict]
        )

    return tell_one


def _write_page(
    target: Path, files: Sequence[PhotoFile], report: SetReport, permit: Permit, *, quiet: bool
) -> None:
    from fenshen.cli.check_page import render
    from fenshen.labels.deliver import TargetNotWritableError
    from fenshen.store.disk import naming_a_full_disk, write_durably

    page = render(files, report, permit, language())
    try:
        with naming_a_full_disk():
            write_durably(target, page.encode(), mode=0o600)
    except OSError as error:
        raise TargetNotWritableError from error
    if not quiet:
        tell(told("check_html_written", file=str(target)))


def as_dict(files: Sequence[PhotoFile], report: SetReport) -> dict[str, object]:
    """Give the report as ``--json`` prints it."""
    from fenshen.photos import telling

    return telling.as_dict([file.name for file in files], report)


def show_report(names: Sequence[str], report: SetReport) -> None:
    """Show every photo's verdict with its reasons, and what to take next."""
    from rich.text import Text

    from fenshen.photos.percentile import reference

    rows = [
        (
            names[photo.index],
            Text(told(f"verdict_{outcome(photo)}"), style=COLOURS[outcome(photo)]),
            told(PERSONS[photo.same_person]),
            _reasons(photo),
        )
        for photo in report.photos
    ]
    columns = [told(f"check_column_{name}") for name in ("photo", "verdict", "person", "why")]
    facts = {"count": len(report.photos), "accepted": report.accepted, "score": report.score}
    show_table(columns, rows, title=told("check_title", **facts))
    if report.better_than_percent is not None:
        tell(
            told("check_better_than", percent=report.better_than_percent, sets=sum(reference())), style="dim"
        )
    if unasked := [told(f"check_of_{name}") for name, done in report.checked.items() if not done]:
        tell(told("check_not_looked", checks=" · ".join(unasked)), style="dim")
    for code in report.asks:
        tell(f"{told(code)} {told(code, 'why')} {told(code, 'fix')}", style="yellow")
    tell(f"→ {told(report.next)}", style="green")


def outcome(photo: Inspected) -> str:
    """What became of a photo, in one word of the catalogue: its verdict, or that nobody needed to open it."""
    return photo.verdict.verdict if photo.was_opened else "not_needed"


def _reasons(photo: Inspected) -> str:
    """Say every reason with its fix, one a line."""
    return "\n".join(
        f"{say(code, language(), 'what', **_limits())} {say(code, language(), 'fix', **_limits())}"
        for code in photo.verdict.reasons
    )


def _limits() -> dict[str, int]:
    from fenshen.photos.container import LIMITS

    return dict(LIMITS)
