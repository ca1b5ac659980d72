"""Which photo a portrait is made of: others are tried small, and what is said of the portrait is said of itself."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
import pytest
from tests.fakes.takes import a_double, a_take

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import EngineCard, Origin, RenderedPortrait, RenderOptions
from fenshen.engines.studio.dressing import HeadNotBareError
from fenshen.flow.likest import EASED, LIKE_ENOUGH, SMALL, FaceLostError, best_of
from fenshen.portrait.likeness import Likeness
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Template
from fenshen.vision.arrays import RGB, Floats, floats

DOUBLE = a_double(a_take(1), a_take(2), a_take(3))
LARGE = RenderOptions().short_side
CARD = EngineCard(name="painter", version=1, origin=Origin.OWN_PIXELS, device="none")
Rendered = tuple[int, int, int]  # photo, steps of easing, short side


@dataclass
class Painter:
    """An engine that writes photo, easing and size into its picture, and remembers them."""

    suits: Collection[int] = (1, 2, 3)  # photos that it takes
    card: EngineCard = CARD
    made: list[Rendered] = field(default_factory=list)

    def render(self, double: OpenDouble, _template: Template, options: RenderOptions, /) -> RenderedPortrait:
        """Take the first photo that is left."""
        left = [take.photo for take in double.takes if take.photo not in options.without]
        photo = next((photo for photo in left if photo in self.suits), None)
        if photo is None:
            raise HeadNotBareError
        self.made.append((photo, options.closer, options.short_side))
        pixels = np.full((4, 4, 3), (photo, options.closer, options.short_side // 8), np.uint8)
        return RenderedPortrait(pixels=pixels, faces=((0, 0, 4, 4),), photo=photo, origin=Origin.OWN_PIXELS)


@dataclass(frozen=True)
class Reader:
    """A meter that finds a picture as like the sitter as it is told, and never like enough unless it is told so."""

    value: Callable[[int, int, int], float | None]  # of photo, easing and size; None: no face
    percentile: float = 0.0

    def see(self, portrait: RGB, /) -> Floats | None:
        """What the painter wrote."""
        photo, closer, size = portrait[0, 0].tolist()
        return None if self.value(photo, closer, 8 * size) is None else floats([photo, closer, 8 * size])

    def likeness(self, seen: Floats, _made_from: Collection[int], /) -> Likeness:
        """As it is told."""
        photo, closer, size = (int(number) for number in seen)
        return Likeness(value=self.value(photo, closer, size) or 0.0, percentile=self.percentile)


def second_is_liker(photo: int, closer: int, _size: int) -> float:
    """The second photo, and easing on top of it."""
    return 0.1 * (photo == 2) + 0.01 * closer


def test_where_no_photo_makes_it_like_the_sitter_the_template_gives_way() -> None:
    shot = best_of(DOUBLE, template("noir"), RenderOptions(), Painter(), Reader(second_is_liker))
    assert (shot.rendered.photo, shot.options.closer) == (2, EASED)


def test_ways_are_tried_small_and_only_the_likest_is_made_large() -> None:
    painter = Painter()
    best_of(DOUBLE, template("noir"), RenderOptions(), painter, Reader(second_is_liker))
    small = [(1, 0, SMALL), (2, 0, SMALL), (2, EASED, SMALL)]
    assert painter.made == [(1, 0, LARGE), *small, (2, EASED, LARGE)]


def test_what_is_like_enough_is_made_once() -> None:
    painter = Painter()
    best_of(DOUBLE, template("noir"), RenderOptions(), painter, Reader(second_is_liker, LIKE_ENOUGH))
    assert painter.made == [(1, 0, LARGE)]


def test_a_portrait_as_small_as_a_try_is_made_no_second_time() -> None:
    painter = Painter()
    shot = best_of(
        DOUBLE, template("noir"), RenderOptions(short_side=SMALL), painter, Reader(second_is_liker)
    )
    assert painter.made == [(1, 0, SMALL), (2, 0, SMALL), (2, EASED, SMALL)]
    assert shot.rendered.photo == 2


@pytest.mark.parametrize("likes", [second_is_liker, lambda photo, _closer, _size: -photo])
def test_the_face_that_is_measured_is_that_of_the_portrait_that_leaves(
    likes: Callable[[int, int, int], float],
) -> None:
    """Its size is in what was seen: no try lends the portrait its likeness."""
    reader = Reader(likes)
    shot = best_of(DOUBLE, template("noir"), RenderOptions(), Painter(), reader)
    assert shot.options.short_side == LARGE
    seen = reader.see(shot.rendered.pixels)
    assert seen is not None
    assert np.array_equal(shot.seen, seen)
    assert shot.seen[2] == LARGE


def test_what_only_looked_likest_when_it_was_small_is_not_kept() -> None:
    def misled(photo: int, closer: int, size: int) -> float:
        return (
            second_is_liker(photo, closer, size) if size == SMALL else -second_is_liker(photo, closer, size)
        )

    shot = best_of(DOUBLE, template("noir"), RenderOptions(), Painter(), Reader(misled))
    assert (shot.rendered.photo, shot.options.closer) == (1, 0)


def test_a_portrait_that_is_there_is_not_lost_because_no_other_photo_suits() -> None:
    painter = Painter(suits=(1,))
    shot = best_of(DOUBLE, template("noir"), RenderOptions(), painter, Reader(second_is_liker))
    assert shot.rendered.photo == 1
    with pytest.raises(HeadNotBareError):
        best_of(DOUBLE, template("noir"), RenderOptions(without=(1,)), painter, Reader(second_is_liker))


def test_where_no_face_can_be_read_another_photo_may_show_one_and_else_nothing_leaves() -> None:
    def only_second(photo: int, _closer: int, _size: int) -> float | None:
        return 0.5 if photo == 2 else None

    shot = best_of(DOUBLE, template("noir"), RenderOptions(), Painter(), Reader(only_second))
    assert shot.rendered.photo == 2
    with pytest.raises(FaceLostError):
        best_of(DOUBLE, template("noir"), RenderOptions(), Painter(), Reader(lambda *_: None))
