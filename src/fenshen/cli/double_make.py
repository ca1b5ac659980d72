"""``fenshen double create``: photos in, a digital double out, the photos destroyed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.consent_question import can_ask, ensure_consent
from fenshen.cli.screen import Json, bars, new_app, print_json, tell, told

if TYPE_CHECKING:
    from fenshen.flow.sit import Sitting

app = new_app(group=True)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help=told("double_folder"))]
Frontal = Annotated[str | None, typer.Option("--frontal", metavar="FILE", help=told("double_frontal"))]
Adult = Annotated[bool, typer.Option("--adult", help=told("option_adult"))]
Consent = Annotated[bool, typer.Option("--consent", help=told("option_consent"))]
Few = Annotated[bool, typer.Option("--few", help=told("option_few"))]


@app.command("create", help=told("double_create"))
def create(
    folder: Folder,
    *,
    frontal: Frontal = None,
    adult: Adult = False,
    consent: Consent = False,
    few: Few = False,
    as_json: Json = False,
) -> None:
    """Make a double of a new sitter from a folder of photos."""
    from fenshen.flow.sit import SetRefusedError, sit
    from fenshen.ids import SitterId, new_id
    from fenshen.photos.folder import list_photos, place_of
    from fenshen.rights import retention
    from fenshen.rights.consent import Purpose

    photos = list_photos(folder)
    chosen = place_of(photos, frontal) if frontal else None
    desk = retention.start(settings.load())
    sitter = SitterId(new_id("sitter"))
    ensure_consent(
        desk, sitter, list(Purpose), adult_flag=adult, consent_flag=consent, interactive=can_ask(as_json=as_json)
    )
    try:
        with bars(as_json=as_json) as progress:
            sitting = sit(photos, sitter, desk=desk, progress=progress, frontal=chosen, accept_few=few)
    except SetRefusedError as refusal:
        if not as_json:
            show_verdicts([photo.name for photo in photos], refusal.report)
        raise
    show_sitting(sitting, as_json=as_json)


def show_sitting(sitting: Sitting, *, as_json: bool) -> None:
    """Say what came of a sitting."""
    total = sum(sitting.seconds.values())
    if as_json:
        print_json(
            {
                "double": sitting.double,
                "takes": len(sitting.takes),
                "seconds": round(total, 2),
                "steps": {name: round(value, 2) for name, value in sitting.seconds.items()},
                "accepted": sitting.report.accepted,
                "score": sitting.report.score,
                "photos_destroyed": sitting.photos_destroyed,
                "receipt": sitting.receipt,
            }
        )
        return
    tell(told("double_made", double=sitting.double, takes=len(sitting.takes), seconds=f"{total:.1f}"), style="bold")
    tell(told("double_photos_gone", count=sitting.photos_destroyed, receipt=str(sitting.receipt)))
    tell(told("double_what_next", double=sitting.double))
