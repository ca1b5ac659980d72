"""Light on a face, read and written as order-2 spherical harmonics (Ramamoorthi & Hanrahan 2001)."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from fenshen.vision.arrays import Floats, floats

ORDER_1: Final = 4  # the first four coefficients: ambient and direction
RIDGE: Final = (
    1e-3,
    0.02,
    0.02,
    0.02,
    0.25,
    0.25,
    0.25,
    0.25,
    0.25,
)  # a face shows half the sphere: distrust order 2
HUBER: Final = 0.12  # of the mean: beyond this a pixel is a shine, a shadow or a beard


def harmonics(normals: Floats) -> Floats:
    """The nine basis functions, constants folded in. normals: (..., 3) unit. Returns (..., 9) float32."""
    x, y, z = normals[..., 0], normals[..., 1], normals[..., 2]
    one = np.ones_like(x)
    return np.stack([one, x, y, z, x * y, x * z, y * z, 3 * z * z - 1, x * x - y * y], -1)


def fit_light(linear: Floats, normals: Floats, mask: NDArray[np.bool_]) -> Floats:
    """Light on bare skin of one albedo: robust ridge regression, five rounds of Huber weights.

    linear: (H, W, 3) linear sRGB. normals: (H, W, 3). mask: (H, W) bare skin. Returns (9, 3) float32: the shading
    (light x mean albedo) that `shade` reproduces.
    """
    basis = harmonics(normals[mask]).astype(np.float64)
    colour = linear[mask].astype(np.float64)
    if len(colour) < 50:  # noqa: PLR2004 - no skin to read: plain ambient light
        flat = np.zeros((9, 3), np.float32)
        flat[0] = colour.mean(0) if len(colour) else 0.3
        return flat
    mean = colour.mean()
    weight = np.ones(len(colour))
    ridge = np.diag(RIDGE) * len(colour)
    light = np.zeros((9, 3))
    for _ in range(5):
        weighted = basis * weight[:, None]
        light = np.linalg.solve(basis.T @ weighted + ridge, weighted.T @ colour)
        error = np.abs(colour - basis @ light).mean(1) / max(mean, 1e-4)
        weight = np.minimum(1.0, HUBER / np.maximum(error, 1e-6))
    return light.astype(np.float32)


def shade(normals: Floats, light: Floats) -> Floats:
    """Shading under spherical-harmonic light. normals: (..., 3) unit, light: (9, 3). Returns (..., 3) float32 >= 0."""
    return floats(np.maximum(harmonics(normals) @ light, 0))


def direction(light: Floats) -> tuple[float, float, float]:
    """Where the light comes from (unit, camera space), from the first-order terms of its luminance (rows 1..3)."""
    luminance = light @ floats([0.2126, 0.7152, 0.0722])
    vector = luminance[1:ORDER_1]
    length = float(np.linalg.norm(vector))
    if length < 1e-6:  # noqa: PLR2004
        return (0.0, 0.0, 1.0)
    x, y, z = (float(v) / length for v in vector)
    return (x, y, z)
