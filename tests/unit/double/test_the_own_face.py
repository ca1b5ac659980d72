"""What all takes say together: colour without light, lasting marks, shape; and how it is worn."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fakes.faces import SKIN, ball_face, from_side, plain_texture, shaded_take, with_mole
from tests.fakes.takes import a_face, a_take, face_points

from fenshen.double.agreement import weighted_median
from fenshen.double.albedo import fuse
from fenshen.double.colours import hair_colour, iris_colour
from fenshen.double.identity_shape import identity_shape
from fenshen.double.marks import lasting
from fenshen.double.own_face import VERTICES, Mark, OwnFace, worn
from fenshen.double.take import Take
from fenshen.double.unwrap import Chart, chart, flatten
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.canonical import CanonicalFace, canonical
from fenshen.vision.colour import to_linear

LIGHTS = ((0.35, -25.0), (-0.35, 0.0), (0.1, 20.0), (-0.1, 0.0), (0.3, 10.0))


@pytest.fixture(scope="module")
def face(models: Path) -> CanonicalFace:
    return ball_face(canonical(models))


@pytest.fixture(scope="module")
def flat_map(face: CanonicalFace) -> Chart:
    return chart(face)


@pytest.fixture(scope="module")
def takes(face: CanonicalFace) -> list[Take]:
    return [
        shaded_take(face, plain_texture(), from_side(s), yaw=yaw, photo=k)
        for k, (s, yaw) in enumerate(LIGHTS)
    ]


@pytest.fixture(scope="module")
def fused(takes: list[Take], face: CanonicalFace, flat_map: Chart) -> tuple[RGB, NDArray[np.uint8]]:
    return _fused(takes, face, flat_map)


def _fused(takes: list[Take], face: CanonicalFace, flat_map: Chart) -> tuple[RGB, NDArray[np.uint8]]:
    flats = [flatten(take, flat_map, face.triangles) for take in takes]
    return fuse(takes, flats, flat_map, face.uv, SKIN)


def _middle(face: CanonicalFace) -> NDArray[np.bool_]:
    return regions.bare_skin(floats(face.uv * 1024), (1024, 1024)) > 0


def _away(albedo: RGB, truth: Floats, where: NDArray[np.bool_]) -> Floats:
    """Differences in octaves, brightness over all left out."""
    wanted = cv2.resize(truth, (1024, 1024))
    off = np.log2(to_linear(albedo)[where] / wanted[where])
    return floats(off - np.median(off, axis=0))


def test_the_light_of_known_photos_is_taken_out(
    fused: tuple[RGB, NDArray[np.uint8]], face: CanonicalFace
) -> None:
    off = np.abs(_away(fused[0], plain_texture(), _middle(face)))
    assert np.quantile(off, 0.5) < 0.03
    assert np.quantile(off, 0.95) < 0.15


def test_bare_skin_has_the_sitters_own_colour(
    fused: tuple[RGB, NDArray[np.uint8]], face: CanonicalFace
) -> None:
    seen = np.median(to_linear(fused[0])[_middle(face)], axis=0)
    assert np.allclose(seen, SKIN, rtol=0.04)


def test_a_shadow_in_one_photo_is_not_in_the_face(
    takes: list[Take], face: CanonicalFace, flat_map: Chart
) -> None:
    dark = takes[1].foreground.copy()
    dark[150:260, 120:200] = dark[150:260, 120:200] // 3
    shadowed = [takes[0], replace(takes[1], foreground=dark), *takes[2:]]
    off = np.abs(_away(_fused(shadowed, face, flat_map)[0], plain_texture(), _middle(face)))
    assert np.quantile(off, 0.95) < 0.2


def test_what_no_photo_shows_is_not_known_and_is_taken_from_the_other_side(
    face: CanonicalFace, flat_map: Chart
) -> None:
    turned = [shaded_take(face, plain_texture(), from_side(0.0), yaw=40.0, photo=k) for k in (1, 2)]
    albedo, known = _fused(turned, face, flat_map)
    sides = known[:, 180:330].mean(), known[:, -330:-180].mean()
    assert min(sides) < 0.7 * max(sides)
    off = np.abs(_away(albedo, plain_texture(), _middle(face)))
    assert np.quantile(off, 0.9) < 0.25


def test_the_same_takes_give_the_same_face(
    fused: tuple[RGB, NDArray[np.uint8]], takes: list[Take], face: CanonicalFace, flat_map: Chart
) -> None:
    again = _fused(takes, face, flat_map)
    assert np.array_equal(again[0], fused[0])
    assert np.array_equal(again[1], fused[1])


def _marks(moles: list[bool], face: CanonicalFace, flat_map: Chart) -> tuple[Mark, ...]:
    plain = plain_texture()
    moled = with_mole(plain, 0.33, 0.72)
    seen = [
        shaded_take(face, moled if mole else plain, from_side(s), yaw=yaw, photo=k)
        for k, (mole, (s, yaw)) in enumerate(zip(moles, LIGHTS, strict=True))
    ]
    skin = np.asarray(np.full((1024, 1024, 3), 180), np.uint8)
    return lasting(seen, [flatten(take, flat_map, face.triangles) for take in seen], face.uv, skin)


def test_a_mole_that_most_photos_show_is_a_lasting_mark(face: CanonicalFace, flat_map: Chart) -> None:
    (mole,) = _marks([True, True, True, False, True], face, flat_map)
    assert (mole.u, mole.v) == pytest.approx((0.33, 0.72), abs=0.01)
    assert 0.006 < mole.radius < 0.02
    assert mole.contrast > 0.4
    assert mole.seen_in == pytest.approx(0.8, abs=0.06)


def test_a_spot_of_one_day_is_no_lasting_mark(face: CanonicalFace, flat_map: Chart) -> None:
    assert _marks([True, False, False, False, False], face, flat_map) == ()


def test_a_clean_face_has_no_marks(face: CanonicalFace, flat_map: Chart) -> None:
    assert _marks([False] * 5, face, flat_map) == ()


def test_a_weighted_median_follows_the_weight() -> None:
    values = floats([1, 2, 9]).reshape(3, 1, 1, 1)
    assert weighted_median(values, floats([1, 1, 1]).reshape(3, 1, 1)).item() == 2
    assert weighted_median(values, floats([1, 1, 5]).reshape(3, 1, 1)).item() == 9
    assert weighted_median(values, floats([0, 0, 0]).reshape(3, 1, 1)).item() == 2


def test_a_shape_does_not_depend_on_where_how_large_or_how_turned_its_photos_were(models: Path) -> None:
    average = canonical(models)
    nose = average.vertices * floats([1, 1, 1.15])  # a face that reaches further forward than the average

    def photo(scale: float, yaw: float) -> Floats:
        turn = np.radians(yaw)
        rotation = floats([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
        return floats(nose @ rotation.T * scale * floats([1, -1, -1]) + floats([200, 300, 0]))

    one = identity_shape([photo(10, 0)], [0.0], [0.0], average)
    many = identity_shape([photo(10, 0), photo(25, 20), photo(7, -30)], [0, 20, 30], [0, 0.5, 0.2], average)
    assert one.shape == (VERTICES, 3)
    assert np.abs(one - many).max() < 0.01
    assert np.ptp(one[list(regions.OVAL), 0]) == pytest.approx(1)


def test_a_calm_frontal_photo_has_more_say_in_the_shape_than_a_laughing_turned_one(models: Path) -> None:
    average = canonical(models)
    calm = floats(average.vertices * floats([1, -1, -1]))
    laughing = calm.copy()
    laughing[list(regions.LIPS), 1] += 2.0
    shape = identity_shape([calm, laughing], [0.0, 25.0], [0.0, 0.9], average)
    alone = identity_shape([calm], [0.0], [0.0], average)
    assert np.abs(shape - alone).max() < 0.02


def _worn_face(**changes: object) -> tuple[OwnFace, Floats]:
    points = face_points((150, 150), 180)
    return a_face(SKIN, **changes), points


def test_a_worn_albedo_lies_where_the_mesh_lies() -> None:
    face, points = _worn_face()
    uv = floats(points[:VERTICES, :2] / 300)
    half = np.full((1024, 1024, 3), 60, np.uint8)
    half[:, 512:] = 200
    albedo, known = worn(replace(face, albedo=half, uv=uv), points, (300, 300))
    seen = known > 0.5
    assert albedo.shape == (300, 300, 3)
    assert seen[150, 120]
    assert not seen[:, :50].any()
    assert not seen[:, -50:].any()
    assert np.allclose(albedo[150, 80:146], to_linear(half[0, 0]), atol=0.01)
    assert np.allclose(albedo[150, 155:220], to_linear(half[0, -1]), atol=0.01)


def test_what_is_not_known_stays_unknown_when_it_is_worn() -> None:
    face, points = _worn_face(known=np.zeros((1024, 1024), np.uint8))
    assert worn(face, points, (300, 300))[1].max() == 0


def test_a_face_outside_the_picture_is_worn_without_harm() -> None:
    face, points = _worn_face()
    albedo, known = worn(face, floats(points - 1000), (40, 60))
    assert albedo.shape == (40, 60, 3)
    assert known.max() == 0


def test_hair_is_what_lies_above_the_face_and_the_takes_light_is_taken_out() -> None:
    take = a_take(1, skin=(0.25, 0.15, 0.10))
    picture = np.full_like(take.foreground, 150)
    picture[:130] = (40, 25, 20)
    found = hair_colour([replace(take, foreground=picture)], SKIN)
    assert np.allclose(found, 2 * to_linear(np.array([40, 25, 20], np.uint8)), rtol=0.02)


def test_the_iris_is_read_from_open_eyes() -> None:
    take = a_take(1, width=160, size=(640, 480), centre=(240, 240), skin=(0.5, 0.3, 0.2))
    picture = np.full_like(take.foreground, 235)
    for pupil in (regions.RIGHT_PUPIL, regions.LEFT_PUPIL):
        x, y = np.round(take.points[pupil, :2]).astype(int).tolist()
        cv2.circle(picture, (x, y), 6, (40, 90, 60), -1)
        cv2.circle(picture, (x, y), 2, (5, 5, 5), -1)
    seen = iris_colour([replace(take, foreground=picture)], SKIN)
    assert seen[1] > seen[2] > seen[0]
