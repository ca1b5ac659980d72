"""Grain: one layer over the whole picture binds its parts; what the sitter's photo brought along, the rest gets too."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import per_channel, pointwise
from fenshen.vision.arrays import Floats, floats

LEAST_NOISE, MOST_NOISE = 0.004, 0.06  # of the light: below nobody sees it, above it is texture
LAPLACIAN: Final = floats([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])


def strength_of(picture: Floats, amount: float) -> Floats:
    """How strong film grain is, (h, w): strongest in the middle tones. picture: (h, w, 3) coded 0..1."""
    middle = cv2.transform(picture, floats([[1 / 3, 1 / 3, 1 / 3]]))
    return floats(amount * (0.35 + 2.6 * middle * (1 - middle)))


def shared(backdrop: Floats, sitter: Floats, alpha: Floats, pixel: float, rng: np.random.Generator) -> Floats:
    """The backdrop with the noise that the sitter's photo brought along, so that both were taken by one camera.

    backdrop, sitter: (H, W, 3) linear. alpha: (H, W) 0..1. pixel: how many pixels of the picture one of the photo is.
    """
    coded = pointwise(lambda green: floats(np.log(green + 0.01)), sitter[..., 1])
    seen = min(noise_of(coded, alpha), MOST_NOISE)
    if seen < LEAST_NOISE:
        return backdrop
    grains = noise(alpha.shape, 0.5 * pixel, rng)
    return pointwise(
        lambda light, grain: floats(light * per_channel(floats(1 + seen * grain))), backdrop, grains
    )


def noise(size: tuple[int, ...], sigma: float, rng: np.random.Generator) -> Floats:
    """Noise of standard deviation 1 whose grains are about `sigma` pixels wide. (H, W)."""
    raw = rng.standard_normal(size, dtype=np.float32)
    soft = floats(cv2.GaussianBlur(raw, (0, 0), max(0.35, sigma)))
    soft /= float(cv2.meanStdDev(soft)[1].item()) + 1e-6
    return soft


def noise_of(picture: Floats, inside: Floats) -> float:
    """Standard deviation of the noise of a part of a picture (Immerkaer 1996), robust to its texture.

    picture: (H, W) one channel; inside: (H, W) 0..1, the part. Of the tiles of 8 x 8 pixels the calmest tenth counts.
    """
    height, width = (side // 8 * 8 for side in picture.shape)
    if min(height, width) == 0:
        return 0.0
    answer = np.abs(cv2.filter2D(picture, cv2.CV_32F, LAPLACIAN))[:height, :width]
    upright = (
        answer.reshape(height // 8, 8, width).mean(1),
        inside[:height, :width].reshape(-1, 8, width).min(1),
    )
    tiles, least = (part.reshape(height // 8, width // 8, 8) for part in upright)
    tiles, whole = tiles.mean(2), least.min(2) > 0.99  # noqa: PLR2004
    if not whole.any():
        return 0.0
    return float(np.sqrt(np.pi / 2) / 6 * np.quantile(tiles[whole], 0.1))
