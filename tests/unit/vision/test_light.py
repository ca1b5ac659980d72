"""Light on a face is read as it was written."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.takes import ball

from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_linear, to_srgb
from fenshen.vision.light import direction, fit_light, shade

NORMALS, BALL = ball(64)
SKIN = floats([0.55, 0.32, 0.24])


def lamp(azimuth: float, elevation: float, *, ambient: float = 0.6, strength: float = 0.35) -> Floats:
    """(9, 3) a lamp and some ambient light on this skin."""
    across, up = np.radians(azimuth), np.radians(elevation)
    towards = [np.cos(up) * np.sin(across), np.sin(up), np.cos(up) * np.cos(across)]
    light = np.zeros((9, 1))
    light[0], light[1:4, 0] = ambient, strength * np.array(towards)
    return floats(light * SKIN)


def test_all_256_values_survive_the_way_to_linear_light_and_back() -> None:
    every = np.arange(256, dtype=np.uint8)
    assert np.array_equal(np.round(to_srgb(to_linear(every)) * 255), every)
    assert np.allclose(to_linear(every), to_linear(floats(every / 255)), atol=1e-6)


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_light_never_becomes_a_darker_pixel(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert to_srgb(floats([low])) <= to_srgb(floats([high]))
    assert to_linear(floats([low])) <= to_linear(floats([high]))


def test_light_out_of_range_is_clipped() -> None:
    assert to_srgb(floats([-1.0, 7.0])).tolist() == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize("azimuth", [-60, -25, 0, 40, 70])
@pytest.mark.parametrize("elevation", [-10, 30, 50])
def test_a_lamp_on_a_ball_is_found_again(azimuth: float, elevation: float) -> None:
    true = lamp(azimuth, elevation)
    seen = shade(NORMALS, true)
    found = fit_light(seen, NORMALS, BALL)
    error = np.abs(shade(NORMALS, found) - seen)[BALL].mean() / seen[BALL].mean()
    assert error < 0.04
    assert np.dot(direction(found), direction(true)) > 0.93


def test_shines_shadows_and_a_beard_do_not_mislead_the_fit() -> None:
    true = lamp(-40, 30)
    seen = shade(NORMALS, true)
    spoiled = seen.copy()
    rng = np.random.default_rng(1)
    spots = rng.random(BALL.shape)
    spoiled[spots < 0.04] = 1.0
    spoiled[spots > 0.92] *= 0.2
    found = fit_light(spoiled, NORMALS, BALL)
    error = np.abs(shade(NORMALS, found) - seen)[BALL].mean() / seen[BALL].mean()
    assert error < 0.07
    assert np.dot(direction(found), direction(true)) > 0.9


def test_a_handful_of_skin_gives_plain_ambient_light() -> None:
    few = np.zeros_like(BALL)
    few[30, 20:60] = True
    light = fit_light(np.full((64, 64, 3), 0.4, np.float32), NORMALS, few)
    assert light[0] == pytest.approx([0.4] * 3)
    assert not light[1:].any()


def test_no_skin_at_all_gives_light_one_can_divide_by() -> None:
    light = fit_light(np.zeros((64, 64, 3), np.float32), NORMALS, np.zeros_like(BALL))
    assert (shade(NORMALS, light) > 0).all()


@given(st.lists(st.floats(-2, 2), min_size=27, max_size=27))
def test_shading_is_never_negative(values: list[float]) -> None:
    assert (shade(NORMALS[::8, ::8], floats(values).reshape(9, 3)) >= 0).all()


def test_light_without_a_direction_comes_from_the_camera() -> None:
    assert direction(np.zeros((9, 3), np.float32)) == (0.0, 0.0, 1.0)
