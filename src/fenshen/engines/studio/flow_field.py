"""Which way a picture runs: the smoothed structure tensor (Kyprianidis & Döllner 2008; Brox et al. 2006)."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import in_bands
from fenshen.vision.arrays import Floats, floats

MOST_STEPS: Final = 12  # of a way along the flow, to each side


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Of each point, the direction along which the picture changes least."""

    along: Floats  # (H, W, 2) unit vectors, x and y
    sure: Floats  # (H, W) anisotropy: 0 = no direction .. 1 = one only


def flow_of(picture: Floats, reach: float) -> Flow:
    """Flow of a picture (H, W, 3) coded 0..1. reach: pixels over which directions are gathered."""
    height, width = picture.shape[:2]
    small = (max(8, width // 2), max(8, height // 2))
    grey = cv2.resize(grey_of(picture), small, interpolation=cv2.INTER_AREA)
    dx, dy = (cv2.Scharr(grey, cv2.CV_32F, *order) for order in ((1, 0), (0, 1)))
    tensor = np.stack([dx * dx, dx * dy, dy * dy], -1)
    near = cv2.GaussianBlur(tensor, (0, 0), max(0.8, reach / 2))
    tiny = cv2.resize(tensor, (max(4, width // 16), max(4, height // 16)), interpolation=cv2.INTER_AREA)
    far = cv2.GaussianBlur(tiny, (0, 0), max(1.0, reach / 3))  # calm parts follow what is around them
    tensor = cv2.resize(near + 0.4 * cv2.resize(far, small), (width, height))
    along, sure = np.empty((height, width, 2), np.float32), np.empty((height, width), np.float32)

    def directed(band: slice) -> None:
        e, f, g = cv2.split(tensor[band])
        turn = 0.5 * np.arctan2(2 * f, e - g) + np.pi / 2  # across the gradient
        along[band] = cv2.merge([np.cos(turn), np.sin(turn)])
        sure[band] = np.sqrt((e - g) ** 2 + 4 * f * f) / (e + g + 1e-4)

    in_bands(height, directed)
    return Flow(along=along, sure=sure)


def grey_of(picture: Floats) -> Floats:
    """Mean of the three channels of (H, W, 3), as (H, W)."""
    return floats(cv2.transform(picture, floats([[1 / 3, 1 / 3, 1 / 3]])))


def along_flow(values: Floats, flow: Flow, length: float) -> Floats:
    """Values (H, W) or (H, W, C) averaged along the flow: line integral convolution (Cabral & Leedom 1993).

    length: pixels, from end to end. Steps are two pixels or longer, straight along the direction of the middle.
    """
    steps = int(np.clip(round(length / 4), 1, MOST_STEPS))
    stride = length / 2 / steps
    spread = np.empty_like(values)

    def gather(band: slice) -> None:
        xs, ys = places_of(values.shape[1], band)
        ax, ay = cv2.split(flow.along[band])
        total = values[band].copy()
        for sign in (1.0, -1.0):
            x, y, step_x, step_y = xs + 0 * ys, ys + 0 * xs, stride * (sign * ax), stride * (sign * ay)
            for _ in range(steps):
                x += step_x
                y += step_y
                total += cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        spread[band] = total / (2 * steps + 1)

    in_bands(len(values), gather)
    return spread


def places_of(width: int, band: slice) -> tuple[Floats, Floats]:
    """Columns (1, W) and rows (h, 1) of the pixels of a band."""
    return np.arange(width, dtype=np.float32)[None], np.arange(band.start, band.stop, dtype=np.float32)[
        :, None
    ]
