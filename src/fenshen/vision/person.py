"""Where the person is: two nets, one careful and one fast, that give a probability per pixel."""

from pathlib import Path

import cv2
import numpy as np

from fenshen.vision import nets
from fenshen.vision.arrays import RGB, Floats

CAREFUL, CAREFUL_SIDE = "u2netp.onnx", 320
FAST, FAST_SIDE = "selfie_segmentation.tflite", 256
AROUND_HEAD = 0.75  # face sizes that the view of the head reaches to the left, up and right
GLANCING_SIDE = 224  # as a second opinion only, where somebody waits
FADE = 0.15  # face widths

Box = tuple[float, float, float, float]

MEAN, SPREAD = np.array([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]], np.float32)
"""ImageNet's mean and standard deviation, which U2-Net was trained with."""


def person_probability(rgb: RGB, models: Path, *, side: int = CAREFUL_SIDE) -> Floats:
    """How likely each pixel belongs to what stands out, by U2-Net (Qin et al. 2020): (H, W) float32 0..1.

    It knows salience, not people: give it a cut-out around the face that is meant. side: pixels of the square in which
    it looks, a multiple of 32; time grows with its square.
    """
    small = _shrunk(rgb, side)
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


def steady_probability(rgb: RGB, face: Box, models: Path) -> Floats:
    """How likely each pixel belongs to a person: the selfie net's mean over four views, (H, W) float32 0..1.

    The whole picture and the head alone, each also mirrored: a net of 256 pixels draws ragged borders, and they are
    ragged in another way each time. face: x, y, width, height in pixels.
    """
    whole = _both_ways(rgb, models)
    x, y, w, h = face
    left, top, right, bottom = (
        x - AROUND_HEAD * w,
        y - AROUND_HEAD * h,
        x + (1 + AROUND_HEAD) * w,
        y + 1.6 * h,
    )
    rows = slice(max(0, int(top)), min(rgb.shape[0], int(bottom)))
    columns = slice(max(0, int(left)), min(rgb.shape[1], int(right)))
    head = rgb[rows, columns]
    if min(head.shape[:2]) < 2:  # noqa: PLR2004 - a face outside of the picture
        return whole
    ys, xs = np.arange(rows.start, rows.stop)[:, None] + 0.5, np.arange(columns.start, columns.stop) + 0.5
    inwards = np.minimum(np.minimum(xs - left, right - xs), np.minimum(ys - top, bottom - ys))
    share = (
        np.clip(inwards / (FADE * w), 0, 1).astype(np.float32) / 2
    )  # no seam where the view of the head ends
    whole[rows, columns] += share * (_both_ways(np.ascontiguousarray(head), models) - whole[rows, columns])
    return whole


def _both_ways(rgb: RGB, models: Path) -> Floats:
    """Mean of what the selfie net says about a picture and its mirror image."""
    mirrored = selfie_probability(np.ascontiguousarray(rgb[:, ::-1]), models)[:, ::-1]
    return np.asarray((selfie_probability(rgb, models) + mirrored) / 2, np.float32)


def _shrunk(rgb: RGB, side: int) -> Floats:
    """(side, side, 3) float32 0..255."""
    return np.asarray(cv2.resize(rgb, (side, side), interpolation=cv2.INTER_AREA), np.float32)


def _grown(answer: Floats, rgb: RGB) -> Floats:
    size = (rgb.shape[1], rgb.shape[0])
    grown = cv2.resize(answer.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.clip(grown, 0, 1).astype(np.float32)
