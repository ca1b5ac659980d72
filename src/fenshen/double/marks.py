"""Lasting marks: moles, scars and freckles that most photos show where that spot of the face is in view.

A mark is a dark blob: both principal curvatures of the luminance are positive at its scale (determinant of the Hessian,
Lindeberg 1998), which wrinkles and shadow edges are not. A blemish of one day is in the takes of that day only.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.double import LUMINANCE
from fenshen.double.own_face import Mark
from fenshen.double.take import Take
from fenshen.double.unwrap import Flat, finer
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_linear

WORKERS: Final = 2
SIDE: Final = 512  # texels to a side at which marks are looked for: 0.3 mm each
SCALES: Final = (2.8, 4.5, 7.0)  # texels: standard deviations of the blobs looked for
LARGER: Final = 11.0  # what is plainer at this scale is a dimple or a shadow
AROUND: Final = 20.0  # texels: what counts as the grain near a spot
FAINTEST: Final = 0.18  # octaves by which a mark must be darker than the skin around it
STANDS_OUT: Final = 4.5  # and how many times as much as the skin's own grain
ASTRAY: Final = 7  # texels by which a spot may be off from take to take
HAIRY: Final = 0.8  # octaves from the usual skin beyond which a spot lies in hair or beard
IN_VIEW: Final = (
    0.35  # of `Flat.seen` from which a take shows a spot well enough to say that nothing is there
)
PAIRED: Final = 0.35  # of its strength: what has its like on the other side is anatomy
LARGE: Final = 8.0  # texels of radius: spots of this size are mostly hollows of the face's relief ..
MIDDLE: Final = 0.13  # .. near the middle, from brows to chin, always; elsewhere when they are faint
PLAIN: Final = 0.5  # octaves
MOST: Final = 0.6  # share of the takes in view that must show a mark
VIEWS: Final = 2  # takes that must show it at the least
NOSE_BASE: Final = (48, 64, 98, 97, 2, 326, 327, 294, 278)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spots:
    """Dark blobs in one take."""

    contrast: Floats  # (SIDE, SIDE) octaves, 0 where there is none
    scale: Floats  # (SIDE, SIDE) texels
    view: NDArray[np.bool_]  # (SIDE, SIDE)


def lasting(takes: Sequence[Take], flats: Sequence[Flat], uv: Floats, albedo: RGB) -> tuple[Mark, ...]:
    """The marks that most takes show, the plainest first. albedo: (n, n, 3) sRGB."""
    skin = _bare(uv, albedo)
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="marks") as workers:
        found = list(workers.map(lambda take, flat: _spots(take, flat, skin), takes, flats))
    near = np.ones((2 * ASTRAY + 1, 2 * ASTRAY + 1), np.uint8)
    there = np.stack([cv2.dilate(one.contrast, near) for one in found])
    view = np.stack([one.view for one in found])
    shown = (view & (there > 0)).sum(0)
    share = shown / np.maximum(view.sum(0), 1)
    mean = cv2.GaussianBlur(floats(np.sum([one.contrast for one in found], axis=0)), (0, 0), ASTRAY / 2)
    paired = cv2.dilate(mean, np.ones((4 * ASTRAY + 1, 4 * ASTRAY + 1), np.uint8))[:, ::-1] > PAIRED * mean
    paired[:, np.abs(np.arange(SIDE) - SIDE / 2) < 3 * ASTRAY] = (
        False  # a spot in the middle is its own mirror image
    )
    peak = (mean == cv2.dilate(mean, np.ones((4 * ASTRAY + 1, 4 * ASTRAY + 1), np.uint8))) & (mean > 0)
    marks = []
    for y, x in np.argwhere(peak & ~paired & (share >= MOST) & (shown >= VIEWS)).tolist():
        contrast, radius = _measured(found, y, x)
        middle = abs(x / SIDE - 0.5) < MIDDLE
        if radius > LARGE and (middle or contrast < PLAIN):
            continue
        marks.append(
            Mark(
                u=(x + 0.5) / SIDE,
                v=(y + 0.5) / SIDE,
                radius=radius / SIDE,
                contrast=contrast,
                seen_in=float(share[y, x]),
            )
        )
    return tuple(sorted(marks, key=lambda mark: -mark.contrast))


def _bare(uv: Floats, albedo: RGB) -> NDArray[np.bool_]:
    """Where marks are looked for: (SIDE, SIDE), skin without features, nostrils, hair and beard."""
    mesh = floats(uv * SIDE)
    skin = regions.bare_skin(mesh, (SIDE, SIDE)) > 0
    nose = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillConvexPoly(nose, cv2.convexHull(np.round(mesh[list(NOSE_BASE)]).astype(np.int32)), 1)
    small = np.asarray(cv2.resize(albedo, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
    light = cv2.GaussianBlur(floats(to_linear(small) @ LUMINANCE), (0, 0), LARGER)
    octaves = np.abs(np.log2(np.maximum(light, 1e-3) / max(1e-3, float(np.median(light[skin])))))
    clear = skin & (octaves < HAIRY) & (cv2.dilate(nose, np.ones((9, 9), np.uint8)) == 0)
    return np.asarray(clear, np.bool_)


def _spots(take: Take, flat: Flat, skin: NDArray[np.bool_]) -> _Spots:
    light = floats(finer(take, flat, SIDE) @ LUMINANCE)
    view = (cv2.resize(flat.seen, (SIDE, SIDE)) > IN_VIEW) & skin
    best = np.zeros((SIDE, SIDE), np.float32)
    scale = np.full((SIDE, SIDE), SCALES[0], np.float32)
    for sigma in SCALES:
        contrast = _blobs(light, sigma)
        scale = np.where(contrast > best, np.float32(sigma), scale)
        best = np.maximum(best, contrast)
    area = cv2.GaussianBlur(floats(view), (0, 0), AROUND) + np.float32(1e-3)
    grain = cv2.GaussianBlur(best * view, (0, 0), AROUND) / area
    plain = (best > np.maximum(FAINTEST, STANDS_OUT * grain)) & (best > _blobs(light, LARGER))
    return _Spots(contrast=floats(best * (plain & view)), scale=floats(scale), view=view)


def _blobs(light: Floats, sigma: float) -> Floats:
    """Contrast, in the units of light, of dark round spots of this standard deviation; 0 where there is none."""
    smooth = cv2.GaussianBlur(light, (0, 0), sigma)
    xx, yy, xy = (cv2.Sobel(smooth, cv2.CV_32F, *order, scale=0.25) for order in ((2, 0), (0, 2), (1, 1)))
    weaker = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    return floats(np.maximum(weaker, 0) * (4 * sigma * sigma))


def _measured(found: Sequence[_Spots], y: int, x: int) -> tuple[float, float]:
    """Median contrast, octaves, and radius, texels, over the takes that show a mark here."""
    around = (slice(max(0, y - ASTRAY), y + ASTRAY + 1), slice(max(0, x - ASTRAY), x + ASTRAY + 1))
    values = []
    for one in found:
        contrast = one.contrast[around]
        if contrast.max() > 0:
            values.append((float(contrast.max()), float(one.scale[around].flat[int(contrast.argmax())])))
    strength, scale = np.median(np.array(values), axis=0)
    return float(strength), float(scale * np.sqrt(2))
