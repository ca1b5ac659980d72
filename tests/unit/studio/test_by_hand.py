"""Oil, watercolour, pencil and ink: the picture is made anew, and the face stays the sitter's."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fakes.takes import face_points

from fenshen.engines.studio.by_hand import MEDIA, by_hand
from fenshen.engines.studio.drawn_line import drawn_line
from fenshen.engines.studio.flow_field import along_flow, flow_of
from fenshen.engines.studio.ground import lit, painted_part, paper, weave
from fenshen.engines.studio.kuwahara import kuwahara
from fenshen.engines.studio.sheet import care_of
from fenshen.templates.catalogue import catalogue
from fenshen.templates.hand import Hand
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

SIZE = (300, 200)  # height, width
POINTS = face_points((100, 130), 90)
HANDS = {recipe.name: recipe.hand for recipe in catalogue().values() if recipe.hand}


def dice(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def a_face() -> NDArray[np.uint8]:
    """A grey wall, a lighter face, dark eyes and a red mouth, with a little noise."""
    picture = np.full((*SIZE, 3), (90, 95, 100), np.float32)
    for region, colour in (
        (regions.OVAL, (205, 160, 140)),
        (regions.RIGHT_EYE, (40, 35, 35)),
        (regions.LEFT_EYE, (40, 35, 35)),
        (regions.LIPS, (150, 70, 70)),
    ):
        picture[regions.fill(POINTS, region, SIZE) > 0] = colour
    picture += dice(9).normal(0, 3, (*SIZE, 3))
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def flat(value: float = 0.5) -> Floats:
    return floats(np.full((*SIZE, 3), value))


def grey(picture: NDArray[np.uint8]) -> Floats:
    return floats(picture.mean(-1))


def test_every_medium_has_a_template() -> None:
    assert {hand.medium for hand in HANDS.values()} == set(MEDIA)


@pytest.mark.parametrize("name", HANDS)
def test_a_medium_keeps_shape_and_type_and_its_seed_and_leaves_its_picture_alone(name: str) -> None:
    before = a_face()
    picture = before.copy()
    first, again, other = (by_hand(picture, HANDS[name], POINTS, dice(seed)) for seed in (1, 1, 2))
    assert first.shape == picture.shape
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("name", HANDS)
def test_eyes_and_mouth_stay_where_they_were_and_what_they_were(name: str) -> None:
    """In the face, the drawn picture goes up and down with the photograph; its eyes stay darker than its skin."""
    picture = a_face()
    made = by_hand(picture, HANDS[name], POINTS, dice())
    face = regions.fill(POINTS, regions.OVAL, SIZE) > 0
    soft = [floats(cv2.GaussianBlur(grey(each), (0, 0), 1.5)[face]) for each in (picture, made)]
    assert np.corrcoef(soft[0], soft[1])[0, 1] > 0.75
    eyes = regions.fill(POINTS, regions.RIGHT_EYE, SIZE) | regions.fill(POINTS, regions.LEFT_EYE, SIZE)
    skin = regions.bare_skin(POINTS, SIZE)
    assert grey(made)[skin > 0].mean() - grey(made)[eyes > 0].mean() > 70


@pytest.mark.parametrize("name", HANDS)
def test_a_medium_does_not_make_skin_much_lighter_or_darker(name: str) -> None:
    picture = a_face()
    made = by_hand(picture, HANDS[name], POINTS, dice())
    skin = regions.bare_skin(POINTS, SIZE) > 0
    assert abs(grey(made)[skin].mean() - grey(picture)[skin].mean()) < 40


@pytest.mark.parametrize("medium", MEDIA)
def test_care_brings_the_features_nearer_to_the_photograph(medium: str) -> None:
    picture = a_face()
    eyes = regions.fill(POINTS, regions.RIGHT_EYE, SIZE) > 0

    def away(care: float) -> float:
        hand = Hand.model_validate({"medium": medium, "care": care, "stroke": 24, "texture": 1})
        made = by_hand(picture, hand, POINTS, dice())
        return float(np.abs(grey(made) - grey(picture))[eyes].mean())

    assert away(1.0) < away(0.0)


def test_paint_is_flat_where_the_picture_is_and_edges_stay() -> None:
    noisy = floats(floats(a_face()) / 255)
    painted = kuwahara(noisy, flow_of(noisy, 4), 4.0, np.ones(SIZE, np.float32))
    assert painted.shape == noisy.shape
    assert painted.dtype == np.float32
    assert painted[:40, :, 0].std() < 0.6 * noisy[:40, :, 0].std()
    oval = regions.fill(POINTS, regions.OVAL, SIZE)
    skin = regions.bare_skin(POINTS, SIZE) > 0
    assert painted[skin].mean() - painted[oval == 0].mean() > 0.2
    assert painted.min() >= noisy.min() - 1e-3
    assert painted.max() <= noisy.max() + 1e-3


def test_flow_runs_along_stripes_and_knows_how_sure_it_is() -> None:
    stripes = flat()
    stripes[:, ::8] = 0.9
    stripes[:, 1::8] = 0.9
    flow = flow_of(stripes, 4)
    assert np.abs(flow.along[100:200, 50:150, 1]).mean() > 0.95
    assert flow.sure[100:200, 50:150].mean() > 0.8
    noise = floats(cv2.GaussianBlur(dice().random(SIZE, dtype=np.float32), (0, 0), 1.5))
    drawn = along_flow(noise, flow, 20)
    down, across = (float(np.abs(np.diff(drawn, axis=axis)).mean()) for axis in (0, 1))
    assert down < 0.5 * across


def test_a_line_is_drawn_along_an_edge_and_nowhere_else() -> None:
    step = flat(0.3)
    step[:, 100:] = 0.8
    lines = drawn_line(floats(step[..., 0]), flow_of(step, 4), 1.5)
    assert lines.min() >= 0
    assert lines.max() <= 1
    assert lines[150, 94:100].min() < 0.5
    assert lines[150, 20:60].min() > 0.99
    assert lines[150, 140:180].min() > 0.99


def test_care_is_greatest_for_eyes_and_mouth_and_none_outside_the_face() -> None:
    care = care_of(POINTS, SIZE, 0.8)
    eye = tuple(np.round(POINTS[regions.RIGHT_PUPIL, 1::-1]).astype(int))
    assert care[eye] == pytest.approx(0.8, abs=0.12)
    assert care[150, 130] == pytest.approx(0.4, abs=0.1)
    assert care[5, 5] < 0.01
    assert not care_of(POINTS, SIZE, 0.0).any()


def test_grounds_are_seeded_uneven_and_lit_within_bounds() -> None:
    assert np.array_equal(paper(SIZE, 2.0, dice()), paper(SIZE, 2.0, dice()))
    assert paper(SIZE, 2.0, dice()).std() == pytest.approx(1, abs=0.15)
    assert np.abs(weave(SIZE, 3.0)).max() <= 1
    shown = lit(paper(SIZE, 2.0, dice()), 0.2)
    assert shown.min() >= 0.8
    assert shown.max() <= 1.2


def test_a_margin_stays_bare_and_the_middle_is_painted() -> None:
    part = painted_part(SIZE, 0.06, dice())
    assert part[100:200, 70:130].min() == 1
    assert part[0].max() < 0.6
    assert (painted_part(SIZE, 0.0, dice()) == 1).all()
