"""``fenshen demo``: the whole journey, and a page that shows it step by step."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fenshen import settings
from fenshen.cli import check_folder, portrait
from fenshen.cli.consent_question import age_question, can_ask, ensure_consent
from fenshen.cli.double_make import Sure, listed, verdicts_shown
from fenshen.cli.screen import Json, bars, language, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from fenshen.flow.demonstrate import Demonstration
    from fenshen.ids import SitterId
    from fenshen.photos.folder import PhotoFile
    from fenshen.rights.desk import Desk

app = new_app()


class Person(StrEnum):
    """The bundled people; none of them exists."""

    ANNA = "anna"
    OMAR = "omar"


Out = Annotated[Path, typer.Option("-o", metavar="DIR", help=told("demo_out"))]
Whom = Annotated[Person, typer.Option("--person", help=told("demo_person"))]
Photos = Annotated[Path | None, typer.Option("--photos", metavar="DIR", help=told("demo_photos"))]
Frontal = Annotated[str | None, typer.Option("--frontal", metavar="FILE", help=told("double_frontal"))]
Templates = Annotated[
    list[str] | None, typer.Option("--template", "-t", metavar="NAME", help=told("demo_template"))
]
Size = Annotated[int, typer.Option("--short-side", min=400, max=3072, help=told("portrait_size"))]
Adult = Annotated[bool, typer.Option("--adult", help=told("option_adult"))]
Consent = Annotated[bool, typer.Option("--consent", help=told("option_consent"))]
Few = Annotated[bool, typer.Option("--few", help=told("option_few"))]
Again = Annotated[bool, typer.Option("--again", help=told("option_again"))]


@app.command(help=told("verb_demo"))
def demo(
    *,
    out: Out = Path("demo"),
    person: Whom = Person.ANNA,
    photos: Photos = None,
    frontal: Frontal = None,
    template: Templates = None,
    short_side: Size = 1024,
    adult: Adult = False,
    consent: Consent = False,
    few: Few = False,
    again: Again = False,
    confirm_adult: Sure = False,
    as_json: Json = False,
) -> None:
    """1. see whose photos  2. ask or record consent  3. sit and portray  4. write the page  5. say what came of it."""
    from fenshen import people
    from fenshen.cli.demo_folder import staged
    from fenshen.engines.studio.engine import StudioEngine
    from fenshen.flow.demonstrate import demonstrate
    from fenshen.flow.portray import Order
    from fenshen.ids import SitterId, new_id
    from fenshen.rights import retention
    from fenshen.templates.catalogue import showcase

    files, chosen = (people.photos_of(person), None) if photos is None else listed(photos, frontal)  # (1)
    order = Order(templates=template or showcase(), short_side=short_side)
    with staged(out, photos) as stage:
        desk = retention.start(settings.load())
        sitter = SitterId(new_id("sitter"))
        _consent(desk, sitter, photos, adult=adult, consent=consent, as_json=as_json)  # (2)
        grown_up = confirm_adult or photos is None  # the bundled people are drawn as adults
        with verdicts_shown(files, as_json=as_json), bars(as_json=as_json) as progress:
            ask = age_question(progress, adult_flag=grown_up, interactive=can_ask(as_json=as_json))
            shown = demonstrate(
                files, sitter, stage, order, desk=desk, engine=StudioEngine(), progress=progress,
                frontal=chosen, accept_few=few, again=again or photos is None,
                is_adult=ask,
            )  # (3)  # fmt: skip
        _write_page(stage, out, files, photos, shown, desk)  # (4)
    show(files, shown, out, as_json=as_json)  # (5)


def _consent(
    desk: Desk, sitter: SitterId, photos: Path | None, *, adult: bool, consent: bool, as_json: bool
) -> None:
    """Ask the person of the photos; for one who does not exist, record it in their place and say so."""
    from fenshen.rights import consent as rights
    from fenshen.rights.consent import Purpose

    if photos is not None:
        interactive = can_ask(as_json=as_json)
        ensure_consent(
            desk, sitter, list(Purpose), adult_flag=adult, consent_flag=consent, interactive=interactive
        )
        return
    rights.grant(desk, sitter, list(Purpose), adult=True, is_self=False, language=language())
    if not as_json:
        tell(told("demo_nobody"))


def _write_page(
    stage: Path,
    out: Path,
    files: list[PhotoFile],
    photos: Path | None,
    shown: Demonstration,
    desk: Desk,
) -> None:
    """Write the page in both languages, the receipts it speaks of, and a bundled person's photos."""
    from fenshen.cli import demo_page
    from fenshen.store.disk import write_durably
    from fenshen.words import languages

    enclosed = demo_page.enclosures(shown, desk)
    if photos is None:
        opened = [files[photo.index] for photo in shown.sitting.report.photos if photo.was_opened]
        enclosed |= {f"photos/{file.name}": file.read() for file in opened}
    source = demo_page.Source(files=files, folder=photos, stage=stage, out=out)
    first = desk.settings.language
    for each in languages():
        enclosed[demo_page.file_name(each, first)] = demo_page.render(shown, source, desk, each).encode()
    for name, content in enclosed.items():
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
        write_durably(stage / name, content, mode=0o644)


def show(files: list[PhotoFile], shown: Demonstration, out: Path, *, as_json: bool) -> None:
    """Say what came of it: for a program everything, for people what they want to open next."""
    sitting, index = shown.sitting, out / "index.html"
    here = [replace(each, file=out / "portraits" / each.file.name) for each in shown.portraits]
    if as_json:
        print_json(_as_dict(files, shown, out) | portrait.as_rows(here, shown.skipped))
        return
    if shown.erased is not None:
        erased = shown.erased
        tell(told("demo_erased", double=erased.double, receipt=str(erased.receipt.path)))
    columns = [told(f"portrait_column_{name}") for name in ("template", "photo", "likeness", "seconds")]
    rows = [
        (d.template, str(d.photo), portrait.in_range(d.likeness.percentile), f"{d.seconds:.1f}") for d in here
    ]
    show_table(columns, rows)
    total = f"{sum(shown.seconds.values()):.0f}"
    portrait.show_skipped(shown.skipped)
    if sitting.not_opened:
        tell(told("double_not_opened", count=sitting.not_opened))
    tell(told("demo_done", portraits=len(here), seconds=total, count=sitting.photos_destroyed))
    tell(f"→ {index}", style="bold green")


def _as_dict(files: list[PhotoFile], shown: Demonstration, out: Path) -> dict[str, Any]:
    sitting = shown.sitting
    judged = check_folder.as_dict(files, sitting.report)
    return {
        "out": out,
        "double": sitting.double,
        "takes": len(sitting.takes),
        **judged,
        "seconds": {name: round(value, 2) for name, value in shown.seconds.items()},
        "photos_destroyed": sitting.photos_destroyed,
        "receipt": sitting.receipt,
        "erased": None if shown.erased is None else shown.erased.double,
        "contact": out / "contact.jpg",
        "double_picture": out / "double.jpg",
        "index": out / "index.html",
    }
