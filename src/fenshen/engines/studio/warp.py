"""Carry a take along a smooth displacement: pixels, alpha, normals, depth and mesh together."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.take import Take
from fenshen.vision.arrays import Floats, floats

STILL: Final = 0.02  # pixels: less is no motion
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
    width = take.alpha.shape[1]
    x0, y0, x1, y1 = _reach(back, slides, take)
    shift = _dense(back, x0, y0, x1, y1)
    for slide in slides:
        _add(shift, slide, x0, y0)
    scale = take.depth.shape[1] / width
    return replace(
        take,
        foreground=_remapped(take.foreground, shift, x0, y0, cv2.INTER_CUBIC),
        alpha=_remapped(take.alpha, shift, x0, y0, cv2.INTER_CUBIC),
        normals=_coarse(take.normals, back, scale),
        depth=_coarse(take.depth, back, scale),
        points=points,
    )


def _add(shift: Floats, slide: Slide, x0: int, y0: int) -> None:
    """Add a slide to the shift of a rectangle whose corner is x0, y0."""
    h, w = slide.shift.shape[:2]
    top, left = slide.top - y0, slide.left - x0
    part = shift[max(0, top) : max(0, top + h), max(0, left) : max(0, left + w)]
    skip_y, skip_x = max(0, -top), max(0, -left)
    part += slide.shift[skip_y : skip_y + part.shape[0], skip_x : skip_x + part.shape[1]]


def _reach(back: Motion, slides: tuple[Slide, ...], take: Take) -> tuple[int, int, int, int]:
    """The rectangle of the take in which somebody moves: left, top, right, bottom."""
    moving = np.abs(back.shift).max(-1) > STILL
    corners = [(s.left, s.top) for s in slides]
    corners += [(s.left + s.shift.shape[1], s.top + s.shift.shape[0]) for s in slides]
    if moving.any():
        columns, rows = np.flatnonzero(moving.any(0)), np.flatnonzero(moving.any(1))
        room = 4 + float(np.abs(back.shift).max())
        x, y, w, h = cv2.boundingRect(take.alpha)  # nobody looks at what is transparent
        for k, end in ((0, -1), (-1, 1)):
            cell = back.left + (columns[k] + end) * back.step, back.top + (rows[k] + end) * back.step
            body = (x - room, y - room) if k == 0 else (x + w + room, y + h + room)
            pick = max if k == 0 else min
            corners.append((int(pick(cell[0], body[0])), int(pick(cell[1], body[1]))))
    height, width = take.alpha.shape
    xs, ys = ([corner[axis] for corner in corners] or [0] for axis in (0, 1))
    left, top = max(0, min(xs)), max(0, min(ys))
    return left, top, max(left + 1, min(width, max(xs))), max(top + 1, min(height, max(ys)))


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
