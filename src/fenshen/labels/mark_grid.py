"""Find the invisible mark's grid in a picture that may have been scaled, cropped, turned or mirrored since.

A pattern that repeats puts its energy at the points of a lattice in the spectrum, wherever it was cropped
(Pereira & Pun 2000 use such a template for the same end). All scales and small rotations are tried on the spectrum,
which costs look-ups only; the few best are looked at in the picture itself, folded tile onto tile.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import cos, radians, sin
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.labels.mark_tile import ACROSS, CHIPS, Chips, beacon

SAMPLES: Final = 3  # per chip, in the picture as it is looked at
SHORT: Final = ACROSS * SAMPLES  # pixels of its short side
PERIOD: Final = CHIPS * SAMPLES  # pixels of a tile in it, at scale 1
SCALES: Final = np.geomspace(0.94, 1.75, 178)  # a crop to 57 % of the short side looks 1.75 times as large
TURNS: Final = np.arange(-3.0, 3.01, 0.22)  # degrees
LARGEST: Final = 18  # lattice points along an axis; beyond them the chips' own spectrum has little
EDGE: Final = 12  # levels; what is stronger is no mark
EDGE_OF_MEDIAN: Final = 5  # nor is it, in a picture full of texture, below so many times the median
BESIDE: Final = 5  # pixels across, that say nothing for an edge's sake
LONGEST: Final = 1100  # pixels of the long side that are looked at

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where the tiles seem to lie: their scale (1 = as embedded, uncropped) and turn in degrees."""

    scale: float
    turn: float
    score: float


def residual(grey: Floats) -> Floats:
    """Take the picture's own content away as far as it can be told from the mark, and level its contrast.

    grey: (H, W) float32, 0..255, its short side SHORT. Gives (H, W), about -2.5..2.5.
    1. what is much stronger than the rest is an edge, not the mark: it says nothing, nor do its neighbours
    2. what runs through whole rows or columns is a frame or the gutter of a contact sheet, which repeats as a tile does
    """
    fine = grey - cv2.GaussianBlur(grey, (0, 0), 3.2)
    size = np.abs(fine)
    edges = (size > max(EDGE, EDGE_OF_MEDIAN * float(np.median(size)))).astype(np.uint8)
    fine[cv2.dilate(edges, np.ones((BESIDE, BESIDE), np.uint8)) > 0] = 0  # (1)
    level = np.sqrt(np.maximum(cv2.blur(fine * fine, (17, 17)), 0)) + 1.2
    clipped: Floats = np.clip(fine / level, -2.5, 2.5).astype(np.float32)
    for axis in (0, 1):
        clipped -= clipped.mean(axis=axis, keepdims=True)  # (2)
    return clipped


def likely_grids(content: Floats) -> list[Grid]:
    """Give the grids that the spectrum of a residual speaks for, the likeliest first."""
    size = tuple(cv2.getOptimalDFTSize(round(1.25 * side)) for side in content.shape)
    window = np.outer(*(np.hanning(side) for side in content.shape)).astype(np.float32)
    padded = np.zeros(size, np.float32)
    padded[: content.shape[0], : content.shape[1]] = content * (0.4 + 0.6 * window)
    power = np.abs(np.fft.rfft2(padded)).astype(np.float32) ** 2
    power = np.minimum(power / (cv2.blur(power, (15, 15)) + 1e-6), 8)
    across, down = _lattice(size)
    found = cv2.remap(power, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    scores = found.reshape(len(SCALES), len(TURNS), -1).mean(axis=2)
    scores = (scores - scores.mean()) / (scores.std() + 1e-9)
    return list(_peaks(scores))


def fold(content: Floats, scale: float, turn: float) -> Floats:
    """Lay all tiles of a residual over each other; (96, 96)."""
    height, width = content.shape
    turned = abs(sin(radians(turn)))
    extent = [
        -(-int((side + turned * other) / scale) // PERIOD) * PERIOD
        for side, other in ((height, width), (width, height))
    ]
    c, s = cos(radians(turn)) * scale, sin(radians(turn)) * scale
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    back = np.array([[c, -s], [s, c]])
    shift = centre - back @ np.array([(extent[1] - 1) / 2, (extent[0] - 1) / 2])
    laid = cv2.warpAffine(
        content,
        np.column_stack([back, shift]),
        (extent[1], extent[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderValue=0,
    )
    tiles = laid.reshape(extent[0] // PERIOD, PERIOD, extent[1] // PERIOD, PERIOD)
    folded: Floats = tiles.sum(axis=(0, 2))
    return folded


def lay(folded: Floats) -> tuple[float, int, Chips]:
    """Find how a folded tile must be shifted and turned to lie on the tile: score, which of eight ways, its chips."""
    best: tuple[float, int, tuple[int, ...], Floats] | None = None
    for way in range(8):
        looked = oriented(folded, way)
        match = np.fft.irfft2(np.fft.rfft2(looked) * _beacon_spectrum(), looked.shape)
        peak = int(match.argmax())
        score = float((match.flat[peak] - match.mean()) / (match.std() + 1e-9))
        if best is None or score > best[0]:
            best = (score, way, tuple(int(each) for each in np.unravel_index(peak, match.shape)), looked)
    if best is None:
        raise AssertionError("eight ways were tried")
    score, way, (y, x), looked = best
    shape = np.roll(
        cv2.GaussianBlur(np.roll(looked, (-y, -x), (0, 1)), (3, 3), 0.8, borderType=cv2.BORDER_REFLECT), 0
    )
    return score, way, shape.reshape(CHIPS, SAMPLES, CHIPS, SAMPLES).mean(axis=(1, 3))


def oriented(folded: Floats, way: int) -> Floats:
    """Turn a tile by quarter turns (way 0..3), mirrored first (way 4..7)."""
    turned: Floats = np.ascontiguousarray(np.rot90(folded[:, ::-1] if way > 3 else folded, way % 4))  # noqa: PLR2004
    return turned


def _peaks(scores: Floats) -> Iterator[Grid]:
    """Give the highest scores, each at least a step away from those before."""
    left = scores.copy()
    while True:
        s, t = np.unravel_index(int(left.argmax()), left.shape)
        yield Grid(scale=float(SCALES[s]), turn=float(TURNS[t]), score=float(scores[s, t]))
        left[max(0, s - 2) : s + 3, max(0, t - 2) : t + 3] = -np.inf
        if not np.isfinite(left.max()) or left.max() < 2:  # noqa: PLR2004  standard deviations
            return


@cache
def _lattice(size: tuple[int, int]) -> tuple[Floats, Floats]:
    """For each scale and turn (rows), where in a real spectrum of this size each lattice point lies (columns)."""
    down, across = np.mgrid[-LARGEST : LARGEST + 1, 0 : LARGEST + 1]
    radius = np.hypot(down, across)
    wanted = (radius >= 2) & (radius <= LARGEST) & ((across > 0) | (down > 0))  # noqa: PLR2004
    k = np.stack([across[wanted], down[wanted]]).astype(np.float64)
    xs, ys = [], []
    for scale in SCALES:
        for turn in TURNS:
            c, s = cos(radians(turn)), sin(radians(turn))
            fx = (c * k[0] - s * k[1]) / (PERIOD * scale)
            fy = (s * k[0] + c * k[1]) / (PERIOD * scale)
            flipped = fx < 0
            fx, fy = np.where(flipped, -fx, fx), np.where(flipped, -fy, fy)
            xs.append(fx * size[1])
            ys.append(fy * size[0] % size[0])
    return np.array(xs, np.float32), np.array(ys, np.float32)


@cache
def _beacon_spectrum() -> NDArray[np.complex128]:
    drawn = np.kron(beacon(), np.ones((SAMPLES, SAMPLES)))
    return np.conj(np.fft.rfft2(drawn))
