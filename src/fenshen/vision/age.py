"""How likely a face is a child's (HSE_FaceRec_tf, Savchenko 2019). An optional net: without its weights nobody asks.

An estimate is no proof of age in either direction: it decides nothing, it makes the studio ask.
"""

from pathlib import Path

import cv2
import numpy as np

from fenshen.vision import nets, tfjs, weights
from fenshen.vision.arrays import RGB
from fenshen.vision.faces import Face

MODEL, VALUES = "faceres-deep.json", "faceres-deep.bin"
OUTPUT = "age_pred/Softmax"  # (1, 100): one share for each year of age
SIDE = 224
AROUND = 0.1  # of the face's box, added on each side
MEANS = np.array([103.939, 116.779, 123.68], np.float32)  # B, G, R
OF_AGE = 18


def minor_probability(rgb: RGB, face: Face, models: Path) -> float:
    """Share, 0..1, that the net gives to the years below 18. Raises WeightMissingError."""
    model, values = weights.path(MODEL, models), weights.path(VALUES, models)
    cut = _cut_out(rgb, face)[..., ::-1].astype(np.float32) - MEANS
    with nets.onnx_written(
        (model, OUTPUT), lambda: tfjs.to_onnx(model.read_bytes(), values.read_bytes(), OUTPUT)
    ) as net:
        years = net(np.ascontiguousarray(cut[None])).ravel()
    return float(years[:OF_AGE].sum())


def _cut_out(rgb: RGB, face: Face) -> RGB:
    x, y, width, height = face.box
    left, top = max(0, round(x - AROUND * width)), max(0, round(y - AROUND * height))
    right, bottom = round(x + (1 + AROUND) * width), round(y + (1 + AROUND) * height)
    return np.asarray(
        cv2.resize(rgb[top:bottom, left:right], (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )
