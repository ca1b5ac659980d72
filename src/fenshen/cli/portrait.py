"""``fenshen portrait``: a double and templates in, labelled portraits out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fenshen import settings
from fenshen.cli.consent_question import can_ask, ensure_consent
from fenshen.cli.screen import Json, bars, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from fenshen.flow.portray import Delivered

app = new_app()

Id = Annotated[str, typer.Argument(metavar="ID", help=told("double_id"))]
Templates = Annotated[
    list[str], typer.Option("--template", "-t", metavar="NAME", help=told("portrait_template"))
]
Each = Annotated[int, typer.Option("-n", min=1, max=12, help=told("portrait_each"))]
Seed = Annotated[int, typer.Option("--seed", min=0, help=told("portrait_seed"))]
Size = Annotated[int, typer.Option("--short-side", min=400, max=3072, help=told("portrait_size"))]
Out = Annotated[Path, typer.Option("-o", metavar="DIR", help=told("portrait_out"))]
Adult = Annotated[bool, typer.Option("--adult", help=told("option_adult"))]
Consent = Annotated[bool, typer.Option("--consent", help=told("option_consent"))]
Replace = Annotated[bool, typer.Option("--replace", help=told("portrait_replace"))]


@app.command(help=told("verb_portrait"))
def portrait(
    double: Id,
    template: Templates,
    *,
    out: Out,
    each: Each = 1,
    seed: Seed = 1,
    short_side: Size = 1024,
    replace: Replace = False,
    adult: Adult = False,
    consent: Consent = False,
    as_json: Json = False,
) -> None:
    """Render portraits of one double."""
    from fenshen.engines.studio.engine import StudioEngine
    from fenshen.flow.portray import Order, portray
    from fenshen.ids import DoubleId
    from fenshen.rights import erasure, retention
    from fenshen.rights.consent import Purpose

    desk = retention.start(settings.load())
    ensure_consent(
        desk,
        erasure.whose(desk, double),
        [Purpose.RENDER_PORTRAIT],
        adult_flag=adult,
        consent_flag=consent,
        interactive=can_ask(as_json=as_json),
    )
    order = Order(templates=template, each=each, seed=seed, short_side=short_side, replace=replace)
    with bars(as_json=as_json) as progress:
        delivered = list(
            portray(DoubleId(double), order, out, desk=desk, engine=StudioEngine(), progress=progress)
        )
    show_portraits(delivered, as_json=as_json)


def show_portraits(delivered: list[Delivered], *, as_json: bool) -> None:
    """Say what left."""
    if as_json:
        print_json({"portraits": [as_row(each) for each in delivered]})
        return
    columns = [
        told(f"portrait_column_{name}") for name in ("file", "template", "photo", "likeness", "seconds")
    ]
    rows = [
        (str(d.file), d.template, str(d.photo), in_range(d.likeness.percentile), f"{d.seconds:.1f}")
        for d in delivered
    ]
    show_table(columns, rows)
    tell(told("portrait_likeness_means"))


def as_row(delivered: Delivered) -> dict[str, Any]:
    """One portrait as the JSON promises it."""
    return {
        "file": delivered.file,
        "template": delivered.template,
        "likeness": round(delivered.likeness.value, 3),
        "likeness_percentile": delivered.likeness.percentile,
        "seconds": round(delivered.seconds, 2),
        "seed": delivered.seed,
        "made_from_photo": delivered.photo,
        "produce_id": delivered.produce_id,
    }


def in_range(percentile: float | None) -> str:
    """Say a likeness in words: where it stands among the sitter's own photos."""
    return (
        told("likeness_unknown") if percentile is None else told("likeness_rank", percent=round(percentile))
    )
