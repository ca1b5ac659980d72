"""The photo's own light is found, and taken away."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.fakes.takes import ball, ellipse, face_points

from fenshen.engines.studio.gloss import gloss, oiliness
from fenshen.engines.studio.hair import hairiness, patches
from fenshen.engines.studio.lamp import towards
from fenshen.engines.studio.old_light import OldLight, beyond_harmonics, faded, harmonic, spread
from fenshen.engines.studio.stage import Stage
from fenshen.templates.recipe import Light
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE
from fenshen.vision.light import shade

SIDE = 160
POINTS = face_points((80, 80), 100)
SKIN = floats([0.45, 0.28, 0.2])
NORMALS, _ = ball(SIDE)
FACE = floats(regions.bare_skin(POINTS, (SIDE, SIDE)))
KNOWN = floats(regions.fill(POINTS, regions.OVAL, (SIDE, SIDE)))
LAMP = floats(np.vstack([[[0.6] * 3, [0.2] * 3, [0.1] * 3, [0.25] * 3], np.zeros((5, 3))]) * SKIN)
STAGE = Stage(
    normals=NORMALS,
    depth=np.zeros((SIDE, SIDE), np.float32),
    alpha=floats(ellipse((SIDE, SIDE), (80, 72), (62, 88))),
    face=FACE,
    points=POINTS,
    middle=(80.0, 80.0),
    width=100.0,
)


def albedo() -> Floats:
    """Skin with brows, lips and a mole."""
    picture = np.broadcast_to(SKIN, (SIDE, SIDE, 3)).copy()
    for region in (regions.RIGHT_BROW, regions.LEFT_BROW):
        picture[regions.fill(POINTS, region, (SIDE, SIDE)) > 0] *= 0.15
    picture[regions.fill(POINTS, regions.LIPS, (SIDE, SIDE)) > 0] *= floats([0.8, 0.4, 0.4])
    picture[ellipse((SIDE, SIDE), (100, 95), (2, 2))] *= 0.3
    return picture


def lit(albedo: Floats) -> Floats:
    """The albedo in the lamp's light."""
    light = shade(NORMALS, LAMP) / SKIN
    return floats(albedo * light)


def found(seen: Floats, guess: Floats | None = None) -> OldLight:
    return beyond_harmonics(seen, albedo() if guess is None else guess, KNOWN, STAGE, harmonic(STAGE, LAMP))


def contrast(picture: Floats, dark: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> float:
    """Octaves between the bare skin inside and outside a patch."""
    bright = np.log2(picture @ LUMINANCE)
    skin = FACE > 0
    return abs(float(np.median(bright[skin & ~dark]) - np.median(bright[skin & dark])))


def test_light_that_harmonics_explain_leaves_nothing_over() -> None:
    left = found(lit(albedo()))
    assert np.abs(left.more).max() < 0.12
    assert left.shine.max() < 0.03


@pytest.mark.parametrize("depth", [0.4, 0.6])
def test_a_cast_shadow_on_a_cheek_loses_seven_tenths_of_its_depth(depth: float) -> None:
    dark = ellipse((SIDE, SIDE), (62, 95), (16, 24))
    shadow = cv2.GaussianBlur(floats(1 - (1 - depth) * dark), (0, 0), 1.2)
    even = lit(albedo())
    seen = floats(even * shadow[..., None])
    freed = floats(seen / np.exp2(found(seen).more))
    assert contrast(floats(freed / even), dark) < 0.3 * contrast(floats(seen / even), dark)


def test_a_shine_on_the_forehead_comes_off_by_subtraction() -> None:
    ys, xs = np.mgrid[0:SIDE, 0:SIDE]
    spot = floats(0.3 * np.exp(-((xs - 80) ** 2 + (ys - 38) ** 2) / 40))
    even = lit(albedo())
    left = found(floats(even + spot[..., None]))
    assert left.shine[38, 80].mean() > 0.4 * 0.3
    assert left.shine[110, 80].max() < 0.02
    taken = left.shine[38, 80]
    assert taken[2] / taken[0] > SKIN[2] / SKIN[0]  # whiter than the skin


def test_under_a_burnt_shine_there_is_skin_and_not_grey() -> None:
    seen = lit(albedo())
    burnt = np.zeros((SIDE, SIDE), np.float32)
    burnt[ellipse((SIDE, SIDE), (80, 45), (9, 6))] = 1
    burnt = floats(cv2.GaussianBlur(burnt, (0, 0), 1.5))
    shining = floats(seen + burnt[..., None] * (2.0 * float(seen.max()) - seen))
    left = shining - found(shining).shine
    core = ellipse((SIDE, SIDE), (80, 45), (5, 3))
    skin, rest = np.median(seen[core], axis=0), np.median(left[core], axis=0)
    redder = [float(np.log2(colour[0] / colour[2])) for colour in (rest, skin)]
    assert redder[0] > 0.35 * redder[1] > 0
    assert (rest @ LUMINANCE) < 0.5 * float(np.median(shining[core] @ LUMINANCE))
    assert (rest @ LUMINANCE) > 0.8 * float(skin @ LUMINANCE)


def test_skin_where_the_albedo_has_hair_is_no_shine() -> None:
    hairy = albedo()
    temple = ellipse((SIDE, SIDE), (36, 60), (6, 14))
    hairy[temple] = floats([0.02, 0.018, 0.017])
    seen = lit(albedo())
    assert found(seen, hairy).shine[temple].max() < 0.12 * float(seen[temple].max())


def test_a_white_cap_above_a_forehead_that_does_not_shine_stays_white() -> None:
    seen = lit(albedo())
    cap = np.zeros((SIDE, SIDE), bool)
    brim = int(POINTS[regions.FOREHEAD, 1])
    cap[: brim - 2] = True
    seen[cap] = 0.9
    assert found(seen).shine[: brim - 8].max() < 0.1  # eight hundredths of a face further up


def test_brows_lips_and_moles_are_not_mistaken_for_light() -> None:
    even = found(lit(albedo())).more
    aside = found(lit(albedo()), np.roll(albedo(), 3, axis=(0, 1)))  # the albedo does not fit to the pixel
    assert np.abs(aside.more - even).max() < 0.3
    assert np.abs(np.diff(aside.more[..., 0], axis=0)).max() < 0.1


def test_a_coloured_lamp_from_one_side_is_found_as_a_smooth_tint() -> None:
    tint = np.linspace(0.8, 1.25, SIDE, dtype=np.float32)[None, :, None]
    seen = floats(lit(albedo()) * np.concatenate([tint, np.ones_like(tint), 1 / tint], -1))
    more = found(seen).more
    across = (more[..., 0] - more[..., 2])[95, 45:116]
    assert across[-1] - across[0] > 0.25
    assert np.abs(np.diff(across)).max() < 0.05


def test_an_albedo_that_is_black_where_nothing_is_known_makes_no_shine() -> None:
    known = floats(cv2.erode(KNOWN, np.ones((9, 9), np.uint8)))
    black = floats(albedo() * known[..., None])
    left = beyond_harmonics(lit(albedo()), black, known, STAGE, harmonic(STAGE, LAMP))
    assert left.shine.max() < 0.03


def test_without_a_face_nothing_is_claimed() -> None:
    nobody = replace(STAGE, face=np.zeros_like(FACE))
    left = beyond_harmonics(lit(albedo()), albedo(), KNOWN, nobody, harmonic(nobody, LAMP))
    assert not left.more.any()
    assert not left.shine.any()


def test_what_was_seen_continues_smoothly_beyond_and_fades() -> None:
    inside = floats(ellipse((SIDE, SIDE), (80, 80), (30, 30)))
    wide = faded(np.ones((SIDE, SIDE), np.float32), inside, 60)
    assert wide[80, 80] == pytest.approx(1, abs=0.01)
    assert wide[80, 118] > 0.2
    assert wide[4, 4] < 0.1
    assert np.abs(np.diff(wide, axis=1)).max() < 0.1


def test_spreading_looks_only_where_there_is_weight() -> None:
    values = np.where(FACE > 0, 2.0, -100.0).astype(np.float32)
    assert spread(values, FACE, 4.0)[FACE > 0] == pytest.approx(2, abs=0.4)


def test_hair_is_found_by_its_colour_and_its_place() -> None:
    dark = floats([0.02, 0.015, 0.01])
    seen = np.broadcast_to(SKIN, (SIDE, SIDE, 3)).copy()
    seen[:26] = dark
    seen[150:] = dark  # a black pullover
    hair = hairiness(seen, SKIN, dark, STAGE)
    assert hair[8, 80] > 0.9
    assert hair[80, 80] == 0
    assert hair[80, 22] < 0.2  # an ear
    assert hair[155, 80] == 0


def test_only_bright_patches_of_hair_count_as_light() -> None:
    hair = floats(ellipse((SIDE, SIDE), (80, 40), (60, 36)))
    seen = np.full((SIDE, SIDE, 3), 0.03, np.float32)
    seen[20:50, 100:130] = 0.3
    light = patches(seen, hair, 60)
    assert light[35, 115] > 1.5
    assert abs(light[40, 40]) < 0.2
    assert not patches(seen, np.zeros_like(hair), 60).any()


def test_skin_shines_half_way_between_lamp_and_viewer_and_not_in_the_dark() -> None:
    ray = towards(Light(azimuth=-40, elevation=0, intensity=1.0))
    bright = gloss(NORMALS, floats(np.broadcast_to(ray, NORMALS.shape)), 0.3)
    y, x = np.unravel_index(int(bright.argmax()), bright.shape)
    assert float(NORMALS[y, x, 0]) == pytest.approx(-np.sin(np.radians(20)), abs=0.1)
    assert bright[80, 140:154].max() < 0.02
    assert 0 <= bright.min() <= bright.max() < 0.5


def test_noses_and_foreheads_shine_and_eyes_do_not() -> None:
    points = POINTS.copy()
    points[1, :2] = (80, 90)
    oil = oiliness(points, FACE, 100)
    assert oil[90, 80] > 0.6
    x, y = np.round(points[regions.LEFT_PUPIL, :2]).astype(int)
    assert oil[y, x] < 0.35
    assert not oil[:4].any()
