"""A new pose that is only an old photo is found out."""

import cv2
import numpy as np
import pytest

from fenshen.portrait.copy_guard import DIFFERENT, MOVED, difference, moved_by
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats


def a_mesh() -> Floats:
    """478 points spread evenly over half a sphere, 150 wide; the oval at its rim."""
    number = np.arange(478)
    away, turn = np.sqrt((number + 0.5) / 478), number * np.pi * (3 - np.sqrt(5))
    points = np.stack([away * np.cos(turn), away * np.sin(turn), -np.sqrt(1 - away**2)], -1)
    rim = np.linspace(0, 2 * np.pi, len(regions.OVAL), endpoint=False)
    points[list(regions.OVAL)] = np.stack([np.cos(rim), np.sin(rim), 0 * rim], -1)
    return floats(75 * points + [200, 200, 0])


FACE = a_mesh()


def turned(points: Floats, degrees: float) -> Floats:
    """Points of a head turned about its own axis, as a camera far away sees them."""
    angle = np.radians(degrees)
    middle = points.mean(0)
    x, y, z = (points - middle).T
    return floats(np.stack([x * np.cos(angle) - z * np.sin(angle), y, z], -1) + middle)


def a_face(seed: int = 1) -> RGB:
    noise = np.random.default_rng(seed).standard_normal((112, 112, 3))
    soft = cv2.GaussianBlur(noise, (0, 0), 3)
    return np.asarray(np.clip(128 + 40 * soft / soft.std(), 0, 255), np.uint8)


def test_a_photo_moved_enlarged_and_rolled_is_the_same_pose() -> None:
    angle = 0.3
    spin = floats([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    elsewhere = FACE.copy()
    elsewhere[:, :2] = 2.5 * FACE[:, :2] @ spin.T + [30, -80]
    assert moved_by(elsewhere, FACE) < 1e-3


@pytest.mark.parametrize("degrees", [8.0, 12.0])
def test_a_head_that_turned_is_another_pose(degrees: float) -> None:
    assert moved_by(turned(FACE, degrees), FACE) > MOVED


def test_a_mouth_that_smiles_is_another_expression() -> None:
    smiling = FACE.copy()
    below = FACE[:, 1] > 225
    smiling[below, 0] += 0.15 * (FACE[below, 0] - 200)
    assert moved_by(smiling, FACE) > MOVED


def test_another_exposure_and_grain_make_no_other_picture() -> None:
    face = a_face()
    grain = np.random.default_rng(2).normal(0, 6, face.shape)
    darker = np.asarray(np.clip(face * 0.5 + 10 + grain, 0, 255), np.uint8)
    assert difference(face, face) == pytest.approx(0, abs=1e-6)
    assert difference(darker, face) < DIFFERENT


def test_another_face_is_another_picture() -> None:
    assert difference(a_face(1), a_face(2)) > DIFFERENT
