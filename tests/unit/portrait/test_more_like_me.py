"""More like me keeps its word: likeness rises, or it says that it cannot."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.takes import a_double, a_take

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import MOST_PRESSES, EngineCard, Origin, RenderedPortrait, RenderOptions
from fenshen.engines.studio.dressing import HeadNotBareError
from fenshen.portrait.closer import RISE, Pressed, Shot, come_closer
from fenshen.portrait.likeness import Likeness
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Template
from fenshen.vision.arrays import RGB, Floats, floats

DOUBLE = a_double(a_take(1), a_take(2, yaw=15.0), a_take(3, smile=0.8))
CARD = EngineCard(name="painter", version=1, origin=Origin.OWN_PIXELS, device="none")
BLIND = -1.0  # a picture in which no face can be read


@dataclass
class Painter:
    """Paints how like the sitter a picture is to be: by presses, and by the photo it is made from."""

    like: Mapping[tuple[int, int], float]  # (presses, photo) -> likeness
    cast: Mapping[int, int]  # presses -> the photo that is preferred
    refused: Collection[int] = ()
    asked: list[RenderOptions] = field(default_factory=list)
    card: EngineCard = field(default_factory=lambda: CARD)

    def render(self, double: OpenDouble, _template: Template, options: RenderOptions, /) -> RenderedPortrait:
        self.asked.append(options)
        if options.closer in self.refused:
            raise HeadNotBareError
        wanted = self.cast.get(options.closer, 1)
        photos = [wanted, *(take.photo for take in double.takes)]
        photo = next((each for each in photos if each not in options.without), wanted)
        grey = round(1000 * (1 + self.like.get((options.closer, photo), 0.5)))
        pixels = np.zeros((4, 4, 3), np.uint8)
        pixels[0, 0] = (grey // 250, grey % 250, photo)
        return RenderedPortrait(pixels=pixels, faces=((0, 0, 4, 4),), photo=photo, origin=Origin.OWN_PIXELS)


class Eye:
    """Reads what the painter wrote. Against other takes everything looks a little different."""

    def see(self, portrait: RGB, /) -> Floats | None:
        high, low, _ = portrait[0, 0].tolist()
        value = (250 * high + low) / 1000 - 1
        return None if value <= BLIND else floats([value])

    def likeness(self, seen: Floats, made_from: Collection[int], /) -> Likeness:
        return Likeness(value=float(seen[0]) - 0.01 * len(made_from), percentile=50.0)


def pressed(presses: int, like: dict[tuple[int, int], float], **cast: int) -> tuple[Shot, Pressed, Painter]:
    painter = Painter(like=like, cast={int(k.removeprefix("at")): photo for k, photo in cast.items()})
    options = RenderOptions(seed=7)
    rendered = painter.render(DOUBLE, template("noir"), options)
    seen = Eye().see(rendered.pixels)
    assert seen is not None
    first = Shot(rendered=rendered, options=options, seen=seen)
    shot, came = come_closer(
        first, presses, double=DOUBLE, template=template("noir"), engine=painter, meter=Eye()
    )
    return shot, came, painter


def test_each_press_makes_it_more_like_the_sitter() -> None:
    shot, came, _ = pressed(3, {(0, 1): 0.5, (1, 1): 0.55, (2, 1): 0.6, (3, 1): 0.65})
    assert (came.asked, came.taken, came.limit_reached) == (3, 3, False)
    assert shot.options.closer == 3
    assert shot.options.seed == 7
    assert came.after.value > came.before.value


def test_where_the_template_allows_no_more_it_says_so_and_keeps_the_earlier_picture() -> None:
    shot, came, _ = pressed(2, {(0, 1): 0.6})
    assert (came.taken, came.limit_reached) == (0, True)
    assert shot.options == RenderOptions(seed=7)
    assert came.after == came.before


def test_a_step_that_does_not_help_makes_way_for_the_whole_way() -> None:
    shot, came, _ = pressed(1, {(0, 1): 0.6, (1, 1): 0.58, (MOST_PRESSES, 1): 0.7})
    assert (came.taken, shot.options.closer) == (1, MOST_PRESSES)


def test_a_press_may_change_the_photo_but_not_for_a_worse_one() -> None:
    better, _, _ = pressed(1, {(0, 1): 0.6, (1, 2): 0.7, (1, 1): 0.61}, at1=2)
    assert better.rendered.photo == 2
    stays, came, _ = pressed(1, {(0, 1): 0.6, (1, 2): 0.5, (1, 1): 0.65}, at1=2)
    assert stays.rendered.photo == 1
    assert came.taken == 1


def test_a_rise_within_the_trembling_of_the_net_is_none() -> None:
    _, came, _ = pressed(1, {(0, 1): 0.6, (1, 1): 0.6 + RISE / 2, (MOST_PRESSES, 1): 0.6})
    assert (came.taken, came.limit_reached) == (0, True)


def test_a_picture_without_a_face_is_never_kept() -> None:
    shot, came, _ = pressed(1, {(0, 1): 0.6, (1, 1): BLIND, (4, 1): BLIND})
    assert shot.options.closer == 0
    assert came.limit_reached


def test_a_way_that_no_photo_suits_does_not_cost_the_portrait() -> None:
    like = {(0, 1): 0.6, (MOST_PRESSES, 1): 0.7}
    painter = Painter(like=like, cast={}, refused={1})
    options = RenderOptions()
    rendered = painter.render(DOUBLE, template("noir"), options)
    first = Shot(rendered=rendered, options=options, seen=floats([0.6]))
    shot, came = come_closer(first, 1, double=DOUBLE, template=template("noir"), engine=painter, meter=Eye())
    assert (came.taken, shot.options.closer) == (1, MOST_PRESSES)


def test_a_press_costs_four_renderings_at_most() -> None:
    _, _, painter = pressed(4, {(0, 1): 0.6})
    assert len(painter.asked) <= 1 + 4


@given(
    st.dictionaries(
        st.tuples(st.integers(0, MOST_PRESSES), st.integers(1, 3)), st.floats(-0.9, 0.95), min_size=1
    ),
    st.integers(1, MOST_PRESSES),
    st.lists(st.integers(1, 3), min_size=5, max_size=5),
)
def test_whatever_the_engine_paints_likeness_rises_or_the_limit_is_told(
    like: dict[tuple[int, int], float], presses: int, cast: list[int]
) -> None:
    _, came, _ = pressed(presses, like, **{f"at{k}": photo for k, photo in enumerate(cast)})
    assert came.taken == presses or came.limit_reached
    assert came.taken + came.limit_reached <= presses
    assert came.after.value >= came.before.value + (RISE / 2 if came.taken else 0)


@pytest.mark.parametrize("presses", range(1, MOST_PRESSES + 1))
def test_a_press_after_the_last_step_says_that_there_is_no_more(presses: int) -> None:
    like = {(0, 1): 0.5, (1, 1): 0.4, (MOST_PRESSES, 1): 0.6}
    _, came, _ = pressed(presses, like)
    assert came.taken == 1
    assert came.limit_reached is (presses > 1)
