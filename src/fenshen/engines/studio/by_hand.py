"""A developed picture made anew by hand: oil, watercolour, pencil, ink. The face is worked finest."""

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.flow_field import flow_of
from fenshen.engines.studio.media import ink, oil, pencil, watercolour
from fenshen.engines.studio.sheet import Sheet, care_of
from fenshen.templates.hand import Hand
from fenshen.vision.arrays import Floats, floats

MEDIA: Final[Mapping[str, Callable[[Sheet, Hand], Floats]]] = {
    "oil": oil,
    "watercolour": watercolour,
    "pencil": pencil,
    "ink": ink,
}


def by_hand(
    pixels: NDArray[np.uint8], hand: Hand, points: Floats, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """A finished picture (H, W, 3) uint8 sRGB, made by hand; same shape and type. points: (478, 3) mesh in it."""
    picture = floats(pixels) / np.float32(255)
    height, width = pixels.shape[:2]
    stroke = hand.stroke * height / 1536
    sheet = Sheet(
        picture=picture,
        flow=flow_of(picture, 1.5 * stroke),
        care=care_of(points, (height, width), hand.care),
        unit=stroke,
        rng=rng,
    )
    made = MEDIA[hand.medium](sheet, hand)
    return np.asarray(cv2.convertScaleAbs(np.clip(made, 0, 1, out=made), alpha=255), np.uint8)
