"""An upright frame around a head: turned level and shrunk at most once, so that pixels stay the photo's own.

Where nothing has to be turned or shrunk, the frame is a piece of the photo, bit for bit.
"""

from dataclasses import dataclass
from math import ceil, cos, radians, sin
from typing import Final

import cv2
import numpy as np

from fenshen.vision.arrays import RGB, Floats, floats

LEVEL: Final = 0.5  # degrees: a head that leans less is not turned

Span = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A part of a photo, upright."""

    pixels: RGB
    inside: Floats  # (H, W) 0..1, where the photo itself reaches
    matrix: Floats  # (2, 3) from the photo's pixels to the frame's
    scale: float  # pixels of the frame per pixel of the photo, at most 1

    def bring(self, points: Floats) -> Floats:
        """Bring points (n, 2 or 3) of the photo into the frame: (n, 2)."""
        return floats(points[:, :2] @ self.matrix[:, :2].T + self.matrix[:, 2])


def upright(rgb: RGB, roll: float, centre: tuple[float, float], reach: Span, scale: float) -> Frame:
    """Cut a frame out of a photo.

    roll: degrees that the head leans clockwise. centre: the face's middle in the photo. reach: how far the frame goes
    to the left, up, right and down of it, in the photo's pixels; it stops where the photo ends. scale: 0..1.
    """
    turn = 0.0 if abs(roll) < LEVEL else roll
    turning = _turning(turn, centre)
    left, top, right, bottom = _clipped(rgb.shape, turning, centre, reach)
    if turn == 0 and scale == 1:
        x0, y0, x1, y1 = (round(v) for v in (left, top, right, bottom))
        piece = np.ascontiguousarray(rgb[y0:y1, x0:x1])
        return Frame(
            pixels=piece, inside=np.ones(piece.shape[:2], np.float32), matrix=_shifted(x0, y0), scale=1
        )
    size = (max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale)))
    matrix = floats(scale * turning)
    matrix[:, 2] -= floats([left * scale, top * scale])
    inside = np.ones(size[::-1], np.float32)
    if turn:
        full = np.full(rgb.shape[:2], 255, np.uint8)
        covered = resampled(full, matrix, size, border=(0, 0, 0))
        inside = floats(cv2.erode(covered, np.ones((3, 3), np.uint8)) == 255)  # noqa: PLR2004 - wholly covered
    return Frame(pixels=resampled(rgb, matrix, size), inside=inside, matrix=matrix, scale=scale)


def resampled(
    picture: RGB, matrix: Floats, size: tuple[int, int], *, border: tuple[int, int, int] | None = None
) -> RGB:
    """Bring a picture (H, W[, 3]) uint8 to another frame of (width, height) by an affine map, without aliasing.

    matrix: (2, 3) from old pixels to new ones, where the first pixel reaches from 0 to 1. It is painted larger and
    averaged down, so every old pixel counts. border: colour outside of the picture; None continues its edge.
    """
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    times = max(1, ceil(1 / scale - 1e-6))
    finer = np.array(matrix, np.float64) * times
    finer[:, 2] += finer[:, :2] @ (0.5, 0.5) - 0.5  # OpenCV counts from the middle of the first pixel
    mode = cv2.BORDER_REPLICATE if border is None else cv2.BORDER_CONSTANT
    flags = cv2.INTER_CUBIC if times == 1 else cv2.INTER_LINEAR
    large = cv2.warpAffine(
        picture,
        finer,
        (times * size[0], times * size[1]),
        flags=flags,
        borderMode=mode,
        borderValue=border or (0, 0, 0),
    )
    if times == 1:
        return np.asarray(large, np.uint8)
    return np.asarray(cv2.resize(large, size, interpolation=cv2.INTER_AREA), np.uint8)


def _turning(roll: float, centre: tuple[float, float]) -> Floats:
    """(2, 3) turn about a point that takes a lean of ``roll`` degrees back."""
    c, s = cos(radians(roll)), sin(radians(roll))
    x, y = centre
    return floats([[c, s, x - c * x - s * y], [-s, c, y + s * x - c * y]])


def _clipped(shape: tuple[int, ...], turning: Floats, centre: tuple[float, float], reach: Span) -> Span:
    """The part of the reach that the turned photo can fill, in turned pixels."""
    height, width = shape[:2]
    corners = floats([[0, 0], [width, 0], [0, height], [width, height]])
    turned = corners @ turning[:, :2].T + turning[:, 2]
    low, high = turned.min(0), turned.max(0)
    x, y = centre
    return (
        max(float(low[0]), x - reach[0]),
        max(float(low[1]), y - reach[1]),
        min(float(high[0]), x + reach[2]),
        min(float(high[1]), y + reach[3]),
    )


def _shifted(x: int, y: int) -> Floats:
    return floats([[1, 0, -x], [0, 1, -y]])
