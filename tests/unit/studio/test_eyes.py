"""Eyes catch the key light."""

import numpy as np
import pytest
from tests.fakes.takes import ellipse, face_points

from fenshen.engines.studio.eyes import CORNEA, by_ring, catch_lights, is_shut, limbus, place_of
from fenshen.templates.recipe import Light
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

SIZE = (640, 480)
POINTS = face_points((240, 300), 300)
EYES = (regions.RIGHT_PUPIL, regions.LEFT_PUPIL)
KEY = Light(azimuth=-40, elevation=35, intensity=1.0, size=0.4)


def face(whites: float = 0.5, iris: float = 0.03, skin: float = 0.35) -> Floats:
    """Skin with two eyes in it, by ellipses, linear."""
    picture = np.full((*SIZE, 3), skin, np.float32)
    for pupil in EYES:
        x, y = POINTS[pupil, :2].tolist()
        picture[ellipse(SIZE, (x, y), (27, 9))] = whites
        picture[ellipse(SIZE, (x, y), (9, 9))] = iris
    return picture


def brightest(picture: Floats, pupil: int) -> Floats:
    """Where, from the pupil's middle, in pixels, the iris is brightest."""
    x, y = np.round(POINTS[pupil, :2]).astype(int)
    bright = (picture @ LUMINANCE)[y - 8 : y + 9, x - 8 : x + 9] * ellipse((17, 17), (8, 8), (8, 8))
    at = np.argwhere(bright > 0.9 * bright.max()).mean(0)
    return floats([at[1] - 8, at[0] - 8])


def test_each_eye_shows_the_key_half_way_towards_it() -> None:
    before = face()
    after = catch_lights(before, POINTS, KEY)
    for pupil in EYES:
        expected = place_of(KEY, floats([0, 0]), 9.0)
        assert expected[0] < 0 > expected[1]  # a lamp above on the left
        assert np.linalg.norm(brightest(after, pupil) - expected) < 2.5
    changed = np.abs(after - before).max(-1) > 0.02
    assert 10 < changed.sum() < 0.5 * 2 * np.pi * 81
    assert after.max() <= 1.0001


def test_the_picture_that_came_in_is_left_alone_and_nothing_changes_far_from_the_eyes() -> None:
    before = face()
    kept = before.copy()
    after = catch_lights(before, POINTS, KEY)
    assert np.array_equal(before, kept)
    changed = (after != before).any(-1)
    away = [np.linalg.norm(np.argwhere(changed)[:, ::-1] - POINTS[pupil, :2], axis=1) for pupil in EYES]
    assert changed.any()
    assert np.minimum(*away).max() < 3 * 9.0 * np.sqrt(2)


def test_the_reflection_never_leaves_the_cornea() -> None:
    for azimuth in (-89, 0, 89):
        spot = place_of(Light(azimuth=azimuth, elevation=0, intensity=1.0), floats([0, 0]), 1.0)
        assert np.linalg.norm(spot) <= CORNEA * np.sin(np.pi / 4) + 1e-6


def test_without_a_lamp_before_the_sitter_nothing_happens() -> None:
    picture = face()
    assert np.array_equal(catch_lights(picture, POINTS, None), face())


def test_a_light_that_is_in_the_right_place_already_stays_alone() -> None:
    before = face()
    for pupil in EYES:
        x, y = (POINTS[pupil, :2] + place_of(KEY, floats([0, 0]), 9.0)).tolist()
        before[ellipse(SIZE, (x, y), (2, 2))] = 0.9
    assert np.array_equal(catch_lights(before, POINTS, KEY), before)


def test_a_light_in_the_wrong_place_gives_way() -> None:
    before = face()
    for pupil in EYES:
        x, y = POINTS[pupil, :2].tolist()
        before[ellipse(SIZE, (x + 5, y + 4), (2, 2))] = 0.9
    after = catch_lights(before, POINTS, KEY)
    x, y = np.round(POINTS[EYES[0], :2]).astype(int)
    assert after[y + 4, x + 5].max() < 0.55
    assert brightest(after, EYES[0])[0] < 0


def test_both_eyes_mirror_one_lamp_though_only_one_had_its_light_in_the_right_place() -> None:
    before = face()
    for pupil, (right, down) in zip(EYES, ((-4, -3), (5, 4)), strict=True):
        x, y = POINTS[pupil, :2].tolist()
        before[ellipse(SIZE, (x + right, y + down), (2, 2))] = 0.9
    after = catch_lights(before, POINTS, KEY)
    shown = [brightest(after, pupil) for pupil in EYES]
    assert np.linalg.norm(shown[0] - shown[1]) < 1.5
    patches = []
    for pupil in EYES:
        x, y = np.round(POINTS[pupil, :2]).astype(int)
        patches.append(after[y - 6 : y + 7, x - 6 : x + 7])
    assert np.abs(patches[0] - patches[1]).max() < 0.2


def test_an_eye_in_the_shade_mirrors_the_lamp_as_the_other_does() -> None:
    before = face()
    x, y = POINTS[EYES[1], :2].tolist()
    shade = ellipse(SIZE, (x, y), (27, 9))
    before[shade] *= 0.12
    after = catch_lights(before, POINTS, KEY)
    for pupil in EYES:
        assert np.linalg.norm(brightest(after, pupil) - place_of(KEY, floats([0, 0]), 9.0)) < 2.5


def test_behind_a_light_that_goes_the_pupil_is_black_and_the_iris_has_its_colour() -> None:
    green = floats([0.04, 0.2, 0.06])
    before = face()
    for pupil in EYES:
        x, y = POINTS[pupil, :2].tolist()
        before[ellipse(SIZE, (x, y), (9, 9))] = green
        before[ellipse(SIZE, (x, y), (3, 3))] = 0.004
        before[ellipse(SIZE, (x + 3, y + 3), (3, 3))] = 0.9
    after = catch_lights(before, POINTS, KEY)
    x, y = np.round(POINTS[EYES[0], :2]).astype(int)
    assert (after[y + 1, x + 1] @ LUMINANCE) < 0.06
    iris = after[y + 5, x + 4]
    assert iris[1] > 2 * iris[0] > 0


@pytest.mark.parametrize(("right", "down", "wide"), [(0.25, 0.0, 1.0), (-0.2, 0.1, 0.9), (0.0, 0.0, 1.1)])
def test_an_iris_is_found_beside_where_the_mesh_has_it(right: float, down: float, wide: float) -> None:
    opening = floats(ellipse((90, 90), (45, 45), (40, 14)))
    bright = np.where(opening > 0, 0.5, 0.3).astype(np.float32)
    bright[ellipse((90, 90), (45 + 14 * right, 45 + 14 * down), (14 * wide, 14 * wide)) & (opening > 0)] = (
        0.05
    )
    bright[ellipse((90, 90), (48, 42), (3, 3))] = 1.0  # a light in it
    centre, radius = limbus(floats(bright), opening, floats([45, 45]), 14.0)
    assert abs(float(centre[0]) - 45 - 14 * right) < 1.5
    assert abs(radius - 14 * wide) < 1.8


def test_a_lid_that_a_mesh_takes_for_the_iris_stays_as_it_was() -> None:
    skin = floats([0.45, 0.3, 0.2])
    before = face()
    for pupil in EYES:
        x, y = POINTS[pupil, :2].tolist()
        around = ellipse(SIZE, (x, y), (60, 50)) & ~ellipse(SIZE, (x, y), (27, 9))
        before[around] = skin
        before[ellipse(SIZE, (x, y + 8), (6, 3))] = skin  # the lower lid
        before[ellipse(SIZE, (x + 4, y - 3), (2, 2))] = 0.9  # and a light in the wrong place
    after = catch_lights(before, POINTS, KEY)
    x, y = np.round(POINTS[EYES[0], :2]).astype(int)
    assert np.abs(after[y + 7, x] - skin).max() < 0.08
    assert after[y - 3, x + 4].max() < 0.55


def test_an_iris_is_much_the_same_all_around() -> None:
    ys, xs = np.mgrid[-10:11, -10:11].astype(np.float32)
    away = floats(np.hypot(xs, ys) / 10)
    rings = floats(0.1 + 0.3 * away)
    lit = rings.copy()
    spot = np.zeros(away.shape, bool)
    spot[10:14, 10:14] = True
    lit[spot] = 1.0
    assert np.abs(by_ring(lit, away, (away < 1) & ~spot) - rings)[away < 0.9].max() < 0.05


@pytest.mark.parametrize("dark", [0.005, 0.04])
def test_dark_glasses_have_no_catch_light(dark: float) -> None:
    before = face(whites=dark, iris=dark)
    assert np.array_equal(catch_lights(before, POINTS, KEY), before)


def test_closed_eyes_have_none() -> None:
    points = POINTS.copy()
    for lids in (regions.RIGHT_EYE, regions.LEFT_EYE):
        middle = points[list(lids), 1].mean()
        points[list(lids), 1] = middle + 0.1 * (points[list(lids), 1] - middle)
    before = face()
    assert np.array_equal(catch_lights(before.copy(), points, KEY), before)
    assert not is_shut(POINTS[list(regions.RIGHT_EYE), :2])
