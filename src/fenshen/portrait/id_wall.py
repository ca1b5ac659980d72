"""Where an even wall shows between curls: the matte takes it for hair, its colour says that it is the wall.

Only before a plain background, beside the face and above the chin, near the outline of the hair, and where hair and
wall differ much: over the forehead and deeper inside, what is bright is a shine, and fair hair before a white wall is
left alone.
"""

from typing import Final

import cv2
import numpy as np

from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.matte import UNSEEN, Matte
from fenshen.vision.regions import CHIN, OVAL, fill

OUTSIDE: Final = 0.02  # alpha of what is surely the wall
INSIDE: Final = 0.9  # alpha of what the matte takes for hair
EVEN: Final = (
    0.02  # mean distance of a wall's pixels from their surroundings' colour, sRGB 0..1: a street has more
)
SPREAD: Final = 0.35  # face widths over which the wall's colour is carried under the hair
BESIDE: Final = 0.53  # face widths from the middle of the face: over the face hair shines, and lies close
NEAR: Final = 0.45  # face widths from the outline: deeper inside, what is bright is a shine
APART: Final = 0.55  # how far hair and wall must lie apart, sRGB 0..1
LIKE: Final = 0.3  # share of hair in a colour below which the wall is seen
ASIDE: Final = (
    0.035  # how far a mixture of the two may lie beside the line between them, sRGB 0..1: skin lies further
)
AROUND: Final = 0.06  # face widths around a gap in which hair is to be seen
HAIRY: Final = 0.2  # share of those pixels
RIM: Final = 0.02  # face widths around a gap that are mixed anew
GRID: Final = 80  # pixels: the face's width on which colours are carried
LEAST: Final = 30  # pixels of hair and of wall below which nothing can be told
EASED: Final = 0.06, 0.94  # mixtures that count as none and as all: noise of the sensor


def without_wall(rgb: RGB, matte: Matte, points: Floats) -> Matte:
    """The matte with gaps where the wall shows through the hair, and the hair around them cleaned of it.

    rgb: (H, W, 3) uint8 sRGB. points: (478, 2) mesh in its pixels. Gives the matte itself where there is nothing.
    """
    width = float(np.ptp(points[list(OVAL), 0]))
    above = slice(0, max(1, int(points[CHIN, 1])))  # nothing below the chin is asked
    rgb, seen = rgb[above], floats(matte.alpha[above])
    zone = _zone(seen, points, width)
    step = max(1, int(width / GRID))
    small = floats(rgb[::step, ::step]) / np.float32(255)
    thin = seen[::step, ::step]
    behind = thin < OUTSIDE
    wall = _carried(small, floats(behind), SPREAD * width / step)
    away = floats(np.linalg.norm(small - wall, axis=-1))
    dark = zone[::step, ::step] & (thin > INSIDE) & (away > APART)
    if min(dark.sum(), behind.sum()) < LEAST or away[behind].mean() > EVEN:
        return matte
    hair = _carried(small, floats(dark), NEAR / 3 * width / step)
    there = cv2.blur(floats(dark), (2 * max(1, round(AROUND * width / step)) + 1,) * 2)
    at = zone & (seen > 0)
    fields = np.dstack([wall, hair, there])
    found = floats(cv2.resize(fields, (rgb.shape[1], rgb.shape[0])))[at]
    here, wall, hair, there = floats(rgb[at]) / np.float32(255), found[:, :3], found[:, 3:6], found[:, 6]
    share = _share(here, hair, wall)
    aside = np.linalg.norm(here - wall - share[:, None] * (hair - wall), axis=-1)
    apart = np.linalg.norm(hair - wall, axis=-1)
    between = (apart > APART) & (aside < ASIDE) & (there > HAIRY)
    gaps, mixable = np.zeros(at.shape, np.uint8), np.zeros(at.shape, np.bool_)
    gaps[at], mixable[at] = between & (share < LIKE), between
    if gaps.sum() < LEAST:
        return matte
    around = (cv2.dilate(gaps, np.ones((2 * max(1, round(RIM * width)) + 1,) * 2, np.uint8)) > 0) & mixable
    mixed = np.ones(at.shape, np.float32)
    mixed[at] = np.clip((share - EASED[0]) / (EASED[1] - EASED[0]), 0, 1)
    mixed[mixed < UNSEEN] = 0
    changed = around & (mixed < seen) & (mixed <= 1 - UNSEEN)
    alpha, foreground = matte.alpha.copy(), matte.foreground.copy()
    alpha[above][changed] = mixed[changed]
    foreground[above][changed] = np.rint(255 * hair[changed[at]].clip(0, 1))
    return Matte(alpha=alpha, foreground=foreground)


def _zone(alpha: Floats, points: Floats, width: float) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """(H, W) where gaps may be, above the chin: beside the face, near the outline."""
    size = (alpha.shape[0], alpha.shape[1])
    depth = cv2.distanceTransform((alpha > OUTSIDE).astype(np.uint8), cv2.DIST_L2, 3)
    face = cv2.dilate(fill(points, OVAL, size), np.ones((3, 3), np.uint8)) > 0
    beside = np.abs(np.arange(size[1])[None] - points[list(OVAL), 0].mean()) > BESIDE * width
    return np.asarray(beside & ~face & (depth < NEAR * width))


def _carried(picture: Floats, where: Floats, reach: float) -> Floats:
    """Colours (H, W, 3) carried from where they are known, 0..1, to everywhere."""
    held = np.dstack([picture * where[..., None], where])
    step = max(1, int(reach / 8))
    size = (max(1, picture.shape[1] // step), max(1, picture.shape[0] // step))
    small = cv2.resize(held, size, interpolation=cv2.INTER_AREA)
    spread = np.zeros(small.shape, np.float32)
    for share, weight in ((0.3, 1.0), (1.0, 0.05), (3.0, 0.001)):
        spread += floats(weight * cv2.GaussianBlur(small, (0, 0), share * reach / step))
    full = floats(cv2.resize(spread, (picture.shape[1], picture.shape[0])))
    return floats(full[..., :3] / np.maximum(full[..., 3:], 1e-9))


def _share(here: Floats, hair: Floats, wall: Floats) -> Floats:
    """How much hair colours (n, 3) hold, 0 = wall, 1 = hair."""
    span = hair - wall
    return floats(((here - wall) * span).sum(-1) / np.maximum((span * span).sum(-1), 1e-4))
