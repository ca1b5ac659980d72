"""Is a seam to be seen? Gradients along a blend, against those that the same skin has anyway."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import RenderOptions
from fenshen.engines.studio.cast_face import cast_face, face_window
from fenshen.engines.studio.cover import cover, light
from fenshen.engines.studio.dressing import cast_bare
from fenshen.engines.studio.engine import picture_size
from fenshen.engines.studio.facing import face_on, put_round
from fenshen.engines.studio.framing import choose_window
from fenshen.engines.studio.plate import lay, plate
from fenshen.engines.studio.rig import turned_to
from fenshen.engines.studio.sitter import pose
from fenshen.engines.studio.wearing import face_width, fit, neck_sides, wear
from fenshen.templates.recipe import Template
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

SCALE = 0.012  # face widths: finer than that is texture, not a seam
Mask = NDArray[np.bool_]
SHADOW = 0.06  # face widths from a collar, within which its shadow is meant to be seen
PATCH = 0.1  # face widths, of the places that skin is compared in


@dataclass(frozen=True, slots=True, kw_only=True)
class Seam:
    """What a blend costs. Gradients are of log2 luminance per face width."""

    along: float  # mean over the blend
    usual: tuple[float, float]  # median and 95th percentile over patches of the untouched take's own skin

    @property
    def hidden(self) -> bool:
        """Whether the blend is no rougher than the sitter's own skin can be."""
        return self.along <= self.usual[1]


def gradients(linear: Floats, width: float) -> Floats:
    """(H, W) octaves of luminance per face width. linear: (H, W, 3)."""
    tone = np.log2(np.maximum(linear @ LUMINANCE, 1e-3))
    tone = cv2.GaussianBlur(floats(tone), (0, 0), SCALE * width)
    across, down = (cv2.Sobel(tone, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    return floats(np.hypot(across, down) * width)


def seam(joined: Floats, untouched: Floats, band: Mask, skin: Mask, width: float) -> Seam:
    """Compare a blend with the skin that it is on.

    joined, untouched: (H, W, 3) linear, with and without the blend. band: (H, W) bool, where it runs. skin: (H, W)
    bool, bare skin of `untouched`. width: of the face, pixels.
    """
    there, before = gradients(joined, width), gradients(untouched, width)
    side = max(2, round(PATCH * width))
    patches = [
        float(before[y : y + side, x : x + side].mean())
        for y in range(0, skin.shape[0] - side, side)
        for x in range(0, skin.shape[1] - side, side)
        if skin[y : y + side, x : x + side].all()
    ]
    low, high = np.quantile(patches or [0.0], [0.5, 0.95])
    return Seam(along=float(there[band].mean()) if band.any() else 0.0, usual=(float(low), float(high)))


def neck_seam(double: OpenDouble, template: Template, short_side: int = 512) -> Seam:
    """The seam between a sitter's neck and a garment plate's. Raises HeadNotBareError."""
    size = picture_size(template.aspect, short_side)
    bare = cast_bare(double, template, RenderOptions(short_side=short_side), size)
    window, rig = choose_window(bare.take, template.framing, size), turned_to(template.rig, bare.lit.light)
    posed = pose(bare.lit, window, size, rig, double)
    worn = plate(template.plate or "", template.dyes)
    fitting, width = fit(posed, bare, window), face_width(posed.points)
    laid = lay(worn, posed.points, size, neck_sides(posed, fitting))
    share = fitting.neck
    free = np.zeros(posed.alpha.shape, bool)
    near = 2 * round(SHADOW * width) + 1
    collar = cv2.dilate(laid.front, np.ones((near, near), np.uint8)) > 0.02  # noqa: PLR2004
    free[laid.top :] = ~collar & (laid.skin > 0.9)  # noqa: PLR2004
    inside = cv2.erode(np.asarray(posed.alpha > 0.99, np.uint8), np.ones((5, 5), np.uint8)) > 0  # noqa: PLR2004
    blend = (share > 0.05) & (share < 0.95) & free & inside & (fitting.under > 0.98)  # noqa: PLR2004
    face = regions.bare_skin(posed.points, posed.alpha.shape) > 0
    own = face | ((share > 0.98) & (fitting.under > 0.9))  # noqa: PLR2004
    dressed = wear(posed, bare, worn, window, rig, double.skin)
    return seam(dressed.linear, posed.linear, blend, own, width)


def opening_seam(double: OpenDouble, template: Template, short_side: int = 512) -> Seam:
    """What a cover's shadow draws on the face beside its opening. Raises FaceNotFrontalError."""
    size = picture_size(template.aspect, short_side)
    bare = cast_face(double, template, RenderOptions(short_side=short_side), size)
    window, rig = face_window(bare.take, template.framing, size), turned_to(template.rig, bare.lit.light)
    posed = pose(bare.lit, window, size, rig, double)
    kept, width = cover(template.plate or "", template.dyes), face_width(posed.points)
    put = put_round(light(kept, rig), kept, posed.points, size)
    face = regions.fill(posed.points, regions.OVAL, posed.alpha.shape)
    away = 2 * round(SHADOW * width) + 1
    free = cv2.dilate(put.alpha, np.ones((5, 5), np.uint8)) < 0.02  # noqa: PLR2004
    rim = (face > 0) & (cv2.erode(face, np.ones((away, away), np.uint8)) == 0) & free
    seen = face_on(posed, bare, kept, window, rig)
    inside = cv2.erode(np.asarray(posed.alpha > 0.99, np.uint8), np.ones((5, 5), np.uint8)) > 0  # noqa: PLR2004
    own = regions.bare_skin(posed.points, posed.alpha.shape) > 0
    drawn = seen.linear / np.maximum(posed.linear, 1e-3)  # without the hairline, which was there before
    return seam(floats(drawn), posed.linear, rim & inside, own, width)
