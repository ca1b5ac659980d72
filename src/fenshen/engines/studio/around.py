"""Where in a cover each pixel of a picture comes from: the cover gives way to the face, never the face to the cover."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.plate import scale_of
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

GIVES: Final = (0.84, 1.2)  # how far an opening narrows and widens, side by side
WAVES: Final = 3  # a face's outline against the cover's, in so many waves round it: smoother than any seam
HOLDS: Final = 1.25  # outlines from the middle within which the cover follows the face
FORGETS: Final = 2.7  # and beyond which it does not
STEP: Final = 8  # pixels between two that are worked out
TURNS: Final = 72  # directions in which outlines are compared
EARS: Final = (234, 454)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A face as seen from its middle."""

    middle: Floats  # (2,)
    tilt: float  # radians, clockwise
    radius: Floats  # (TURNS,) from the top on, clockwise, by the face's own upright


def outline(points: Floats) -> Outline:
    """The outline of a mesh (478, 3)."""
    oval = floats(points[list(regions.OVAL), :2])
    right, left = points[list(EARS), :2]
    tilt = float(np.arctan2(left[1] - right[1], left[0] - right[0]))
    upright = turned(oval, -tilt)
    middle = turned((upright.min(0) + upright.max(0)) / 2, tilt)
    away = turned(oval - middle, -tilt)
    angle = np.arctan2(away[:, 0], -away[:, 1])
    wanted = np.arange(TURNS) * (2 * np.pi / TURNS)
    order = np.argsort(angle)
    radius = np.interp(wanted, angle[order], np.hypot(*away.T)[order], period=2 * np.pi)
    return Outline(middle=floats(middle), tilt=tilt, radius=floats(radius))


def turned(points: Floats, angle: float) -> Floats:
    """Points (..., 2), y down, turned clockwise by radians about zero."""
    cos, sin = np.cos(angle), np.sin(angle)
    return floats(points @ np.array([[cos, sin], [-sin, cos]], np.float32))


def gives(face: Outline, kept: Outline, scale: float) -> Floats:
    """By how much a cover's opening is widened in each direction, (TURNS,): smooth, and within limits."""
    ratio = np.log(face.radius / np.maximum(kept.radius * scale, 1e-3))
    waves = np.fft.rfft(ratio)
    waves[WAVES + 1 :] = 0
    return floats(np.clip(np.exp(np.fft.irfft(waves, TURNS)), *GIVES))


def places(points: Floats, kept: Floats, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Columns and rows in a cover, (H, W) each, of the pixels of a picture of (width, height).

    points, kept: (478, 3) the sitter's mesh in the picture and the mesh that the cover was made round, in its pixels.
    """
    face, made = outline(points), outline(kept)
    scale = scale_of(points, kept)
    wide = gives(face, made, scale)
    coarse = (-(-size[0] // STEP) + 1, -(-size[1] // STEP) + 1)
    xs, ys = np.meshgrid(
        np.arange(coarse[0], dtype=np.float32) * STEP, np.arange(coarse[1], dtype=np.float32) * STEP
    )
    away = (np.dstack([xs, ys]) - face.middle) / scale
    far = np.hypot(away[..., 0], away[..., 1])
    turn = (np.arctan2(away[..., 0], -away[..., 1]) - face.tilt) % (2 * np.pi) * (TURNS / (2 * np.pi))
    around = np.arange(TURNS + 1)
    usual = np.interp(turn, around, np.r_[made.radius, made.radius[0]])
    t = np.clip((far / usual - HOLDS) / (FORGETS - HOLDS), 0, 1)
    near = 1 - t * t * (3 - 2 * t)
    shrink = 1 + near * (1 / np.interp(turn, around, np.r_[wide, wide[0]]) - 1)
    back = -(face.tilt - made.tilt) * near
    cos, sin = np.cos(back), np.sin(back)
    x = made.middle[0] + shrink * (cos * away[..., 0] - sin * away[..., 1])
    y = made.middle[1] + shrink * (sin * away[..., 0] + cos * away[..., 1])
    return _grown(floats(x), size), _grown(floats(y), size)


def _grown(coarse: Floats, size: tuple[int, int]) -> Floats:
    """A map known at every STEP-th pixel, at all."""
    fine = np.arange(max(size), dtype=np.float32) / STEP
    columns, rows = np.meshgrid(fine[: size[0]], fine[: size[1]])
    return floats(cv2.remap(coarse, columns, rows, cv2.INTER_LINEAR))
