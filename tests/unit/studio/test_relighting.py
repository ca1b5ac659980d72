"""Out with the old light, in with the new."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.takes import ball, ellipse, face_points

from fenshen.engines.studio.lamp import colour_of, daylight, towards
from fenshen.engines.studio.relight import (
    BRIGHTEN,
    DARKEN,
    NEW_LIMITS,
    limited,
    neutral_gains,
    quotient,
    sparing,
)
from fenshen.engines.studio.rig import lambert, outline, shed, shine
from fenshen.engines.studio.stage import Stage
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Light, Rig
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

NORMALS, BALL = ball(96)
FACE = floats(BALL)
FLAT = np.zeros((96, 96), np.float32)
WHOLE = np.ones((96, 96), np.float32)


def stage(alpha: Floats = WHOLE, *, width: float = 70) -> Stage:
    """A ball for a face."""
    points = face_points((48, 48), width)
    return Stage(
        normals=NORMALS, depth=FLAT, alpha=alpha, face=FACE, points=points, middle=(48, 48), width=width
    )


def lit(*lights: Light, ambient: float = 0.3) -> Floats:
    """A ball in a rig: the light that arrives."""
    return shine(Rig(lights=lights, ambient=ambient), NORMALS, FLAT, WHOLE, face_width=70)


def octaves(light: Floats) -> Floats:
    """Log2 of a light's brightness, the same in all channels."""
    return floats(np.log2(np.maximum(light @ LUMINANCE, 1e-3))[..., None] * np.ones(3))


def lamp(azimuth: float, elevation: float = 20, **more: float) -> Light:
    return Light(azimuth=azimuth, elevation=elevation, **({"intensity": 1.0, "size": 0.5} | more))  # type: ignore[arg-type]


def halves(picture: Floats) -> tuple[float, float]:
    bright = (picture @ LUMINANCE) * BALL
    return float(bright[:, :48].sum()), float(bright[:, 48:].sum())


def test_the_same_light_again_changes_nothing() -> None:
    grey = floats(np.repeat((0.7 + 0.3 * NORMALS[..., :1]), 3, axis=2))
    ratio = quotient(octaves(grey / 0.7), grey * 5, FACE, strength=1.0)
    assert np.abs(ratio - np.median(ratio[BALL]))[BALL].max() < 0.02


def test_without_strength_nothing_changes_either() -> None:
    ratio = quotient(octaves(lit(lamp(-70))), lit(lamp(70)), FACE, strength=0.0)
    assert np.abs(ratio - 1).max() < 1e-4


@given(st.floats(0, 1), st.floats(-80, 80), st.floats(-80, 80))
def test_relighting_never_changes_how_bright_the_face_is(strength: float, old: float, new: float) -> None:
    ratio = quotient(octaves(lit(lamp(old))), lit(lamp(new)), FACE, strength=strength)
    assert ((ratio @ LUMINANCE) * FACE).sum() / FACE.sum() == pytest.approx(1, abs=1e-3)
    assert (ratio > 0).all()


def test_a_new_light_from_the_left_makes_the_left_brighter() -> None:
    left, right = halves(quotient(octaves(lit()), lit(lamp(-60)), FACE, strength=0.9))
    assert left > 1.3 * right


def test_an_old_light_from_the_left_is_taken_out() -> None:
    old = lit(lamp(-35), ambient=0.6)
    left, right = halves(old)
    assert left > 1.2 * right
    left, right = halves(old * quotient(octaves(old), lit(), FACE, strength=1.0))
    assert left == pytest.approx(right, rel=0.08)


def test_black_in_the_old_light_does_not_explode() -> None:
    ratio = quotient(octaves(np.zeros_like(NORMALS)), lit(lamp(30)), FACE, strength=1.0)
    assert np.isfinite(ratio).all()
    assert ratio.max() < 25


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_a_change_of_light_bends_towards_its_limits_and_never_turns_back(a: float, b: float) -> None:
    low, high = (float(limited(floats([x]))[0]) for x in sorted((a, b)))
    assert low <= high
    assert -DARKEN <= low <= high <= BRIGHTEN
    assert NEW_LIMITS[0] <= 2**low <= 2**high <= NEW_LIMITS[1]
    assert float(limited(floats([0.1]))[0]) == pytest.approx(0.1, rel=0.01)


WARM = neutral_gains(floats([0.5, 0.25, 0.1]), floats([0.5, 0.3, 0.2]))  # of a photo whose skin is too yellow


def at(*colours: list[float]) -> Floats:
    return floats(sparing(WARM, floats([colours]))[0])


def test_what_a_photo_shows_white_grey_or_black_is_not_tinted_by_the_skin() -> None:
    for gains in at([0.9, 0.9, 0.9], [0.2, 0.2, 0.2], [0.001, 0.001, 0.001]):
        assert gains == pytest.approx([1, 1, 1], abs=0.01)


def test_white_that_a_lamp_has_tinted_is_made_white_again() -> None:
    tinted = 0.8 / WARM
    assert at(tinted.tolist())[0] == pytest.approx(WARM, rel=1e-3)


def test_skin_and_colours_get_the_whole_gains() -> None:
    for gains in at([0.5, 0.25, 0.1], [0.05, 0.1, 0.5], [0.5, 0.05, 0.05]):
        assert gains == pytest.approx(WARM, rel=0.03)


def test_gains_are_one_when_the_skin_is_already_the_sitters_own() -> None:
    skin = floats([0.5, 0.3, 0.2])
    assert neutral_gains(skin, skin) == pytest.approx([1, 1, 1], abs=1e-4)


def test_a_cast_is_corrected_without_making_skin_lighter() -> None:
    skin = floats([0.5, 0.3, 0.2])
    orange = skin * floats([1.15, 0.97, 0.8])
    gains = neutral_gains(floats(orange), skin)
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
    assert mirrored == pytest.approx((right, left), rel=5e-3)


def test_a_lamp_above_lights_the_top() -> None:
    bright = lit(lamp(0, 60)) @ LUMINANCE
    assert bright[12, 48] > 1.5 * bright[84, 48]


def test_light_from_behind_touches_the_outline_only() -> None:
    alpha = floats(ellipse((96, 96), (48, 48), (40, 40)))
    rigs = [Rig(lights=lights, ambient=0.3) for lights in ((), (lamp(150, 10, intensity=4.0),))]
    without, with_rim = (shine(rig, NORMALS, FLAT, alpha, face_width=50) for rig in rigs)
    added = (with_rim - without)[..., 1]
    assert added.min() >= 0
    assert added[48, 84:88].max() > 0.12  # the right edge glows
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


@pytest.mark.parametrize("size", [0.0, 0.3, 1.0])
def test_no_lamp_draws_a_line_where_its_light_ends(size: float) -> None:
    round_the_ball = lambert(floats(np.linspace(-1, 1, 401)), size)[:, 1]
    slope = np.diff(round_the_ball) * 200
    assert (slope >= 0).all()
    assert np.abs(np.diff(slope)).max() < 0.3  # no kink, not even for a bare bulb
    assert round_the_ball[-1] == pytest.approx(1)


def test_a_large_lamp_reaches_further_round_than_a_bulb_and_red_further_than_blue() -> None:
    edge = floats([-0.1])
    assert lambert(edge, 1.0)[0, 1] > lambert(edge, 0.0)[0, 1]
    assert lambert(edge, 0.5)[0, 0] > lambert(edge, 0.5)[0, 2]


def test_two_gels_meet_without_a_seam() -> None:
    red = Light(azimuth=-78, elevation=10, intensity=1.0, size=1.0, gel=(1.0, 0.1, 0.5), shadow=0.3)
    blue = Light(azimuth=82, elevation=10, intensity=1.0, size=1.0, gel=(0.05, 0.5, 1.0), shadow=0.3)
    light = lit(red, blue, lamp(0, 30, size=0.8), ambient=0.16)
    tone = light[48, 8:88, 0] / light[48, 8:88].sum(-1)
    assert np.abs(np.diff(tone)).max() < 0.03
    assert tone[0] > tone[-1] + 0.15


@pytest.mark.parametrize("name", ["split", "rembrandt", "gels", "noir"])
def test_light_on_a_ball_has_no_step(name: str) -> None:
    bright = np.log2(shed(template(name).rig, stage()).diffuse @ LUMINANCE)
    inside = ellipse((96, 96), (48, 48), (40, 40))
    for axis in (0, 1):
        step = np.abs(np.diff(bright, axis=axis))
        both = inside & np.roll(inside, -1, axis=axis)
        assert (
            step[both[: step.shape[0], : step.shape[1]]].max() < 0.4
        )  # octaves per pixel of a 96-pixel head


def test_a_near_lamp_leaves_the_chest_darker_than_a_far_one() -> None:
    def drop(distance: float) -> float:
        wall = replace(stage(), normals=floats(np.broadcast_to([0, 0, 1], (96, 96, 3))))
        light = shed(Rig(lights=(lamp(0, 40, distance=distance, shadow=0),), ambient=0.0), wall).diffuse[
            ..., 1
        ]
        return float(light[90, 48] / light[20, 48])

    assert drop(0.7) < 0.8 * drop(20)
    assert drop(20) == pytest.approx(1, abs=0.06)
