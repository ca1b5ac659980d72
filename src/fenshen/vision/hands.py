"""Finds a hand at a face: MediaPipe's palm detector and hand landmarks. MediaPipe itself is not needed.

The palm detector looks at the face and what is around it, at half the size it was made for, which takes a quarter of
the time and finds the same hands at the faces of press photos (decision 0059). Where it half believes in a palm, the
net of 21 points is asked whether there is a hand; mostly there is none.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from fenshen.vision import nets
from fenshen.vision.arrays import RGB, Floats
from fenshen.vision.litefile import with_numbers
from fenshen.vision.regions import OVAL

PALMS, POINTS = "palm_detection_lite.tflite", "hand_landmark_lite.tflite"
SIDE, POINTS_SIDE = 96, 224  # px of the nets' square inputs; the palm detector was made for 192
AROUND = 2.1  # side of what the palm detector looks at, in sizes of the face
BOXES_SHAPE, SCORES_SHAPE, WHERE_SHAPE, PRESENCE_SHAPE = (1, 504, 18), (1, 504, 1), (1, 63), (1, 1)
GRIDS = ((8, 2), (16, 6))  # px from one cell to the next, and boxes in each cell, of the palm detector
PALM, HAND = 0.4, 0.65
"""Least score of a palm, least presence of a hand: see ``benchmarks/README.md``, gate."""

WRIST, MIDDLE = 2, 4  # rows of a palm that was found: where the hand begins, and where its middle finger does
HAND_SIZE, HAND_AHEAD = (
    2.6,
    0.5,
)  # the whole hand: its side, and how far ahead its middle, in sizes of the palm
SAMPLES = 2  # along each side of a pixel of what a net sees
TOP, CHIN = 10, 152


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Square:
    """A square of a picture: middle and side in px, turned by an angle in radians."""

    middle: Floats
    side: float
    angle: float = 0.0

    def to_picture(self, pixels: int) -> Floats:
        """(2, 3) affine map to the picture from the square, drawn with so many pixels a side."""
        scale = self.side / pixels
        cos, sin = scale * np.cos(self.angle), scale * np.sin(self.angle)
        turned = np.array([[cos, -sin], [sin, cos]])
        return np.column_stack([turned, self.middle - turned @ np.full(2, pixels / 2)]).astype(np.float32)


def prepare(models: Path) -> None:
    """Open the net that looks first before it is needed. Raises WeightMissingError, WeightAlteredError."""
    with nets.lite_written(PALMS, models, _smaller):
        pass


def reach(rgb: RGB, face: Floats, models: Path) -> float | None:
    """Tell how far a hand reaches over the outline of a face, in heights of the face; None when there is no hand.

    rgb: (H, W, 3) uint8 sRGB. face: (478, 3) points of its mesh, px. Below zero the hand ends so far outside. It is
    measured at the joints, which lie within the fingers: of one that touches the outline they are at about -0.1.
    Raises WeightMissingError, WeightAlteredError.
    """
    hand = _find(rgb, face[:, :2], models)
    if hand is None:
        return None
    outline = face[list(OVAL), None, :2].astype(np.float32)
    inwards = [cv2.pointPolygonTest(outline, (float(x), float(y)), measureDist=True) for x, y in hand]
    return max(inwards) / max(float(np.linalg.norm(face[TOP, :2] - face[CHIN, :2])), 1.0)


def _find(rgb: RGB, face: Floats, models: Path) -> Floats | None:
    """(21, 2) points of the hand that is most likely one, in px of the picture."""
    around = _Square(
        middle=face[list(OVAL)].mean(0), side=AROUND * max(float(np.ptp(face, axis=0).max()), 1.0)
    )
    with nets.lite_written(PALMS, models, _smaller) as net:
        told = net(_seen(rgb, around, SIDE))
    scores = told[SCORES_SHAPE].ravel()
    best = int(scores.argmax())
    if scores[best] < np.log(PALM / (1 - PALM)):
        return None
    palm = told[BOXES_SHAPE][0, best].reshape(9, 2)
    size = float(palm[1].max()) * around.side / SIDE
    hand = _whole(_mapped(palm + _middles()[best], around.to_picture(SIDE)), size)
    with nets.lite(POINTS, models) as net:
        told = net(_seen(rgb, hand, POINTS_SIDE))
    if told[PRESENCE_SHAPE].item() < HAND:
        return None
    return _mapped(told[WHERE_SHAPE].reshape(21, 3)[:, :2], hand.to_picture(POINTS_SIDE))


def _whole(palm: Floats, size: float) -> _Square:
    """The square around the hand that a palm belongs to, turned so that its fingers point upwards.

    palm: (9, 2) its middle, a row without meaning, and seven keypoints, px; size: of the palm, px.
    """
    ahead = palm[MIDDLE] - palm[WRIST]
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-6)
    return _Square(
        middle=palm[0] + HAND_AHEAD * size * ahead,
        side=max(HAND_SIZE * size, 1.0),
        angle=float(np.arctan2(ahead[0], -ahead[1])),
    )


def _mapped(points: Floats, affine: Floats) -> Floats:
    return np.asarray(points @ affine[:, :2].T + affine[:, 2], np.float32)


def _seen(rgb: RGB, square: _Square, pixels: int) -> Floats:
    """(1, pixels, pixels, 3) float32 RGB 0..1 of a square of the picture, black beyond its edges."""
    side = SAMPLES * pixels
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    fine = cv2.warpAffine(rgb, square.to_picture(side), (side, side), flags=flags)
    small = cv2.resize(fine, (pixels, pixels), interpolation=cv2.INTER_AREA)
    return np.asarray(small[None], np.float32) / np.float32(255)


@lru_cache(maxsize=1)
def _middles() -> Floats:
    """(504, 2) middle of the cell that each box is told of, px."""
    rows = []
    for step, boxes in GRIDS:
        at = np.arange(step / 2, SIDE, step, dtype=np.float32)
        grid = np.stack(np.meshgrid(at, at), -1).reshape(-1, 2)
        rows.append(np.repeat(grid, boxes, axis=0))
    return np.concatenate(rows)


def _smaller(net: bytes) -> bytes:
    """Let the palm detector take a square of ``SIDE``: the sizes in its file are written anew.

    They are those of its input and of two grids that it enlarges; all others follow from them.
    """
    sizes = (
        ((4, 1, 192, 192, 3), (4, 1, SIDE, SIDE, 3)),
        *(((8, n, n), (8, n // 2, n // 2)) for n in (12, 24)),
    )
    for old, new in sizes:
        net = with_numbers(net, old, new)
    return net
