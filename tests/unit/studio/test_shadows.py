"""A head throws its own shadows, softly."""

import numpy as np

from fenshen.engines.studio.lamp import towards
from fenshen.engines.studio.shadows import soft_shadow
from fenshen.templates.recipe import Light
from fenshen.vision.arrays import Floats, floats

FLAT = np.zeros((96, 96), np.float32)


def step(edge: int = 50, height: float = 0.3) -> Floats:
    """A head that stands out before the neck below it."""
    relief = FLAT.copy()
    relief[:edge] = height
    return relief


def beam(azimuth: float, elevation: float) -> Floats:
    return towards(Light(azimuth=azimuth, elevation=elevation, intensity=1.0))


def test_a_wall_throws_no_shadow_on_itself() -> None:
    assert not soft_shadow(FLAT, beam(60, 30), 0.0, pixels=40).any()


def test_a_lamp_at_the_camera_throws_no_shadow_one_can_see() -> None:
    assert not soft_shadow(step(), beam(0, 0), 0.3, pixels=40).any()


def test_a_lamp_behind_the_sitter_is_no_matter_of_relief() -> None:
    assert not soft_shadow(step(), beam(150, 20), 0.3, pixels=40).any()


def test_a_chin_throws_its_shadow_on_the_neck_below() -> None:
    shadow = soft_shadow(step(), beam(0, 50), 0.3, pixels=60)
    assert shadow[54, 48] > 0.4
    assert shadow[30, 48] < 0.05
    assert shadow[90, 48] < shadow[54, 48]
    assert 0 <= shadow.min() <= shadow.max() <= 1
    from_below = soft_shadow(step(), beam(0, -50), 0.3, pixels=60)
    assert from_below[54, 48] < 0.05


def test_a_softer_lamp_throws_a_softer_shadow() -> None:
    hard, soft = (soft_shadow(step(), beam(0, 40), size, pixels=60)[:, 48] for size in (0.0, 1.0))
    assert np.abs(np.diff(hard)).max() > 1.5 * np.abs(np.diff(soft[52:])).max()


def test_a_penumbra_grows_with_the_distance() -> None:
    def penumbra(height: float) -> int:
        shadow = soft_shadow(step(24, height), beam(0, 45), 0.3, pixels=90)[26:, 48]
        return int(((shadow > 0.15) & (shadow < 0.85)).sum())

    assert penumbra(0.45) > 1.3 * penumbra(0.12)


def test_shadows_have_no_edge_sharper_than_a_lamp_makes() -> None:
    ys, xs = np.mgrid[-1:1:96j, -1:1:96j]
    nose = floats(0.25 * np.exp(-(xs**2 + 0.3 * ys**2) / 0.02))
    shadow = soft_shadow(nose, beam(-60, 20), 0.4, pixels=70)
    assert shadow[48, 56:].max() > 0.2
    assert np.abs(np.diff(shadow, axis=1)).max() < 0.25  # per pixel of a face 70 wide
