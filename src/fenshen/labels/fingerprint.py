"""Perceptual hashes: numbers that stay nearly the same when a picture is recompressed, shrunk or cropped.

The DCT hash as Zauner describes it (Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, 3.2.1):
the signs of the low frequencies of a small grey copy, against their median. 64 bits of the whole picture, and four
times 64 of the quarters of its middle, which a crop leaves inside. They describe a picture, coarsely, and no face: two
portraits of one sitter from one photo lie near each other, so a match is a hint and never a proof.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.labels.layout import RGB8

Grey = NDArray[np.float32]  # (H, W) 0..255
Bits = NDArray[np.float32]  # (n, bits) of 0 and 1
Window = tuple[float, float, float, float]  # x, y, width, height as shares of the picture

WHOLE_BITS: Final = 64
MIDDLE_BITS: Final = 4 * WHOLE_BITS
_MIDDLE: Final = 0.60  # of both sides: a crop to 80 % anywhere still holds it
_COPY, _LOW = 32, 8  # pixels of the grey copy's side; frequencies kept in each direction
_SIDE: Final = 192  # pixels of the longer side, in which windows are cut

_KEPT: Final = (1.0, 0.92, 0.84, 0.78)  # of a side, that a crop may have left
_PACE: Final = 0.06  # between the places where the middle is looked for, at first
_FINER: Final = (0.03, 0.015, 0.008)  # steps by which a window is moved and stretched afterwards
_MOVES: Final = tuple(move for move in product((-1, 0, 1), repeat=4) if 0 < sum(map(abs, move)) <= 2)  # noqa: PLR2004
_TURNS, _STARTS = 6, 2  # moves at each step at most; windows from which it is tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What is kept of a picture to know it again: 320 bits."""

    whole: int  # 64 bits
    middle: int  # 256 bits: upper left, upper right, lower left, lower right quarter


def of(rgb: RGB8) -> Fingerprint:
    """Take the fingerprint of a picture. rgb: (H, W, 3) uint8, sRGB."""
    grey = _grey(rgb)
    middle = (0.5 - _MIDDLE / 2, 0.5 - _MIDDLE / 2, _MIDDLE, _MIDDLE)
    return Fingerprint(whole=_number(_hashes(grey, [(0, 0, 1, 1)])), middle=_number(_middles(grey, [middle])))


def whole_distances(rgb: RGB8, known: Sequence[int]) -> NDArray[np.int64]:
    """Count the differing bits of the whole picture with each of the known ones; 0..64."""
    distances: NDArray[np.int64] = _distances(_bits([of(rgb).whole], WHOLE_BITS), _bits(known, WHOLE_BITS))[0]
    return distances


def closest_fits(rgb: RGB8, known: Sequence[int], *, most: int) -> dict[int, int]:
    """Look for known middles wherever a crop may have left them. Gives differing bits, 0..256, by index of the known.

    1. hash windows at a coarse pace and keep the known ones that come nearest, ``most`` of them
    2. from its best windows, move and stretch each by ever smaller steps.
    """
    grey, targets = _grey(rgb), _bits(known, MIDDLE_BITS)
    distances = _distances(_middles(grey, _windows()), targets)  # (1)
    nearest = np.argsort(distances.min(axis=0), kind="stable")[:most]
    fits = {}
    for index in map(int, nearest):  # (2)
        starts = np.argsort(distances[:, index])[:_STARTS]
        target = targets[index : index + 1]
        fits[index] = min(_refined(grey, np.asarray(_windows()[start]), target) for start in starts)
    return fits


def _refined(grey: Grey, window: NDArray[np.float64], target: Bits) -> int:
    best = int(_distances(_middles(grey, [tuple(window)]), target)[0, 0])
    for step in _FINER:
        for _ in range(_TURNS):
            tried = window + np.asarray(_MOVES) * step
            distances = _distances(_middles(grey, [tuple(each) for each in tried]), target)[:, 0]
            if distances.min() >= best:
                break
            best, window = int(distances.min()), tried[distances.argmin()]
    return best


@cache
def _windows() -> tuple[Window, ...]:
    """Where the middle may lie in a cropped picture, at the pace of the coarse search."""
    return tuple(
        (float(x), float(y), w, h)
        for w, h in product((_MIDDLE / kept for kept in _KEPT), repeat=2)
        for x in np.linspace(0, 1 - w, max(2, round((1 - w) / _PACE) + 1))
        for y in np.linspace(0, 1 - h, max(2, round((1 - h) / _PACE) + 1))
    )


def _grey(rgb: RGB8) -> Grey:
    height, width = rgb.shape[:2]
    scale = _SIDE / max(height, width)
    small = cv2.resize(
        rgb, (max(8, round(width * scale)), max(8, round(height * scale))), interpolation=cv2.INTER_AREA
    )
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)


def _quarters(window: Window) -> Iterator[Window]:
    x, y, w, h = window
    for row, column in product((0, 1), repeat=2):
        yield x + column * w / 2, y + row * h / 2, w / 2, h / 2


def _middles(grey: Grey, windows: Sequence[Window]) -> Bits:
    """Hash the four quarters of each window; (n, 256)."""
    return _hashes(grey, [part for window in windows for part in _quarters(window)]).reshape(len(windows), -1)


def _hashes(grey: Grey, windows: Sequence[Window]) -> Bits:
    """Hash each window; (n, 64). Signs of DCT-II rows and columns 1 to 8 against their median."""
    copies = np.stack([_copy(grey, window) for window in windows])
    low = (_basis() @ copies @ _basis().T).reshape(len(windows), -1)
    signs: Bits = (low > np.median(low, axis=1, keepdims=True)).astype(np.float32)
    return signs


def _copy(grey: Grey, window: Window) -> Grey:
    """Bring one window to (32, 32)."""
    height, width = grey.shape
    x, y, w, h = window
    placing = np.array([[w * width / _COPY, 0, x * width], [0, h * height / _COPY, y * height]], np.float32)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    copy = cv2.warpAffine(grey, placing, (_COPY, _COPY), flags=how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(copy, np.float32)


@cache
def _basis() -> Grey:
    """Rows 1 to 8 of the DCT-II of 32 points; row 0, the mean, says nothing of the picture. (8, 32)."""
    k, n = np.arange(1, _LOW + 1)[:, None], np.arange(_COPY)[None, :]
    return np.asarray(np.cos(np.pi * (2 * n + 1) * k / (2 * _COPY)), np.float32)


def _number(bits: Bits) -> int:
    return int.from_bytes(np.packbits(bits.ravel().astype(bool)).tobytes(), "big")


def _bits(numbers: Sequence[int], size: int) -> Bits:
    packed = b"".join(number.to_bytes(size // 8, "big") for number in numbers)
    return np.unpackbits(np.frombuffer(packed, np.uint8)).reshape(-1, size).astype(np.float32)


def _distances(ours: Bits, known: Bits) -> NDArray[np.int64]:
    """Count the differing bits of each with each; (ours, known)."""
    return np.rint(ours @ (1 - known.T) + (1 - ours) @ known.T).astype(np.int64)
