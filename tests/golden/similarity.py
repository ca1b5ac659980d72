"""How alike two pictures are to the eye, in twenty lines."""

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def similarity(one: Picture, other: Picture) -> float:
    """Mean structural similarity (Wang et al. 2004, gaussian window of sigma 1.5) of two (H, W, 3) pictures: 1 = same.

    Both are halved first, which averages grain and codec noise away.
    """
    if one.shape != other.shape:
        return 0.0
    size = (one.shape[1] // 2, one.shape[0] // 2)
    a, b = (cv2.resize(p, size, interpolation=cv2.INTER_AREA).astype(np.float64) for p in (one, other))
    mean_a, mean_b = _mean(a), _mean(b)
    variance_a, variance_b = _mean(a * a) - mean_a**2, _mean(b * b) - mean_b**2
    covariance = _mean(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_a * mean_b + c1) * (2 * covariance + c2)
    return float((alike / ((mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2))).mean())


def colour_drift(one: Picture, other: Picture) -> float:
    """Largest difference between the mean colours of the same sixteenth of two pictures, 0..255."""
    a, b = (cv2.resize(p, (4, 4), interpolation=cv2.INTER_AREA).astype(np.float64) for p in (one, other))
    return float(np.abs(a - b).max())


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), 1.5))
