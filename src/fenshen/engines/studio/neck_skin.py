"""The skin of a plate's neck and chest becomes the sitter's: its tone where the two meet, its texture everywhere."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import per_channel, pointwise
from fenshen.engines.studio.grain import noise
from fenshen.vision.arrays import Floats, floats

MATCH: Final = (0.4, 2.0)  # how far the plate's neck may be darkened or brightened to meet the sitter's
PORES: Final = 2.0  # pixels: what is finer is texture


def matched(linear: Floats, chest: Floats, neck: Floats, width: float) -> Floats:
    """What the plate's skin is multiplied with to go over into the sitter's neck, (H, W, 3).

    linear, chest: (H, W, 3) sitter and plate. neck: (H, W) where the sitter's neck shows. Low frequencies only: near
    the sitter's own skin it is that skin's tone, further away the mean over all of it.
    """
    size = (max(1, neck.shape[1] // 8), max(1, neck.shape[0] // 8))
    sure = cv2.resize(floats(neck > 0.9), size, interpolation=cv2.INTER_AREA)  # noqa: PLR2004
    if sure.sum() < 4:  # noqa: PLR2004
        return np.ones((1, 1, 3), np.float32)
    only = per_channel(floats(neck > 0.9))  # noqa: PLR2004
    known = np.maximum(sure, 1e-6)[..., None]
    parts = [
        cv2.resize(light * only, size, interpolation=cv2.INTER_AREA) / known for light in (linear, chest)
    ]
    ratio = np.log(np.maximum(parts[0], 1e-3)) - np.log(np.maximum(parts[1], 1e-3))
    usual = (ratio * sure[..., None]).sum((0, 1)) / sure.sum()
    total, weight = floats(usual * 1e-3), floats(1e-3)
    for share, sigma in ((1.0, 0.04), (0.1, 0.15), (0.01, 0.4)):
        blur = (0, 0), max(0.6, sigma * width / 8)
        total = floats(total + share * cv2.GaussianBlur(ratio * sure[..., None], *blur))
        weight = floats(weight + share * cv2.GaussianBlur(sure, *blur)[..., None])
    gains = np.clip(np.exp(total / weight), *MATCH)
    return floats(cv2.resize(gains, neck.shape[::-1], interpolation=cv2.INTER_LINEAR))


def pores(linear: Floats, neck: Floats) -> Floats:
    """Texture for skin that has none, (H, W) around 1, as strong as that of the sitter's own neck."""
    tone = pointwise(lambda green: floats(np.log(np.maximum(green, 1e-3))), linear[..., 1])
    fine = tone - cv2.GaussianBlur(tone, (0, 0), PORES)
    sure = neck > 0.98  # noqa: PLR2004
    strength = float(np.median(np.abs(fine[sure]))) / 0.6745 if sure.any() else 0.0
    rng = np.random.default_rng(0)
    fine = noise(neck.shape, PORES / 2, rng)
    fine *= min(strength, 0.08)
    fine += 1
    return fine
