"""Where a head begins and ends: crown, eyes, chin, sides. Read off the face mesh and the matte.

The crown is an estimate. Nobody sees a skull through hair: what is measured is the top of the hair, which lies a
centimetre or several above the skull. The mesh knows the forehead, and tells when the top of the matte is no head.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fenshen.vision.arrays import Floats, floats
from fenshen.vision.features import EYE_CORNERS
from fenshen.vision.regions import CHIN, FOREHEAD, OVAL

INSIDE: Final = 0.5  # alpha from which a pixel counts as the person
BESIDE: Final = 0.6  # of the face's width: how far from the middle of the face the crown is looked for
TUFT: Final = 0.12  # of the face's width: what is thinner is a strand, not the crown
EARS: Final = 1.22  # of the face's width: what stands out further beside the eyes is hair
CROWN: Final = (0.15, 0.5)
"""How far above the mesh's forehead a crown lies, of the face from there to the chin.

Of 41 frontals 39 lie between 0.28 and 0.50; two with their hair put up are at 0.57 and 0.79."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A head that stands upright, in pixels of its picture. Rows count from the top, columns from the left."""

    crown: float  # row of the top of the hair
    eyes: float  # row between the eyes
    chin: float  # row
    middle: float  # column of the middle of the face
    face_width: float  # of the face's outline, without ears
    head_width: float  # beside the eyes, with ears and hair that lies close
    is_crown_sure: bool  # whether the top of the matte lies where a crown can be

    @property
    def height(self) -> float:
        """Crown to chin."""
        return self.chin - self.crown

    def placed(self, scale: float, shift: tuple[float, float]) -> "Head":
        """Give the same head after x' = scale · x + shift."""
        x, y = shift
        return replace(
            self,
            crown=scale * self.crown + y,
            eyes=scale * self.eyes + y,
            chin=scale * self.chin + y,
            middle=scale * self.middle + x,
            face_width=scale * self.face_width,
            head_width=scale * self.head_width,
        )


def roll_of(points: Floats) -> float:
    """By how many degrees the line through the eyes leans, positive = clockwise as seen. points: (478, 2 or 3)."""
    right, left = (points[list(pair), :2].mean(0) for pair in EYE_CORNERS)
    return float(np.degrees(np.arctan2(left[1] - right[1], left[0] - right[0])))


def measure_head(points: Floats, alpha: Floats) -> Head:
    """Measure an upright head. points: (478, 2 or 3) px; alpha: (H, W) 0..1 of the same picture."""
    oval = points[list(OVAL), :2]
    left, right = float(oval[:, 0].min()), float(oval[:, 0].max())
    width, middle = right - left, (left + right) / 2
    eyes = float(points[[corner for eye in EYE_CORNERS for corner in eye], 1].mean())
    forehead, chin = float(points[FOREHEAD, 1]), float(points[CHIN, 1])
    crown = _crown(alpha, middle, width, limit=forehead)
    above = (forehead - crown) / max(1.0, chin - forehead)
    return Head(
        crown=crown,
        eyes=eyes,
        chin=chin,
        middle=middle,
        face_width=width,
        head_width=_beside_the_eyes(alpha, eyes, middle, width),
        is_crown_sure=CROWN[0] < above < CROWN[1],
    )


def _crown(alpha: Floats, middle: float, width: float, *, limit: float) -> float:
    """Row at which the silhouette above the face becomes as wide as a tuft of hair, between two rows if need be."""
    first, last = max(0, int(middle - BESIDE * width)), int(middle + BESIDE * width) + 1
    rows = alpha[: max(1, int(limit)), first:last]
    covered = np.clip((rows - INSIDE / 2) / INSIDE, 0, 1).sum(
        axis=1
    )  # px, counting half-covered ones in part
    reached = np.flatnonzero(covered >= TUFT * width)
    if not reached.size:
        return limit
    row = int(reached[0])
    if row == 0:
        return 0.0
    before, here = float(covered[row - 1]), float(covered[row])
    return row - (here - TUFT * width) / max(1e-6, here - before)


def _beside_the_eyes(alpha: Floats, eyes: float, middle: float, width: float) -> float:
    """Width of the silhouette at the ears, where ears are; hair that stands out further is left out."""
    rows = alpha[max(0, int(eyes)) : max(1, int(eyes + 0.25 * width)) + 1]
    if not rows.size:
        return width
    columns = np.arange(alpha.shape[1]) + 0.5
    near = floats(np.abs(columns - middle) <= EARS / 2 * width)
    return float(np.clip(np.median((rows * near).sum(axis=1)), width, EARS * width))
