"""``fenshen templates check PACK``: every fault of a pack with its file, its field and how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, print_json, tell, told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fenshen.flow.check_pack import Checked
    from fenshen.flow.portray import Skipped
    from fenshen.flow.try_template import Tried
    from fenshen.settings import Settings
    from fenshen.templates.reading import TemplateFault

Pack = Annotated[Path, typer.Argument(metavar="PACK", help=told("check_pack_folder"))]
Preview = Annotated[Path | None, typer.Option("--preview", metavar="DIR", help=told("check_pack_preview"))]
Replace = Annotated[bool, typer.Option("--replace", help=told("portrait_replace"))]


def check_pack_of(
    pack: Pack, *, preview: Preview = None, replace: Replace = False, as_json: Json = False
) -> None:
    """Check one pack; exit code 1 when it has faults."""
    from fenshen.clock import SystemClock
    from fenshen.flow.check_pack import check_pack
    from fenshen.rights.consent import Purpose, for_this_run

    studio, clock = settings.load(), SystemClock()
    named = studio.template_folder / pack
    folder = named if len(pack.parts) == 1 and not pack.exists() and named.is_dir() else pack
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    checked = check_pack(folder, permit, packs=studio.template_folder, models=studio.models, clock=clock)
    shown = _previews(checked, preview, studio, replace=replace) if preview and not checked.faults else []
    if as_json:
        print_json(as_dict(checked, shown))
    else:
        show(checked)
        for each in shown:
            _show_preview(each)
    if checked.faults:
        raise typer.Exit(1)


def _previews(checked: Checked, folder: Path, studio: Settings, *, replace: bool) -> list[Tried | Skipped]:
    from fenshen.engines.studio.engine import StudioEngine
    from fenshen.flow.try_template import try_templates
    from fenshen.rights.desk import open_desk

    desk = open_desk(studio)
    return list(try_templates(checked.recipes, folder, desk=desk, engine=StudioEngine(), replace=replace))


def _show_preview(each: Tried | Skipped) -> None:
    from fenshen.flow.portray import Skipped

    if isinstance(each, Skipped):
        tell(f"! {each.template}  {told(each.why.code, **each.why.facts)}", style="yellow")
    else:
        tell(f"→ {each.file}", style="bold green")


def as_dict(checked: Checked, shown: Sequence[Tried | Skipped] = ()) -> dict[str, object]:
    """Give what was found as ``--json`` prints it."""
    return {
        "templates": list(checked.templates),
        "faults": [_fault(each) for each in checked.faults],
        "publishable": checked.may_be_published,
        "not_publishable": [_fault(each) for each in checked.not_to_publish],
        "previews": [str(file) for each in shown if (file := getattr(each, "file", None))],
    }


def show(checked: Checked) -> None:
    """Say every fault and how to mend it, then whether the pack may be published."""
    for each in checked.faults:
        _show_fault(each, "✗", "red")
    for each in checked.not_to_publish:
        _show_fault(each, "!", "yellow")
    if checked.faults:
        tell(told("check_pack_faulty", faults=len(checked.faults)), style="bold red")
        return
    tell(told("check_pack_sound", names=", ".join(checked.templates)), style="bold green")
    tell(told("check_pack_publishable" if checked.may_be_published else "check_pack_at_home"))


def _show_fault(each: TemplateFault, sign: str, style: str) -> None:
    file = f"{each.file}:{each.line}" if each.line else each.file
    place = ": ".join(part for part in (file, each.at) if part)
    tell(f"{sign} {place or '.'}  {told(each.code, **each.facts)}", style=style)
    tell(f"  → {told(each.code, 'fix', **each.facts)}")


def _fault(each: TemplateFault) -> dict[str, str | int]:
    return {
        "code": each.code,
        "file": each.file,
        "line": each.line,
        "field": each.at,
        "what": told(each.code, **each.facts),
        "fix": told(each.code, "fix", **each.facts),
    }
