"""A hand at the face is found, bare faces have none, and without its nets nobody looks."""

import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.gate import worn
from tests.unit.photos.conftest import DATA, Picture, pixels

from fenshen.photos.decode import Photo
from fenshen.photos.marks import Marks
from fenshen.photos.measure import measure
from fenshen.vision import faces, hands, mesh, nets
from fenshen.vision.faces import Face
from fenshen.vision.litefile import with_numbers

OMAR = pixels("omar/00")


def fitted(rgb: Picture, models: Path) -> tuple[list[Face], mesh.FaceMesh]:
    found = faces.detect(rgb, models)
    return found, mesh.fit(rgb, found[0], models)


def holding_up(
    rgb: Picture, face: mesh.FaceMesh, at: int, degrees: float, moved: tuple[float, float]
) -> Picture:
    """Draw the sitter's hand before a point of the face, moved by so many widths of the face."""
    shift = np.array([*moved, 0]) * np.ptp(face.points[:, 0])
    there = replace(face, points=(face.points + shift).astype(np.float32))
    return worn.hand(at, 1.1, (degrees, degrees))(rgb, there, np.random.default_rng(3))


def reach(rgb: Picture, models: Path) -> float | None:
    return hands.reach(rgb, fitted(rgb, models)[1].points, models)


def test_at_bare_faces_there_is_no_hand_in_whatever_pose_and_light(models: Path) -> None:
    files = sorted((DATA / "people").glob("*/*.jpg"))
    assert len(files) > 15
    for file in files:
        rgb = pixels(f"{file.parent.name}/{file.stem}")
        found, face = fitted(rgb, models)
        if found and abs(face.pose.yaw) < 50:
            assert hands.reach(rgb, face.points, models) is None, file.name


@pytest.mark.parametrize(("at", "degrees", "moved"), [
    (172, 25, (-0.25, 0)), (397, -25, (0.25, 0)), (234, 0, (-0.2, 0)), (152, 25, (0, 0.15)), (152, 90, (0, 0.15))
])  # fmt: skip
def test_a_hand_is_found_at_cheek_temple_and_chin(
    at: int, degrees: float, moved: tuple[float, float], models: Path
) -> None:
    face = fitted(OMAR, models)[1]
    found = reach(holding_up(OMAR, face, at, degrees, moved), models)
    assert found is not None
    assert found > -0.11


def test_the_farther_down_a_hand_the_less_it_reaches_over_the_outline(models: Path) -> None:
    anna = pixels("anna/00")
    face = fitted(anna, models)[1]
    reached = [reach(holding_up(anna, face, 152, 60, (0, down)), models) for down in (0.25, 0.35, 0.55)]
    near, farther, far = (-9.0 if each is None else each for each in reached)
    assert near > farther > far > -0.2
    assert near > 0.05 > -0.05 > far


def test_it_is_found_in_a_picture_of_any_size(models: Path) -> None:
    face = fitted(OMAR, models)[1]
    drawn = holding_up(OMAR, face, 152, 60, (0, 0.15))
    found = [
        reach(each, models)
        for each in (drawn, np.repeat(np.repeat(drawn, 2, 0), 2, 1), drawn[::2, ::2].copy())
    ]
    assert all(each is not None and 0 < each < 0.3 for each in found)


def test_without_its_nets_nobody_looks_and_the_photo_is_measured_all_the_same(
    models: Path, tmp_path: Path
) -> None:
    face = fitted(OMAR, models)[1]
    drawn = holding_up(OMAR, face, 152, 60, (0, 0.15))
    found, there = fitted(drawn, models)
    size = (drawn.shape[1], drawn.shape[0])
    photo = Photo(
        pixels=drawn, marks=Marks(ai_made=False, ai_edited=False, which=()), original_size=size, kind="PNG"
    )
    for file in models.iterdir():
        if file.name not in {hands.PALMS, hands.POINTS}:
            (tmp_path / file.name).symlink_to(file)
    assert measure(photo, found, there, models).hand is not None
    without = measure(photo, found, there, tmp_path)
    assert without.hand is None
    assert without.sharpness > 0


def test_the_palm_detector_takes_the_smaller_square_and_tells_of_fewer_places(models: Path) -> None:
    with nets.lite_written(hands.PALMS, models, hands._smaller) as net:
        told = net(np.zeros((1, hands.SIDE, hands.SIDE, 3), np.float32))
    assert set(told) == {hands.BOXES_SHAPE, hands.SCORES_SHAPE}
    assert len(hands._middles()) == hands.SCORES_SHAPE[1]


def test_numbers_that_do_not_stand_in_a_net_are_not_written() -> None:
    net = b"head" + struct.pack("<3i", 2, 24, 24) + b"tail"
    assert with_numbers(net, (2, 24, 24), (2, 12, 12)) == b"head" + struct.pack("<3i", 2, 12, 12) + b"tail"
    for old, new in (((2, 25, 25), (2, 12, 12)), ((2, 24, 24), (2, 12))):
        with pytest.raises(ValueError, match="numbers"):
            with_numbers(net, old, new)
