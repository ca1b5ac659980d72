"""Stand the sitter in the light: one take, seen through a window, relit by a rig."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.double.take import Take
from fenshen.engines.studio.framing import Window, fade_cuts, place, view
from fenshen.engines.studio.relight import LUMINANCE, neutral_gains, quotient
from fenshen.engines.studio.rig import shine
from fenshen.templates.recipe import Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_linear
from fenshen.vision.light import shade

LIGHT_SCALE: Final = 4  # light is computed on a quarter of the pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """The sitter in the picture's own pixels: linear light, alpha, mesh."""

    linear: Floats  # (H, W, 3)
    alpha: Floats  # (H, W) 0..1
    points: Floats  # (478, 3)


def pose(take: Take, window: Window, size: tuple[int, int], rig: Rig, skin: Floats, key: float) -> Posed:
    """Cut, relight and expose. skin: (3,) the sitter's own skin, linear. key: wanted luminance of the face, linear."""
    picture = np.clip(view(take.foreground, window, size), 0, 255)
    alpha = np.clip(view(take.alpha, window, size) / 255, 0, 1) * fade_cuts(take, window, size)
    points = place(take.points, window, size)
    picture = crisp(picture, enlargement=size[0] / window.width)
    linear = to_linear(floats(picture / 255))
    ratio, gains = _light_change(take, window, size, rig, skin)
    lit = linear * floats(cv2.resize(ratio, size, interpolation=cv2.INTER_CUBIC)) * gains
    lit = lit * _exposure(lit, points, key)
    return Posed(linear=floats(lit), alpha=floats(alpha), points=points)


def crisp(picture: Floats, *, enlargement: float) -> Floats:
    """Give enlarged pixels their bite back: an unsharp mask that grows with the enlargement. (H, W, 3) 0..255."""
    amount = float(np.clip(0.55 * (enlargement - 0.8), 0.15, 0.9))
    radius = max(0.8, 0.7 * enlargement)
    detail = picture - cv2.GaussianBlur(picture, (0, 0), radius)
    return floats(np.clip(picture + amount * np.clip(detail, -24, 24), 0, 255))


def _light_change(
    take: Take, window: Window, size: tuple[int, int], rig: Rig, skin: Floats
) -> tuple[Floats, Floats]:
    small = (size[0] // LIGHT_SCALE, size[1] // LIGHT_SCALE)
    scale = take.normals.shape[1] / take.alpha.shape[1]
    normals = view(take.normals, window, small, scale)
    normals = normals / (np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-6)
    depth = view(take.depth, window, small, scale)
    mesh = place(take.points, window, small)
    face = regions.bare_skin(mesh, (small[1], small[0])).astype(np.float32)
    width = float(np.ptp(mesh[list(regions.OVAL), 0]))
    old = shade(normals, take.light)
    alpha = np.clip(view(take.alpha, window, small) / 255, 0, 1).astype(np.float32)
    new = shine(rig, normals, depth, alpha, face_width=width)
    return quotient(old, new, face, strength=rig.strength), neutral_gains(old, face, skin)


def _exposure(lit: Floats, points: Floats, key: float) -> float:
    small = cv2.resize(
        lit, (lit.shape[1] // LIGHT_SCALE, lit.shape[0] // LIGHT_SCALE), interpolation=cv2.INTER_AREA
    )
    face = regions.bare_skin(floats(points / LIGHT_SCALE), small.shape[:2]) > 0
    seen = float(np.mean((small @ LUMINANCE)[face])) if face.any() else key
    return key / max(seen, 1e-3)
