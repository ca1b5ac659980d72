"""Colours of hair, lips and irises, in the light in which the skin has the sitter's own colour."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.double import LUMINANCE
from fenshen.double.take import Take
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_linear

Colour = tuple[float, float, float]

SMALL: Final = 128.0  # pixels to the face's width at which hair is looked at
LOOKED_AT: Final = 4  # takes whose eyes are looked into
AWAKE: Final = 0.5  # how open eyes must be for their colour to be read


def lip_colour(albedo: RGB, uv: Floats) -> Colour:
    """Median of the lips in an albedo, linear sRGB."""
    size = albedo.shape[:2]
    mesh = floats(uv * size[0])
    lips = (regions.fill(mesh, regions.LIPS, size) > 0) & (regions.fill(mesh, regions.INNER_LIPS, size) == 0)
    return _median(to_linear(albedo[lips]))


def hair_colour(takes: Sequence[Take], skin: Floats) -> Colour:
    """Median over takes of what lies above and beside the face; of a bald head its skin. Linear sRGB."""
    found = [(seen, floats(take.skin)) for take in takes if (seen := _hair(take)) is not None]
    neutral = [seen / np.maximum(lit, 1e-3) * skin for seen, lit in found]
    return _median(floats(neutral)) if neutral else _colour(skin)


def iris_colour(takes: Sequence[Take], skin: Floats) -> Colour:
    """Median over the largest takes with open eyes of the ring between pupil and white, without glints. Linear sRGB."""
    awake = [take for take in takes if take.eyes_open > AWAKE] or takes[:1]
    largest = sorted(awake, key=lambda take: -float(np.ptp(take.points[list(regions.OVAL), 0])))[:LOOKED_AT]
    seen = [_iris(take) / np.maximum(floats(take.skin), 1e-3) * skin for take in largest]
    return _median(np.concatenate(seen))


def _hair(take: Take) -> Floats | None:
    oval = take.points[list(regions.OVAL), :2]
    width = float(np.ptp(oval[:, 0]))
    scale = min(1.0, SMALL / width)
    picture = cv2.resize(take.foreground, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(take.alpha, picture.shape[1::-1], interpolation=cv2.INTER_AREA)
    points, width = floats(take.points * scale), width * scale
    face = regions.fill(points, regions.OVAL, alpha.shape)
    near, far = (cv2.dilate(face, _disc(share * width)) for share in (0.08, 0.3))
    level = points[[33, 263], 1].mean()  # the eyes: below them beards, shoulders and hands begin
    ring = (far > 0) & (near == 0) & (alpha > 240) & (np.arange(len(alpha))[:, None] < level)  # noqa: PLR2004
    colours = to_linear(np.asarray(picture[ring], np.uint8))
    if len(colours) < 0.02 * width * width:
        return None
    light = colours @ LUMINANCE
    return floats(np.median(colours[light <= np.quantile(light, 0.7)], axis=0))


def _iris(take: Take) -> Floats:
    """Pixels of both irises, (n, 3) linear sRGB, the darkest and brightest thirds left out."""
    rings = []
    size = take.alpha.shape
    for pupil, iris, eye in (
        (regions.RIGHT_PUPIL, regions.RIGHT_IRIS, regions.RIGHT_EYE),
        (regions.LEFT_PUPIL, regions.LEFT_IRIS, regions.LEFT_EYE),
    ):
        centre = take.points[pupil, :2]
        radius = float(np.linalg.norm(take.points[list(iris), :2] - centre, axis=1).mean())
        ys, xs = _around(centre, radius, size)
        away = np.hypot(xs - centre[0], ys - centre[1]) / max(radius, 1.0)
        open_eye = regions.fill(take.points, eye, size)[ys, xs] > 0
        rings.append(take.foreground[ys, xs][(away > 0.45) & (away < 0.85) & open_eye])  # noqa: PLR2004
    colours = to_linear(np.asarray(np.concatenate(rings), np.uint8))
    light = colours @ LUMINANCE
    if len(light) == 0:
        return colours
    low, high = np.quantile(light, [0.33, 0.67])
    return floats(colours[(light >= low) & (light <= high)])


def _around(
    centre: Floats, radius: float, size: tuple[int, ...]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    left, top = (max(0, int(value - radius - 1)) for value in centre)
    right, bottom = (
        min(edge, int(value + radius + 2)) for value, edge in zip(centre, size[1::-1], strict=True)
    )
    ys, xs = np.mgrid[top : max(top, bottom), left : max(left, right)]
    return ys, xs


def _median(colours: Floats) -> Colour:
    return _colour(np.median(colours, axis=0)) if len(colours) else (0.0, 0.0, 0.0)


def _colour(values: Floats) -> Colour:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
