"""Where the eyes look: each iris slides a little within its opening; lids and lashes stay."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.warp import Slide
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

MOST: Final = (
    8.0  # degrees an eye may be turned; beyond this the white that appears would have to be invented
)
BALL: Final = 2.05  # radius of an eyeball in radii of its iris (12.0 / 5.85 mm)
EYES: Final = (
    (regions.RIGHT_EYE, regions.RIGHT_IRIS, regions.RIGHT_PUPIL),
    (regions.LEFT_EYE, regions.LEFT_IRIS, regions.LEFT_PUPIL),
)


def slides(points: Floats, right: float, down: float) -> tuple[Slide, ...]:
    """Turn both eyes. points: (478, 3). right, down: degrees as seen in the picture, clipped to MOST."""
    turn = np.radians(np.clip(floats([right, down]), -MOST, MOST))
    if float(np.abs(turn).max()) < np.radians(0.3):
        return ()
    return tuple(_slide(points[:, :2], *eye, turn) for eye in EYES)


def _slide(
    points: Floats, opening: tuple[int, ...], iris: tuple[int, ...], pupil: int, turn: Floats
) -> Slide:
    """The white is stretched on one side of the iris and pressed together on the other; the corners hold still."""
    lids, centre = points[list(opening)], points[pupil]
    radius = float(np.linalg.norm(points[list(iris)] - centre, axis=1).mean())
    outer, inner = lids[0], lids[8]
    along = (inner - outer) / max(1e-3, float(np.linalg.norm(inner - outer)))
    left, top = np.floor(lids.min(0) - 3).astype(int)
    right, bottom = np.ceil(lids.max(0) + 3).astype(int)
    scale = 8
    mask = np.zeros((bottom - top, right - left), np.float32)
    corners = np.round((lids - (left, top)) * scale).astype(np.int32)
    cv2.fillPoly(mask, [corners], 1.0, lineType=cv2.LINE_AA, shift=3)
    mask = cv2.GaussianBlur(mask, (0, 0), max(0.6, 0.08 * radius))
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    place = (xs - centre[0]) * along[0] + (ys - centre[1]) * along[1]
    ends = sorted(float((end - centre) @ along) for end in (outer, inner))
    room = np.where(place < 0, -ends[0], ends[1])
    hold = np.clip((room - np.abs(place)) / np.maximum(room - 1.05 * radius, 0.3 * radius), 0, 1)
    shift = BALL * radius * np.sin(turn)
    weight = (mask * hold * hold * (3 - 2 * hold))[..., None]
    return Slide(left=int(left), top=int(top), shift=floats(-weight * shift))
