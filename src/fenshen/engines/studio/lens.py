"""The lens: how far the camera stands, what is out of focus and in what shape, and what glass does to light."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import pointwise
from fenshen.templates.recipe import Lens
from fenshen.vision.arrays import Floats, floats

SENSOR: Final = 0.036  # metres, the height of an upright full frame
FACE: Final = 0.185  # metres from hairline to chin
MOST: Final = 0.3  # of the picture's height: a larger disc is fog, and a recipe could ask for any


def camera_distance(lens: Lens, face_height: float) -> float:
    """Metres from the camera to the sitter, when the face fills `face_height` of the picture's height."""
    return lens.focal / 1000 * (FACE / face_height) / SENSOR


def defocus(lens: Lens, distance: float, behind: float) -> float:
    """Diameter of the disc that a point becomes `behind` metres behind the focus, as share of the picture's height.

    distance: metres from the camera to the focus. The circle of confusion of a thin lens: f^2 d / (N (s - f)(s + d)).
    """
    focal = lens.focal / 1000
    disc = focal**2 * behind / (lens.aperture * max(distance - focal, 0.05) * (distance + behind))
    return min(disc / SENSOR, MOST)


def bokeh(diameter: float, blades: int) -> Floats:
    """The picture of a point out of focus: an even disc, or a polygon of the iris' blades. (n, n) float32, sum 1.

    diameter: pixels. Edges are antialiased.
    """
    side = 2 * int(np.ceil(diameter / 2)) + 3
    fine = np.zeros((side * 8, side * 8), np.float32)
    middle, radius = side * 4.0, diameter * 4.0
    if blades:
        turns = np.arange(blades) * 2 * np.pi / blades + np.pi / blades
        corners = np.stack([middle + radius * np.sin(turns), middle - radius * np.cos(turns)], -1)
        cv2.fillPoly(fine, [np.round(corners).astype(np.int32)], 1.0)
    else:
        cv2.circle(fine, (round(middle), round(middle)), max(1, round(radius)), 1.0, -1)
    kernel = cv2.resize(fine, (side, side), interpolation=cv2.INTER_AREA)
    return floats(kernel / kernel.sum())


def vignette(size: tuple[int, int], stops: float) -> Floats:
    """Fall-off to the corners, `stops` in the corner. size: (height, width). Returns (H, W) float32."""
    height, width = size
    ys, xs = np.linspace(-1, 1, height, dtype=np.float32), np.linspace(-1, 1, width, dtype=np.float32)
    across, deep = xs[None] ** 2, -stops * np.log(2.0).astype(np.float32)

    def fall(ys: Floats) -> Floats:
        return floats(cv2.exp(deep * cv2.pow((across + ys**2) / 2, 1.2)))

    return pointwise(fall, floats(ys[:, None]))


def glow(linear: Floats) -> Floats:
    """Light that spills around highlights in glass and film (H, W, 3)."""
    small = cv2.resize(
        linear, (max(1, linear.shape[1] // 4), max(1, linear.shape[0] // 4)), interpolation=cv2.INTER_AREA
    )
    bright = np.maximum(small - 0.35, 0)
    spread = cv2.GaussianBlur(bright, (0, 0), 0.02 * small.shape[0])
    return floats(cv2.resize(spread, linear.shape[1::-1], interpolation=cv2.INTER_LINEAR))


def aberration(linear: Floats, pixels: float) -> Floats:
    """Lateral chromatic aberration: red is drawn a little larger than green, blue a little smaller. (H, W, 3).

    pixels: shift in the corner of a picture 1536 pixels high.
    """
    height, width = linear.shape[:2]
    corner = float(np.hypot(height, width)) / 2
    share = pixels * height / 1536 / corner
    out = linear.copy()
    for channel, factor in ((0, 1 + share), (2, 1 - share)):
        matrix = floats(
            [[1 / factor, 0, width / 2 * (1 - 1 / factor)], [0, 1 / factor, height / 2 * (1 - 1 / factor)]]
        )
        out[..., channel] = cv2.warpAffine(
            linear[..., channel], matrix, (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
    return out
