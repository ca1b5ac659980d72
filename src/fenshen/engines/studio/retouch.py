"""Skin, evened as a retoucher does it: between the pores and the shape of the face lies what comes and goes.

Frequency separation in log light. The finest band (pores, hairs, lines) and the base (modelling, light) are never
touched; in the middle band faint blotches are evened, and what is strong there (moles, wrinkles, scars) stays,
unless other takes prove that it was only passing. The result is a field of gains, so it costs the same at any size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import per_channel
from fenshen.engines.studio.blemishes import Spot
from fenshen.engines.studio.old_light import wide_blur
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

FACE: Final = 360  # pixels of face width at which the bands are worked out
PORES: Final = 0.006  # of the face's width, as a sigma: what is finer are pores, hairs and lines
MIDDLE, SHAPE = 0.010, 0.030  # between these sigmas lies what a retoucher evens
FAINT: Final = 0.05  # log light: what stands out by more is a mark, a line or a shadow, and stays
MOST: Final = 0.8  # of the middle band's faint part goes at most
DARKEST: Final = 1e-3  # linear light below which nothing is told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """The face of a picture, small enough to think about."""

    box: tuple[int, int, int, int]  # left, top, right, bottom in the picture
    scale: float  # patch pixels per picture pixel
    points: Floats  # (478, 3) mesh in the patch
    width: float  # of the face, in patch pixels
    log: Floats  # (h, w, 3) natural logarithm of linear light
    skin: Floats  # (h, w) 0..1, how surely this is bare skin


def face_patch(linear: Floats, points: Floats) -> Patch | None:
    """Cut the face out of a picture, at most FACE pixels wide. None when the face lies outside of it.

    linear: (H, W, 3) linear light. points: (478, 3) mesh in its pixels.
    """
    oval = points[list(regions.OVAL), :2]
    margin = 0.08 * float(np.ptp(oval[:, 0]))
    left, top = np.maximum(np.floor(oval.min(0) - margin), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(oval.max(0) + margin), linear.shape[1::-1]).astype(int).tolist()
    if right - left < 16 or bottom - top < 16:  # noqa: PLR2004 - no face to speak of
        return None
    scale = min(1.0, FACE / max(1.0, float(np.ptp(oval[:, 0]))))
    size = max(8, round(scale * (right - left))), max(8, round(scale * (bottom - top)))
    small = cv2.resize(linear[top:bottom, left:right], size, interpolation=cv2.INTER_AREA)
    mesh = floats((points - floats([left, top, 0])) * np.float32(scale))
    log = np.log(np.maximum(small, DARKEST))
    return Patch(
        box=(left, top, right, bottom),
        scale=scale,
        points=mesh,
        width=float(np.ptp(oval[:, 0])) * scale,
        log=floats(log),
        skin=skin_of(floats(log), mesh),
    )


def skin_of(log: Floats, points: Floats) -> Floats:
    """How surely each pixel is the face's bare skin: inside the mesh, and of the skin's own colour. (h, w) 0..1.

    A beard, a fringe or a spectacle frame is darker or of another colour than the skin around it. log: (h, w, 3).
    """
    inside = regions.bare_skin(points, log.shape[:2])
    if not inside.any():
        return np.zeros(log.shape[:2], np.float32)
    width = float(np.ptp(points[list(regions.OVAL), 0]))
    smooth = cv2.GaussianBlur(log, (0, 0), max(0.8, 0.012 * width))
    hue = np.stack([smooth[..., 0] - smooth[..., 1], smooth[..., 1] - smooth[..., 2]], -1)
    usual = np.median(hue[inside > 0], axis=0)
    spread = np.maximum(1.5 * np.median(np.abs(hue[inside > 0] - usual), axis=0), 0.07)
    foreign = (((hue - usual) / spread) ** 2).sum(-1) / 8
    around = blurred(smooth @ LUMINANCE, floats(inside), 0.12 * width)
    dark = np.maximum(0, around - smooth @ LUMINANCE - 0.25) / 0.25
    likely = inside * np.exp(-foreign - dark**2)
    return floats(cv2.GaussianBlur(floats(likely), (0, 0), max(0.8, 0.008 * width)) * inside)


def blurred(values: Floats, weight: Floats, sigma: float) -> Floats:
    """Gaussian mean of the weighted pixels only (normalised convolution, Knutsson & Westin 1993): no bleeding in."""
    near = np.maximum(wide_blur(weight, sigma), 1e-4)
    if values.ndim == weight.ndim:
        return floats(wide_blur(floats(values * weight), sigma) / near)
    return floats(wide_blur(floats(values * per_channel(weight)), sigma) / per_channel(floats(near)))


def evened(patch: Patch, gone: Sequence[Spot], kept: Sequence[Spot], amount: float) -> Floats:
    """Log gains that even the skin. amount: 0..1. Returns (h, w, 3), 0 outside of the skin.

    gone, kept: spots that only passed by, and those that stay, see `blemishes.told_apart`. The former go whole as soon
    as anything is asked, the latter are left alone.
    """
    discs, depth = discs_of(patch, gone)
    marks, _ = discs_of(patch, kept)
    clean = floats(patch.skin * (1 - np.maximum(discs, marks)))
    base = blurred(patch.log, clean, SHAPE * patch.width)
    middle = blurred(patch.log, patch.skin, MIDDLE * patch.width) - base
    loud = cv2.GaussianBlur(np.abs(middle).max(-1), (0, 0), PORES * patch.width)
    faint = np.exp(-((loud / FAINT) ** 2))
    calmer = MOST * amount**0.7 * faint * patch.skin * (1 - marks)
    around = blurred(patch.log, clean, 0.5 * SHAPE * patch.width)
    dip = blurred(patch.log, floats(np.maximum(patch.skin, discs)), 0.4 * PORES * patch.width) - around
    filled = np.clip(dip, -3 * depth[..., None], 0.5 * depth[..., None])  # no more than what stood out
    healed = min(1.0, 4 * amount) * discs
    return floats(-middle * (calmer * (1 - healed))[..., None] - filled * healed[..., None])


def discs_of(patch: Patch, spots: Sequence[Spot]) -> tuple[Floats, Floats]:
    """Soft discs over spots, 0..1, and by how much each stands out, log light. Both (h, w)."""
    discs, depth = np.zeros(patch.skin.shape, np.float32), np.zeros(patch.skin.shape, np.float32)
    for spot in spots:
        x, y = spot.on(patch.points)
        radius = max(1.0, 1.6 * spot.radius * patch.width)
        reach = 1.5 * radius  # beyond it there is nothing of the disc
        rows, columns = (
            slice(min(side, max(0, int(at - reach))), min(side, max(0, int(at + reach) + 2)))
            for at, side in ((y, patch.skin.shape[0]), (x, patch.skin.shape[1]))
        )
        ys = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
        xs = np.arange(columns.start, columns.stop, dtype=np.float32)[None]
        disc = floats(np.clip(3 - 2 * np.hypot(xs - x, ys - y) / radius, 0, 1))
        here = rows, columns
        discs[here] = np.maximum(discs[here], disc)
        depth[here] = np.maximum(depth[here], spot.contrast * (disc > 0))
    return discs, depth


def balanced(gains: Floats, patch: Patch) -> Floats:
    """The same log gains without any change of the face's mean colour: nobody gets lighter, darker or paler."""
    light = np.exp(patch.log)
    weight = patch.skin[..., None]
    before = (light * weight).sum((0, 1))
    after = (light * np.exp(gains) * weight).sum((0, 1))
    shift = np.log(np.maximum(before, 1e-6) / np.maximum(after, 1e-6))
    return floats(gains + shift * weight)


def applied(linear: Floats, patch: Patch, gains: Floats) -> Floats:
    """The picture with log gains of its patch. (H, W, 3) linear."""
    left, top, right, bottom = patch.box
    field = cv2.resize(gains, (right - left, bottom - top), interpolation=cv2.INTER_CUBIC)
    done = linear.copy()
    done[top:bottom, left:right] *= cv2.exp(field)
    return done
