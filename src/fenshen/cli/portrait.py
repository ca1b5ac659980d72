"""``fenshen portrait``: a double and templates in, labelled portraits out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fenshen import settings
from fenshen.cli.consent_question import can_ask, ensure_consent
from fenshen.cli.screen import Json, bars, new_app, print_json, show_refusal, show_table, tell, told
from fenshen.errors import FenshenError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fenshen.flow.portray import Delivered, Order, Skipped
    from fenshen.ids import DoubleId
    from fenshen.portrait.closer import Pressed
    from fenshen.rights.desk import Desk
    from fenshen.templates.recipe import Wish


class FolderNeededError(FenshenError):
    """Nobody said where the portraits shall go."""

    code = "folder_needed"


class BeautifyUnreadableError(FenshenError):
    """What was given is neither off, low nor a number from 0 to 1. Facts: ``given``."""

    code = "beautify_unreadable"


app = new_app()

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help=told("portrait_ids"))]
Templates = Annotated[
    list[str], typer.Option("--template", "-t", metavar="NAME", help=told("portrait_template"))
]
Each = Annotated[int, typer.Option("-n", min=1, max=12, help=told("portrait_each"))]
Seed = Annotated[int, typer.Option("--seed", min=0, help=told("portrait_seed"))]
Size = Annotated[int, typer.Option("--short-side", min=400, max=3072, help=told("portrait_size"))]
Out = Annotated[Path | None, typer.Option("-o", metavar="DIR", help=told("portrait_out"))]
Adult = Annotated[bool, typer.Option("--adult", help=told("option_adult"))]
Consent = Annotated[bool, typer.Option("--consent", help=told("option_consent"))]
Beautify = Annotated[str, typer.Option("--beautify", metavar="off|low|0..1", help=told("portrait_beautify"))]
Closer = Annotated[int, typer.Option("--more-like-me", min=0, max=4, help=told("portrait_more_like_me"))]
Yaw = Annotated[float | None, typer.Option("--yaw", min=-45, max=45, help=told("portrait_yaw"))]
Pitch = Annotated[float | None, typer.Option("--pitch", min=-45, max=45, help=told("portrait_pitch"))]
Roll = Annotated[float | None, typer.Option("--roll", min=-45, max=45, help=told("portrait_roll"))]
Smile = Annotated[float | None, typer.Option("--smile", min=0, max=1, help=told("portrait_smile"))]
Gaze = Annotated[float | None, typer.Option("--gaze", min=-6, max=6, help=told("portrait_gaze"))]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=told("portrait_set"))]
Explain = Annotated[bool, typer.Option("--explain", help=told("portrait_explain"))]
LabelFree = Annotated[bool, typer.Option("--label-free", help=told("portrait_label_free"))]
Later = Annotated[bool, typer.Option("--later", help=told("option_later"))]
Replace = Annotated[bool, typer.Option("--replace", help=told("portrait_replace"))]


@app.command(help=told("verb_portrait"))
def portrait(
    double: Ids,
    template: Templates,
    *,
    out: Out = None,
    each: Each = 1,
    seed: Seed = 1,
    short_side: Size = 1024,
    beautify: Beautify = "low",
    more_like_me: Closer = 0,
    yaw: Yaw = None,
    pitch: Pitch = None,
    roll: Roll = None,
    smile: Smile = None,
    gaze: Gaze = None,
    adjust: Sets = None,
    explain: Explain = False,
    label_free: LabelFree = False,
    replace: Replace = False,
    later: Later = False,
    adult: Adult = False,
    consent: Consent = False,
    as_json: Json = False,
) -> None:
    """Render portraits of one double, or one picture of several."""
    from fenshen.cli.portrait_group import is_for_groups, portray_groups, refuse_options
    from fenshen.flow.portray import Order
    from fenshen.ids import DoubleId
    from fenshen.rights import retention
    from fenshen.templates.adjusted import read

    wish, amount = wish_of(yaw=yaw, pitch=pitch, roll=roll, smile=smile, gaze=gaze), beautify_of(beautify)
    several = is_for_groups(double, template)
    if several:
        refuse_options(
            {
                "-n": each > 1, "--more-like-me": more_like_me > 0, "--explain": explain, "--later": later,
                "--label-free": label_free, "--yaw / --smile …": wish is not None, "--set": bool(adjust),
            }
        )  # fmt: skip
    desk = retention.start(settings.load())
    _ensure_consent_of_all(desk, double, adult=adult, consent=consent, as_json=as_json)
    order = Order(
        templates=template, each=each, seed=seed, short_side=short_side, replace=replace, beautify=amount,
        more_like_me=more_like_me, explain=explain, label_free=label_free, wish=wish, adjust=read(adjust or ()),
    )  # fmt: skip
    if several:
        portray_groups(double, order, _needed(out), desk, as_json=as_json)
    elif later:
        from fenshen.cli.jobs import submitted
        from fenshen.flow.later import portraits_later

        submitted(desk, portraits_later(DoubleId(double[0]), order, desk=desk), as_json=as_json)
    else:
        _at_once(DoubleId(double[0]), order, _needed(out), desk, as_json=as_json)


def _ensure_consent_of_all(
    desk: Desk, doubles: Sequence[str], *, adult: bool, consent: bool, as_json: bool
) -> None:
    from fenshen.rights import erasure
    from fenshen.rights.consent import Purpose

    for double in doubles:
        ensure_consent(
            desk,
            erasure.whose(desk, double),
            [Purpose.RENDER_PORTRAIT],
            adult_flag=adult,
            consent_flag=consent,
            interactive=can_ask(as_json=as_json),
        )


def _needed(out: Path | None) -> Path:
    """The folder to write to. Raises FolderNeededError."""
    if out is None:
        raise FolderNeededError
    return out


def _at_once(double: DoubleId, order: Order, out: Path, desk: Desk, *, as_json: bool) -> None:
    """Render and write."""
    from fenshen.engines.studio.engine import StudioEngine
    from fenshen.engines.studio.workbench import Workbench
    from fenshen.flow.portray import portray

    skipped: list[Skipped] = []
    engine = StudioEngine(Workbench())
    with bars(as_json=as_json) as progress:
        delivered = list(
            portray(double, order, out, desk=desk, engine=engine, progress=progress, skipped=skipped)
        )
    show_portraits(delivered, skipped, as_json=as_json)


def wish_of(**asked: float | None) -> Wish | None:
    """The pose and expression that were asked for; None when none was."""
    from fenshen.templates.recipe import Wish

    given = {name: value for name, value in asked.items() if value is not None}
    return Wish.model_validate(given) if given else None


def show_portraits(delivered: list[Delivered], skipped: list[Skipped], *, as_json: bool) -> None:
    """Say what left, and which templates could not be made."""
    if as_json:
        print_json(as_rows(delivered, skipped))
        return
    show_skipped(skipped)
    columns = [
        told(f"portrait_column_{name}") for name in ("file", "template", "photo", "likeness", "seconds")
    ]
    rows = [
        (
            d.file.name,
            d.template,
            told("portrait_from_photo", number=d.photo),
            in_range(d.likeness.percentile),
            f"{d.seconds:.1f}",
        )
        for d in delivered
    ]
    show_table(columns, rows)
    for each in delivered:
        for line in remarks(each):
            tell(line)
    tell(told("portrait_likeness_means"))
    for folder in dict.fromkeys(each.file.parent for each in delivered):
        tell(f"→ {folder}", style="bold green")


def show_skipped(skipped: Sequence[Skipped]) -> None:
    """Say which templates could not be made of this sitter's photos, each once, and why."""
    for refusal in {each.template: each.why for each in skipped}.values():
        what, why, fix = (told(refusal.code, field, **refusal.facts) for field in ("what", "why", "fix"))
        show_refusal(refusal.code, what, why, fix)


def remarks(delivered: Delivered) -> list[str]:
    """What a portrait's sitter ought to know besides: what "more like me" did, the steps, a photo again."""
    lines, pressed, copied = [], delivered.pressed, delivered.copied
    if pressed is not None and pressed.taken:
        before, after = (in_range(each.percentile) for each in (pressed.before, pressed.after))
        lines.append(
            told(
                "closer_rose",
                template=delivered.template,
                before=before,
                after=after,
                taken=pressed.taken,
                asked=pressed.asked,
            )
        )
    if pressed is not None and pressed.limit_reached:
        lines.append(told("closer_limit", template=delivered.template))
    if delivered.layers:
        steps = [told(f"layer_{file.stem.split('-')[1]}") for file in delivered.layers]
        lines.append(f"→ {delivered.layers[0].parent.name}: {', '.join(steps)}")
    if copied is not None and copied.again:
        lines.append(told("portrait_copied", template=delivered.template, number=copied.photo))
    return lines


def as_rows(delivered: Sequence[Delivered], skipped: Sequence[Skipped]) -> dict[str, Any]:
    """What the JSON promises of an order."""
    return {
        "portraits": [_row(each) for each in delivered],
        "skipped": [_left_out(each) for each in skipped],
    }


def _row(delivered: Delivered) -> dict[str, Any]:
    """One portrait as the JSON promises it."""
    return {
        "file": delivered.file,
        "template": delivered.template,
        "likeness": round(delivered.likeness.value, 3),
        "likeness_percentile": delivered.likeness.percentile,
        "seconds": round(delivered.seconds, 2),
        "seed": delivered.seed,
        "made_from_photo": delivered.photo,
        "produce_id": delivered.sent.produce_id,
        "label": delivered.sent.label,
        "export": delivered.export,
        "more_like_me": None if delivered.pressed is None else _pressed(delivered.pressed),
        "photo_again": None if delivered.copied is None else delivered.copied.again,
        "layers": list(delivered.layers),
    }


def _left_out(skipped: Skipped) -> dict[str, Any]:
    what, fix = (told(skipped.why.code, field, **skipped.why.facts) for field in ("what", "fix"))
    return {"template": skipped.template, "code": skipped.why.code, "what": what, "fix": fix}


def _pressed(pressed: Pressed) -> dict[str, Any]:
    return {
        "asked": pressed.asked,
        "taken": pressed.taken,
        "limit_reached": pressed.limit_reached,
        "likeness_before": round(pressed.before.value, 3),
        "likeness_after": round(pressed.after.value, 3),
    }


def beautify_of(given: str) -> float:
    """Read ``--beautify``. Raises BeautifyUnreadableError."""
    from fenshen.engines.engine import LOW

    named = {"off": 0.0, "low": LOW}
    try:
        amount = named[given] if given in named else float(given)
    except ValueError:
        amount = -1.0
    if not 0 <= amount <= 1:
        raise BeautifyUnreadableError(given=given)
    return amount


def in_range(percentile: float | None) -> str:
    """Say a likeness in words: where it stands among the sitter's own photos."""
    return (
        told("likeness_unknown") if percentile is None else told("likeness_rank", percent=round(percentile))
    )
