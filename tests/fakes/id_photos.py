"""Photos of people who do not exist, decoded, as an ID photo is made from; leaning, small or cut off where wished."""

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from fenshen.clock import SystemClock
from fenshen.people import NAMES, photos_of
from fenshen.photos.decode import Photo, decode
from fenshen.photos.marks import Marks
from fenshen.rights.consent import Permit, Purpose, for_this_run
from fenshen.vision.arrays import RGB

DATA = Path(__file__).parents[1] / "data" / "people"


def permit() -> Permit:
    """What `check` and `idphoto` look at photos with."""
    return for_this_run(Purpose.INSPECT_PHOTOS, SystemClock())


def file_of(who: str, number: int) -> bytes:
    """A photo's file."""
    if who in NAMES:
        return photos_of(who)[number].read()
    return (DATA / who / f"{number:02}.jpg").read_bytes()


@cache
def photo_of(
    who: str, number: int, *, turned: float = 0.0, scale: float = 1.0, without_top: float = 0.0
) -> Photo:
    """A decoded photo. turned: degrees clockwise. without_top: share of the height that is cut away."""
    pixels = decode(file_of(who, number), permit()).pixels
    height, width = pixels.shape[:2]
    if turned:
        turning = cv2.getRotationMatrix2D((width / 2, height / 2), -turned, 1.0)
        pixels = np.asarray(
            cv2.warpAffine(pixels, turning, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
        )
    if scale != 1:
        pixels = np.asarray(
            cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
    return as_photo(np.ascontiguousarray(pixels[round(without_top * height) :]))


def as_photo(pixels: RGB) -> Photo:
    """A photo of these pixels."""
    return Photo(pixels=pixels, marks=Marks(), original_size=(pixels.shape[1], pixels.shape[0]), kind="JPEG")
