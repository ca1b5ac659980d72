"""What is read off takes: their light, how clean they are cut, the sitter's own skin and range."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.takes import a_take, ball, ellipse, face_points

from fenshen.double.cutting import certainty, clutter, glare, read_light
from fenshen.double.double import KEY_LIMITS, LUMINANCE, PLAIN, cast_of, own_skin
from fenshen.double.spread import FEWEST, likeness_rank, own_spread
from fenshen.double.take import Edge, cut_edges
from fenshen.vision.arrays import floats
from fenshen.vision.colour import to_srgb
from fenshen.vision.matte import Matte
from fenshen.vision.shape import Shape

values = st.lists(st.floats(-1, 1), min_size=FEWEST, max_size=30)


@given(values, st.floats(-1, 1), st.floats(-1, 1))
def test_a_likelier_portrait_never_ranks_lower(spread: list[float], a: float, b: float) -> None:
    low, high = (likeness_rank(v, tuple(sorted(spread))) for v in sorted((a, b)))
    assert low is not None
    assert high is not None
    assert 0 <= low <= high <= 100


def test_rank_is_mid_rank() -> None:
    spread = (0.4, 0.5, 0.6, 0.6, 0.8)
    assert likeness_rank(0.3, spread) == 0
    assert likeness_rank(0.9, spread) == 100
    assert likeness_rank(0.55, spread) == 40
    assert likeness_rank(0.6, spread) == 60  # two below, half of two alike
    assert likeness_rank(0.4, spread) == 10


@given(values)
def test_the_sitters_own_photos_rank_fifty_on_average(spread: list[float]) -> None:
    ranks = [likeness_rank(value, tuple(sorted(spread))) for value in spread]
    assert np.mean([rank for rank in ranks if rank is not None]) == pytest.approx(50)


def test_of_too_few_photos_no_rank_is_told() -> None:
    row = floats(np.eye(128)[0])
    assert own_spread({1: row}, [1]) == ()
    assert likeness_rank(0.9, ()) is None
    assert likeness_rank(0.9, (0.5,) * (FEWEST - 1)) is None


def test_the_range_leaves_each_photo_itself_out_and_rises() -> None:
    rng = np.random.default_rng(5)
    rows = {k: floats(v / np.linalg.norm(v)) for k, v in enumerate(rng.normal(size=(6, 128)) + 0.8, 1)}
    spread = own_spread(rows, [1, 2, 3])
    assert len(spread) == 6
    assert list(spread) == sorted(spread)
    assert max(spread) < 0.99  # never a photo with itself
    expected = [float(np.median([rows[k] @ rows[t] for t in (1, 2, 3) if t != k])) for k in rows]
    assert spread == pytest.approx(sorted(expected), abs=1e-6)


def test_skin_is_told_apart_from_the_lamp_over_it() -> None:
    plain, tungsten = a_take(1), a_take(2, skin=(0.60, 0.24, 0.10))
    skin, key = own_skin((plain, plain, tungsten))
    assert float(skin @ LUMINANCE) == pytest.approx(key, rel=1e-4)
    assert cast_of(plain, skin) < 0.05
    assert cast_of(tungsten, skin) > 0.5


def test_a_cast_does_not_depend_on_how_bright_the_photo_is() -> None:
    skin, _ = own_skin((a_take(1),))
    dim = a_take(2, skin=(0.050, 0.027, 0.019))
    assert cast_of(dim, skin) == pytest.approx(cast_of(a_take(1), skin), abs=1e-3)


@pytest.mark.parametrize("factor", [0.02, 0.3, 1.0, 1.9])
def test_nobody_is_exposed_into_black_or_white(factor: float) -> None:
    take = a_take(1, skin=(0.5 * factor, 0.27 * factor, 0.19 * factor))
    _, key = own_skin((take,))
    assert KEY_LIMITS[0] - 1e-6 <= key <= KEY_LIMITS[1] + 1e-6


def test_a_black_photo_still_has_a_skin() -> None:
    skin, key = own_skin((a_take(1, skin=(0.0, 0.0, 0.0)),))
    assert np.isfinite(skin).all()
    assert key == pytest.approx(KEY_LIMITS[0])


def test_a_misty_outline_is_less_certain_than_a_crisp_one() -> None:
    crisp = floats(ellipse((200, 160), (80, 90), (50, 65)))

    def sure(blur: float) -> float:
        alpha = floats(cv2.GaussianBlur(crisp, (0, 0), blur)) if blur else crisp
        return certainty(Matte(alpha=alpha, foreground=np.zeros((200, 160, 3), np.uint8)), 80.0)

    assert 1.0 == sure(0) > sure(2) > sure(6) > sure(15) >= 0


def test_hair_is_no_clutter_and_a_raised_racket_is() -> None:
    points = face_points((150, 120), 80)
    head = floats(ellipse((300, 300), (150, 110), (70, 90)))
    racket = np.maximum(head, floats(ellipse((300, 300), (262, 120), (30, 50))))
    assert clutter(head, points) == 0
    assert 0.3 < clutter(racket, points) <= 1


def test_clutter_of_a_face_that_fills_the_photo_is_nothing() -> None:
    assert clutter(np.ones((100, 90), np.float32), face_points((45, 50), 88)) == 0


def test_light_is_read_from_bare_skin() -> None:
    normals, _ = ball(120)
    skin = floats([0.5, 0.3, 0.2])
    shading = (0.7 - 0.5 * normals[..., :1]) * skin  # a lamp on the left
    crop = np.asarray(np.round(to_srgb(floats(shading)) * 255), np.uint8)
    shape = Shape(normals=normals, depth=np.zeros((120, 120), np.float32))
    light = read_light(crop, face_points((60, 60), 80), shape)
    assert light.harmonics.shape == (9, 3)
    assert light.harmonics[1, 1] < -0.05  # from the left
    assert light.skin == pytest.approx(tuple((0.7 * skin).tolist()), rel=0.25)
    assert light.mixed < 0.2  # one lamp, one colour


def test_two_lamps_of_two_colours_are_noticed() -> None:
    normals, _ = ball(120)
    blend = np.clip(0.5 + normals[..., :1], 0, 1)
    shading = 0.6 * (blend * floats([1.0, 0.45, 0.2]) + (1 - blend) * floats([0.2, 0.5, 1.0]))
    crop = np.asarray(np.round(to_srgb(floats(shading)) * 255), np.uint8)
    shape = Shape(normals=normals, depth=np.zeros((120, 120), np.float32))
    assert read_light(crop, face_points((60, 60), 80), shape).mixed > PLAIN


def test_a_face_that_is_not_in_the_crop_gives_light_one_can_work_with() -> None:
    shape = Shape(normals=ball(60)[0], depth=np.zeros((60, 60), np.float32))
    light = read_light(np.zeros((60, 60, 3), np.uint8), face_points((500, 500), 40), shape)
    assert np.isfinite(light.harmonics).all()
    assert min(light.skin) > 0
    assert light.mixed == 0


def test_the_frame_cuts_a_body_where_it_touches() -> None:
    assert a_take(1).cut == (Edge.BOTTOM,)
    assert replace(a_take(1, reaches=False)).cut == ()
    assert cut_edges(np.full((20, 20), 255, np.uint8)) == (Edge.LEFT, Edge.TOP, Edge.RIGHT, Edge.BOTTOM)
    speck = np.zeros((20, 20), np.uint8)
    speck[0, 4:6] = 255
    assert cut_edges(speck) == ()


def test_the_sun_behind_a_head_is_glare_and_dark_hair_is_none() -> None:
    points = face_points((100, 120), 80)
    alpha = floats(ellipse((260, 200), (100, 110), (70, 100)))
    skin = (0.20, 0.12, 0.09)
    hair = np.full((260, 200, 3), 40, np.uint8)
    assert glare(hair, alpha, points, skin) == 0
    hair[:60] = 240
    assert glare(hair, alpha, points, skin) > 2
    assert glare(hair, np.zeros_like(alpha), points, skin) == 0
