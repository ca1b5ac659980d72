"""Tells a photograph of a screen, and a screenshot, from a photograph. Measures only; limits are in ``photos``."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision.arrays import RGB, Floats
from fenshen.vision.shades import Shades

TILE = 256
TILES = 2
"""Spectra are taken of up to TILES x TILES squares of TILE px: a screen's grid is in all, a tweed jacket in some."""

LOWEST, HIGHEST = 0.10, 0.49
"""Cycles per px between which a regular pattern counts; coarser ones are things, not grids."""

AXIS = 1.5
"""Steps of the spectrum to each side of an axis that are left out: JPEG's blocks, windowed, are that wide."""

AROUND = (((15, 15), (5, 5)), ((21, 3), (5, 3)), ((3, 21), (3, 5)))
"""What a peak is held against, in steps: the square around it and the ridges along and down, each without itself."""

COLUMN = 8
"""Bars are looked for in every eighth column."""

LOWEST_BAR = 0.02
"""Least share of the height that is a bar."""

BAND_WIDTH = 0.9
"""Share of a row that must be of one colour for a bar of an app."""

SCREENS = frozenset(
    {
        (640, 1136), (720, 1280), (720, 1520), (720, 1560), (720, 1600), (720, 1612), (750, 1334), (828, 1792),
        (1080, 1920), (1080, 2160), (1080, 2220), (1080, 2280), (1080, 2310), (1080, 2316), (1080, 2340),
        (1080, 2376), (1080, 2388), (1080, 2400), (1080, 2408), (1080, 2412), (1080, 2460), (1125, 2436),
        (1170, 2532), (1179, 2556), (1206, 2622), (1220, 2712), (1228, 2700), (1240, 2772), (1242, 2208),
        (1242, 2688), (1260, 2800), (1264, 2780), (1284, 2778), (1290, 2796), (1320, 2868), (1344, 2992),
        (1440, 2560), (1440, 2960), (1440, 3040), (1440, 3088), (1440, 3120), (1440, 3168), (1440, 3200),
        (768, 1366), (800, 1280), (900, 1440), (900, 1600), (1050, 1680), (1200, 1920), (1440, 3440),
        (1600, 2560), (1620, 2160), (1640, 2360), (1668, 2388), (1800, 2880), (2048, 2732), (2160, 3840),
    }
)  # fmt: skip
"""Sizes of screens in px, short side first: telephones, tablets, computers on sale from 2015 to 2026."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSigns:
    """What speaks for a screen."""

    grid: float  # sharpest regular pattern found all over, in times the spectrum around it
    bars: (
        float  # share of the height that is bars of one colour at top and bottom, cut off by a straight edge
    )
    size_of_a_screen: bool  # the picture has exactly the px of a known screen


def signs(shades: Shades, original_size: tuple[int, int]) -> ScreenSigns:
    """Measure a photo; ``original_size`` is its width and height in px before any shrinking."""
    short, long = sorted(original_size)
    gray = shades.whole
    return ScreenSigns(grid=grid(gray), bars=bars(gray), size_of_a_screen=(short, long) in SCREENS)


def grid(gray: RGB) -> float:
    """Height of the sharpest peak in the median of the tiles' amplitude spectra, over its surroundings.

    A photographed screen shows its pixels, or their beat with the camera's (moire), as a lattice of points in the
    spectrum. Straight edges lie there as ridges along the axes: a peak must stand out of the ridge it stands on, too,
    so that a screen held straight is seen. The axes themselves are left out: JPEG's blocks lie there.
    """
    height, width = gray.shape
    if min(height, width) < TILE:
        return 0.0
    ups = np.unique(np.linspace(0, height - TILE, min(TILES, -(-height // TILE))).astype(int))
    lefts = np.unique(np.linspace(0, width - TILE, min(TILES, -(-width // TILE))).astype(int))
    middle = _median([_amplitudes(gray[y : y + TILE, x : x + TILE]) for y in ups for x in lefts])
    around = np.maximum.reduce([_around(middle, *sides) for sides in AROUND])
    return float(np.max(middle / np.maximum(around, 1e-6), where=_looked_at(), initial=0.0))


def _around(spectrum: Floats, outer: tuple[int, int], inner: tuple[int, int]) -> Floats:
    """Mean of the outer box (width, height) around each place without the inner one, in which a peak lies."""
    whole, peak = (
        cv2.boxFilter(spectrum, -1, sides, normalize=False, borderType=cv2.BORDER_REFLECT_101)
        for sides in (outer, inner)
    )
    return np.asarray((whole - peak) / (outer[0] * outer[1] - inner[0] * inner[1]), np.float32)


def _median(pictures: Sequence[Floats]) -> Floats:
    """Median of one, two or four pictures, pixel by pixel, without sorting: the mean of the two in the middle."""
    if len(pictures) == 1:
        return pictures[0]
    low, high = pictures[0], pictures[1]
    if len(pictures) == TILES**2:
        (a, b, c, d) = pictures
        low = np.maximum(np.minimum(a, b), np.minimum(c, d))
        high = np.minimum(np.maximum(a, b), np.maximum(c, d))
    return np.asarray((low + high) / 2, np.float32)


def _amplitudes(tile: RGB) -> Floats:
    values = tile.astype(np.float32)
    waves = cv2.dft((values - values.mean()) * _window(), flags=cv2.DFT_COMPLEX_OUTPUT)[:, : TILE // 2 + 1]
    return np.asarray(cv2.magnitude(waves[..., 0], waves[..., 1]) / TILE, np.float32)


@cache
def _window() -> Floats:
    """Hann's window, every other row negative: that puts the frequency 0 in the middle of the spectrum's height."""
    signs = 1 - 2 * (np.arange(TILE) % 2)
    return np.outer(signs * np.hanning(TILE), np.hanning(TILE)).astype(np.float32)


@cache
def _looked_at() -> NDArray[np.bool_]:
    up, along = np.abs(np.fft.fftshift(np.fft.fftfreq(TILE)))[:, None], np.fft.rfftfreq(TILE)[None]
    far = np.hypot(up, along) > LOWEST
    inside = (np.minimum(up, along) > AXIS / TILE) & (np.maximum(up, along) < HIGHEST)
    return np.asarray(far & inside)


def bars(gray: RGB) -> float:
    """Share of the height taken by plain bars at top and bottom that end in a straight edge from side to side."""
    columns: RGB = np.ascontiguousarray(gray[:, ::COLUMN])
    return _bar(columns) + _bar(columns[::-1])


def _bar(gray: RGB) -> float:
    """Rows from the first on of one and the same colour, words and icons apart."""
    height = gray.shape[0]
    colour = float(np.median(gray[: max(2, height // 100)]))
    least = int(np.ceil(LOWEST_BAR * height))
    if (_plain(gray[:least], colour) < 0.5).any():  # noqa: PLR2004
        return 0.0  # nearly all: no need to look at the rest
    most = height * 12 // 25  # a wide picture on a tall screen leaves nearly half of it above
    plain = _plain(gray[:most], colour)
    # Rows with a line of words are less plain; the bar goes on while most of the next rows are.
    rows = np.flatnonzero(plain < 0.5)  # noqa: PLR2004
    end = int(rows[0]) if len(rows) else most
    if end >= most or plain[:end].mean() < BAND_WIDTH:
        return 0.0
    edge = np.abs(gray[min(end + 1, most - 1)].astype(np.int16) - gray[end - 2])
    return end / height if (edge > 8).mean() > 0.85 else 0.0  # noqa: PLR2004


def _plain(rows: RGB, colour: float) -> NDArray[np.float64]:
    """Share of each row that is of this luma, give or take three."""
    low, high = int(np.ceil(colour - 3)), int(np.floor(colour + 3))
    return np.asarray(((rows >= low) & (rows <= high)).mean(axis=1))
