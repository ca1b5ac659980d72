"""Stand the sitter in the light: one take, seen through a window, relit by a rig."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.double.take import Take
from fenshen.engines.studio.bands import blurred_rows, in_bands, per_channel
from fenshen.engines.studio.eyes import catch_lights
from fenshen.engines.studio.framing import Window, fade_cuts, place, view
from fenshen.engines.studio.lighting import change_light
from fenshen.engines.studio.rig import key_of
from fenshen.engines.studio.stage import grid, set_stage
from fenshen.templates.recipe import Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE, to_linear

PORE: Final = 0.002  # of the picture's height: what breaks shine up is smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """The sitter in the picture's own pixels: linear light, alpha, mesh."""

    linear: Floats  # (H, W, 3)
    alpha: Floats  # (H, W) 0..1
    points: Floats  # (478, 3)


def pose(take: Take, window: Window, size: tuple[int, int], rig: Rig, double: OpenDouble) -> Posed:
    """Cut, relight and expose one of the double's takes, so that the face is as bright as the sitter's is."""
    picture = view(take.foreground, window, size)
    alpha = view(take.alpha, window, size)
    alpha /= 255
    alpha = np.clip(alpha, 0, 1, out=alpha) * fade_cuts(take, window, size)
    points = place(take.points, window, size)
    linear = opened(np.clip(picture, 0, 255, out=picture), enlargement=size[0] / window.width)
    stage = set_stage(take, window, size)
    change = change_light(linear, take, stage, rig, double)
    add_shine(linear, -change.less)
    lit = floats(cv2.resize(change.ratio, size, interpolation=cv2.INTER_CUBIC))
    lit *= linear
    lit *= _exposure(lit, points, double.key)
    add_shine(lit, change.shine)
    return Posed(linear=catch_lights(lit, points, key_of(rig)), alpha=floats(alpha), points=points)


def opened(picture: Floats, *, enlargement: float) -> Floats:
    """Enlarged pixels (H, W, 3) coded 0..255, made `crisp`, as linear light."""
    linear = np.empty_like(picture)

    def one(band: slice) -> None:
        rows = _crisp(picture, band, enlargement)
        rows /= 255
        linear[band] = to_linear(rows)

    in_bands(len(picture), one)
    return linear


def crisp(picture: Floats, *, enlargement: float) -> Floats:
    """Give enlarged pixels their bite back: an unsharp mask that grows with the enlargement. (H, W, 3) 0..255."""
    return _crisp(picture, slice(0, len(picture)), enlargement)


def _crisp(picture: Floats, band: slice, enlargement: float) -> Floats:
    amount = float(np.clip(0.55 * (enlargement - 0.8), 0.15, 0.9))
    rows = picture[band]
    detail = rows - blurred_rows(picture, band, max(0.8, 0.7 * enlargement))
    np.clip(detail, -24, 24, out=detail)
    detail *= amount
    detail += rows
    return np.clip(detail, 0, 255, out=detail)


def add_shine(lit: Floats, shine: Floats) -> None:
    """Add the shine of skin to it, or take it off, in place; pores and fine lines break it up.

    lit: (H, W, 3) linear, exposed. shine: (h, w, 3) in units of white, on few pixels.
    """
    rows, columns = np.flatnonzero(shine.any((1, 2))), np.flatnonzero(shine.any((0, 2)))
    if not rows.size:
        return
    down, across = lit.shape[0] / shine.shape[0], lit.shape[1] / shine.shape[1]
    top, bottom = round(down * rows[0]), round(down * (rows[-1] + 1))
    left, right = round(across * columns[0]), round(across * (columns[-1] + 1))
    part = lit[top:bottom, left:right]
    bright = floats(cv2.transform(part, LUMINANCE[None]))
    even = cv2.GaussianBlur(bright, (0, 0), PORE * len(lit))
    small = floats(shine[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    large = cv2.resize(small, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)

    def one(band: slice) -> None:
        over = bright[band] / (even[band] + 1e-3)
        broken = per_channel(floats(np.clip(over * np.sqrt(over), 0.4, 1.8)))
        part[band] += np.maximum(large[band] * broken, -0.85 * part[band])

    in_bands(len(part), one)


def _exposure(lit: Floats, points: Floats, key: float) -> float:
    height, width = lit.shape[:2]
    small = cv2.resize(lit, grid((width, height)), interpolation=cv2.INTER_AREA)
    face = regions.bare_skin(floats(points * (small.shape[1] / width)), small.shape[:2]) > 0
    seen = float(np.mean((small @ LUMINANCE)[face])) if face.any() else key
    return key / max(seen, 1e-3)
