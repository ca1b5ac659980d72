"""Which of a sitter's takes can be dressed in other clothes."""

from dataclasses import replace
from functools import partial
from typing import Final

from fenshen.double.double import OpenDouble
from fenshen.double.take import Take
from fenshen.engines.engine import RenderOptions, UnsuitedError
from fenshen.engines.studio.bare_head import BareHead, bare_head
from fenshen.engines.studio.casting import penalty
from fenshen.engines.studio.posing import cast
from fenshen.engines.studio.workbench import NO_BENCH, Workbench
from fenshen.templates.recipe import Template

TURNED: Final = (
    15.0,
    18.0,
    11.0,
)  # degrees of yaw, pitch and roll beyond which a head sits wrong on a straight body
FREE: Final = 0.3  # share of the place beside the jaw that hair may fill: more of it falls over the collar
POOR: Final = 3.5  # penalty of a take beyond which it would be cast for nothing else either
BARE: Final = 0.8  # share of the throat that must be seen
FAULTS: Final = ("turned", "hair", "covered", "poor")


class HeadNotBareError(UnsuitedError):
    """No photo shows head and neck so freely that other clothes can be put below them.

    Facts: ``template``, ``turned``, ``hair``, ``covered``, ``poor`` (how many photos fail by what).
    """

    code = "head_not_bare"


def cast_bare(
    double: OpenDouble,
    template: Template,
    options: RenderOptions,
    size: tuple[int, int],
    bench: Workbench = NO_BENCH,
) -> BareHead:
    """The take that suits a template best among those that can be dressed, undressed. Raises HeadNotBareError."""
    refused = {take.photo: "turned" for take in double.takes if turned_away(take)}
    wish = template.wish
    poor = [take.photo for take in double.takes if penalty(take, wish, double) > POOR]
    refused = dict.fromkeys(poor, "poor") | refused
    for used_up in (options.without, ()):  # a photo that served already is better than none
        while True:
            without = (*refused, *used_up)
            take = cast(double, template, replace(options, without=without), size, bench)
            if take.photo in without:
                break
            bare = bench.once(take, partial(bare_head, take), "bare")
            fault = fault_of(bare)
            if fault is None:
                return bare
            refused[take.photo] = fault
    faults = list(refused.values())
    raise HeadNotBareError(template=template.name, **{name: faults.count(name) for name in FAULTS})


def turned_away(take: Take) -> bool:
    """Whether a head is held so that no straight body can carry it."""
    return any(
        abs(angle) > most for angle, most in zip((take.yaw, take.pitch, take.roll), TURNED, strict=True)
    )


def fault_of(bare: BareHead) -> str | None:
    """Why a head cannot be dressed, or None."""
    if bare.beside > FREE:
        return "hair"
    return "covered" if bare.neck < BARE else None
