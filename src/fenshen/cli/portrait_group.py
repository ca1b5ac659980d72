"""``fenshen portrait ID ID...``: several doubles in the order of the seats in, one labelled picture out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fenshen.cli.screen import bars, print_json, show_table, tell, told
from fenshen.errors import FenshenError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fenshen.flow.portray import Order
    from fenshen.flow.portray_group import GroupDelivered
    from fenshen.rights.desk import Desk


class NotForGroupsError(FenshenError):
    """This option is for portraits of one person. Facts: ``option``."""

    code = "not_for_groups"


def is_for_groups(ids: Sequence[str], templates: Sequence[str]) -> bool:
    """Tell whether an order is for a picture of several people."""
    from fenshen.templates.group import groups

    return len(ids) > 1 or any(name in groups() for name in templates)


def refuse_options(given: Mapping[str, bool]) -> None:
    """Raise NotForGroupsError for the first option that was given and is for one person only."""
    for option, is_given in given.items():
        if is_given:
            raise NotForGroupsError(option=option)


def portray_groups(ids: Sequence[str], order: Order, folder: Path, desk: Desk, *, as_json: bool) -> None:
    """Render each template with these people, write, and say what left."""
    from fenshen.engines.studio.gathering import GroupStudio
    from fenshen.flow.portray_group import GroupOrder, portray_group
    from fenshen.ids import DoubleId

    orders = [
        GroupOrder(
            template=name, seed=order.seed, short_side=order.short_side, replace=order.replace,
            beautify=order.beautify,
        )
        for name in order.templates
    ]  # fmt: skip
    made = []
    with bars(as_json=as_json) as progress:
        for number, each in enumerate(orders):
            progress.step("progress_rendering", number, len(orders))
            made.append(
                portray_group([DoubleId(id_) for id_ in ids], each, folder, desk=desk, engine=GroupStudio())
            )
        progress.step("progress_rendering", len(orders), len(orders))
    _show(made, as_json=as_json)


def _show(made: Sequence[GroupDelivered], *, as_json: bool) -> None:
    from fenshen.cli.portrait import in_range

    if as_json:
        print_json({"portraits": [_row(each) for each in made], "skipped": []})
        return
    columns = [told("portrait_column_file"), told("together_column_seat")]
    columns += [told(f"portrait_column_{name}") for name in ("photo", "likeness", "seconds")]
    rows = [
        (
            each.file.name,
            str(person.seat),
            told("portrait_from_photo", number=person.photo),
            in_range(person.likeness.percentile),
            f"{each.seconds:.1f}",
        )
        for each in made
        for person in each.people
    ]
    show_table(columns, rows)
    tell(told("portrait_likeness_means"))
    for folder in dict.fromkeys(each.file.parent for each in made):
        tell(f"→ {folder}", style="bold green")


def _row(made: GroupDelivered) -> dict[str, Any]:
    """One picture as the JSON promises it; `likeness` is that of whoever is least like."""
    least = min(made.people, key=lambda person: person.likeness.value).likeness
    return {
        "file": made.file,
        "template": made.template,
        "likeness": round(least.value, 3),
        "likeness_percentile": least.percentile,
        "seconds": round(made.seconds, 2),
        "seed": made.seed,
        "produce_id": made.sent.produce_id,
        "label": made.sent.label,
        "export": made.export,
        "people": [
            {
                "seat": person.seat,
                "made_from_photo": person.photo,
                "likeness": round(person.likeness.value, 3),
                "likeness_percentile": person.likeness.percentile,
            }
            for person in made.people
        ],
    }
