"""Labels outside the picture, as prints have them: a caption below it, or the edge of a film beside it.

The picture's own pixels stay as they are; the file grows. The ink is 5 % of the short side of the *grown* picture.
"""

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.labels.layout import (
    BAND,
    BRIGHT,
    RGB8,
    FaceBox,
    Layout,
    NoRoomForLabelError,
    least_ink,
    luminance,
    tint,
)
from fenshen.labels.lettering import Language, set_type, turned

# All in ink heights.
_ABOVE, _BELOW, _INSET = 0.78, 0.86, 0.95  # caption: space above and below its words, and before them
_REBATE, _RIM, _LEAD = (
    0.62,
    0.42,
    1.30,
)  # film: space on either side of its words, black of the other edges, start

_PAPER, _MAT = 0.962, 0.065  # encoded lightness of the strip below a light and below a dark picture
_BASE: Final = (15.0, 14.0, 13.0)  # sRGB of developed film's edge
_AMBER: Final = (240.0, 176.0, 92.0)  # of the words that the maker of colour film exposed into it
_SILVER: Final = (222.0, 222.0, 220.0)  # the same on black-and-white film
_COLOURLESS = 2.0  # mean difference of channels below which a picture is black and white


def lay_out_caption(width: int, height: int, *, language: Language, faces: Sequence[FaceBox]) -> Layout:
    """Put the words on a strip below the picture, set from the left. Raises NoRoomForLabelError."""
    del faces  # none lies outside the picture
    ink = _settled(lambda ink: (width, height + _strip(language, ink)), width, height)
    lettering = set_type(language, ink)
    rows, columns = lettering.mask.shape
    inset, strip = round(_INSET * ink), _strip(language, ink)
    if columns + 2 * inset > width or strip > BAND * (height + strip):
        raise NoRoomForLabelError(width=width, height=height)
    text = (inset, height + round(_ABOVE * ink), columns, rows)
    return Layout(
        size=(width, height + strip), picture=(0, 0, width, height), place="below",
        plate=(0, height, width, strip), text=text, ink=ink, lettering=lettering,
    )  # fmt: skip


def paint_caption(rgb: RGB8, layout: Layout) -> RGB8:
    """Add the strip: paper below a light picture, a dark mat below a dark one."""
    foot = rgb[-max(1, rgb.shape[0] // 12) :].reshape(-1, 3).astype(np.float32).mean(axis=0)
    pale = float(luminance(foot)) > BRIGHT / 3
    ground, ink = tint(foot, _PAPER if pale else _MAT), tint(foot, 0.16 if pale else 0.86)
    return _framed(rgb, layout, ground, ink)


def lay_out_film(width: int, height: int, *, language: Language, faces: Sequence[FaceBox]) -> Layout:
    """Frame the picture in film and let the words run down its right edge. Raises NoRoomForLabelError."""
    del faces  # none lies outside the picture
    ink = _settled(lambda ink: _filmed(width, height, language, ink), width, height)
    lettering = turned(set_type(language, ink))
    rows, columns = lettering.mask.shape
    rim, lead = round(_RIM * ink), round(_LEAD * ink)
    size = _filmed(width, height, language, ink)
    edge = size[0] - rim - width
    if rows + 2 * lead > size[1] or edge > BAND * size[0]:
        raise NoRoomForLabelError(width=width, height=height)
    text = (rim + width + round(_REBATE * ink), rim + lead, columns, rows)
    return Layout(
        size=size, picture=(rim, rim, width, height), place="right", plate=(rim + width, 0, edge, size[1]),
        text=text, ink=ink, lettering=lettering,
    )  # fmt: skip


def paint_film(rgb: RGB8, layout: Layout) -> RGB8:
    """Add the film's edges, black, with words as its maker exposes them: amber, or silver for black and white."""
    small = cv2.resize(rgb, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    is_grey = float(np.ptp(small, axis=2).mean()) < _COLOURLESS
    ground = np.asarray(_BASE, np.float32)
    ink = np.asarray(_SILVER if is_grey else _AMBER, np.float32)
    return _framed(rgb, layout, ground, ink)


def _strip(language: Language, ink: int) -> int:
    return int(set_type(language, ink).mask.shape[0]) + round(_ABOVE * ink) + round(_BELOW * ink)


def _filmed(width: int, height: int, language: Language, ink: int) -> tuple[int, int]:
    """Size of the framed picture: a rim on three sides, the words' edge on the right."""
    rim = round(_RIM * ink)
    return width + rim + set_type(language, ink).mask.shape[0] + 2 * round(_REBATE * ink), height + 2 * rim


def _settled(grown: Callable[[int], tuple[int, int]], width: int, height: int) -> int:
    """Give the ink that is large enough for the picture which it makes larger; one pixel more, as everywhere."""
    ink = least_ink(width, height) + 1
    while (needed := least_ink(*grown(ink)) + 1) > ink:
        ink = needed
    return ink


def _framed(rgb: RGB8, layout: Layout, ground: NDArray[np.float32], ink: NDArray[np.float32]) -> RGB8:
    """Lay the picture into its ground and set the words beside it."""
    made = np.empty((layout.size[1], layout.size[0], 3), np.uint8)
    made[:] = np.rint(ground).astype(np.uint8)
    x, y, w, h = layout.text
    words = ground + (ink - ground) * layout.lettering.mask[..., None]
    made[y : y + h, x : x + w] = np.rint(words).astype(np.uint8)
    x, y, w, h = layout.picture
    made[y : y + h, x : x + w] = rgb
    return made
