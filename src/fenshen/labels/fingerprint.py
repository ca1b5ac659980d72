"""Perceptual hashes: numbers that stay nearly the same when a picture is recompressed, shrunk or cropped.

The DCT hash as Zauner describes it (Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, 3.2.1):
the signs of the low frequencies of a small grey copy, against their median. 64 bits of the whole picture, and four
times 64 of the four quarters of its middle, which a crop leaves inside. They describe a picture, coarsely, not a face:
two portraits of one sitter in one template lie near each other, so a match is a hint and never a proof.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.labels.layout import RGB8

BITS: Final = 64
WHOLE_BITS, MIDDLE_BITS = BITS, 4 * BITS
MIDDLE: Final = 0.60  # of both sides: the window whose quarters are hashed; a crop to 80 % anywhere still holds it
_COPY, _LOW = 32, 8  # pixels of the grey copy's side; frequencies kept in each direction
_KEPT: Final = tuple(np.round(np.arange(0.72, 1.001, 0.04), 2))  # shares of a side that a crop may have left
_STEP: Final = 0.025  # of the cropped picture: between the places where the middle is looked for
_SEEN: Final = 192  # pixels of the longer side, in which places are looked for

Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What is kept of a picture to know it again: 320 bits, as whole numbers."""

    whole: int  # 64 bits
    middle: int  # 256 bits: upper left, upper right, lower left, lower right quarter of the middle


def of(rgb: RGB8) -> Fingerprint:
    """Take the fingerprint of a picture. rgb: (H, W, 3) uint8, sRGB."""
    grey = _grey(rgb)
    whole, middle = _signs(_copies(grey, [(0.0, 0.0, 1.0, 1.0)])), _signs(_copies(grey, list(_quarters(_window()))))
    return Fingerprint(whole=_number(whole.ravel()), middle=_number(middle.ravel()))


def _window(x: float = 0.5 - MIDDLE / 2, y: float = 0.5 - MIDDLE / 2, w: float = MIDDLE, h: float = MIDDLE) -> tuple[float, float, float, float]:
    return x, y, w, h


def _quarters(window: tuple[float, float, float, float]) -> Iterator[tuple[float, float, float, float]]:
    x, y, w, h = window
    for row in (0, 1):
        for column in (0, 1):
            yield x + column * w / 2, y + row * h / 2, w / 2, h / 2


def _grey(rgb: RGB8) -> Grey:
    height, width = rgb.shape[:2]
    scale = _SEEN / max(height, width)
    size = (max(8, round(width * scale)), max(8, round(height * scale)))
    return np.asarray(cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY), np.float32)


def _copies(grey: Grey, windows: list[tuple[float, float, float, float]]) -> Grey:
    """Cut windows (shares of the picture) and bring each to (32, 32)."""
    height, width = grey.shape
    out = np.empty((len(windows), _COPY, _COPY), np.float32)
    for n, (x, y, w, h) in enumerate(windows):
        placing = np.float32([[w * width / _COPY, 0, x * width], [0, h * height / _COPY, y * height]])
        out[n] = cv2.warpAffine(grey, placing, (_COPY, _COPY), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    return out


@cache
def _basis() -> Grey:
    """Rows 1 to 8 of the DCT-II of 32 points (the first, the mean, says nothing of the picture)."""
    k, n = np.arange(1, _LOW + 1)[:, None], np.arange(_COPY)[None, :]
    return np.cos(np.pi * (2 * n + 1) * k / (2 * _COPY)).astype(np.float32)


def _signs(copies: Grey) -> NDArray[np.bool_]:
    low = np.einsum("ky,nyx,lx->nkl", _basis(), copies, _basis(), optimize=True).reshape(len(copies), -1)
    return low > np.median(low, axis=1, keepdims=True)


def _number(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
