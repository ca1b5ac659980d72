"""``fenshen templates check [PACK]``: every fault of packs with its file, its field and how to mend it."""

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

Pack = Annotated[Path | None, typer.Argument(metavar="PACK", help=told("check_pack_folder"))]
Preview = Annotated[Path | None, typer.Option("--preview", metavar="DIR", help=told("check_pack_preview"))]
Replace = Annotated[bool, typer.Option("--replace", help=told("portrait_replace"))]


def check_pack_of(
    pack: Pack = None, *, preview: Preview = None, replace: Replace = False, as_json: Json = False
) -> None:
    """Check one pack, or all that the studio has; exit code 1 when one has faults."""
    studio = settings.load()
    if pack is None:
        sound = _check_all(studio, preview, replace=replace, as_json=as_json)
    else:
        named = studio.template_folder / pack
        folder = named if len(pack.parts) == 1 and not pack.exists() and named.is_dir() else pack
        checked = _check(folder, studio)
        shown = _previews(checked, preview, studio, replace=replace)
        if as_json:
            print_json(as_dict(checked, shown))
        else:
            show(checked)
            for each in shown:
                _show_preview(each)
        sound = not checked.faults
    if not sound:
        raise typer.Exit(1)


def _check(folder: Path, studio: Settings) -> Checked:
    from fenshen.clock import SystemClock
    from fenshen.flow.check_pack import check_pack
    from fenshen.rights.consent import Purpose, for_this_run

    clock = SystemClock()
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    return check_pack(folder, permit, packs=studio.template_folder, models=studio.models, clock=clock)


def _check_all(studio: Settings, preview: Path | None, *, replace: bool, as_json: bool) -> bool:
    """Check the built-in packs, then one's own, with previews in a folder for each. Whether all are sound."""
    from fenshen.templates.catalogue import shipped_packs
    from fenshen.templates.packs import packs_in

    told_of, sound = {}, True
    for folder in (*shipped_packs(), *packs_in(studio.template_folder)):
        checked = _check(folder, studio)
        into = preview / folder.name if preview else None
        shown = _previews(checked, into, studio, replace=replace)
        sound = sound and not checked.faults
        told_of[folder.name] = as_dict(checked, shown)
        if not as_json:
            tell(folder.name, style="bold")
            show(checked)
            for each in shown:
                _show_preview(each)
    if as_json:
        print_json({"packs": told_of})
    return sound


def _previews(
    checked: Checked, folder: Path | None, studio: Settings, *, replace: bool
) -> list[Tried | Skipped]:
    if folder is None or checked.faults:
        return []
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
