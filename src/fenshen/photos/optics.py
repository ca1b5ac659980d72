"""What a camera says of its lens, and how far away a face then was: the one thing besides the pixels that is used.

Nearly every phone writes the focal length its lens would have on 35-mm film (EXIF 2.32, tag FocalLengthIn35mmFilm;
by CIPA DCG-001 it is told by the diagonal). With it a face of known size has a known distance; without it only
perspective is left, which every face's own proportions bend.
"""

import struct
from collections.abc import Mapping
from math import hypot
from typing import Any, Final, Protocol

from fenshen.vision.features import BETWEEN_PUPILS

EXIF_PART: Final = 0x8769
FOCAL_ON_FILM: Final = 0xA405  # mm
WIDTH_TOLD, HEIGHT_TOLD = 0xA002, 0xA003  # px, as the camera wrote them
ZOOMED: Final = 0xA404  # digitally, times
FILM_DIAGONAL: Final = 43.27  # mm, of 24 x 36
LIKELY: Final = (10.0, 400.0)  # mm: what is beyond is a slip of whoever wrote it
SAME_SHAPE: Final = (
    0.02  # of the sides' ratio: a picture cropped afterwards has another, and its lens is lost
)
BROKEN = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, LookupError, TypeError, struct.error)


class Told(Protocol):
    """What a camera wrote into a file (EXIF)."""

    def get_ifd(self, tag: int) -> Mapping[int, Any]:
        """Give one part of it, by its tag."""
        ...


class Opened(Protocol):
    """A picture that ``decode`` has opened; of its pixels nothing is asked here."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        ...

    def getexif(self) -> Told:
        """Give what the camera wrote."""
        ...


def lens_of(image: Opened) -> float | None:
    """Focal length in diagonals of the picture, by the file's EXIF; None when it is not said or not to be believed.

    Not believed: pictures that were cropped or zoomed digitally after the lens, and impossible figures.
    """
    try:
        told = image.getexif().get_ifd(EXIF_PART)
        focal = float(told.get(FOCAL_ON_FILM, 0))
        zoom = float(told.get(ZOOMED, 1) or 1)
        written = float(told.get(WIDTH_TOLD, 0)), float(told.get(HEIGHT_TOLD, 0))
    except (*BROKEN, ZeroDivisionError):  # a photo with broken EXIF is still a photo
        return None
    if not LIKELY[0] <= focal <= LIKELY[1] or zoom > 1:
        return None
    if min(written) > 0 and abs(_shape(written) / _shape(image.size) - 1) > SAME_SHAPE:
        return None
    return focal / FILM_DIAGONAL


def _shape(sides: tuple[float, float]) -> float:
    return max(sides) / min(sides)


def distance_by_lens(lens: float, size: tuple[int, int], eye_distance: float) -> float:
    """How far the camera was from the eyes, cm.

    lens: diagonals of the picture. size: of that picture, px. eye_distance: px between the pupils as seen from the
    front. As sure as people's eyes are alike: 95 % within 13 %.
    """
    return BETWEEN_PUPILS * lens * hypot(*size) / max(eye_distance, 1.0)
