"""The visible label: a slim plate with the words "AI生成" or "AI GENERATED", in a corner, off the face.

Geometry after GB 45438-2025, 5.2, read strictly: every glyph's ink is at least 5 % of the short side, the
label lies inside the frame, in the outer fifth, at an edge. Contrast after WCAG 2: at least 4.5 : 1, with a
margin that outlives JPEG. The plate takes its tone from the picture under it, so that it belongs there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.errors import FenshenError
from fenshen.labels.lettering import Box, Language, Lettering, set_type

RGB8 = NDArray[np.uint8]  # (H, W, 3) sRGB-encoded
RGBf = NDArray[np.float32]  # (H, W, 3) sRGB-encoded, 0..255
FaceBox = tuple[float, float, float, float]  # x, y, width, height in pixels
Corner = Literal["bottom_right", "bottom_left", "top_right", "top_left"]
CORNERS: tuple[Corner, ...] = ("bottom_right", "bottom_left", "top_right", "top_left")

SHARE = 0.05  # of the short side: least ink height of a glyph
BAND = 0.20  # of the picture's height: the label stays within this band at the upper or lower edge
LEAST_INK = 10  # pixels; smaller type is no longer legible
CONTRAST = 4.5
_AIM = 6.0  # contrast drawn, so that compression leaves more than CONTRAST

# All in ink heights.
_PAD_SIDE, _PAD_TOP, _MARGIN, _RADIUS = 0.62, 0.46, 0.55, 0.30

_BRIGHT = 0.30  # relative luminance of the ground above which the plate is pale and the ink dark
_VEILS = (0.50, 0.58, 0.66, 0.74, 0.82, 0.90, 0.96, 1.0)  # how much of the plate's own tone covers the ground


class NoRoomForLabelError(FenshenError):
    """No corner takes the label: the picture is too small or faces fill it. Facts: width, height."""

    code = "label_no_room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the label lies in the picture."""

    corner: Corner
    plate: Box
    text: Box  # the lettering's mask
    ink: int  # pixels, least ink height of a glyph
    lettering: Lettering


def least_ink(width: int, height: int) -> int:
    """Give the least ink height that the rule asks for, in pixels."""
    return max(ceil(SHARE * min(width, height)), LEAST_INK)


def lay_out(width: int, height: int, *, language: Language, faces: Sequence[FaceBox]) -> Layout:
    """Choose the first corner whose plate meets no face: bottom right, bottom left, top right, top left.

    faces: boxes x, y, width, height in pixels. One pixel is added to the ink, so that a measure that rounds
    down still finds it tall enough. Raises NoRoomForLabelError.
    """
    ink = least_ink(width, height) + 1
    lettering = set_type(language, ink)
    text_height, text_width = lettering.mask.shape
    pad_x, pad_y, margin = round(_PAD_SIDE * ink), round(_PAD_TOP * ink), round(_MARGIN * ink)
    size = (text_width + 2 * pad_x, text_height + 2 * pad_y)
    if size[0] + 2 * margin <= width and size[1] + margin <= BAND * height:
        for corner, x, y in _places(width, height, size, margin):
            if not any(_overlap((x, y, *size), face) for face in faces):
                text = (x + pad_x, y + pad_y, text_width, text_height)
                return Layout(corner=corner, plate=(x, y, *size), text=text, ink=ink, lettering=lettering)
    raise NoRoomForLabelError(width=width, height=height)


def draw(rgb: RGB8, *, language: Language, faces: Sequence[FaceBox]) -> RGB8:
    """Give a copy of the picture with the visible label. Only the plate's pixels differ.

    rgb: (H, W, 3) uint8, sRGB. faces: boxes x, y, width, height in pixels. Raises NoRoomForLabelError.
    """
    height, width = rgb.shape[:2]
    layout = lay_out(width, height, language=language, faces=faces)
    x, y, w, h = layout.plate
    labelled = rgb.copy()
    labelled[y : y + h, x : x + w] = _paint(rgb[y : y + h, x : x + w], layout)
    return labelled


def luminance(rgb: RGBf | RGB8) -> NDArray[np.float32]:
    """Relative luminance (WCAG 2, IEC 61966-2-1) of sRGB-encoded 0..255; 0 = black .. 1 = white."""
    encoded = rgb.astype(np.float32) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004
    weighted: NDArray[np.float32] = (linear @ np.array([0.2126, 0.7152, 0.0722])).astype(np.float32)
    return weighted


def _places(width: int, height: int, size: tuple[int, int], margin: int) -> Iterator[tuple[Corner, int, int]]:
    for corner in CORNERS:
        x = width - margin - size[0] if corner.endswith("right") else margin
        y = height - margin - size[1] if corner.startswith("bottom") else margin
        yield corner, x, y


def _overlap(box: Box, face: FaceBox) -> bool:
    (x, y, w, h), (fx, fy, fw, fh) = box, face
    return x < fx + fw and fx < x + w and y < fy + fh and fy < y + h


def _paint(ground: RGB8, layout: Layout) -> RGB8:
    """Paint plate and ink over the ground: frosted, in its own hue, as clear as the contrast allows."""
    frost = _frost(ground, layout.ink)
    mean = frost.reshape(-1, 3).mean(axis=0)
    pale = float(luminance(mean)) > _BRIGHT
    tone, ink = _tint(mean, 0.93 if pale else 0.075), _tint(mean, 0.06 if pale else 0.97)
    plate = next(veiled for veil in _VEILS if _contrast(veiled := frost + (tone - frost) * veil, ink) >= _AIM)
    plate = cv2.resize(plate, layout.plate[2:], interpolation=cv2.INTER_LINEAR)
    painted = ground + (plate - ground) * _rounded(layout.plate[2:], round(_RADIUS * layout.ink))[..., None]
    x, y, w, h = (layout.text[0] - layout.plate[0], layout.text[1] - layout.plate[1], *layout.text[2:])
    text = painted[y : y + h, x : x + w]
    text += (ink - text) * layout.lettering.mask[..., None]
    rounded: RGB8 = np.rint(painted).astype(np.uint8)
    return rounded


def _frost(ground: RGB8, ink: int) -> RGBf:
    """Blur the ground until no texture competes with the ink; a few samples per ink height are enough."""
    size = [max(2, round(4 * extent / ink)) for extent in (ground.shape[1], ground.shape[0])]
    coarse = cv2.resize(ground, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(coarse, (0, 0), 2.0), np.float32)


def _tint(colour: NDArray[np.float32], lightness: float) -> NDArray[np.float32]:
    """Tone of this encoded lightness (0..1) that keeps part of the colour's hue; (3,) 0..255."""
    hue = (colour - colour.mean()) / max(float(np.abs(colour - colour.mean()).max()), 1.0)
    strength = min(1.0, float(np.ptp(colour)) / 96)  # a grey ground asks for a grey plate
    reach = 255 * min(0.035, 0.45 * lightness, 0.45 * (1 - lightness))
    tinted: NDArray[np.float32] = np.clip(255 * lightness + hue * strength * reach, 0, 255).astype(np.float32)
    return tinted


def _contrast(plate: RGBf, ink: NDArray[np.float32]) -> float:
    """WCAG 2 contrast of the ink with the worst pixel of the plate; 1..21."""
    behind, over = luminance(plate), float(luminance(ink))
    low, high = float(behind.min()), float(behind.max())
    return max((over + 0.05) / (high + 0.05), (low + 0.05) / (over + 0.05))


def _rounded(size: tuple[int, int], radius: int) -> NDArray[np.float32]:
    """Coverage of a rectangle with rounded corners; (height, width) 0..1, anti-aliased."""
    width, height = size
    dx = np.abs(np.arange(width) - (width - 1) / 2) - (width / 2 - radius)
    dy = np.abs(np.arange(height) - (height - 1) / 2) - (height / 2 - radius)
    outside = np.hypot(np.maximum(dx, 0)[None, :], np.maximum(dy, 0)[:, None]) - radius
    coverage: NDArray[np.float32] = np.clip(0.5 - outside, 0, 1).astype(np.float32)
    return coverage
