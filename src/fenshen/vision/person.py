"""Where the person is: two nets, one careful and one fast, that give a probability per pixel."""

from pathlib import Path

import cv2
import numpy as np

from fenshen.vision import nets
from fenshen.vision.arrays import RGB, Floats

CAREFUL, CAREFUL_SIDE = "u2netp.onnx", 320
FAST, FAST_SIDE = "selfie_segmentation.tflite", 256

MEAN, SPREAD = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)
"""ImageNet's mean and standard deviation, which U2-Net was trained with."""


def person_probability(rgb: RGB, models: Path) -> Floats:
    """How likely each pixel belongs to what stands out, by U2-Net (Qin et al. 2020): (H, W) float32 0..1.

    It knows salience, not people: give it a cut-out around the face that is meant.
    """
    small = _shrunk(rgb, CAREFUL_SIDE)
    values = (small / max(float(small.max()), 1e-6) - MEAN) / SPREAD
    with nets.onnx(CAREFUL, models) as net:
        answer = net(values.transpose(2, 0, 1)[None].astype(np.float32))[0, 0]
    low, high = float(answer.min()), float(answer.max())
    return _grown((answer - low) / max(high - low, 1e-6), rgb)


def selfie_probability(rgb: RGB, models: Path) -> Floats:
    """How likely each pixel belongs to a person, by MediaPipe's selfie net: (H, W) float32 0..1.

    Ten times as fast; borders are softer, and everybody in the picture counts.
    """
    with nets.lite(FAST, models) as net:
        outputs = net((_shrunk(rgb, FAST_SIDE) / 255)[None].astype(np.float32))
    return _grown(next(iter(outputs.values()))[0, :, :, 0], rgb)


def _shrunk(rgb: RGB, side: int) -> Floats:
    """(side, side, 3) float32 0..255."""
    return np.asarray(cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA), np.float32)


def _grown(answer: Floats, rgb: RGB) -> Floats:
    size = (rgb.shape[1], rgb.shape[0])
    grown = cv2.resize(answer.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.clip(grown, 0, 1).astype(np.float32)
