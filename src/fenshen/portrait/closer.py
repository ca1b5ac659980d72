"""More like me: every press makes the portrait more like its sitter, or says that the template allows no more."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import MOST_PRESSES, Engine, RenderedPortrait, RenderOptions, UnsuitedError
from fenshen.portrait.likeness import Likeness
from fenshen.templates.recipe import Template
from fenshen.vision.arrays import RGB, Floats

RISE: Final = 0.002  # cosine: a smaller rise is the net's own trembling, not likeness


class Meter(Protocol):
    """Tells how like the sitter a picture is. Deterministic; keeps nothing of the pictures."""

    def see(self, portrait: RGB, /) -> Floats | None:
        """The face of a portrait; None when none can be read."""
        ...

    def likeness(self, seen: Floats, made_from: Collection[int], /) -> Likeness:
        """How like the sitter's takes it is, leaving out those of some photos."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A portrait that was rendered and looked at."""

    rendered: RenderedPortrait = field(repr=False)
    options: RenderOptions
    seen: Floats = field(repr=False)  # its face as the meter sees it, in memory only


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What came of pressing "more like me"."""

    asked: int  # presses
    taken: int  # presses after which the portrait was more like the sitter
    limit_reached: (
        bool  # whether a press found nothing better: this is as like the sitter as the template allows
    )
    before: Likeness  # of the first portrait
    after: Likeness  # of the last one, to the same takes: those of which neither is made


def come_closer(
    first: Shot, presses: int, *, double: OpenDouble, template: Template, engine: Engine, meter: Meter
) -> tuple[Shot, Pressed]:
    """Press so many times. Each time the portrait is rendered anew; it is kept only if its likeness rose.

    A press that cannot raise it ends the series.
    """
    kept = [first]
    while len(kept) <= presses:
        better = _press(kept, double, template, engine, meter)
        if better is None:
            break
        kept.append(better)
    apart = {first.rendered.photo, kept[-1].rendered.photo}
    pressed = Pressed(
        asked=presses,
        taken=len(kept) - 1,
        limit_reached=len(kept) <= presses,
        before=meter.likeness(first.seen, apart),
        after=meter.likeness(kept[-1].seen, apart),
    )
    return kept[-1], pressed


def _press(
    kept: Sequence[Shot], double: OpenDouble, template: Template, engine: Engine, meter: Meter
) -> Shot | None:
    """The first way to come closer that raises likeness over every portrait kept so far."""
    for options in _ways(kept[-1], double):
        try:
            rendered = engine.render(double, template, options)
        except UnsuitedError:  # no photo suits this way: the portrait that is there must not be lost for it
            continue
        seen = meter.see(rendered.pixels)
        if seen is not None:
            shot = Shot(rendered=rendered, options=options, seen=seen)
            if all(_liker(shot, earlier, meter) for earlier in kept):
                return shot
    return None


def _ways(last: Shot, double: OpenDouble) -> Iterator[RenderOptions]:
    """A step and the whole way, each from the take that the engine thinks best and from the same as before."""
    others = tuple(take.photo for take in double.takes if take.photo != last.rendered.photo)
    for closer in sorted({min(last.options.closer + 1, MOST_PRESSES), MOST_PRESSES}):
        for without in (last.options.without, others):
            options = replace(last.options, closer=closer, without=without)
            if options != last.options:
                yield options


def _liker(one: Shot, other: Shot, meter: Meter) -> bool:
    """Whether one portrait is more like the sitter than another, judged by takes of which neither is made."""
    apart = {one.rendered.photo, other.rendered.photo}
    return meter.likeness(one.seen, apart).value >= meter.likeness(other.seen, apart).value + RISE
