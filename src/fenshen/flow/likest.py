"""Which photo a portrait is made of: where the engine's choice is little like the sitter, others are tried, small."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import Engine, RenderedPortrait, RenderOptions, UnsuitedError
from fenshen.portrait.closer import Meter, Shot
from fenshen.portrait.likeness import Likeness
from fenshen.templates.recipe import Template

LIKE_ENOUGH: Final = 10.0  # percentile among the sitter's own photos below which other ways are tried
TRIES: Final = 3
EASED: Final = (
    2  # steps by which a template gives way, unasked, to a portrait that is too little like the sitter
)
SMALL: Final = 320  # pixels of the short side of a try: small pictures rank as large ones do, see 0058


class FaceLostError(UnsuitedError):
    """No face can be read in the finished picture, so it does not leave. Facts: ``template``."""

    code = "face_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shooting:
    """One portrait under way: whose, of which template, and with what."""

    double: OpenDouble
    recipe: Template
    engine: Engine
    meter: Meter

    def look_at(self, rendered: RenderedPortrait, options: RenderOptions) -> Shot | None:
        """What was rendered, as the meter sees it; None when no face can be read in it."""
        seen = self.meter.see(rendered.pixels)
        return None if seen is None else Shot(rendered=rendered, options=options, seen=seen)

    def likeness(self, shot: Shot) -> Likeness:
        """How like the sitter's other photos it is."""
        return self.meter.likeness(shot.seen, {shot.rendered.photo})

    def likest(self, shots: Sequence[Shot]) -> Shot:
        """The one that is most like the sitter; the first of equals."""
        return max(shots, key=lambda shot: self.likeness(shot).value)

    def is_like_enough(self, shot: Shot) -> bool:
        """Whether no other way needs to be tried."""
        percentile = self.likeness(shot).percentile
        return percentile is None or percentile >= LIKE_ENOUGH

    def tries(self, options: RenderOptions, known: tuple[RenderOptions, RenderedPortrait]) -> list[Shot]:
        """The portrait as asked, of another photo, and of the liker of the two with a template that gives way.

        known: a picture that is there already. Those in which no face can be read are left out.
        """
        tries: list[Shot] = []
        asked = options
        for left in reversed(range(min(TRIES, len(self.double.takes)))):
            try:
                rendered = (
                    known[1] if asked == known[0] else self.engine.render(self.double, self.recipe, asked)
                )
            except UnsuitedError:
                break  # no other photo suits this template
            shot = self.look_at(rendered, asked)
            tries += [shot] if shot is not None else []
            asked = replace(options, without=(*asked.without, rendered.photo))
            if left == 1 and tries:  # the last try: the template gives way
                photo = self.likest(tries).rendered.photo
                others = tuple(take.photo for take in self.double.takes if take.photo != photo)
                asked = replace(options, without=others, closer=EASED)
        return tries


def best_of(
    double: OpenDouble, recipe: Template, options: RenderOptions, engine: Engine, meter: Meter
) -> Shot:
    """1. render  2. if that is less like the sitter than nearly all their photos, try other ways, small.

    3. render the likest of those as large as it was asked for  4. keep the liker of the two large ones.
    Raises FaceLostError, and what the engine raises at (1).
    """
    shooting = Shooting(double=double, recipe=recipe, engine=engine, meter=meter)
    rendered = engine.render(double, recipe, options)  # (1)
    first = shooting.look_at(rendered, options)
    if first is not None and shooting.is_like_enough(first):
        return first
    small = replace(options, short_side=min(SMALL, options.short_side))
    tries = shooting.tries(small, (options, rendered))  # (2)
    found = [] if first is None else [first]
    best = shooting.likest(tries) if tries else None
    if best is not None and best.options != small:
        asked = replace(best.options, short_side=options.short_side)
        again = (
            best if asked == best.options else shooting.look_at(engine.render(double, recipe, asked), asked)
        )
        found += [] if again is None else [again]  # (3)
    if not found:
        raise FaceLostError(template=recipe.name)
    return shooting.likest(found)  # (4)
