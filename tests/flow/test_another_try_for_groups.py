"""Who comes out little alike in a group gets another photo; whoever came out well keeps theirs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from tests.fakes.takes import a_double, a_take

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import Origin, RenderedGroup, RenderOptions
from fenshen.engines.studio.gathering import GroupStudio
from fenshen.flow.likest import FaceLostError
from fenshen.flow.portray_group import Shown, likest
from fenshen.portrait.likeness import Likeness
from fenshen.templates.group import GroupTemplate, Layout, groups

COUPLE = groups()["couple"]
Values = Sequence[Mapping[int, float]]


class Studio:
    """An engine that takes the first photo that is not refused, and remembers what it was asked."""

    card = GroupStudio.card

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self.asked: list[tuple[int, ...]] = []

    def render(
        self,
        doubles: Sequence[OpenDouble],
        _: GroupTemplate,
        __: Layout,
        ___: RenderOptions,
        without: Sequence[tuple[int, ...]] = (),
        /,
    ) -> RenderedGroup:
        """Draw nothing."""
        refused = without or ((),) * len(doubles)
        photos = tuple(
            min(double.takes, key=lambda take: take.photo in not_these).photo
            for double, not_these in zip(doubles, refused, strict=True)
        )
        self.asked.append(photos)
        return RenderedGroup(
            pixels=np.zeros((8, 8, 3), np.uint8), faces=(), photos=photos, origin=Origin.OWN_PIXELS
        )


def a_person(photos: int) -> OpenDouble:
    return a_double(*(replace(a_take(1), photo=number) for number in range(1, photos + 1)))


def tried(values: Values, *, lost: bool = False) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """What was rendered, and what was taken. values: by person, how like each photo makes them, percentile / 100."""
    studio = Studio()

    def measure(picture: RenderedGroup) -> tuple[Shown, ...]:
        if lost and len(studio.asked) > 1:
            raise FaceLostError(template="couple")
        return tuple(
            Shown(
                seat=seat, photo=photo, likeness=Likeness(value=known[photo], percentile=100 * known[photo])
            )
            for seat, (photo, known) in enumerate(zip(picture.photos, values, strict=True), 1)
        )

    people = [a_person(len(known)) for known in values]
    picture, shown = likest(
        people, COUPLE, COUPLE.layouts[0], RenderOptions(), engine=studio, measure=measure
    )
    assert tuple(each.photo for each in shown) == picture.photos
    return studio.asked, picture.photos


def test_when_everybody_is_like_themselves_one_picture_is_made() -> None:
    assert tried([{1: 0.5, 2: 0.9}, {1: 0.4}]) == ([(1, 1)], (1, 1))


def test_who_is_little_like_gets_another_photo_and_the_other_keeps_theirs() -> None:
    assert tried([{1: 0.05, 2: 0.5}, {1: 0.4, 2: 0.9}]) == ([(1, 1), (2, 1)], (2, 1))


def test_another_photo_that_is_worse_is_not_taken() -> None:
    assert tried([{1: 0.05, 2: 0.01}, {1: 0.4, 2: 0.9}]) == ([(1, 1), (2, 1)], (1, 1))


def test_what_helps_one_and_harms_another_ends_in_a_picture_of_both_better_photos() -> None:
    assert tried([{1: 0.05, 2: 0.5}, {1: 0.08, 2: 0.01}]) == ([(1, 1), (2, 2), (2, 1)], (2, 1))


@pytest.mark.parametrize("values", [[{1: 0.05}, {1: 0.01}]])
def test_who_has_one_photo_only_is_shown_as_they_are(values: Values) -> None:
    assert tried(values) == ([(1, 1)], (1, 1))


def test_a_second_try_in_which_a_face_is_lost_leaves_the_first() -> None:
    assert tried([{1: 0.05, 2: 0.5}, {1: 0.4}], lost=True) == ([(1, 1), (2, 1)], (1, 1))
