"""Carry a take along a smooth displacement: pixels, alpha, normals, depth and mesh together."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.take import Take
from fenshen.vision.arrays import Floats, floats

ROUNDS: Final = 8  # of the fixed-point search for the inverse; each shrinks the error at least threefold


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """How far each place of a take moves, on a coarse grid that is 0 at its border. All in take pixels."""

    left: float  # centre of the first cell
    top: float
    step: float  # between cells
    shift: Floats  # (h, w, 2) x, y


def inverse(motion: Motion) -> Motion:
    """The motion back: what lies at p now came from p + shift (Chen et al. 2008, fixed-point inversion)."""
    height, width = motion.shift.shape[:2]
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    back = np.zeros_like(motion.shift)
    for _ in range(ROUNDS):
        back = -_sampled(motion.shift, xs + back[..., 0] / motion.step, ys + back[..., 1] / motion.step)
    return replace(motion, shift=floats(back))


def moved(points: Floats, motion: Motion) -> Floats:
    """Points (n, 2 or 3) carried along; z stays."""
    x = floats((points[:, 0] - motion.left) / motion.step)[None]
    y = floats((points[:, 1] - motion.top) / motion.step)[None]
    carried = points.copy()
    carried[:, :2] += _sampled(motion.shift, x, y)[0]
    return carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Slide:
    """A small region whose content slides within a fixed opening, such as an iris behind its lids."""

    left: int  # take pixels
    top: int
    shift: Floats  # (h, w, 2) take pixels: what lies here shows what lay at + shift


def carried(take: Take, motion: Motion, points: Floats, slides: tuple[Slide, ...] = ()) -> Take:
    """The take after the motion. points: (478, 3) where its mesh lies then. Normals keep their direction."""
    back = inverse(motion)
    height, width = take.alpha.shape
    x0, y0 = max(0, int(motion.left)), max(0, int(motion.top))
    rows, columns = motion.shift.shape[:2]
    x1 = min(width, int(motion.left + columns * motion.step))
    y1 = min(height, int(motion.top + rows * motion.step))
    shift = _dense(back, x0, y0, x1, y1)
    for slide in slides:
        h, w = slide.shift.shape[:2]
        part = shift[slide.top - y0 : slide.top - y0 + h, slide.left - x0 : slide.left - x0 + w]
        part += slide.shift[: part.shape[0], : part.shape[1]]
    scale = take.depth.shape[1] / width
    return replace(
        take,
        foreground=_remapped(take.foreground, shift, x0, y0, cv2.INTER_LANCZOS4),
        alpha=_remapped(take.alpha, shift, x0, y0, cv2.INTER_CUBIC),
        normals=_coarse(take.normals, back, scale),
        depth=_coarse(take.depth, back, scale),
        points=points,
    )


def _dense(motion: Motion, x0: int, y0: int, x1: int, y1: int) -> Floats:
    """The shift at every pixel of a rectangle of the take."""
    step = motion.step
    matrix = floats([[1 / step, 0, (x0 - motion.left) / step], [0, 1 / step, (y0 - motion.top) / step]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return floats(cv2.warpAffine(motion.shift, matrix, (x1 - x0, y1 - y0), flags=flags))


def _remapped(picture: NDArray[np.uint8], shift: Floats, x0: int, y0: int, flags: int) -> NDArray[np.uint8]:
    height, width = shift.shape[:2]
    xs = shift[..., 0] + np.arange(x0, x0 + width, dtype=np.float32)
    ys = shift[..., 1] + np.arange(y0, y0 + height, dtype=np.float32)[:, None]
    whole = picture.copy()
    whole[y0 : y0 + height, x0 : x0 + width] = cv2.remap(
        picture, xs, ys, flags, borderMode=cv2.BORDER_REPLICATE
    )
    return whole


def _coarse(values: Floats, back: Motion, scale: float) -> Floats:
    """Normals or depth on their own small grid. scale: its cells per take pixel."""
    height, width = values.shape[:2]
    xs = ((np.arange(width, dtype=np.float32) + 0.5) / scale - 0.5)[None].repeat(height, 0)
    ys = ((np.arange(height, dtype=np.float32) + 0.5) / scale - 0.5)[:, None].repeat(width, 1)
    shift = _sampled(back.shift, (xs - back.left) / back.step, (ys - back.top) / back.step)
    xs, ys = (xs + shift[..., 0] + 0.5) * scale - 0.5, (ys + shift[..., 1] + 0.5) * scale - 0.5
    return floats(
        cv2.remap(values, floats(xs), floats(ys), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def _sampled(field: Floats, x: Floats, y: Floats) -> Floats:
    """A (h, w, 2) field at fractional cells; 0 outside."""
    return floats(cv2.remap(field, floats(x), floats(y), cv2.INTER_CUBIC))
