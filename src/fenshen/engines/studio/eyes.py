"""Catch-lights: the small picture of the key light in each eye."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.lamp import colour_of, towards
from fenshen.templates.recipe import Light
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

CORNEA: Final = (
    7.8 / 5.9
)  # radius of the cornea over that of the iris (Gullstrand's eye; visible iris 11.8 mm)
SHUT: Final = 0.15  # height of the eye over its width: below this there is nothing to see a light in
DARK_GLASS: Final = 0.18  # of the skin's luminance: whites of eyes darker than this lie behind glass
FITS: Final = 0.55  # iris radii: a photo's own light this near to the right place may stay the only one
BRIGHT: Final = 0.30  # above the rest of the iris, in units of the lit skin: a light in it
STRENGTH: Final = 0.55  # of white, for a lamp of intensity 1 and middling size
SMALLEST, LARGEST = 0.10, 0.24  # iris radii


def catch_lights(lit: Floats, points: Floats, key: Light | None) -> Floats:
    """Put the key light's reflection into eyes that lack it, in place: only there does a large picture change.

    lit: (H, W, 3) linear, exposed. points: (478, 3) mesh in its pixels. key: None = no lamp before the sitter.
    Returns the same picture.
    """
    if key is None:
        return lit
    for pupil, iris, lids in (
        (regions.RIGHT_PUPIL, regions.RIGHT_IRIS, regions.RIGHT_EYE),
        (regions.LEFT_PUPIL, regions.LEFT_IRIS, regions.LEFT_EYE),
    ):
        centre = points[pupil, :2]
        radius = float(np.linalg.norm(points[list(iris), :2] - centre, axis=1).mean())
        if radius < 3 or is_shut(points[list(lids), :2]):  # noqa: PLR2004 - too few pixels for a light
            continue
        _in_one_eye(lit, centre, radius, points[list(lids), :2], key)
    return lit


def place_of(key: Light, centre: Floats, radius: float) -> Floats:
    """Where a lamp is mirrored in an eye that looks into the camera, (2,) pixels: half way to it on the cornea."""
    half = towards(key) + floats([0, 0, 1])
    half = half / np.linalg.norm(half)
    return floats(centre + CORNEA * radius * half[:2] * floats([1, -1]))


def is_shut(lids: Floats) -> bool:
    """Whether the rim of an eye, (16, 2), leaves no eye to see: how flat it is, whichever way the head leans."""
    longer, shorter = np.linalg.svd(lids - lids.mean(0), compute_uv=False)[:2].tolist()
    return bool(shorter < SHUT * longer)


def _in_one_eye(lit: Floats, centre: Floats, radius: float, lids: Floats, key: Light) -> None:
    left, top = np.floor(centre - 3 * radius).astype(int).tolist()
    side = int(np.ceil(6 * radius)) + 1
    top, left = max(0, top), max(0, left)
    patch = lit[top : top + side, left : left + side]
    if min(patch.shape[:2]) < side // 2:
        return
    ys, xs = np.mgrid[top : top + patch.shape[0], left : left + patch.shape[1]].astype(np.float32)
    away = np.hypot(xs - centre[0], ys - centre[1]) / radius
    opening = _opening(lids - floats([left, top]), patch.shape[:2], radius)
    bright = patch @ LUMINANCE
    iris = (away < 0.95) & (opening > 0.5)  # noqa: PLR2004
    whites = (away > 1.1) & (opening > 0.7)  # noqa: PLR2004
    around = (away > 2.0) & (opening < 0.05)  # noqa: PLR2004
    if iris.sum() < 9 or not around.any() or not whites.any():  # noqa: PLR2004
        return
    skin = float(np.median(bright[around]))
    if float(np.quantile(bright[whites], 0.8)) < DARK_GLASS * skin:
        return
    spot = place_of(key, centre, radius)
    own = iris & (bright > np.median(bright[iris]) + BRIGHT * max(skin, 0.15))
    if own.sum() >= 0.008 * np.pi * radius**2:
        seen = floats([xs[own].mean(), ys[own].mean()])
        if float(np.linalg.norm(seen - spot)) < FITS * radius:
            return
        _dim(patch, floats(cv2.dilate(floats(own), np.ones((3, 3), np.uint8))), radius)
    size = radius * (SMALLEST + (LARGEST - SMALLEST) * key.size)
    from_spot = np.hypot((xs - spot[0]) / 0.9, ys - spot[1]) / size
    disc = np.clip(1.25 - from_spot, 0, 0.5) * 2
    disc = cv2.GaussianBlur(floats(disc * disc * (3 - 2 * disc)), (0, 0), max(0.6, 0.25 * size)) * opening
    strength = STRENGTH * (0.75 + 0.5 * min(1.0, key.intensity)) * (1 - 0.35 * key.size)
    patch += disc[..., None] * strength * np.maximum(0.0, 1 - patch) * (0.4 + 0.6 * colour_of(key))


def _dim(patch: Floats, own: Floats, radius: float) -> None:
    """Take most of a light that stands in the wrong place out of an iris, in place."""
    soft = cv2.GaussianBlur(own, (0, 0), 0.7)[..., None]
    keep = 1 - np.clip(cv2.GaussianBlur(own, (0, 0), 1.2), 0, 1)
    blur = 0.35 * radius
    around = cv2.GaussianBlur(patch * keep[..., None], (0, 0), blur) / (
        cv2.GaussianBlur(floats(keep), (0, 0), blur)[..., None] + 1e-4
    )
    patch += 0.85 * np.clip(1.3 * soft, 0, 1) * np.minimum(0, around - patch)


def _opening(lids: Floats, size: tuple[int, ...], radius: float) -> Floats:
    """The eye between its lids, (h, w) 0..1, soft at their rims; the upper lid's shadow falls on it."""
    mask = np.zeros(size[:2], np.float32)
    cv2.fillPoly(mask, [np.round(lids * 8).astype(np.int32)], 1.0, shift=3)
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8))
    return floats(cv2.GaussianBlur(inner, (0, 0), max(0.6, 0.06 * radius)))
