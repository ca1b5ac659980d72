"""``fenshen idphoto FILE``: crop a photo to an office's size, before a plain background. The face stays as it is."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from fenshen import settings
from fenshen.cli.screen import Json, language, new_app, print_json, show_refusal, show_table, tell, told
from fenshen.errors import FenshenError

if TYPE_CHECKING:
    from fenshen.flow.make_id_photo import Order, Taken
    from fenshen.portrait.id_checks import Measured
    from fenshen.portrait.id_sizes import IdSize


class IdPhotoOfDoubleError(FenshenError):
    """An ID photo of a double was asked for. Its pixels must be a photo's own, and a double's are relit."""

    code = "id_photo_of_double"


class IdPhotoIncompleteError(FenshenError):
    """A photo, a size or a file to write was not named. Facts: ``option``."""

    code = "id_photo_incomplete"
    exit_status = 2


class KilobytesUnreadableError(FenshenError):
    """What was given is no range of kilobytes. Facts: ``given``."""

    code = "kilobytes_unreadable"
    exit_status = 2


Given = TypeVar("Given")

app = new_app()

File = Annotated[Path | None, typer.Argument(metavar="FILE", help=told("idphoto_file"))]
Size = Annotated[str | None, typer.Option("--size", metavar="NAME", help=told("idphoto_size"))]
Background = Annotated[
    str | None, typer.Option("--background", metavar="COLOUR", help=told("idphoto_background"))
]
Out = Annotated[Path | None, typer.Option("-o", metavar="FILE", help=told("idphoto_out"))]
Paper = Annotated[str | None, typer.Option("--sheet", metavar="PAPER", help=told("idphoto_sheet"))]
Exposure = Annotated[float, typer.Option("--exposure", min=-2, max=2, help=told("idphoto_exposure"))]
Kilobytes = Annotated[str | None, typer.Option("--kb", metavar="MIN-MAX", help=told("idphoto_kb"))]
Sizes = Annotated[bool, typer.Option("--sizes", help=told("idphoto_sizes"))]
Double = Annotated[str | None, typer.Option("--double", metavar="ID", help=told("idphoto_double"))]
Replace = Annotated[bool, typer.Option("--replace", help=told("portrait_replace"))]


@app.command(help=told("verb_idphoto"))
def idphoto(
    file: File = None,
    *,
    size: Size = None,
    background: Background = None,
    out: Out = None,
    sheet: Paper = None,
    exposure: Exposure = 0.0,
    kb: Kilobytes = None,
    sizes: Sizes = False,
    double: Double = None,
    replace: Replace = False,
    as_json: Json = False,
) -> None:
    """Make one ID photo; exit code 1 when the photo is unfit or the result breaks its size's rule."""
    from fenshen.clock import SystemClock
    from fenshen.flow.make_id_photo import IdPhotoUnfitError, Order, make_id_photo
    from fenshen.photos.folder import read_photo
    from fenshen.portrait import id_sizes
    from fenshen.portrait.id_photo import Wanted
    from fenshen.rights.consent import Purpose, for_this_run

    if sizes:
        _show_sizes(as_json=as_json)
        return
    if double is not None:
        raise IdPhotoOfDoubleError
    source, chosen, target = _given(file, "FILE"), id_sizes.size(_given(size, "--size")), _given(out, "-o")
    colour = background or (chosen.backgrounds[0] if chosen.backgrounds else "white")
    wanted = Wanted(size=chosen, background=id_sizes.background(colour), exposure=exposure)
    order = Order(wanted=wanted, kb=kilobytes_of(kb), paper=sheet, replace=replace)
    clock = SystemClock()
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    try:
        taken = make_id_photo(
            partial(read_photo, source), permit, order, target, models=settings.load().models, clock=clock
        )
    except IdPhotoUnfitError as unfit:
        if as_json:
            raise
        for code in unfit.reasons:
            show_refusal(code, told(code), told(code, "why"), told(code, "fix"))
        raise typer.Exit(1) from None
    if as_json:
        print_json(as_dict(taken, order, colour))
    else:
        show(taken, order)
    if taken.faults:
        raise typer.Exit(1)


def kilobytes_of(given: str | None) -> tuple[int, int] | None:
    """Read ``--kb``: a range as 20-80, or only the most. Raises KilobytesUnreadableError."""
    if given is None:
        return None
    parts = given.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) > 2:  # noqa: PLR2004 - from and to
        raise KilobytesUnreadableError(given=given)
    least, most = (0, int(parts[0])) if len(parts) == 1 else (int(parts[0]), int(parts[1]))
    if least >= most:
        raise KilobytesUnreadableError(given=given)
    return least, most


def as_dict(taken: Taken, order: Order, background: str) -> dict[str, Any]:
    """Give what left as ``--json`` prints it."""
    photo, size = taken.photo, order.wanted.size
    return {
        "file": taken.file,
        "size": size.name,
        "mm": list(size.mm),
        "px": list(size.px),
        "dpi": size.dpi,
        "background": background,
        "passes": not taken.faults,
        "faults": [_reason(code) for code in taken.faults],
        "warnings": [_reason(code) for code in taken.warnings],
        "asks": [_reason(f"id_ask_{each}") for each in size.asks],
        "measures": [_measure(each) for each in photo.measured],
        "crown": "top of the hair",
        "bytes": taken.length,
        "jpeg_quality": taken.quality,
        "scale": round(photo.scale, 4),
        "turned_degrees": round(photo.turned, 2),
        "exposure": order.wanted.exposure,
        "edits": size.edits,
        "source_type": taken.source_type,
        "sheet": None
        if taken.sheet is None
        else {
            "paper": taken.sheet.paper,
            "mm": list(taken.sheet.size),
            "photos": len(taken.sheet.places),
            "files": list(taken.sheet_files),
        },
    }


def show(taken: Taken, order: Order) -> None:
    """Say what left, how it was measured, and what an office may say."""
    from rich.text import Text

    size = order.wanted.size
    columns = [told(f"idphoto_column_{name}") for name in ("measure", "px", "mm", "rule", "verdict")]
    rows = [
        (
            told(each.code),
            f"{each.px:.0f}",
            f"{each.mm:.1f}",
            _rule(each),
            Text(told(_verdict(each)), style={True: "green", False: "red", None: "dim"}[each.keeps]),
        )
        for each in taken.photo.measured
    ]
    show_table(columns, rows, title=f"{_title(size)}  {size.px[0]}×{size.px[1]} px, {size.dpi} dpi")
    tell(told("idphoto_crown"), style="dim")
    numbers = {each.code: each for each in taken.photo.measured}
    for code in taken.faults:
        what = _broken(numbers[code]) if code in numbers else told(code)
        tell(f"✗ {what} {told(code, 'fix')}", style="red")
    for code in taken.warnings:
        tell(f"! {told(code)} {told(code, 'fix')}", style="yellow")
    for asked in size.asks:
        tell(f"· {told(f'id_ask_{asked}')} {told(f'id_ask_{asked}', 'fix')}")
    kilobytes = f"{taken.length / 1024:.1f}"
    tell(told("idphoto_written", file=taken.file.name, kb=kilobytes, quality=taken.quality))
    if taken.sheet is not None:
        tell(told("idphoto_sheet_written", photos=len(taken.sheet.places), paper=taken.sheet.paper))
    for file in (taken.file, *taken.sheet_files):
        tell(f"→ {file}", style="bold green")


def _show_sizes(*, as_json: bool) -> None:
    from fenshen.portrait import id_sizes

    if as_json:
        every = [each.model_dump(exclude_defaults=True) for each in id_sizes.sizes()]
        print_json({"recorded": id_sizes.recorded(), "sizes": every})
        return
    columns = [told(f"idphoto_column_{name}") for name in ("name", "title", "size", "background", "rule")]
    rows = [
        (
            each.name,
            _title(each),
            f"{each.mm[0]}×{each.mm[1]} mm\n{each.px[0]}×{each.px[1]} px, {each.dpi} dpi",
            "\n".join(each.backgrounds) or "-",
            told(f"idphoto_evidence_{each.evidence}")
            + (f"\n{each.kb[0]}-{each.kb[1]} KB" if each.kb else ""),
        )
        for each in id_sizes.sizes()
    ]
    show_table(columns, rows)
    tell(told("idphoto_recorded", day=id_sizes.recorded().isoformat()), style="dim")


def _given(value: Given | None, option: str) -> Given:
    if value is None:
        raise IdPhotoIncompleteError(option=option)
    return value


def _title(size: IdSize) -> str:
    return size.zh if language() == "zh" else size.en


def _reason(code: str) -> dict[str, str]:
    return {"code": code, "what": told(code), "fix": told(code, "fix")}


def _measure(each: Measured) -> dict[str, Any]:
    return {
        "measure": each.measure,
        "px": round(each.px, 1),
        "mm": round(each.mm, 2),
        "low_px": each.low,
        "high_px": each.high,
        "keeps": each.keeps,
    }


def _broken(each: Measured) -> str:
    return told("idphoto_fault", measure=told(each.code), px=f"{each.px:.0f}", rule=_rule(each))


def _verdict(each: Measured) -> str:
    return {True: "idphoto_keeps", False: "idphoto_breaks", None: "idphoto_no_rule"}[each.keeps]


def _rule(each: Measured) -> str:
    """The limits in pixels, as 224-260, ≥ 207 or nothing."""
    if each.low is not None and each.high is not None:
        return f"{each.low:.0f}-{each.high:.0f} px"
    if each.low is not None:
        return f"≥ {each.low:.0f} px"
    return f"≤ {each.high:.0f} px" if each.high is not None else "-"
