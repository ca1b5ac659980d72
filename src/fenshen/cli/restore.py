"""``fenshen restore``: bring back from a backup what is missing here; whoever was erased stays erased."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.consent_question import can_ask, yes
from fenshen.cli.screen import Json, bars, new_app, print_json, tell, told

if TYPE_CHECKING:
    from fenshen.flow.restore import Restored

app = new_app()

Source = Annotated[Path | None, typer.Argument(metavar="FILE", help=told("restore_file"))]
Add = Annotated[bool, typer.Option("--add", help=told("restore_add"))]
GiveUp = Annotated[bool, typer.Option("--give-up", help=told("restore_give_up"))]


@app.command(help=told("verb_restore"))
def restore(file: Source = None, *, add: Add = False, give_up: GiveUp = False, as_json: Json = False) -> None:
    """Bring back what is missing, or end a restore that was cut off."""
    from fenshen.flow import restore as story

    if give_up:
        story.give_up(settings.load())
        if as_json:
            print_json({"given_up": True})
        else:
            tell(told("restore_given_up"))
        return
    if file is None:
        raise typer.BadParameter(told("restore_file"))
    try:
        restored = _restored(file, may_add=add, as_json=as_json)
    except story.StudioLivesError as refusal:
        if not can_ask(as_json=as_json) or not yes(told("restore_ask", **refusal.facts)):
            raise
        restored = _restored(file, may_add=True, as_json=as_json)
    _show(restored, as_json=as_json)


def _restored(file: Path, *, may_add: bool, as_json: bool) -> Restored:
    from fenshen.flow.restore import restore as bring_back

    with bars(as_json=as_json) as progress:
        return bring_back(settings.load(), file, progress=progress, may_add=may_add)


def _show(restored: Restored, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(restored))
        return
    tell(told("restore_done", **asdict(restored)), style="bold")
    if restored.people_gone:
        tell(told("restore_gone", count=restored.people_gone))
    if restored.people_back:
        tell(told("restore_ask_again"))
