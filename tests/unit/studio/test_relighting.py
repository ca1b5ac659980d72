"""Out with the old light, in with the new."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.takes import ball, ellipse

from fenshen.engines.studio.relight import LUMINANCE, neutral_gains, quotient
from fenshen.engines.studio.rig import colour_of, daylight, march, outline, shine, towards
from fenshen.templates.recipe import Light, Rig
from fenshen.vision.arrays import Floats, floats

NORMALS, BALL = ball(96)
FACE = floats(BALL)
FLAT = np.zeros((96, 96), np.float32)
WHOLE = np.ones((96, 96), np.float32)


def lit(*lights: Light, ambient: float = 0.3) -> Floats:
    """A ball in a rig."""
    return shine(Rig(lights=lights, ambient=ambient), NORMALS, FLAT, WHOLE, face_width=70)


def lamp(azimuth: float, elevation: float = 20, **more: float) -> Light:
    return Light(azimuth=azimuth, elevation=elevation, **({"intensity": 1.0, "size": 0.5} | more))  # type: ignore[arg-type]


def halves(picture: Floats) -> tuple[float, float]:
    bright = (picture @ LUMINANCE) * BALL
    return float(bright[:, :48].sum()), float(bright[:, 48:].sum())


def test_the_same_light_again_changes_nothing() -> None:
    grey = floats(np.repeat((0.7 + 0.3 * NORMALS[..., :1]), 3, axis=2))
    ratio = quotient(grey, grey * 5, FACE, strength=1.0)
    assert np.abs(ratio - 1)[BALL].max() < 0.02


def test_without_strength_nothing_changes_either() -> None:
    ratio = quotient(lit(lamp(-70)), lit(lamp(70)), FACE, strength=0.0)
    assert np.abs(ratio - 1).max() < 1e-4


@given(st.floats(0, 1), st.floats(-80, 80), st.floats(-80, 80))
def test_relighting_never_changes_how_bright_the_face_is(strength: float, old: float, new: float) -> None:
    ratio = quotient(lit(lamp(old)), lit(lamp(new)), FACE, strength=strength)
    assert ((ratio @ LUMINANCE) * FACE).sum() / FACE.sum() == pytest.approx(1, abs=1e-3)
    assert (ratio > 0).all()


def test_a_new_light_from_the_left_makes_the_left_brighter() -> None:
    left, right = halves(quotient(lit(), lit(lamp(-60)), FACE, strength=0.9))
    assert left > 1.5 * right


def test_an_old_light_from_the_left_is_taken_out() -> None:
    old = lit(lamp(-35), ambient=0.6)
    left, right = halves(old)
    assert left > 1.2 * right
    left, right = halves(old * quotient(old, lit(), FACE, strength=1.0))
    assert left == pytest.approx(right, rel=0.08)


def test_black_in_the_old_light_does_not_explode() -> None:
    ratio = quotient(np.zeros_like(NORMALS), lit(lamp(30)), FACE, strength=1.0)
    assert np.isfinite(ratio).all()
    assert ratio.max() < 25


def test_gains_are_one_when_the_skin_is_already_the_sitters_own() -> None:
    skin = floats([0.5, 0.3, 0.2])
    assert neutral_gains(WHOLE[..., None] * skin, FACE, skin) == pytest.approx([1, 1, 1], abs=1e-4)


def test_a_cast_is_corrected_without_making_skin_lighter() -> None:
    skin = floats([0.5, 0.3, 0.2])
    orange = skin * floats([1.15, 0.97, 0.8])
    gains = neutral_gains(WHOLE[..., None] * orange, FACE, skin)
    fixed = orange * gains
    assert fixed / fixed.sum() == pytest.approx(skin / skin.sum(), abs=0.01)
    assert float((gains * skin) @ LUMINANCE) == pytest.approx(float(skin @ LUMINANCE), rel=1e-4)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_a_direction_has_length_one(azimuth: float, elevation: float) -> None:
    assert np.linalg.norm(towards(lamp(azimuth, elevation))) == pytest.approx(1, abs=1e-5)


def test_directions_mean_what_the_recipe_says() -> None:
    assert towards(lamp(0, 0)) == pytest.approx([0, 0, 1], abs=1e-6)  # at the camera
    assert towards(lamp(90, 0)) == pytest.approx([1, 0, 0], abs=1e-6)  # from the right of the picture
    assert towards(lamp(0, 90)) == pytest.approx([0, 1, 0], abs=1e-6)  # from above


@pytest.mark.parametrize("azimuth", [-80, -45, -20])
def test_a_lamp_on_the_left_lights_the_left_of_a_ball(azimuth: float) -> None:
    left, right = halves(lit(lamp(azimuth)))
    assert left > right
    mirrored = halves(lit(lamp(-azimuth)))
    assert mirrored == pytest.approx((right, left), rel=1e-3)


def test_a_lamp_above_lights_the_top() -> None:
    bright = lit(lamp(0, 60)) @ LUMINANCE
    assert bright[12, 48] > 1.5 * bright[84, 48]


def test_light_from_behind_touches_the_outline_only() -> None:
    alpha = floats(ellipse((96, 96), (48, 48), (40, 40)))
    rigs = [Rig(lights=lights, ambient=0.3) for lights in ((), (lamp(150, 10, intensity=4.0),))]
    without, with_rim = (shine(rig, NORMALS, FLAT, alpha, face_width=50) for rig in rigs)
    added = (with_rim - without)[..., 1]
    assert added.min() >= 0
    assert added[48, 84:88].max() > 0.2  # the right edge glows
    assert added[ellipse((96, 96), (48, 48), (30, 30))].max() < 1e-3
    assert added[48, 8:12].max() < 1e-3  # the left edge does not


def test_the_outline_is_at_the_silhouette_and_nowhere_else() -> None:
    alpha = floats(ellipse((96, 96), (48, 48), (40, 40)))
    rim = outline(alpha, 50)
    assert rim[48, 48] == 0
    assert rim[48, 86] > 0.5
    assert 0 <= rim.min() <= rim.max() <= 1


@given(st.floats(1700, 20000))
def test_a_lamp_of_any_colour_is_equally_bright(kelvin: float) -> None:
    colour = colour_of(lamp(0, kelvin=kelvin))
    assert float(colour @ LUMINANCE) == pytest.approx(1, abs=1e-4)
    assert (colour > 0).all()


def test_low_kelvin_is_warm_and_high_is_cool_and_daylight_is_neutral() -> None:
    candle, noon, sky = (colour_of(lamp(0, kelvin=k)) for k in (2000, 5600, 12000))
    assert candle[0] > candle[2]
    assert noon == pytest.approx([1, 1, 1], abs=1e-3)
    assert sky[2] > sky[0]
    assert daylight(3999) == pytest.approx(daylight(4001), abs=0.01)  # where the two pieces of the fit meet


def test_a_gel_outweighs_the_colour_temperature() -> None:
    magenta = colour_of(lamp(0, kelvin=2000, gel=(1.0, 0.1, 0.6)))  # type: ignore[arg-type]
    assert magenta[2] > magenta[1]


def test_a_wall_throws_no_shadow_on_itself() -> None:
    assert not march(FLAT, towards(lamp(60, 30)), 0.3, pixels=40).any()


def test_a_lamp_at_the_camera_throws_no_shadow_one_can_see() -> None:
    relief = floats(np.where(BALL, 0.5, 0))
    assert not march(relief, towards(lamp(0, 0)), 0.3, pixels=40).any()


def test_a_chin_throws_its_shadow_on_the_neck_below() -> None:
    head = np.zeros((96, 96), np.float32)
    head[:50] = 0.3  # the head stands out in front of the neck
    shadow = march(head, towards(lamp(0, 50)), 0.3, pixels=60)
    assert shadow[54, 48] > 0.4
    assert shadow[30, 48] < 0.05
    assert shadow[90, 48] < shadow[54, 48]
    assert 0 <= shadow.min() <= shadow.max() <= 1
    from_below = march(head, towards(lamp(0, -50)), 0.3, pixels=60)
    assert from_below[54, 48] < 0.05


def test_a_softer_lamp_throws_a_softer_shadow() -> None:
    head = np.zeros((96, 96), np.float32)
    head[:50] = 0.3
    hard, soft = (march(head, towards(lamp(0, 40)), size, pixels=60).max() for size in (0.0, 1.0))
    assert hard > soft
