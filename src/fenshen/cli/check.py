"""``fenshen check DIR``: judge a folder of photos. Nothing is kept, nothing in the folder is touched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, bars, language, new_app, print_json, show_table, tell, told
from fenshen.words import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fenshen.photos.folder import PhotoFile
    from fenshen.photos.inspect import Inspected, SetReport

app = new_app()

COLOURS = {"accepted": "green", "warned": "yellow", "refused": "red"}
PERSONS = {
    "frontal": "person_frontal",
    "same": "person_same",
    "unsure": "person_not_sure",
    "other": "person_other",
    "unknown": "person_unknown",
}


@app.command(help=told("verb_check"))
def check(
    folder: Annotated[Path, typer.Argument(help=told("check_folder"))],
    frontal: Annotated[str | None, typer.Option(help=told("check_frontal"))] = None,
    *,
    as_json: Json = False,
) -> None:
    """Judge every photo of a folder; exit code 1 when none of them can be used."""
    from fenshen.clock import SystemClock
    from fenshen.photos.folder import find_frontal, list_photos
    from fenshen.photos.inspect import inspect_set
    from fenshen.rights.consent import Purpose, for_this_run

    files = list_photos(folder)
    chosen = None if frontal is None else find_frontal(files, Path(frontal).name)
    clock = SystemClock()
    with bars(as_json=as_json) as progress:
        report = inspect_set(
            [file.read for file in files],
            for_this_run(Purpose.INSPECT_PHOTOS, clock),
            settings.load().models,
            frontal=chosen,
            progress=progress,
            clock=clock,
        )
    if as_json:
        print_json(as_dict(files, report))
    else:
        show_report([file.name for file in files], report)
    if report.accepted == 0:
        raise typer.Exit(1)


def as_dict(files: Sequence[PhotoFile], report: SetReport) -> dict[str, object]:
    """Give the report as ``--json`` prints it."""
    return {
        "photos": [
            {
                "file": files[photo.index].name,
                "role": photo.role,
                "verdict": photo.verdict.verdict,
                "reasons": list(photo.verdict.reasons),
                "same_person": photo.same_person,
            }
            for photo in report.photos
        ],
        "accepted": report.accepted,
        "score": report.score,
        "better_than_percent": report.better_than_percent,
        "next": report.next,
    }


def show_report(names: Sequence[str], report: SetReport) -> None:
    """Show every photo's verdict with its reasons, and what to take next."""
    from rich.text import Text

    rows = [
        (
            names[photo.index],
            Text(told(f"verdict_{photo.verdict.verdict}"), style=COLOURS[photo.verdict.verdict]),
            told(PERSONS[photo.same_person]),
            _reasons(photo),
        )
        for photo in report.photos
    ]
    columns = [told(f"check_column_{name}") for name in ("photo", "verdict", "person", "why")]
    facts = {"count": len(report.photos), "accepted": report.accepted, "score": report.score}
    show_table(columns, rows, title=told("check_title", **facts))
    tell(f"→ {told(report.next)}", style="green")


def _reasons(photo: Inspected) -> str:
    """Say every reason with its fix, one a line."""
    from fenshen.photos.container import LIMITS

    return "\n".join(
        f"{say(code, language(), 'what', **LIMITS)} {say(code, language(), 'fix', **LIMITS)}"
        for code in photo.verdict.reasons
    )
