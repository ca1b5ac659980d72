"""Paint instead of pixels: the anisotropic Kuwahara filter (Kyprianidis, Kang & Döllner 2009)."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.flow_field import Flow, grey_of
from fenshen.vision.arrays import Floats, floats

SECTORS: Final = 8
LONGEST: Final = 1.0  # how much longer a filter gets along a sure direction, and shorter across it
CALM: Final = 0.025  # deviation from which a sector loses weight, by the eighth power


def kuwahara(picture: Floats, flow: Flow, radius: float, reach: Floats) -> Floats:
    """Each point becomes the mean of the calmest of the eight sectors around it.

    picture: (H, W, 3) coded 0..1. radius: pixels. reach: (H, W) 0..1, the radius' share at each point.
    The sectors are gaussian blobs on an ellipse that lies along the flow, so that one blur of the picture and of its
    square serves all of them (the separable reading of Kyprianidis et al. 2010). Returns (H, W, 3).
    """
    height, width = picture.shape[:2]
    grey = grey_of(picture)
    moments = np.dstack([picture, grey * grey])
    moments = floats(cv2.GaussianBlur(moments, (0, 0), max(0.6, 0.38 * radius)))
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    longer = radius * reach * (1 + LONGEST * flow.sure)
    shorter = radius * reach / (1 + LONGEST * flow.sure)
    total, weights = np.zeros_like(picture), np.zeros((height, width), np.float32)
    ax, ay = flow.along[..., 0], flow.along[..., 1]
    for turn in np.arange(SECTORS) * 2 * np.pi / SECTORS:
        u, v = longer * np.float32(np.cos(turn)), shorter * np.float32(np.sin(turn))
        seen = cv2.remap(
            moments,
            xs + u * ax - v * ay,
            ys + u * ay + v * ax,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
        colour, square = floats(np.ascontiguousarray(seen[..., :3])), floats(seen[..., 3])
        mean = grey_of(colour)
        weight = floats(np.maximum(square - mean * mean, 0) * np.float32(1 / CALM**2))
        np.multiply(weight, weight, out=weight)  # the eighth power of the deviation
        np.multiply(weight, weight, out=weight)
        weight = floats(1 / (1 + weight) + np.float32(1e-9))
        total += colour * weight[..., None]
        weights += weight
    return floats(total / weights[..., None])
