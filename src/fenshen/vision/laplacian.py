"""The matting Laplacian of Levin, Lischinski & Weiss (2008), eq. 12, over the windows that matter."""

from itertools import product
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from fenshen.vision.arrays import Floats

BLOCK: Final = 16_384  # windows at a time: all at once would take half a gigabyte where hair is long
RIDGE: Final = 1e-6  # keeps the colour covariance of a flat window invertible
AWAY: Final = tuple(product((-1, 0, 1), repeat=2))  # the nine pixels of a window, from its middle


def matting_laplacian(rgb: Floats, unknown: NDArray[np.bool_]) -> tuple[sparse.csr_matrix, NDArray[np.int64]]:
    """Laplacian over the 3x3 windows that touch an unknown pixel, and the flat indices of its rows.

    rgb: (H, W, 3) 0..1, unknown: (H, W). Two pixels share a window only when they are at most two apart, so the
    matrix is 25 diagonals; they are summed block by block and put together once.
    """
    height, width = unknown.shape
    middle, used = _windows(unknown)
    place = np.full(height * width + 1, -1, np.int32)  # the last place is outside of the picture
    place[used] = np.arange(used.size, dtype=np.int32)
    steps = np.array([dy * width + dx for dy, dx in AWAY])
    colours = rgb.reshape(-1, 3)
    bands = np.zeros((25, used.size), np.float32)
    for start in range(0, middle.size, BLOCK):
        index = middle[start : start + BLOCK, None] + steps
        affinity, rows = _affinity(colours[index].astype(np.float64)), place[index]
        for (i, one), (j, other) in product(enumerate(AWAY), repeat=2):
            band = (other[0] - one[0] + 2) * 5 + other[1] - one[1] + 2
            bands[band, rows[:, i]] += affinity[:, i, j]
    return _assemble(bands, used, place, width), used


def _windows(unknown: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Flat indices of the middles of the windows that touch an unknown pixel, and of every pixel they hold."""
    square = np.ones((3, 3), np.uint8)
    centre = cv2.dilate(unknown.astype(np.uint8), square) > 0
    centre[0] = centre[-1] = False
    centre[:, 0] = centre[:, -1] = False
    touched = cv2.dilate(centre.astype(np.uint8), square) > 0
    return np.flatnonzero(centre), np.flatnonzero(touched | unknown)


def _affinity(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 9, 9) contributions of windows given their (n, 9, 3) colours."""
    spread = colours - colours.mean(1, keepdims=True)
    turned = spread.transpose(0, 2, 1)
    covariance = turned @ spread / 9 + RIDGE * np.eye(3)
    return np.asarray(np.eye(9) - (1 + spread @ np.linalg.inv(covariance) @ turned) / 9)


def _assemble(
    bands: Floats, used: NDArray[np.int64], place: NDArray[np.int32], width: int
) -> sparse.csr_matrix:
    offsets = np.array([dy * width + dx for dy in range(-2, 3) for dx in range(-2, 3)])
    target = used[:, None] + offsets
    outside = place.size - 1
    columns = place[np.where((target >= 0) & (target < outside), target, outside)]
    data = np.ascontiguousarray(bands.T)
    keep = (columns >= 0) & (data != 0)
    ends = np.concatenate([[0], np.cumsum(keep.sum(1))]).astype(np.int32)
    return sparse.csr_matrix((data[keep], columns[keep], ends), (used.size, used.size))
