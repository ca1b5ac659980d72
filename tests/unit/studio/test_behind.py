"""What is kept of an imported picture is what was behind the person, and of the person not one pixel."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.takes import ellipse

from fenshen.engines.studio.behind import EDGE, Crop, filled, plate_behind, without_islands
from fenshen.vision.arrays import RGB, Floats, floats

SIZE = (240, 180)
WHOLE = Crop(left=0, top=0, width=180, height=240)


def scene(seed: int = 0) -> RGB:
    """Sky over a meadow with some noise."""
    rng = np.random.default_rng(seed)
    rows = np.arange(SIZE[0])[:, None, None]
    pixels = np.where(rows < 130, np.array([110, 150, 210]), np.array([90, 120, 50])) + rng.integers(
        -6, 6, (*SIZE, 3)
    )
    return np.clip(pixels, 0, 255).astype(np.uint8)


def person() -> Floats:
    mask = ellipse(SIZE, (90, 90), (34, 46)) | ellipse(SIZE, (90, 230), (80, 90))
    return floats(mask)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_not_one_pixel_of_the_person_decides_what_the_plate_is(seed: int) -> None:
    background, alpha = scene(), person()
    noise = np.random.default_rng(seed).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    one, other = (
        plate_behind(np.where(alpha[..., None] > 0, who, background), alpha, [], WHOLE)
        for who in (noise, np.full_like(noise, 200))
    )
    assert np.array_equal(one, other)


def test_a_bystander_is_taken_out_too() -> None:
    background, alpha = scene(), person()
    with_two = background.copy()
    with_two[20:60, 140:170] = (230, 40, 40)
    plate = plate_behind(with_two, alpha, [(140, 20, 30, 40)], WHOLE).astype(int)
    red = (plate[..., 0] > 170) & (plate[..., 1] < 110)
    assert not red.any()
    left = plate_behind(with_two, alpha, [], WHOLE).astype(int)
    assert ((left[..., 0] > 170) & (left[..., 1] < 110)).any()


def test_what_was_seen_stays_and_what_is_filled_in_goes_on_with_it() -> None:
    linear, hole = floats(floats(scene()) / 255), person() > 0
    clean = filled(linear, hole)
    assert np.array_equal(clean[~hole], linear[~hole])
    sky, meadow = clean[90, 90], clean[170, 90]
    assert np.abs(sky - linear[60, 10]).max() < 0.08
    assert meadow[1] > meadow[2]


def test_a_picture_without_a_person_is_only_softened_and_one_without_a_background_is_grey() -> None:
    nobody, everybody = np.zeros(SIZE, np.float32), np.ones(SIZE, np.float32)
    assert np.abs(plate_behind(scene(), nobody, [], WHOLE).astype(int) - scene()).mean() < 4
    wall = plate_behind(scene(), everybody, [], WHOLE)
    assert np.ptp(wall.astype(int)) <= 1


@pytest.mark.parametrize("size", [(3000, 2000), (16, 16), (40, 400)])
def test_any_size_of_picture_gives_a_plate_of_its_format(size: tuple[int, int]) -> None:
    rgb = np.full((*size, 3), 90, np.uint8)
    alpha = np.zeros(size, np.float32)
    alpha[: size[0] // 2, : size[1] // 2] = 1
    plate = plate_behind(rgb, alpha, [], Crop(left=0, top=0, width=size[1], height=size[0]))
    assert max(plate.shape) <= EDGE
    assert plate.shape[1] / plate.shape[0] == pytest.approx(size[1] / size[0], rel=0.7)
    assert np.abs(plate.astype(int) - 90).max() <= 2


def test_what_a_person_encloses_or_stands_on_is_not_taken_for_background() -> None:
    """A white collar, a watch, the gap below an arm: the cut-out may have missed that they are theirs."""
    hole = person() > 0
    hole[150:170, 80:100] = False
    whole = without_islands(hole)
    assert whole[160, 90]
    assert whole[239, 20:160].all()
    assert not whole[10, 90]
    assert not whole[200, 2]
