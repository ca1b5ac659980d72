"""What was behind a person, without the person: the plate of an imported template.

What lay behind somebody nobody knows. The hole is filled from outside only: a world goes on sideways, so each row goes
on from its left and its right as in a mirror; where a row knows nothing, colours spread. Not one pixel that is thought
the person's goes into it, and what lies below them counts as theirs. A new sitter stands where the old one stood and
the plate hangs out of focus, so that little of it is ever seen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_linear, to_srgb
from fenshen.vision.shape import diffuse

EDGE: Final = 1024  # pixels of the longer side of a plate: it is shown out of focus
PRESENT: Final = 0.02  # alpha from which a pixel may hold something of the person
MARGIN: Final = 0.022  # of the longer side, around the person: stray hair, a shadow on the wall
ISLAND: Final = (
    0.004  # of the picture: background smaller than this, or all around the person, is thought theirs
)
SOFT: Final = 0.0016  # of the longer side: the plate itself is this soft, so that no passer-by can be known
STEP: Final = 4  # the fill is smooth: it is diffused on so much fewer pixels
BYSTANDER: Final = (0.9, 1.3)  # face boxes taken out beyond a bystander's own, to the sides and up and down

Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """The part of the picture that becomes the template's frame, in its pixels."""

    left: int
    top: int
    width: int
    height: int


def plate_behind(rgb: RGB, alpha: Floats, others: Sequence[Box], crop: Crop) -> RGB:
    """The background of a crop without anybody on it, (h, w, 3) sRGB, at most EDGE pixels long.

    rgb: (H, W, 3) sRGB. alpha: (H, W) 0..1 of the person, rather too much than too little.
    others: face boxes of bystanders, who are taken out as well.
    """
    rows, columns = slice(crop.top, crop.top + crop.height), slice(crop.left, crop.left + crop.width)
    scale = min(1.0, EDGE / max(crop.width, crop.height))
    size = (max(16, round(crop.width * scale)), max(16, round(crop.height * scale)))
    linear = to_linear(
        np.asarray(cv2.resize(rgb[rows, columns], size, interpolation=cv2.INTER_AREA), np.uint8)
    )
    there = np.maximum(alpha, _heads(alpha.shape[:2], others))[rows, columns]
    hole = _widened(
        floats(cv2.resize(there, size, interpolation=cv2.INTER_AREA)) > PRESENT, MARGIN * max(size)
    )
    clean = filled(linear, hole)
    soft = cv2.GaussianBlur(clean, (0, 0), max(0.6, SOFT * max(size)), borderType=cv2.BORDER_REFLECT)
    return np.asarray(np.round(255 * to_srgb(floats(soft))), np.uint8)


def filled(linear: Floats, hole: Mask) -> Floats:
    """A picture (h, w, 3) linear with a hole (h, w) filled from its rim. Nothing inside the hole is looked at."""
    if not hole.any():
        return linear.copy()
    if hole.all():
        return np.full_like(linear, 0.2)  # nothing is known: a grey wall
    known = floats(linear * ~hole[..., None])
    smooth = _diffused(known, hole)
    rows, sure = _sideways(known, hole)
    share = _feathered(sure, hole)[..., None]
    inside = np.where(hole[..., None], rows * share + smooth * (1 - share), known)
    longer = max(hole.shape)
    across = cv2.GaussianBlur(
        floats(inside), (0, 0), sigmaX=0.004 * longer, sigmaY=0.012 * longer
    )  # rows melt
    return floats(np.where(hole[..., None], across, known))


def without_islands(hole: Mask) -> Mask:
    """The hole, what lies below it, and what it encloses: a collar or a watch that was taken for background."""
    hole = np.maximum.accumulate(hole, axis=0)
    count, labels, facts, _ = cv2.connectedComponentsWithStats(np.asarray(~hole, np.uint8), connectivity=4)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    keeps = {n for n in range(1, count) if n in rim and facts[n, cv2.CC_STAT_AREA] >= ISLAND * hole.size}
    return np.asarray(~np.isin(labels, list(keeps)), bool)


def _sideways(known: Floats, hole: Mask) -> tuple[Floats, Floats]:
    """Each row gone on into the hole from both sides as in a mirror, (h, w, 3); where it knew how, (h, w) 0 or 1."""
    height, width = hole.shape
    columns = np.broadcast_to(np.arange(width), hole.shape)
    left = np.maximum.accumulate(np.where(hole, -1, columns), axis=1)
    right = np.minimum.accumulate(np.where(hole, width, columns)[:, ::-1], axis=1)[:, ::-1]
    total, weights = np.zeros_like(known), np.zeros(hole.shape, np.float32)
    at = np.arange(height)[:, None]
    for rim, there in ((left, left >= 0), (right, right < width)):
        over = np.abs(2 * rim - columns)
        over = np.where(over >= width, 2 * (width - 1) - over, over).clip(0, width - 1)
        over = np.where(hole[at, over], rim.clip(0, width - 1), over)  # another hole there: the rim itself
        away = np.abs(columns - rim) / np.maximum(right - left, 1)
        weight = floats(there * (1 - away).clip(0, 1) ** 2 + 1e-4 * there)
        total += known[at, over] * weight[..., None]
        weights += weight
    return floats(total / np.maximum(weights, 1e-6)[..., None]), floats(weights > 0)


def _diffused(known: Floats, hole: Mask) -> Floats:
    """The smoothest fill there is, computed on few pixels. (h, w, 3)."""
    height, width = hole.shape
    small = (max(12, width // STEP), max(12, height // STEP))
    weight = cv2.resize(floats(~hole), small, interpolation=cv2.INTER_AREA)
    values = cv2.resize(known, small, interpolation=cv2.INTER_AREA) / np.maximum(weight, 1e-4)[..., None]
    sure = weight > 0.5  # noqa: PLR2004
    if not sure.any():
        sure = weight > 0
    values = (
        floats(cv2.GaussianBlur(values * sure[..., None], (0, 0), 3))
        / np.maximum(cv2.GaussianBlur(floats(sure), (0, 0), 3), 1e-3)[..., None]
    )
    return floats(
        cv2.resize(
            diffuse(floats(values), sure, np.ones_like(sure)), (width, height), interpolation=cv2.INTER_CUBIC
        )
    )


def _feathered(share: Floats, hole: Mask) -> Floats:
    """A share (h, w) without hard borders inside the hole."""
    sigma = max(1.0, 0.01 * max(hole.shape))
    inside = floats(hole)
    return floats(
        np.minimum(
            share,
            cv2.GaussianBlur(share * inside, (0, 0), sigma)
            / (cv2.GaussianBlur(inside, (0, 0), sigma) + 1e-3),
        )
    )


def _widened(mask: Mask, radius: float) -> Mask:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(
        cv2.dilate(np.asarray(mask, np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))),
        bool,
    )


def _heads(size: tuple[int, int], others: Sequence[Box]) -> Floats:
    """1 where bystanders' heads are, (H, W)."""
    mask = np.zeros(size, np.float32)
    for x, y, width, height in others:
        middle = (round(x + width / 2), round(y + height / 2))
        axes = (max(1, round(BYSTANDER[0] * width)), max(1, round(BYSTANDER[1] * height)))
        cv2.ellipse(mask, middle, axes, 0, 0, 360, 1.0, -1)
    return mask
