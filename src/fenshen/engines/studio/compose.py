"""Bring sitter and backdrop together so that they share one air."""

import cv2
import numpy as np

from fenshen.engines.studio.bands import in_bands, per_channel
from fenshen.vision.arrays import Floats, floats


def compose(linear: Floats, alpha: Floats, backdrop: Floats, *, wrap: float) -> Floats:
    """Sitter over backdrop, with light wrap.

    linear, backdrop: (H, W, 3) linear light. alpha: (H, W) 0..1. wrap: 0..1, how much of the backdrop's light bleeds
    over the sitter's edge. Returns (H, W, 3) linear.
    """
    height, width = alpha.shape
    small = (max(1, width // 4), max(1, height // 4))
    sigma = 0.006 * small[1]
    outside = floats(1 - alpha)
    behind = np.empty(backdrop.shape, np.float32)

    def seen_behind(band: slice) -> None:
        np.multiply(backdrop[band], per_channel(outside[band]), out=behind[band])

    in_bands(height, seen_behind)
    spill = floats(wrap) * cv2.GaussianBlur(
        cv2.resize(behind, small, interpolation=cv2.INTER_AREA), (0, 0), sigma
    )
    near = cv2.GaussianBlur(cv2.resize(outside, small, interpolation=cv2.INTER_AREA), (0, 0), sigma)
    kept = floats(1 - wrap * near)
    # These are the largest arrays of the house.
    bleed = floats(cv2.resize(spill, (width, height), dst=behind))
    hold = floats(cv2.resize(kept, (width, height), dst=outside))
    picture = np.empty(backdrop.shape, np.float32)

    def layered(band: slice) -> None:
        part = linear[band] * per_channel(hold[band])
        part += bleed[band]
        part -= backdrop[band]
        part *= per_channel(alpha[band])
        np.add(part, backdrop[band], out=picture[band])

    in_bands(height, layered)
    return picture
