"""Which way a picture runs: the smoothed structure tensor (Kyprianidis & Döllner 2008; Brox et al. 2006)."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

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
    e, f, g = (tensor[..., i] for i in range(3))
    root = np.sqrt((e - g) ** 2 + 4 * f * f)
    turn = 0.5 * np.arctan2(2 * f, e - g) + np.pi / 2  # across the gradient
    sure = root / (e + g + 1e-4)
    return Flow(along=floats(np.stack([np.cos(turn), np.sin(turn)], -1)), sure=floats(sure))


def grey_of(picture: Floats) -> Floats:
    """Mean of the three channels of (H, W, 3), as (H, W)."""
    return floats(cv2.transform(picture, floats([[1 / 3, 1 / 3, 1 / 3]])))


def along_flow(values: Floats, flow: Flow, length: float) -> Floats:
    """Values (H, W) or (H, W, C) averaged along the flow: line integral convolution (Cabral & Leedom 1993).

    length: pixels, from end to end. Steps are two pixels or longer; each follows the direction where it stands.
    """
    steps = int(np.clip(round(length / 4), 1, MOST_STEPS))
    stride = length / 2 / steps
    ys, xs = _grid(values.shape[:2])
    total = values.copy()
    for sign in (1.0, -1.0):
        x, y = xs.copy(), ys.copy()
        last = sign * flow.along
        for _ in range(steps):
            x += stride * last[..., 0]
            y += stride * last[..., 1]
            total += cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return floats(total / (2 * steps + 1))


def _grid(size: tuple[int, ...]) -> tuple[Floats, Floats]:
    ys, xs = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    return ys, xs
