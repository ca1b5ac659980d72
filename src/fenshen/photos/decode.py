"""Turns the bytes of a stranger's file into pixels, safely: the only place where a photo is decoded.

1. a permit that covers looking at photos  2. kind and size from the first bytes  3. claims about the making read
4. decoded no larger than needed  5. on white, in sRGB, upright  6. everything but the pixels dropped
"""

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from fenshen.clock import Clock, SystemClock
from fenshen.errors import PermitRefusedError
from fenshen.photos import marks
from fenshen.photos.container import (
    LIMITS,
    Kind,
    PhotoTooManyPixelsError,
    PhotoTruncatedError,
    check_size,
    kind_of,
)
from fenshen.photos.marks import Marks
from fenshen.photos.optics import lens_of
from fenshen.rights.consent import Permit, Purpose
from fenshen.vision.arrays import RGB

warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)  # check_size refuses those
warnings.filterwarnings(
    "ignore", message="Corrupt EXIF data", category=UserWarning
)  # a broken tag costs nothing

PURPOSES = frozenset({Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE})
"""What photos may be decoded for; anything else is refused."""

BIG = 25_000_000
"""Above this many pixels photos are decoded one at a time, so that memory stays bounded with several threads."""

TWO_THIRDS = 2 / 3
ORIENTATION = 0x0112  # EXIF tag
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
LYING = frozenset({5, 6, 7, 8})
FLIPPED = {2: (1, -1), 3: (-1, -1), 4: (-1, 1), 6: (1, -1), 7: (-1, -1), 8: (-1, 1)}
"""Steps through rows and columns for each orientation, after rows and columns of a lying one were swapped."""

REDUCED = {  # in the sense of OpenCV's readers, with its order of channels turned round
    1: cv2.IMREAD_COLOR_RGB,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2 | cv2.IMREAD_COLOR_RGB,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4 | cv2.IMREAD_COLOR_RGB,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8 | cv2.IMREAD_COLOR_RGB,
}
"""How OpenCV is asked for all of a JPEG, a half, a quarter, an eighth, as RGB: it has no names for the last three."""

DAMAGE = (
    cv2.error,
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    RuntimeError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
)
"""What the decoders raise when a file is damaged inside."""

_one_big = threading.Lock()
_wall = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Photo:
    """A decoded photo: pixels and a few facts, no metadata."""

    pixels: RGB = field(repr=False)
    marks: Marks
    original_size: tuple[int, int]  # width, height in px, upright, before any shrinking
    kind: Kind
    jpeg_quality: int | None = None  # 1..100 as libjpeg counts, estimated from its tables; None if not a JPEG
    lens: float | None = None  # focal length in diagonals of the picture; None if the camera did not say

    @property
    def scale(self) -> float:
        """Pixels here per pixel of the original, at most 1."""
        here: int = max(self.pixels.shape[:2])
        return here / max(self.original_size)


def must_cover_photos(permit: Permit, clock: Clock = _wall) -> None:
    """Raise PermitRefusedError unless a permit lets photos be opened now: ask before their bytes are read."""
    if permit.purpose not in PURPOSES:
        raise PermitRefusedError(purpose=str(Purpose.INSPECT_PHOTOS))
    permit.check(permit.purpose, clock.now())


def decode(data: bytes, permit: Permit, *, longest_edge: int | None = None, clock: Clock = _wall) -> Photo:
    """Decode a JPEG, PNG, WebP or HEIC file; with ``longest_edge`` to no more than that many px.

    Of an animation the first frame is taken; transparency becomes white, 16 bits become 8, CMYK and wide-gamut
    colours become sRGB (a broken colour profile counts as sRGB). Raises PermitRefusedError and the
    PhotoRefusedErrors of ``container``.
    """
    must_cover_photos(permit, clock)  # (1)
    kind = kind_of(data)  # (2)
    if kind == "HEIF":
        _know_heif()
    with _damage_named(), Image.open(io.BytesIO(data), formats=[kind]) as image:
        check_size(*image.size)
        turn = 1 if kind == "HEIF" else _orientation(image)  # libheif turns by itself
        size = image.size[::-1] if turn in LYING else image.size
        claims = marks.read(data, _texts(image))  # (3)
        quality = _jpeg_quality(image) if kind == "JPEG" else None
        lens = lens_of(image)
        with _one_big if size[0] * size[1] > BIG else nullcontext():
            pixels = _pixels(image, data, turn, longest_edge)
    return Photo(pixels=pixels, marks=claims, original_size=size, kind=kind, jpeg_quality=quality, lens=lens)


@cache
def _know_heif() -> None:
    """Let Pillow open HEIC; imported only for one who has such photos."""
    import pi_heif

    pi_heif.register_heif_opener(thumbnails=False)


def _pixels(image: Image.Image, data: bytes, turn: int, longest_edge: int | None) -> RGB:
    target = _fitted(image.size, longest_edge)
    profile = image.info.get("icc_profile")
    pixels = _jpeg_pixels(image, data, target) if image.format in {"JPEG", "MPO"} else None  # (4)
    if pixels is not None and not profile:  # nearly all: no need to go back and forth between two libraries
        return _upright(_averaged(pixels, target), turn)  # (6)
    flat = _on_white(image) if pixels is None else Image.fromarray(pixels)  # (5)
    small = _shrunk(flat, target)
    if small.mode == "RGB" and not profile:
        return _upright(np.array(small, np.uint8), turn)
    srgb = _to_srgb(small, profile)
    upright = srgb.transpose(UPRIGHT[turn]) if turn in UPRIGHT else srgb
    return np.array(upright, np.uint8)  # (6)


def _jpeg_pixels(image: Image.Image, data: bytes, target: tuple[int, int]) -> RGB | None:
    """Decode a JPEG in colour at 1/2, 1/4 or 1/8 while that is large enough, straight into an array.

    Pillow does the same with the same library (libjpeg-turbo), pixel for pixel, and then copies it twice. None when
    it is not in colour or OpenCV finds it damaged: then Pillow, made ready for that size, says what is wrong or
    forgives it.
    """
    full = image.size
    image.draft(None, target)
    way = REDUCED.get(round(full[0] / image.width))
    if image.mode != "RGB" or way is None:
        return None
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), way | cv2.IMREAD_IGNORE_ORIENTATION)
    if pixels is None or pixels.shape != (image.height, image.width, 3):  # None: not what its stub says
        return None
    return np.asarray(pixels, np.uint8)


def _fitted(size: tuple[int, int], longest_edge: int | None) -> tuple[int, int]:
    scale = min(1.0, longest_edge / max(size)) if longest_edge else 1.0
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _on_white(image: Image.Image) -> Image.Image:
    """Reduce any mode to L, RGB or CMYK of 8 bits, with transparent parts white."""
    if image.mode.startswith("I;16"):
        return Image.fromarray(
            (np.asarray(image) >> 8).astype(np.uint8)
        )  # Pillow's convert() clips it to white
    if image.mode in {"I", "F"}:
        return Image.fromarray((np.asarray(image).clip(0, 65535) / 257).astype(np.uint8))
    if image.has_transparency_data:
        clear = image if image.mode == "RGBA" else image.convert("RGBA")
        white = Image.new("RGB", clear.size, "white")
        white.paste(clear, mask=clear.getchannel("A"))
        return white
    if image.mode in {"L", "RGB", "CMYK"}:
        image.load()
        return image
    return image.convert("RGB")


def _shrunk(image: Image.Image, target: tuple[int, int]) -> Image.Image:
    """Average down to the target's size: by whole numbers in place, the rest by OpenCV.

    What is left is less than one half. Above two thirds each new pixel lies between four old ones and none is
    left out, so mixing those four looks the same as averaging the area, at a tenth of the time.
    """
    if image.size == target:
        return image
    whole = min(image.width // target[0], image.height // target[1])
    nearly = image.reduce(whole) if whole > 1 else image
    return Image.fromarray(_averaged(np.asarray(nearly, np.uint8), target), mode=image.mode)


def _averaged(pixels: RGB, target: tuple[int, int]) -> RGB:
    height, width = pixels.shape[:2]
    if (width, height) == target:
        return pixels
    way = cv2.INTER_LINEAR if target[0] > width * TWO_THIRDS else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, target, interpolation=way), np.uint8)


def _upright(pixels: RGB, turn: int) -> RGB:
    """Turn and mirror as the EXIF orientation says. The result is the caller's own, writable and in one piece."""
    if turn in LYING:
        pixels = pixels.transpose(1, 0, 2)
    down, across = FLIPPED.get(turn, (1, 1))
    return np.ascontiguousarray(pixels[::down, ::across])


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert by the embedded profile; without one, or with a broken one, the values count as sRGB."""
    if profile:
        from PIL import ImageCms

        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, *DAMAGE):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    try:
        turn: int = image.getexif().get(ORIENTATION, 1)
    except DAMAGE:  # a photo with broken EXIF is still a photo
        return 1
    return turn


def _texts(image: Image.Image) -> bytes:
    """Join what the decoder unpacked of the metadata, where marks may lie compressed."""
    values = (
        value.encode("utf-8", "ignore") if isinstance(value, str) else value for value in image.info.values()
    )
    return b"\n".join(value for value in values if isinstance(value, bytes))


def _jpeg_quality(image: Image.Image) -> int | None:
    """Estimate the quality setting from the mean of the luminance table, by the rule libjpeg scales it with."""
    tables: dict[int, list[int]] | None = getattr(image, "quantization", None)
    if not tables:
        return None
    scale = sum(next(iter(tables.values()))) / 64 / 57.625 * 100  # 57.625: mean of the table at quality 50
    quality: float = (200 - scale) / 2 if scale <= 100 else 5000 / scale  # noqa: PLR2004
    return round(min(100.0, max(1.0, quality)))


@contextmanager
def _damage_named() -> Iterator[None]:
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoTooManyPixelsError(**LIMITS) from None
    except (UnidentifiedImageError, *DAMAGE):
        raise PhotoTruncatedError from None
