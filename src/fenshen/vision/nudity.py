"""How likely a photo shows nudity (open_nsfw, Yahoo 2016). An optional net: without its weight nobody asks."""

from pathlib import Path

import cv2
import numpy as np

from fenshen.vision import nets
from fenshen.vision.arrays import RGB

WEIGHT = "open-nsfw.onnx"
LOOKED_AT, SIDE = 256, 224  # px: shrunk to, and the middle that the net sees
MEANS = np.array([104.0, 117.0, 123.0], np.float32)  # B, G, R


def probability(rgb: RGB, models: Path) -> float:
    """0..1 for a picture (H, W, 3). Raises WeightMissingError."""
    with nets.onnx(WEIGHT, models) as net:  # first, for mostly it is not here
        small = cv2.resize(rgb, (LOOKED_AT, LOOKED_AT), interpolation=cv2.INTER_AREA)
        edge = (LOOKED_AT - SIDE) // 2
        bgr = small[edge : edge + SIDE, edge : edge + SIDE, ::-1].astype(np.float32) - MEANS
        return float(net(np.ascontiguousarray(bgr[None])).ravel()[1])
