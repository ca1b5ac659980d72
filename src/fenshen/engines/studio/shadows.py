"""Soft shadows that a relief throws on itself."""

from typing import Final

import cv2
import numpy as np

from fenshen.vision.arrays import Floats, floats

STEPS: Final = 14  # samples along a ray
REACH: Final = 0.9  # face widths: how far a nose, a brow, a chin can throw a shadow
SMALLEST, LARGEST = 4.0, 27.0  # degrees: angular radius of a bare bulb and of a large softbox
SIDEWAYS: Final = (-0.7, 0.0, 0.7)  # where across the lamp the rays end, in its radii
BIAS: Final = 0.012  # face widths: relief finer than this throws no shadow


def soft_shadow(depth: Floats, direction: Floats, size: float, *, pixels: float) -> Floats:
    """How much of a lamp each point does not see, (h, w) 0..1, by its horizon in the relief (Max 1988).

    depth: (h, w) in face widths. direction: unit, towards the lamp. size: 0 = a bulb .. 1 = a large softbox. pixels:
    length of a face width. What stands far away rises over the horizon slowly, so a penumbra grows with the
    distance. Half the resolution is plenty.
    """
    flat = float(np.hypot(direction[0], direction[1]))
    if flat < 0.05 or direction[2] < 0:  # noqa: PLR2004 - at the camera it throws no shadow that it can see
        return np.zeros(depth.shape, np.float32)
    half = (max(1, depth.shape[1] // 2), max(1, depth.shape[0] // 2))
    relief = cv2.GaussianBlur(cv2.resize(depth, half, interpolation=cv2.INTER_AREA), (0, 0), 0.8)
    scale = pixels * half[0] / depth.shape[1]
    radius = np.radians(SMALLEST + (LARGEST - SMALLEST) * size)
    lamp = float(np.arctan2(direction[2], flat))
    hidden = np.zeros(relief.shape, np.float32)
    for aside in SIDEWAYS:
        turn = np.arctan2(-direction[1], direction[0]) + aside * min(0.6, radius / flat)
        horizon = np.arctan(_steepest(floats(relief), float(turn), scale))
        over = np.clip((horizon - lamp) / (2 * radius) + 0.5, 0, 1)
        hidden += over * over * (3 - 2 * over) / len(SIDEWAYS)
    soft = cv2.GaussianBlur(hidden, (0, 0), max(0.6, (0.012 + 0.03 * size) * scale))
    return floats(cv2.resize(soft, depth.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _steepest(relief: Floats, turn: float, pixels: float) -> Floats:
    """Steepest slope up from each point along one direction of the picture (radians, clockwise from +x)."""
    steepest = np.full(relief.shape, -10.0, np.float32)
    for k in range(1, STEPS + 1):
        away = REACH * (k / STEPS) ** 1.4
        shift = floats([[1, 0, np.cos(turn) * away * pixels], [0, 1, np.sin(turn) * away * pixels]])
        ahead = cv2.warpAffine(
            relief,
            shift,
            relief.shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        steepest = np.maximum(steepest, (ahead - relief - BIAS) / away)
    return steepest
