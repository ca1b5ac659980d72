"""The invisible mark: 48 bits that stay in a picture when its metadata are stripped and its corner is cut off.

A faint pattern of light and dark is laid over the whole picture, stronger where its texture hides it (spread spectrum,
Cox et al. 1997; masking by local activity, Voloshynovskiy et al. 1999). The pattern is public: the mark is a help to
find the record of a picture, never a proof by itself. What makes it more is that the register knows the number.
"""

from dataclasses import dataclass
from itertools import islice
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.errors import FenshenError
from fenshen.labels import mark_grid
from fenshen.labels.mark_code import NUMBER_BITS, decode
from fenshen.labels.mark_grid import Grid
from fenshen.labels.mark_tile import ACROSS, soft_bits, tile

MARK_BITS: Final = NUMBER_BITS
SMALLEST: Final = 200  # pixels of the short side that can carry the mark
FAINT, LOUD, GAIN = 0.65, 2.6, 0.36  # levels: on plain ground, at most, per level of activity
LARGEST_CHANGE: Final = 1.85  # levels, root mean square over the picture: 42.8 dB at least
DITHER: Final = 7  # seed
STRIP: Final = 128  # rows worked on at a time
FINE: Final = 8  # samples per chip of the tile as it is drawn
SPOKEN: Final = (
    4.5  # standard deviations in the spectrum that make a grid worth looking at; marked: 9 and more
)
LIKELY: Final = 5.5  # standard deviations above which a laid tile is worth reading
TRIED: Final = 4  # grids

RGB8 = NDArray[np.uint8]
Floats = NDArray[np.float32]


class MarkNoRoomError(FenshenError):
    """The picture is too small to carry the invisible mark. Facts: ``width``, ``height``."""

    code = "mark_no_room"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A mark that was read: its number passed its check."""

    mark: int
    score: float  # standard deviations by which the tile stood out
    scale: float  # of the picture's short side as marked, to that of the picture read
    rotation: float  # degrees
    mirrored: bool


def embed(rgb: RGB8, mark: int) -> RGB8:
    """Give a copy of a picture that carries a number in 0..2**48-1.

    rgb: (H, W, 3) uint8, sRGB. The same number in the same picture gives the same pixels. All channels change alike, by
    a few levels. Raises MarkNoRoomError, ValueError.
    """
    height, width = rgb.shape[:2]
    if min(height, width) < SMALLEST:
        raise MarkNoRoomError(width=width, height=height)
    levels, drawn = _strength(rgb), _drawn(mark, width, height)
    marked = np.empty_like(rgb)
    for top in range(0, height, STRIP):  # a strip stays in the cache
        rows = slice(top, min(top + STRIP, height))
        change = _rows_of(levels, rows, width, height) * drawn[rows] + _dither(rows, width)
        whole = np.floor(change).astype(np.int16)
        cv2.add(rgb[rows], cv2.merge([whole, whole, whole]), marked[rows], dtype=cv2.CV_8U)  # saturates
    return marked


def find(rgb: RGB8) -> Found | None:
    """Read the number a picture carries; None when there is none that passes its check.

    rgb: (H, W, 3) uint8, sRGB, of any size. Of pictures without a mark, fewer than TRIED * 2 in 2**24 give a number.
    """
    if min(rgb.shape[:2]) < SMALLEST // 4:
        return None
    content = mark_grid.residual(_looked_at(rgb))
    for grid in islice(mark_grid.likely_grids(content), TRIED):
        if grid.score < SPOKEN:
            break
        score, way, chips, better = _refined(content, grid)
        if score > LIKELY and (number := decode(soft_bits(chips))) is not None:
            return Found(
                mark=number, score=score, scale=better.scale, rotation=better.turn + 90 * (way % 4),
                mirrored=way > 3,  # noqa: PLR2004
            )  # fmt: skip
    return None


def _refined(content: Floats, grid: Grid) -> tuple[float, int, Floats, Grid]:
    """Look more closely around a grid: the tile that stands out most."""
    best = None
    for step_s, step_t in ((0.0018, 0.11), (0.0009, 0.055)):
        centre = best[3] if best else grid
        for s in (-1, 0, 1):
            for t in (-1, 0, 1):
                near = Grid(scale=centre.scale * (1 + s * step_s), turn=centre.turn + t * step_t, score=0)
                score, way, chips = mark_grid.lay(mark_grid.fold(content, near.scale, near.turn))
                if best is None or score > best[0]:
                    best = (score, way, chips, near)
    if best is None:
        raise AssertionError("nine places were looked at")
    return best


def _looked_at(rgb: RGB8) -> Floats:
    """Give the picture in grey at the size it is looked at; a very long one is cut to its middle."""
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    factor = mark_grid.SHORT / min(grey.shape)
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small: Floats = np.asarray(cv2.resize(grey.astype(np.float32), size, interpolation=how), np.float32)
    cut = [max(0, (side - mark_grid.LONGEST) // 2) for side in small.shape]
    return small[cut[0] : small.shape[0] - cut[0], cut[1] : small.shape[1] - cut[1]]


def _dither(rows: slice, width: int) -> Floats:
    """Give what makes less than a level appear as fine grain rather than as blots; 0..1, always the same."""
    small = np.random.default_rng(DITHER).random((STRIP, 128), np.float32)
    return np.tile(small, -(-width // 128))[: rows.stop - rows.start, :width]


def _drawn(mark: int, width: int, height: int) -> Floats:
    """Draw the tile over a whole picture; (H, W), about -1..1."""
    sharp = np.kron(tile(mark), np.ones((FINE, FINE), np.float32))
    wrapped = cv2.copyMakeBorder(sharp, FINE, FINE, FINE, FINE, cv2.BORDER_WRAP)
    fine = cv2.GaussianBlur(wrapped, (0, 0), 0.22 * FINE)[FINE:-FINE, FINE:-FINE]
    scale = FINE * ACROSS / min(width, height)  # fine samples per pixel
    times = [int(side * scale) // fine.shape[0] + 2 for side in (height, width)]
    back = np.array([[scale, 0, 0], [0, scale, 0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(np.tile(fine, times), back, (width, height), flags=flags), np.float32)


def _strength(rgb: RGB8) -> Floats:
    """Tell how many levels the mark may change: few on plain ground, more where texture hides it.

    At the size a picture is looked at; `_rows_of` enlarges it. Held down where the whole would change too much.
    """
    factor = mark_grid.SHORT / min(rgb.shape[:2])
    size = (max(1, round(rgb.shape[1] * factor)), max(1, round(rgb.shape[0] * factor)))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    activity = cv2.blur(np.abs(grey - cv2.GaussianBlur(grey, (0, 0), 2.0)), (11, 11))
    levels = np.clip(FAINT + GAIN * activity, FAINT, LOUD)
    root = float(np.sqrt(np.mean(levels * levels)))
    return np.asarray(levels * min(1.0, LARGEST_CHANGE / root), np.float32)


def _rows_of(small: Floats, rows: slice, width: int, height: int) -> Floats:
    """Enlarge a part of a small map to some rows of the picture; (rows, W)."""
    down, across = small.shape[0] / height, small.shape[1] / width
    back = np.array([[across, 0, across / 2 - 0.5], [0, down, (rows.start + 0.5) * down - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (width, rows.stop - rows.start)
    part = cv2.warpAffine(small, back, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(part, np.float32)
