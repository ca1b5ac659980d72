"""An even wall between curls goes; what is no wall, or no hair, stays."""

from pathlib import Path

import numpy as np
import pytest
from tests.fakes.id_photos import photo_of

from fenshen.portrait import id_photo
from fenshen.portrait.id_sizes import size
from fenshen.portrait.id_subject import look
from fenshen.portrait.id_wall import without_wall
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.matte import Matte
from fenshen.vision.regions import CHIN, FOREHEAD, OVAL

WALL = (224, 226, 228)
HAIR, SKIN, SHINE = (34, 28, 26), (222, 190, 172), (150, 148, 146)


@pytest.fixture(scope="module")
def points(models: Path) -> Floats:
    """The mesh of somebody's face, in the frame that an ID photo is made from."""
    photo = photo_of("anna", 0)
    subject = look(photo, models).subject
    assert subject is not None
    frame = id_photo.frame_of(photo.pixels, subject, size("one_inch"), models, keep=False)
    return frame.bring(subject.mesh.points)


def scene(points: Floats, wall: tuple[int, int, int] = WALL) -> tuple[RGB, Matte, tuple[int, int, int]]:
    """Dark hair around a face before a wall; gives row, left and right of a place for strands beside the face."""
    oval = points[list(OVAL)]
    left, right = oval[:, 0].min(), oval[:, 0].max()
    width = float(right - left)
    shape = (round(float(points[CHIN, 1] + width)), round(float(right + width)))
    rgb = np.full((*shape, 3), wall, np.uint8)
    rgb = np.clip(rgb + np.random.default_rng(1).normal(0, 1, rgb.shape), 0, 255).astype(np.uint8)
    alpha = np.zeros(shape, np.float32)
    top = max(0, round(float(points[FOREHEAD, 1] - 0.3 * width)))
    hair = np.s_[
        top : round(float(points[CHIN, 1])), round(left - 0.35 * width) : round(right + 0.35 * width)
    ]
    rgb[hair], alpha[hair] = HAIR, 1
    rgb[round(float(points[FOREHEAD, 1])) : round(float(points[CHIN, 1])), round(left) : round(right)] = SKIN
    row = round(float(points[FOREHEAD, 1] + 0.2 * width))
    return (
        rgb,
        Matte(alpha=floats(alpha), foreground=rgb.copy()),
        (row, round(left - 0.2 * width), round(width)),
    )


def striped(rgb: RGB, at: tuple[int, int, int], colour: tuple[int, int, int]) -> RGB:
    """Stripes of a colour between strands, a twentieth of a face wide."""
    row, column, width = at
    painted = rgb.copy()
    for stripe in range(3):
        start = column + round(stripe * 0.06 * width)
        painted[row : row + width // 3, start : start + max(2, width // 40)] = colour
    return painted


def test_the_wall_between_strands_goes_and_the_strands_stay(points: Floats) -> None:
    rgb, matte, at = scene(points)
    row, column, width = at
    picture = striped(rgb, at, WALL)
    found = without_wall(picture, Matte(alpha=matte.alpha, foreground=picture), points)
    middle = row + width // 6
    assert found.alpha[middle, column + 1] < 0.1
    assert found.alpha[middle, column - width // 10] == 1
    untouched = found.alpha == matte.alpha
    assert np.array_equal(found.foreground[untouched], picture[untouched])


@pytest.mark.parametrize("colour", [SKIN, SHINE])
def test_what_is_no_wall_stays(points: Floats, colour: tuple[int, int, int]) -> None:
    """An ear between strands, and hair that shines."""
    rgb, matte, at = scene(points)
    picture = striped(rgb, at, colour)
    found = without_wall(picture, Matte(alpha=matte.alpha, foreground=picture), points)
    assert np.array_equal(found.alpha, matte.alpha)


def test_over_the_forehead_it_is_a_shine(points: Floats) -> None:
    rgb, matte, (_, _, width) = scene(points)
    above = round(float(points[FOREHEAD, 1] - 0.2 * width)), round(float(points[FOREHEAD, 0])), width
    picture = striped(rgb, (above[0], above[1], width // 4), WALL)
    assert np.array_equal(without_wall(picture, matte, points).alpha, matte.alpha)


def test_before_a_street_nothing_is_told_by_colour(points: Floats) -> None:
    rgb, matte, at = scene(points)
    picture = striped(rgb, at, WALL)
    noise = np.random.default_rng(0).integers(0, 255, picture.shape, np.uint8)
    picture[matte.alpha == 0] = noise[matte.alpha == 0]
    assert without_wall(picture, matte, points) is matte


def test_hair_as_light_as_the_wall_is_left_alone(points: Floats) -> None:
    rgb, matte, at = scene(points, wall=(70, 66, 64))
    assert without_wall(striped(rgb, at, (70, 66, 64)), matte, points) is matte
