"""What a medium works from: the picture, its flow, and where care is due."""

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.flow_field import Flow
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

COARSER: Final = 4  # pixels to a side for one, where all is soft


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One picture on its way through a hand."""

    picture: Floats  # (H, W, 3) coded sRGB 0..1
    flow: Flow
    care: Floats  # (H, W) 0 = broadly .. 1 = as it is: see `care_of`
    unit: float  # pixels, the width of one stroke
    rng: np.random.Generator

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.picture.shape[:2]
        return height, width


def care_of(points: Floats, size: tuple[int, int], most: float) -> Floats:
    """How finely each point is worked, (H, W) 0..1: the face by half of `most`, eyes, brows and mouth by all of it.

    points: (478, 3) mesh in pixels of a picture of size (height, width).
    """
    width = float(np.ptp(points[list(regions.OVAL), 0]))
    face = regions.fill(points, regions.OVAL, size)
    features = np.zeros(size, np.uint8)
    for region in (regions.LIPS, regions.RIGHT_EYE, regions.LEFT_EYE):
        features |= regions.fill(points, region, size)
    near = cv2.dilate(features, np.ones((2 * round(0.03 * width) + 1,) * 2, np.uint8))
    small = max(1, size[1] // COARSER), max(1, size[0] // COARSER)  # soft as they are, few pixels hold them

    def soft(mask: NDArray[Any], reach: float) -> Floats:
        few = cv2.resize(floats(mask), small, interpolation=cv2.INTER_AREA)
        return floats(cv2.GaussianBlur(few, (0, 0), max(0.8, reach * width / COARSER)))

    care = most * np.maximum(0.5 * soft(face, 0.06), soft(near, 0.025))
    return floats(cv2.resize(care, size[::-1], interpolation=cv2.INTER_LINEAR))
