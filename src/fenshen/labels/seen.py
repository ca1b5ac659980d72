"""Find the visible label by the shape of its glyphs: known words at the known size, no reading of text.

In every design the words are the same; they run along the upper or lower edge, or, turned, down the right one.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.labels.layout import BAND, RGB8, SHARE, least_ink, luminance
from fenshen.labels.lettering import WORDS, Language, set_type

MATCH = 0.58  # correlation with the words; 37 portraits without label reach .32, 156 labelled and spoilt .86
_CONTRAST = 2.0  # ink against plate; below it, texture and noise can correlate with anything
_INK = 18  # pixels; the picture is reduced until the label's ink is this high
_SIZES = (1.0, 1.015, 1.03, 1.045, 1.06, 1.08, 1.1)  # of the least ink; a small picture scaled up has more
_EDGE = 0.35  # of the ink height: plain plate around the words that must be there too

Grey = NDArray[np.float32]  # (H, W) 0..255, sRGB-encoded


def find(rgb: RGB8) -> Language | None:
    """Give the language of the studio's visible label when it stands at an edge, in any design, else None.

    rgb: (H, W, 3) uint8, sRGB; any size. A label that was cut, covered or blurred away is not found.
    """
    height, width = rgb.shape[:2]
    ink = least_ink(width, height) + 1
    size = (max(1, round(width * _INK / ink)), max(1, round(height * _INK / ink)))
    grey: Grey = np.asarray(
        cv2.cvtColor(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY), np.float32
    )
    bands = [*_bands(grey), *_bands(np.ascontiguousarray(np.rot90(grey)))]  # as it is; its right edge upwards
    tall = _INK / (SHARE * min(size))  # how much taller than the least share the ink is here
    for times in (tall, *(times for times in _SIZES if times > tall / 2)):
        for language, words in _words(_INK * times / tall):
            if any(_stands(words, band) for band in bands):
                return language
    return None


def _bands(grey: Grey) -> tuple[Grey, Grey]:
    """Give the lower and the upper fifth."""
    rows = min(grey.shape[0], round(BAND * grey.shape[0]) + 2)
    return grey[-rows:], grey[:rows]


def _words(ink: float) -> Iterator[tuple[Language, Grey]]:
    """Each language's words with their edge of plain plate; 0..1."""
    drawn = 4 * _INK
    for language in WORDS:
        mask = set_type(language, drawn).mask
        size = (round(mask.shape[1] * ink / drawn), round(mask.shape[0] * ink / drawn))
        edge = round(_EDGE * ink)
        yield language, np.pad(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), edge).astype(np.float32)


def _stands(words: Grey, band: Grey) -> bool:
    if words.shape[0] > band.shape[0] or words.shape[1] > band.shape[1]:
        return False
    match = np.abs(np.nan_to_num(cv2.matchTemplate(band, words, cv2.TM_CCOEFF_NORMED)))
    y, x = np.unravel_index(int(match.argmax()), match.shape)
    under = band[y : y + words.shape[0], x : x + words.shape[1]]
    ink, plate = (_light(under[where]) for where in (words > 0.9, words < 0.05))  # noqa: PLR2004
    contrast = (max(ink, plate) + 0.05) / (min(ink, plate) + 0.05)
    return bool(match[y, x] >= MATCH and contrast >= _CONTRAST)


def _light(grey: Grey) -> float:
    """Relative luminance of the median grey."""
    return float(luminance(np.full(3, np.median(grey), np.float32)))
