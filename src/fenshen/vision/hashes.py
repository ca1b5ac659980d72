"""A picture's perceptual hash, to see that two photos are almost the same one. Made and compared in memory only."""

import cv2
import numpy as np

from fenshen.vision.arrays import RGB

SIDE, KEPT = 32, 8


def fingerprint(rgb: RGB) -> int:
    """64 bits: which of the 8 x 8 lowest frequencies of the shrunk luma lie above their median (Zauner 2010)."""
    step = max(
        1, min(rgb.shape[:2]) // (8 * SIDE)
    )  # averaging all of a large picture would cost more than it tells
    few = np.ascontiguousarray(rgb[::step, ::step])
    gray = cv2.cvtColor(cv2.resize(few, (SIDE, SIDE), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    low = cv2.dct(gray.astype(np.float32))[:KEPT, :KEPT].ravel()
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def differing_bits(one: int, other: int) -> int:
    """How many of the 64 bits differ: 0 alike .. 32 strangers."""
    return (one ^ other).bit_count()
