"""The label in a corner of the picture: words on a breath of shade or light that belongs to the picture.

No plate with an edge: the ground under the words is calmed and veiled only as far as the contrast asks, and the
veil runs out softly. On a quiet ground nothing is seen of it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.labels.layout import (
    AIM,
    BAND,
    BRIGHT,
    RGB8,
    FaceBox,
    Layout,
    NoRoomForLabelError,
    Place,
    RGBf,
    contrast,
    least_ink,
    luminance,
    meets,
    tint,
)
from fenshen.labels.lettering import Language, set_type

CORNERS: Final[tuple[Place, ...]] = ("bottom_right", "bottom_left", "top_right", "top_left")

# All in ink heights.
_MARGIN, _CORE = 0.80, 0.22  # from the words to the frame; the full veil around them
_FADE_ACROSS, _FADE_UP = 3.40, 1.85  # over which it runs out
_BURN = 0.10  # of its own light that a ground keeps under a full veil
_VEILS = (0.0, 0.12, 0.24, 0.36, 0.48, 0.58, 0.66, 0.74, 0.82, 0.90, 0.96, 1.0)
_KEPT = 0.5  # of the ground's texture under a veil of none: the rest is blurred away


def lay_out(width: int, height: int, *, language: Language, faces: Sequence[FaceBox]) -> Layout:
    """Choose the first corner that meets no face: bottom right, bottom left, top right, top left.

    One pixel is added to the ink, so that a measure that rounds down still finds it tall enough. Raises
    NoRoomForLabelError.
    """
    ink = least_ink(width, height) + 1
    lettering = set_type(language, ink)
    rows, columns = lettering.mask.shape
    margin, across, up = (round(share * ink) for share in (_MARGIN, _CORE + _FADE_ACROSS, _CORE + _FADE_UP))
    up = min(up, int(BAND * height) - rows - margin)  # in a wide picture the veil runs out sooner
    size = (min(width, columns + margin + across), rows + margin + up)
    if columns + 2 * margin <= width and up >= 2 * _CORE * ink:
        for corner, right, bottom in _corners():
            x = width - margin - columns if right else margin
            y = height - margin - rows if bottom else margin
            plate = (width - size[0] if right else 0, height - size[1] if bottom else 0, *size)
            if not meets(plate, faces):
                return Layout(
                    size=(width, height), picture=(0, 0, width, height), place=corner, plate=plate,
                    text=(x, y, columns, rows), ink=ink, lettering=lettering,
                )  # fmt: skip
    raise NoRoomForLabelError(width=width, height=height)


def paint(rgb: RGB8, layout: Layout) -> RGB8:
    """Give a copy with the words. Only the plate's pixels differ."""
    x, y, w, h = layout.plate
    labelled = rgb.copy()
    labelled[y : y + h, x : x + w] = _painted(rgb[y : y + h, x : x + w], layout)
    return labelled


def _corners() -> Iterator[tuple[Place, bool, bool]]:
    for corner in CORNERS:
        yield corner, corner.endswith("right"), corner.startswith("bottom")


def _painted(ground: RGB8, layout: Layout) -> RGB8:
    x, y, w, h = (layout.text[0] - layout.plate[0], layout.text[1] - layout.plate[1], *layout.text[2:])
    core = round(_CORE * layout.ink)
    inner = np.s_[max(0, y - core) : y + h + core, max(0, x - core) : x + w + core]
    raw = ground.astype(np.float32)
    plate, ink = _quietest(raw, inner, layout.ink)
    painted = raw + (plate - raw) * _coverage(layout)[..., None]
    text = painted[y : y + h, x : x + w]
    text += (ink - text) * layout.lettering.mask[..., None]
    rounded: RGB8 = np.rint(painted).astype(np.uint8)
    return rounded


def _quietest(raw: RGBf, inner: tuple[slice, slice], size: int) -> tuple[RGBf, NDArray[np.float32]]:
    """Leave the ground as it is where dark or light words can be read on it; else burn it in, as in a darkroom.

    A light ground is dodged instead, for dark words. Gives the ground under the words, and their ink.
    """
    frost = _frost(raw, size)
    mean = frost[inner].reshape(-1, 3).mean(axis=0)
    black, white = tint(mean, 0.05), tint(mean, 0.97)
    for ink in (white, black):
        if contrast(raw[inner], ink) >= AIM:
            return raw, ink
    is_light = float(luminance(mean)) > BRIGHT
    tone, ink = (white, black) if is_light else (frost * np.float32(_BURN), white)
    veils = (_veil(raw, frost, tone, veil) for veil in _VEILS)
    return next(veiled for veiled in veils if contrast(veiled[inner], ink) >= AIM), ink


def _veil(raw: RGBf, frost: RGBf, tone: NDArray[np.float32], veil: float) -> RGBf:
    """Mix the calmed ground with the tone; the heavier the veil, the less texture is left."""
    calmed = frost + (raw - frost) * np.float32(_KEPT * (1 - veil))
    mixed: RGBf = (calmed + (tone - calmed) * np.float32(veil)).astype(np.float32)
    return mixed


def _frost(ground: RGBf, ink: int) -> RGBf:
    """Blur the ground until no texture competes with the ink; a few samples per ink height are enough."""
    size = [max(2, round(4 * extent / ink)) for extent in (ground.shape[1], ground.shape[0])]
    coarse = cv2.resize(ground, size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(coarse, (0, 0), 2.0)
    return np.asarray(cv2.resize(blurred, ground.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _coverage(layout: Layout) -> NDArray[np.float32]:
    """1 around the words and out to the corner's frame, running out smoothly inwards; (height, width)."""
    x, y, w, h = (layout.text[0] - layout.plate[0], layout.text[1] - layout.plate[1], *layout.text[2:])
    core = _CORE * layout.ink
    across, down = (np.arange(extent, dtype=np.float32) for extent in layout.plate[2:])
    right, bottom = layout.place.endswith("right"), layout.place.startswith("bottom")
    dx = np.maximum(x - core - across if right else across - (x + w - 1 + core), 0)
    dy = np.maximum(y - core - down if bottom else down - (y + h - 1 + core), 0)
    over = np.float32((y if bottom else layout.plate[3] - y - h) - core)
    left = np.clip(
        1 - np.hypot(dx[None, :] / np.float32(_FADE_ACROSS * layout.ink), dy[:, None] / over), 0, 1
    )
    smooth: NDArray[np.float32] = (left * left * (3 - 2 * left)).astype(np.float32)
    return smooth
