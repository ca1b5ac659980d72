"""What is painted on: paper and canvas, and where a margin stays bare."""

import cv2
import numpy as np

from fenshen.engines.studio.bands import pointwise
from fenshen.engines.studio.noise import clouds
from fenshen.vision.arrays import Floats, floats


def paper(size: tuple[int, int], grain: float, rng: np.random.Generator) -> Floats:
    """Height of a sheet's tooth, (H, W), deviation 1. grain: pixels of one hill."""
    raw = rng.standard_normal(size, dtype=np.float32)
    fine = floats(cv2.GaussianBlur(raw, (0, 0), max(0.5, 0.45 * grain)))
    coarse = clouds(size, 4 * grain, rng)
    fine *= 0.85 / (float(cv2.meanStdDev(fine)[1].item()) + 1e-6)
    coarse *= 0.5
    coarse += fine
    return coarse


def weave(size: tuple[int, int], thread: float) -> Floats:
    """Height of a plain-woven canvas, (H, W), about -1..1. thread: pixels."""
    ys = np.arange(size[0], dtype=np.float32)[:, None] * np.pi / thread
    xs = np.arange(size[1], dtype=np.float32)[None] * np.pi / thread
    return floats(np.sin(xs) * np.cos(ys))


def lit(height: Floats, slope: float) -> Floats:
    """How bright a rough surface looks under a lamp from the upper left, (H, W), about 1. slope: contrast, 0..1."""
    tilt = floats(cv2.Sobel(height, cv2.CV_32F, 1, 0))
    tilt += cv2.Sobel(height, cv2.CV_32F, 0, 1)
    tilt *= slope / 8
    tilt += 1
    return floats(np.clip(tilt, 1 - slope, 1 + slope, out=tilt))


def painted_part(size: tuple[int, int], margin: float, rng: np.random.Generator) -> Floats:
    """Where paint reaches, (H, W) 0..1: all but an uneven margin. margin: share of the height; 0 gives all ones."""
    if not margin:
        return np.ones(size, np.float32)
    height, width = size
    ys, xs = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    sides, ends = np.minimum(xs, width - 1 - xs) / height, np.minimum(ys, height - 1 - ys) / height
    broad, fine = clouds(size, 0.16 * height, rng), clouds(size, 0.02 * height, rng)

    def painted(ends: Floats, broad: Floats, fine: Floats) -> Floats:
        edge = np.minimum(sides, ends)
        return floats(np.clip((edge / margin - 1 - 0.4 * broad - 0.12 * fine) * 2.2 + 0.5, 0, 1))

    return pointwise(painted, floats(ends[:, None]), broad, fine)
