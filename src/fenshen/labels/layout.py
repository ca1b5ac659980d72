"""Where a visible label lies: the shared terms of its designs.

Rules after GB 45438-2025, 5.2, read strictly: every glyph's ink is at least 5 % of the short side of the
picture *as it leaves*, the label lies inside the frame, in the outer fifth, at an edge or corner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from fenshen.errors import FenshenError
from fenshen.labels.lettering import Box, Lettering

RGB8 = NDArray[np.uint8]  # (H, W, 3) sRGB-encoded
RGBf = NDArray[np.float32]  # (H, W, 3) sRGB-encoded, 0..255
FaceBox = tuple[float, float, float, float]  # x, y, width, height in pixels
Place = Literal["bottom_right", "bottom_left", "top_right", "top_left", "below", "right"]

SHARE = 0.05  # of the short side: least ink height of a glyph
BAND = 0.20  # of the picture: the label stays within this band at the edge it lies at
LEAST_INK = 10  # pixels; smaller type is no longer legible
CONTRAST = 4.5  # WCAG 2, in the file
AIM = 5.4  # contrast drawn, so that compression leaves more than CONTRAST
BRIGHT = 0.36  # relative luminance of the ground above which the ink is dark


class NoRoomForLabelError(FenshenError):
    """No place takes the label: the picture is too small or faces fill it. Facts: width, height."""

    code = "label_no_room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where everything lies in the picture that leaves."""

    size: tuple[int, int]  # width, height as it leaves
    picture: Box  # where the picture's own pixels lie in it
    place: Place
    plate: Box  # all that the label may change or adds around its words
    text: Box  # the lettering's mask
    ink: int  # pixels, least ink height of a glyph
    lettering: Lettering


def least_ink(width: int, height: int) -> int:
    """Give the least ink height that the rule asks for, in pixels."""
    return max(ceil(SHARE * min(width, height)), LEAST_INK)


def luminance(rgb: RGBf | RGB8) -> NDArray[np.float32]:
    """Relative luminance (WCAG 2, IEC 61966-2-1) of sRGB-encoded 0..255; 0 = black .. 1 = white."""
    encoded = rgb.astype(np.float32) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004
    weighted: NDArray[np.float32] = (linear @ np.array([0.2126, 0.7152, 0.0722])).astype(np.float32)
    return weighted


def contrast(ground: RGBf, ink: NDArray[np.float32]) -> float:
    """WCAG 2 contrast of the ink with the worst pixel of the ground; 1..21."""
    behind, over = luminance(ground), float(luminance(ink))
    low, high = float(behind.min()), float(behind.max())
    return max((over + 0.05) / (high + 0.05), (low + 0.05) / (over + 0.05))


def tint(colour: NDArray[np.float32], lightness: float) -> NDArray[np.float32]:
    """Tone of this encoded lightness (0..1) that keeps part of the colour's hue; (3,) 0..255."""
    hue = (colour - colour.mean()) / max(float(np.abs(colour - colour.mean()).max()), 1.0)
    strength = min(1.0, float(np.ptp(colour)) / 96)  # a grey ground asks for a grey tone
    reach = 255 * min(0.035, 0.45 * lightness, 0.45 * (1 - lightness))
    tinted: NDArray[np.float32] = np.clip(255 * lightness + hue * strength * reach, 0, 255).astype(np.float32)
    return tinted


def meets(box: Box, faces: Sequence[FaceBox]) -> bool:
    """Tell whether a box touches any of the faces."""
    x, y, w, h = box
    return any(x < fx + fw and fx < x + w and y < fy + fh and fy < y + h for fx, fy, fw, fh in faces)
