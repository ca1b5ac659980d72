"""Work in bands gives what work on the whole picture gives, bit by bit."""

import threading

import cv2
import numpy as np
import pytest

from fenshen.engines.studio.bands import ROWS, blurred_rows, in_bands, per_channel, pointwise
from fenshen.vision.arrays import Floats, floats


def picture(rows: int = 3 * ROWS + 5) -> Floats:
    return floats(np.random.default_rng(3).random((rows, 40, 3)))


def test_every_row_is_in_one_band_and_in_one_only() -> None:
    for rows in (1, ROWS, ROWS + 1, 5 * ROWS - 1):
        seen = np.zeros(rows, int)

        def count(band: slice, seen: "np.ndarray[tuple[int, ...], np.dtype[np.int_]]" = seen) -> None:
            seen[band] += 1

        in_bands(rows, count)
        assert (seen == 1).all()


def test_a_blur_by_bands_is_the_blur_of_the_whole() -> None:
    whole = picture()
    for sigma in (0.5, 0.8, 1.7, 3.0):
        bands = [
            blurred_rows(whole, slice(top, min(top + 32, len(whole))), sigma)
            for top in range(0, len(whole), 32)
        ]
        assert np.array_equal(np.concatenate(bands), cv2.GaussianBlur(whole, (0, 0), sigma))


def test_pointwise_work_by_bands_is_the_work_on_the_whole() -> None:
    light, share = picture(), floats(picture()[..., 0])
    mixed = pointwise(lambda a, b: floats(a * per_channel(b)), light, share)
    assert np.array_equal(mixed, light * share[..., None])


def test_an_error_in_a_band_is_the_callers() -> None:
    def fail(band: slice) -> None:
        if band.start > 0:
            raise ValueError(band.start)

    with pytest.raises(ValueError, match="32"):
        in_bands(2 * ROWS, fail)


def test_bands_within_bands_and_many_callers_at_once_come_to_an_end() -> None:
    done = np.zeros((6, 4 * ROWS), int)

    def caller(row: int) -> None:
        def outer(band: slice) -> None:
            in_bands(band.stop - band.start, lambda _: None)
            done[row, band] += 1

        in_bands(done.shape[1], outer)

    callers = [threading.Thread(target=caller, args=(row,)) for row in range(len(done))]
    for each in callers:
        each.start()
    for each in callers:
        each.join(30)
    assert (done == 1).all()
