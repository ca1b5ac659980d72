"""Luma at every size, each made once and the same as if it had been made alone."""

import cv2
import numpy as np
import pytest

from fenshen.vision.shades import Shades

NOISE = np.random.default_rng(5).integers(0, 256, (900, 1300, 3), dtype=np.uint8)
RGB = np.asarray(cv2.GaussianBlur(NOISE, (0, 0), 4), np.uint8)


def test_the_whole_is_the_pictures_luma() -> None:
    assert np.array_equal(Shades(RGB).whole, cv2.cvtColor(RGB, cv2.COLOR_RGB2GRAY))


@pytest.mark.parametrize("longest", [1600, 1300, 900, 650, 400, 100, 1])
def test_each_size_is_averaged_by_area_and_made_once(longest: int) -> None:
    shades = Shades(RGB)
    gray = shades.at(longest)
    scale = min(1.0, longest / 1300)
    size = (max(1, round(1300 * scale)), max(1, round(900 * scale)))
    assert gray.shape == size[::-1]
    assert shades.at(longest) is gray
    at_once = cv2.resize(shades.whole, size, interpolation=cv2.INTER_AREA)
    assert np.abs(gray.astype(int) - at_once).mean() <= 1


def test_what_was_asked_for_before_changes_nothing() -> None:
    alone, after = Shades(RGB), Shades(RGB)
    for longest in (1600, 800, 333):
        after.at(longest)
    assert np.array_equal(alone.at(600), after.at(600))
