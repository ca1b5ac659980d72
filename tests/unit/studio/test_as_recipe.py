"""Light that the studio itself throws is read back as the lamp that threw it; a frame is read as it was."""

from dataclasses import replace

import numpy as np
import pytest
from tests.fakes.takes import ball, face_points

from fenshen.engines.studio.as_recipe import (
    ASPECTS,
    NEAREST,
    Seen,
    crop_of,
    framing_of,
    look_of,
    rig_of,
    undeveloped,
    wish_of,
)
from fenshen.engines.studio.film import expose
from fenshen.engines.studio.lamp import colour_of, daylight, towards
from fenshen.engines.studio.rig import key_of, lambert
from fenshen.templates.recipe import DAYLIGHT, Light, Look
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_linear
from fenshen.vision.light import fit_light
from fenshen.vision.mesh import FaceMesh, Pose

SKIN = floats([0.42, 0.27, 0.175])  # red over blue as in neutral light


def lit_by(lamp: Light, ambient: float = 0.3, ambient_kelvin: float = DAYLIGHT) -> Floats:
    """Harmonics of a head of one skin under a lamp."""
    normals, mask = ball(96)
    up = 0.75 + 0.25 * normals[..., 1:2]
    everywhere = ambient * up * daylight(ambient_kelvin) / daylight(DAYLIGHT)
    shone = lamp.intensity * lambert(floats(normals @ towards(lamp)), lamp.size) * colour_of(lamp)
    return fit_light(floats(SKIN * (everywhere + shone)), normals, mask & (normals[..., 2] > 0.2))


def seen(
    size: tuple[int, int] = (800, 600), width: float = 190, at: tuple[float, float] = (300, 330)
) -> Seen:
    """A grey picture with a face in it. size: (H, W)."""
    mesh = FaceMesh(
        points=face_points(at, width),
        presence=1.0,
        blendshapes={},
        pose=Pose(yaw=12.4, pitch=0, roll=-1.0, rotation=np.eye(3, dtype=np.float32)),
    )
    rows = np.linspace(20, 230, size[0])[:, None, None]
    rgb = np.broadcast_to(rows + np.array([0, 10, 25]), (*size, 3)).astype(np.uint8)
    light = lit_by(Light(azimuth=-40, elevation=30, intensity=0.9, size=0.65))
    return Seen(
        rgb=rgb,
        mesh=mesh,
        smile=0.4,
        light=light,
        skin=(0.42, 0.27, 0.175),
        glare=0.0,
        behind=np.ones(size, np.float32),
    )


@pytest.mark.parametrize(("azimuth", "elevation"), [(-60, 10), (-30, 40), (0, 30), (40, 20), (70, 0)])
def test_a_lamp_is_found_where_it_stood(azimuth: float, elevation: float) -> None:
    lamp = Light(azimuth=azimuth, elevation=elevation, intensity=1, size=0.65)
    key = key_of(rig_of(replace(seen(), light=lit_by(lamp))))
    assert key is not None
    between = np.degrees(np.arccos(np.clip(float(towards(key) @ towards(lamp)), -1, 1)))
    assert between < 25


def test_a_hard_light_stays_harder_than_a_soft_one() -> None:
    lamp = Light(azimuth=-50, elevation=20, intensity=1, size=0.65)
    hard, soft = (rig_of(replace(seen(), light=lit_by(lamp, ambient))) for ambient in (0.1, 1.5))
    ratios = [rig.lights[0].intensity / rig.ambient for rig in (hard, soft)]
    assert ratios[0] > 3 * ratios[1]


def test_warm_light_is_read_as_warmer_than_cold_light() -> None:
    warm, cold = (
        rig_of(replace(seen(), light=lit_by(lamp, 0.05), skin=tuple(SKIN * colour_of(lamp)))).lights[0].kelvin
        for lamp in (Light(azimuth=20, elevation=20, intensity=1, kelvin=k) for k in (2900, 8000))
    )
    assert warm + 1500 < cold


def test_two_colours_of_light_are_told_apart() -> None:
    lamp = Light(azimuth=-60, elevation=10, intensity=0.8, size=0.65, kelvin=3200)
    rig = rig_of(replace(seen(), light=lit_by(lamp, 0.5, 7000)))
    assert rig.lights[0].kelvin + 800 < rig.ambient_kelvin


def test_sun_from_behind_becomes_a_lamp_behind_on_the_brighter_side() -> None:
    rgb = seen().rgb.copy()
    rgb[:, :300] //= 3
    rig = rig_of(replace(seen(), rgb=rgb, glare=2.0))
    assert [lamp.azimuth for lamp in rig.lights[1:]] == [150]
    assert len(rig_of(seen()).lights) == 1


def test_a_frame_is_taken_over_as_it_was() -> None:
    one = seen()
    crop = crop_of(one)
    assert (crop.left, crop.top, crop.width, crop.height) == (0, 0, 600, 800)
    framing = framing_of(one, crop)
    assert framing.face_height == pytest.approx(1.36 * 190 / 800, abs=0.01)
    assert framing.eye_line == pytest.approx((330 - 28.5) / 800, abs=0.01)
    assert framing.centre == pytest.approx(0.5, abs=0.01)
    assert framing.whole_head
    assert wish_of(one).model_dump(include={"yaw", "roll", "smile"}) == {
        "yaw": 12.0,
        "roll": None,
        "smile": 0.4,
    }


@pytest.mark.parametrize(
    ("size", "width", "at"),
    [
        ((600, 2400), 90, (300, 250)),
        ((2000, 700), 100, (350, 1500)),
        ((900, 1200), 60, (1150, 80)),
        ((300, 300), 190, (150, 140)),
    ],
)  # fmt: skip
def test_any_picture_gives_a_frame_that_lies_in_it_and_holds_the_face(
    size: tuple[int, int], width: float, at: tuple[float, float]
) -> None:
    one = seen(size, width, at)
    crop = crop_of(one)
    assert 0 <= crop.left <= crop.left + crop.width <= size[1]
    assert 0 <= crop.top <= crop.top + crop.height <= size[0]
    assert crop.left <= at[0] <= crop.left + crop.width
    assert crop.top <= at[1] <= crop.top + crop.height
    assert ASPECTS[0] - 0.01 <= crop.width / crop.height <= ASPECTS[1] + 0.01
    assert framing_of(one, crop).face_height > 0.7 * NEAREST


def test_a_black_and_white_picture_stays_one_and_a_colourful_one_does_not_become_one() -> None:
    grey = np.repeat(seen().rgb.mean(-1, keepdims=True), 3, -1).astype(np.uint8)
    assert look_of(replace(seen(), rgb=grey)).monochrome is not None
    assert look_of(seen()).monochrome is None


def test_a_dark_picture_stays_dark_and_its_plate_is_not_darkened_twice() -> None:
    look = look_of(replace(seen(), rgb=np.asarray(seen().rgb * 0.42, np.uint8)))
    assert -0.9 <= look.exposure < -0.4
    assert look_of(replace(seen(), skin=(0.08, 0.05, 0.035))).exposure == 0  # dark skin is no dark picture
    dark = floats(np.random.default_rng(1).uniform(40, 110, (9, 9, 3)))
    plate = np.asarray(dark, np.uint8)
    again = 255 * expose(to_linear(undeveloped(plate, look)), look)
    assert np.abs(again - plate).max() < 2
    assert np.array_equal(undeveloped(plate, Look()), plate)
