"""Finds faces with YuNet (Wu, Peng & Yu 2023), run by OpenCV as it is."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from fenshen.vision import nets, weights
from fenshen.vision.arrays import RGB, Floats

WEIGHT = "yunet_int8bq.onnx"

GLANCE_AT, LOOK_AT, LOOK_CLOSER_AT = 416, 640, 1280
"""Longest edges in px at which the net looks, one after the other; faces from about 12 px of each are found."""

PLAIN = 0.15
"""A face of at least this share of the longest edge, and not doubtful, needs no second look: whoever beside it matters
(``photos.measure``) is at least 20 px of a glance. On 456 labelled photos and press photos it gave another count of
faces that matter in 3, all with a second face that the detector half believes at any size."""

DOUBTFUL = 0.9
"""Score below which a face is looked at again; 98 % of upright faces reach it."""

SURE = 0.7
"""Least score of a face. YuNet's false alarms on group photos ended at 0.64; real faces mostly reach 0.8."""

OVERLAP = 0.3
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Face:
    """A face in a picture, in that picture's pixels."""

    box: tuple[float, float, float, float]  # x, y, width, height
    points: Floats  # (5, 2): the sitter's right eye, left eye, nose tip, right and left corner of the mouth
    score: float  # 0..1


def detect(rgb: RGB, models: Path, *, sure: float = SURE) -> list[Face]:
    """Find the faces in a picture of any size, the largest first.

    Glances at the whole picture shrunk to 416 px; a plain portrait is done with that, others are looked at in
    640 px. If that shows no face it looks again with a wide border around (a face that fills the frame is found
    only when it is smaller) and at 1280 px (distant faces).
    """
    found = _look(rgb, models, GLANCE_AT, 0.0, sure)
    if not _is_plain(found, rgb):
        found = _look(rgb, models, LOOK_AT, 0.0, sure) or _look(rgb, models, LOOK_AT, 0.5, sure)
    if not found and max(rgb.shape[:2]) > LOOK_AT:
        found = _look(rgb, models, LOOK_CLOSER_AT, 0.0, sure)
    return sorted(found, key=lambda face: -face.box[2] * face.box[3])


def _is_plain(found: Sequence[Face], rgb: RGB) -> bool:
    largest = max(found, key=lambda face: face.box[2] * face.box[3], default=None)
    return (
        largest is not None
        and largest.score >= DOUBTFUL
        and max(largest.box[2:]) >= PLAIN * max(rgb.shape[:2])
    )


def prepare(models: Path) -> None:
    """Open the net before it is needed. Raises WeightMissingError, WeightAlteredError."""
    with _lent(models, SURE):
        pass


def _lent(models: Path, sure: float) -> AbstractContextManager[cv2.FaceDetectorYN]:
    file = weights.path(WEIGHT, models)
    return nets.borrow(
        file, lambda: cv2.FaceDetectorYN.create(str(file), "", (320, 320), sure, OVERLAP, MOST)
    )


def _look(rgb: RGB, models: Path, longest: int, border: float, sure: float) -> list[Face]:
    """Detect at one scale; ``border`` is added on each side, as a share of the longest edge."""
    height, width = rgb.shape[:2]
    pad = round(border * max(height, width))
    scale = min(1.0, longest / (max(height, width) + 2 * pad))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    edge = round(pad * scale)
    bgr = cv2.cvtColor(_shrunk(rgb, size), cv2.COLOR_RGB2BGR)
    if edge:
        bgr = cv2.copyMakeBorder(bgr, edge, edge, edge, edge, cv2.BORDER_REPLICATE)
    with _lent(models, sure) as net:
        net.setScoreThreshold(sure)
        net.setInputSize((bgr.shape[1], bgr.shape[0]))
        rows = cast("Floats | None", net.detect(bgr)[1])  # None when there is no face, whatever its stub says
    return [] if rows is None else [_face(row, scale, edge) for row in rows]


def _shrunk(rgb: RGB, size: tuple[int, int]) -> RGB:
    """Shrink to (width, height): halved by area as often as it goes, which is quick, then by mixing neighbours."""
    while rgb.shape[1] >= 2 * size[0] and rgb.shape[0] >= 2 * size[1]:
        half = (rgb.shape[1] // 2, rgb.shape[0] // 2)
        rgb = np.asarray(cv2.resize(rgb, half, interpolation=cv2.INTER_AREA), np.uint8)
    if (rgb.shape[1], rgb.shape[0]) == size:
        return rgb
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _face(row: Floats, scale: float, edge: int) -> Face:
    """Read one row of YuNet's answer (x, y, w, h, five points, score) back into the picture's pixels."""
    x, y, w, h = (float(v) for v in row[:4])
    points = (row[4:14].reshape(5, 2) - edge) / scale
    return Face(
        box=((x - edge) / scale, (y - edge) / scale, w / scale, h / scale),
        points=points.astype(np.float32),
        score=float(row[14]),
    )
