"""Paint instead of pixels: the anisotropic Kuwahara filter (Kyprianidis, Kang & Döllner 2009)."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import in_bands, per_channel
from fenshen.engines.studio.flow_field import Flow, grey_of, places_of
from fenshen.vision.arrays import Floats, floats

SECTORS: Final = 6  # of eight in the paper: the eye sees no difference, the clock does
LONGEST: Final = 1.0  # how much longer a filter gets along a sure direction, and shorter across it
CALM: Final = 0.025  # deviation from which a sector loses weight, by the eighth power


def kuwahara(picture: Floats, flow: Flow, radius: float, reach: Floats) -> Floats:
    """Each point becomes the mean of the calmest of the six sectors around it.

    picture: (H, W, 3) or grey (H, W), coded 0..1. radius: pixels. reach: (H, W) 0..1, the radius' share at each point.
    The sectors are gaussian blobs on an ellipse that lies along the flow, so that one blur of the picture and of its
    square serves all of them (the separable reading of Kyprianidis et al. 2010). Returns the same shape.
    """
    grey = grey_of(picture) if picture.ndim > reach.ndim else picture
    moments: Floats = floats(cv2.merge([*cv2.split(picture), grey * grey]))
    moments = floats(cv2.GaussianBlur(moments, (0, 0), max(0.6, 0.38 * radius)))
    painted = np.empty_like(picture)

    def paint(band: slice) -> None:
        painted[band] = _painted(moments, flow, radius * reach[band], band).reshape(painted[band].shape)

    in_bands(len(picture), paint)
    return painted


def _painted(moments: Floats, flow: Flow, radius: Floats, band: slice) -> Floats:
    """The rows of a band. moments: (H, W, c + 1), mean colour and mean square of grey; radius: (h, W) of these rows."""
    channels = moments.shape[2]
    xs, ys = places_of(moments.shape[1], band)
    longer = radius * (1 + LONGEST * flow.sure[band])
    shorter = radius / (1 + LONGEST * flow.sure[band])
    ax, ay = cv2.split(flow.along[band])
    along, across = (longer * ax, longer * ay), (-shorter * ay, shorter * ax)
    total, weights = np.zeros((*radius.shape, channels), np.float32), np.zeros(radius.shape, np.float32)
    for turn in np.arange(SECTORS) * 2 * np.pi / SECTORS:
        u, v = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        to_x, to_y = xs + u * along[0] + v * across[0], ys + u * along[1] + v * across[1]
        seen = floats(cv2.remap(moments, to_x, to_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))
        weight = _calm(seen)
        seen *= per_channel(weight, channels)
        total += seen
        weights += weight
    total /= per_channel(weights, channels)
    return total[..., :-1]


def _calm(moments: Floats) -> Floats:
    """Weight of a sector, (H, W): near 1 where its deviation is below CALM, falling by the eighth power above.

    moments: (H, W, c + 1), mean colour and mean square of grey.
    """
    colours = moments.shape[2] - 1
    mean = cv2.transform(moments, floats([[1 / colours] * colours + [0]]))
    variance = np.maximum(cv2.extractChannel(moments, colours) - mean * mean, 0)
    ratio = variance * np.float32(1 / CALM**2)
    ratio *= ratio
    ratio *= ratio
    return floats(1 / (1 + ratio) + np.float32(1e-9))
