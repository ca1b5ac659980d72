"""Bring sitter and backdrop together so that they share one air."""

import cv2

from fenshen.vision.arrays import Floats, floats


def compose(linear: Floats, alpha: Floats, backdrop: Floats, *, wrap: float) -> Floats:
    """Sitter over backdrop, with light wrap.

    linear, backdrop: (H, W, 3) linear light. alpha: (H, W) 0..1. wrap: 0..1, how much of the backdrop's light bleeds
    over the sitter's edge. Returns (H, W, 3) linear.
    """
    height, width = alpha.shape
    small = (max(1, width // 4), max(1, height // 4))
    sigma = 0.006 * small[1]
    outside = cv2.resize(1 - alpha, small, interpolation=cv2.INTER_AREA)
    spill = cv2.resize(backdrop * (1 - alpha)[..., None], small, interpolation=cv2.INTER_AREA)
    spill = cv2.GaussianBlur(spill, (0, 0), sigma)
    near = cv2.GaussianBlur(outside, (0, 0), sigma)
    bleed = cv2.resize(spill, (width, height)) * wrap
    hold = 1 - wrap * cv2.resize(near, (width, height))[..., None]
    picture = floats(linear * hold)  # then in place: these are the largest arrays of the house
    picture += bleed
    picture -= backdrop
    picture *= alpha[..., None]
    picture += backdrop
    return picture
