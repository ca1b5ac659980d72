"""The words of the visible label, set in type: a mask of the ink and the box of every glyph.

GB 45438-2025, 5.2 asks for text of at least 5 % of the short side, without saying which height is meant. We
take the strictest: the ink of every single glyph. So the capitals are set larger than the hanzi, until they
are as tall.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Language = Literal["zh", "en"]
Box = tuple[int, int, int, int]  # x, y, width, height in pixels
Ink = NDArray[np.uint8]  # (H, W) one glyph, cut to its ink; 0..255

WORDS: dict[Language, str] = {"zh": "AI生成", "en": "AI GENERATED"}

_CUTS = (  # up to which ink a cut is used; small type needs more weight to be as clear
    (28, "BarlowCondensed-Label-Medium.ttf", "NotoSansSC-Label-Medium.ttf"),
    (1 << 16, "BarlowCondensed-Label-Regular.ttf", "NotoSansSC-Label-Regular.ttf"),
)
_CAP_HEIGHT = 0.70  # of the em; capitals of Barlow Condensed
_HANZI_HEIGHT = 0.885  # of the em; 生 of Noto Sans SC, the lower of the two hanzi

# Space from ink to ink, in ink heights. Straight sides (I E, N E) need more than open or slanted ones (A T).
_TRACKING = 0.20
_PAIRS = {
    "RA": 0.13,
    "AT": 0.09,
    "TE": 0.15,
    "NE": 0.23,
    "EN": 0.21,
    "AI": 0.19,
    "I生": 0.22,
    "生成": 0.13,
}
_WORD_SPACE = 0.50

_HALF = 127  # a pixel belongs to the ink when at least half of it is covered


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettering:
    """The label's words as ink."""

    mask: NDArray[np.float32]  # (H, W), 0 = none .. 1 = full ink; no margin
    glyphs: tuple[Box, ...]  # ink box of each glyph in the mask, from left to right


@lru_cache(maxsize=16)
def set_type(language: Language, ink: int) -> Lettering:
    """Set the words so that the ink of every glyph is at least ``ink`` pixels high.

    Drawn without hinting on a finer grid and reduced, so that the spacing is even at small sizes and the flat
    tops and feet of the capitals still fall on whole pixels.
    """
    finer = 4 if ink <= 64 else 2  # noqa: PLR2004
    caps = ink * finer
    _, latin, hanzi = next(cut for cut in _CUTS if ink <= cut[0])
    drawn = [
        _glyph(glyph, caps, latin if glyph.isascii() else hanzi) for glyph in WORDS[language] if glyph != " "
    ]
    gaps = _gaps(WORDS[language])
    lefts = [
        round(sum(gaps[: n + 1]) * caps) + sum(one.shape[1] for one in drawn[:n]) for n in range(len(drawn))
    ]
    # Round capitals (G) reach a little over and under the line: they are centred on it. Hanzi hang from it.
    over = [(one.shape[0] - caps) // 2 if language == "en" else 0 for one in drawn]
    tops = [_whole(max(over), finer) - rise for rise in over]
    height = max(top + one.shape[0] for top, one in zip(tops, drawn, strict=True))
    fine = np.zeros((_whole(height, finer), _whole(lefts[-1] + drawn[-1].shape[1], finer)), np.uint8)
    for one, x, y in zip(drawn, lefts, tops, strict=True):
        fine[y : y + one.shape[0], x : x + one.shape[1]] = one
    size = (fine.shape[1] // finer, fine.shape[0] // finer)
    reduced = np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), np.uint8)
    mask = (reduced / np.float32(255)).astype(np.float32)
    mask.setflags(write=False)
    spans = (
        (x // finer, _whole(x + one.shape[1], finer) // finer) for one, x in zip(drawn, lefts, strict=True)
    )
    return Lettering(mask=mask, glyphs=tuple(_ink_box(reduced, *span) for span in spans))


def turned(lettering: Lettering) -> Lettering:
    """The same words turned a quarter clockwise, to be read downwards, as along the edge of a film."""
    rows = lettering.mask.shape[0]
    mask = np.ascontiguousarray(np.rot90(lettering.mask, -1))
    mask.setflags(write=False)
    return Lettering(mask=mask, glyphs=tuple((rows - y - h, x, h, w) for x, y, w, h in lettering.glyphs))


def _gaps(word: str) -> list[float]:
    """Space before each glyph of the word, in ink heights; none before the first."""
    gaps = [0.0]
    for before, glyph in pairwise(word):
        if before == " ":
            gaps.append(_WORD_SPACE)
        elif glyph != " ":
            gaps.append(_PAIRS.get(before + glyph, _TRACKING))
    return gaps


def _whole(length: int, step: int) -> int:
    """Round up to a multiple of the step."""
    return -(-length // step) * step


def _glyph(glyph: str, caps: int, name: str) -> Ink:
    """Draw one glyph, at least ``caps`` high, and cut it to its ink."""
    size = caps / (_CAP_HEIGHT if glyph.isascii() else _HANZI_HEIGHT)
    font = ImageFont.truetype(BytesIO(_font(name)), size, layout_engine=ImageFont.Layout.BASIC)
    canvas = Image.new("L", (round(size * 1.4), round(size * 1.6)))
    ImageDraw.Draw(canvas).text(
        (round(size * 0.2), round(size * 1.2)), glyph, fill=255, font=font, anchor="ls"
    )
    drawn = np.asarray(canvas)
    x, y, width, height = _ink_box(drawn, 0, drawn.shape[1])
    return drawn[y : y + height, x : x + width]


def _ink_box(drawn: Ink, left: int, right: int) -> Box:
    """Find the ink between two columns."""
    inked = drawn[:, left:right] > _HALF
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    x, y = left + int(columns[0]), int(rows[0])
    return x, y, left + int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y


@cache
def _font(name: str) -> bytes:
    return (files("fenshen.labels") / "fonts" / name).read_bytes()
