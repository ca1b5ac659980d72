"""Is a seam to be seen? Gradients along a blend, against those that the same skin has anyway.

    .venv/bin/python -m benchmarks.seams [FOLDER]       # or: make bench-seams DATA=FOLDER

The bundled people, and those of a folder as `benchmarks/likeness.py` takes it, in every template that dresses them or
covers their head. A seam is hidden if it is no rougher than 95 % of patches of the untouched take's own skin.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from benchmarks.judging import double_of, everybody
from numpy.typing import NDArray

from fenshen import settings
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import RenderOptions, UnsuitedError
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
from fenshen.templates.catalogue import catalogue
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


def seams_of(double: OpenDouble) -> tuple[list[tuple[str, Seam]], list[str]]:
    """The seam of every template that has one, and the templates that do not suit these photos."""
    found, unsuited = [], []
    for name, recipe in catalogue().items():
        if recipe.plate is None:
            continue
        measure = opening_seam if recipe.mode == "face" else neck_seam
        try:
            found.append((name, measure(double, recipe)))
        except UnsuitedError:
            unsuited.append(name)
    return found, unsuited


def main(argv: Sequence[str] | None = None) -> None:
    """Print how many seams are hidden, person by person, and the worst of each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="more people than the bundled ones")
    people, _ = everybody(parser.parse_args(argv).folder)
    models, hidden, number = settings.load().models, 0, 0
    print("person       hidden     unsuited  worst: seam, and the usual skin's median and 95 %")
    for person in people:
        found, unsuited = seams_of(double_of(person.photos, models))
        ratios = {name: each.along / max(1e-6, each.usual[1]) for name, each in found}
        line = f"{person.label:12} {sum(each.hidden for _, each in found):2} of {len(found):2}  {len(unsuited):9}"
        if ratios:
            worst = max(ratios, key=ratios.__getitem__)
            each = dict(found)[worst]
            line += f"  {worst}: {each.along:.2f}, {each.usual[0]:.2f} and {each.usual[1]:.2f}"
        print(line, flush=True)
        hidden, number = hidden + sum(each.hidden for _, each in found), number + len(found)
    print(f"hidden: {hidden} of {number}")


if __name__ == "__main__":
    main()
