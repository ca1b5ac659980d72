"""A picture that a template brings along and hangs behind the sitter. A stranger may have made it."""

import io
import struct
from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from fenshen.engines.studio.film import KNEE
from fenshen.errors import FenshenError
from fenshen.templates.assets import Asset, Marks
from fenshen.templates.packs import read_asset
from fenshen.templates.recipe import Backdrop
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_linear

KINDS: Final = ("JPEG", "PNG", "WEBP")
MOST_PIXELS: Final = 8_000_000
QUALITY: Final = 90
BEND: Final = 0.8  # of the shoulder: highlights are taken back no further, or a white wall would glow


class Hanging(Protocol):
    """A template, for one person or several, as far as what hangs behind them goes."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def backdrop(self) -> Backdrop:
        """What hangs behind."""
        ...

    @property
    def assets(self) -> tuple[Asset, ...]:
        """The pictures it brings along."""
        ...

    @property
    def folder(self) -> Path | None:
        """Where they lie."""
        ...


class SceneryUnreadableError(FenshenError):
    """The picture that a template hangs behind the sitter cannot be opened. Facts: ``template``."""

    code = "scenery_unreadable"


def hung(template: Hanging, size: tuple[int, int]) -> Floats | None:
    """The template's picture as light that fills (width, height), or None when it has none: (h, w, 3) linear sRGB.

    It is cut to the format around its middle. What a camera bent of its highlights is bent back, because it will be
    developed once more. Raises SceneryUnreadableError, PackMissingError.
    """
    if template.backdrop.picture is None:
        return None
    if template.folder is None:
        raise SceneryUnreadableError(template=template.name)
    rgb = _opened(read_asset(template.folder, template.backdrop.picture), template.name)
    return unbent(to_linear(fitted(rgb, size)))


def generated(template: Hanging) -> bool:
    """Whether a trained model had a part in what hangs behind the sitter, as far as its marks say."""
    shown = template.backdrop.picture
    return any(
        asset.file == shown and asset.ai is not None and by_a_model(asset.ai) for asset in template.assets
    )


def by_a_model(marks: Marks) -> bool:
    """Whether marks say that a trained model made or changed a picture; the label of GB 45438 says so by itself."""
    return bool(marks.tc260) or marks.source_type in {
        "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"
    }  # fmt: skip


def fitted(rgb: RGB, size: tuple[int, int]) -> RGB:
    """Cut to the format around the middle and resample to (width, height)."""
    height, width = rgb.shape[:2]
    scale = min(width / size[0], height / size[1])
    wide, tall = min(width, round(size[0] * scale)), min(height, round(size[1] * scale))
    left, top = (width - wide) // 2, (height - tall) // 2
    part = rgb[top : top + tall, left : left + wide]
    way = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(part, size, interpolation=way), np.uint8)


def unbent(linear: Floats) -> Floats:
    """Undo the shoulder of `film.tone` in highlights: lamps shine again, so that out of focus they are discs."""
    peak = np.maximum(linear.max(-1, keepdims=True), 1e-4)
    part = np.clip((peak - KNEE) / (1 - KNEE), 0, BEND)
    return floats(linear * ((np.minimum(peak, KNEE) + (1 - KNEE) * part / (1 - part)) / peak))


def coded(rgb: RGB, profile: bytes) -> bytes:
    """A picture (h, w, 3) sRGB as WebP without metadata but for its profile."""
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(
        out, "WEBP", quality=QUALITY, method=4, icc_profile=profile
    )
    return out.getvalue()


def _opened(data: bytes, name: str) -> RGB:
    """Decode after a look at the header."""
    try:
        with Image.open(io.BytesIO(data), formats=KINDS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise SceneryUnreadableError(template=name)
            return np.array(image.convert("RGB"), np.uint8)
    except (
        Image.DecompressionBombError,
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        struct.error,
    ):
        raise SceneryUnreadableError(template=name) from None
