"""One take: the sitter in one pose, expression and light, cut out and understood."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fenshen.double.unopened import Unopened


class Edge(StrEnum):
    """A side of the photo at which the sitter's body is cut off."""

    LEFT = "left"
    TOP = "top"
    RIGHT = "right"
    BOTTOM = "bottom"


CUT_ALPHA: Final = 90  # of 255: more than this on the photo's border means that the body goes on outside


@dataclass(frozen=True, kw_only=True, repr=False)
class Take:
    """The sitter cut out of one photo. Biometric data: exists in memory and inside a sealed double only."""

    photo: int  # which of the sitter's photos this was, counted from 1
    foreground: Unopened[NDArray[np.uint8]] = Unopened()  # (H, W, 3) sRGB without the old background
    alpha: Unopened[NDArray[np.uint8]] = Unopened()  # (H, W) 0..255
    points: Unopened[NDArray[np.float32]] = Unopened()  # (478, 3) mesh in its pixels, z grows away from us
    normals: Unopened[NDArray[np.float32]] = Unopened()  # (h, w, 3) unit, +x right, +y up, +z to the viewer
    depth: Unopened[NDArray[np.float32]] = Unopened()  # (h, w) face widths, larger = nearer
    light: Unopened[NDArray[np.float32]] = Unopened()  # (9, 3) harmonics of light x skin, linear sRGB
    skin: tuple[float, float, float]  # median bare skin as lit in the photo, linear sRGB
    yaw: float  # degrees, positive = turned to the right of the picture
    pitch: float  # degrees, positive = looking down
    roll: float  # degrees, positive = clockwise
    smile: float  # 0..1
    mouth_open: float  # 0..1
    eyes_open: float  # 0..1
    evenness: float  # 0 = one side of the face in the dark .. 1 = evenly lit
    sharpness: float  # 0..1
    distance: float  # face widths between camera and face, by its lens, or as perspective reads it
    by_lens: bool = False  # whether the camera said what lens it had; perspective is bent by proportions
    mixed: float  # octaves by which the colour of the light varies over the face; plain light below 0.6
    typical: float  # median cosine of this photo's face to the other takes': a number, not an embedding
    certainty: float  # 0..1, how crisp the cut-out is
    clutter: float  # 0..1, what is beside the face: hands, what they hold, other people
    glare: float  # stops by which the brightest of hair, ears and hats outshines the skin: sun from behind
    cut: tuple[Edge, ...]  # where the photo's frame cuts the body off


def cut_edges(alpha: NDArray[np.uint8]) -> tuple[Edge, ...]:
    """Sides of an alpha (H, W, 0..255) where the person touches the frame."""
    sides = {Edge.LEFT: alpha[:, 0], Edge.TOP: alpha[0], Edge.RIGHT: alpha[:, -1], Edge.BOTTOM: alpha[-1]}
    return tuple(edge for edge, line in sides.items() if int((line > CUT_ALPHA).sum()) > 2)  # noqa: PLR2004
