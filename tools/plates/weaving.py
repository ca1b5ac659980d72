"""Patterns woven into cloth, by formula: from where a thread was cut, (H, W, 2) metres, to how much of it shows, 0..1.

The cloth's own colours are not in a plate: it keeps what is cloth, trim and thread, and a template gives the dyes.
"""

from collections.abc import Callable

import cv2
import numpy as np

from fenshen.vision.arrays import Floats, floats

SHARP = 0.0005  # metres over which an edge of a motif goes over


def at_least(values: Floats, edge: float = 0.0, soft: float = SHARP) -> Floats:
    """1 where a length is beyond an edge, soft."""
    return floats(np.clip((values - edge) / soft + 0.5, 0, 1))


def ring(radius: Floats, middle: float, half: float) -> Floats:
    """A line round a centre."""
    return at_least(floats(half - np.abs(radius - middle)))


def tiled(cut: Floats, step: tuple[float, float], *, brick: bool = True) -> Floats:
    """Where in its tile each point lies, from the tile's middle; every other row is shifted by half a tile."""
    row = np.floor(cut[..., 1] / step[1])
    x = cut[..., 0] / step[0] + (0.5 * (row % 2) if brick else 0)
    return floats(
        np.dstack([(x - np.floor(x) - 0.5) * step[0], (cut[..., 1] / step[1] - row - 0.5) * step[1]])
    )


def flower(place: Floats, radius: float, petals: int = 8) -> Floats:
    """A roundel: two rings, petals in two rows, a heart."""
    r, angle = np.hypot(*np.moveaxis(place, -1, 0)), np.arctan2(place[..., 1], place[..., 0])
    wave = np.abs(np.cos(petals / 2 * angle))
    outer = radius * (0.46 + 0.36 * wave**0.6)
    inner = radius * (0.18 + 0.24 * np.abs(np.sin(petals / 2 * angle)) ** 0.7)
    out = ring(r, 0.95 * radius, 0.035 * radius)
    out = np.maximum(out, at_least(outer - r) * at_least(r - inner - 0.05 * radius))
    vein = at_least(np.abs(np.sin(petals / 2 * angle)) * r - 0.035 * radius)
    out = np.maximum(
        out * np.maximum(vein, at_least(r - 0.9 * radius)), at_least(inner - r) * at_least(r - 0.13 * radius)
    )
    out = np.maximum(out, at_least(0.09 * radius - r))
    scallops = radius * (0.86 + 0.035 * np.cos(3 * petals * angle))
    return floats(np.maximum(out, at_least(0.012 * radius - np.abs(r - scallops))))


def cloud(place: Floats, size: float) -> Floats:
    """A ruyi cloud: three curls over a tail, drawn with one line."""
    x, y = place[..., 0] / size, place[..., 1] / size
    out = np.zeros(x.shape, np.float32)
    for cx, cy, radius, turn in ((-0.22, 0.0, 0.2, 1), (0.22, 0.0, 0.2, -1), (0.0, 0.2, 0.22, 1)):
        r, angle = np.hypot(x - cx, y - cy), np.arctan2(y - cy, turn * (x - cx))
        spiral = radius * (0.35 + 0.65 * ((angle + 0.5 * np.pi) % (2 * np.pi)) / (2 * np.pi))
        line = np.minimum(np.abs(r - radius), np.abs(r - spiral) + (r > radius))
        out = np.maximum(out, at_least(floats(0.028 - line), 0, SHARP / size))
    return floats(out)


def damask(cut: Floats) -> Floats:
    """Roundels and clouds in turn."""
    place = tiled(cut, (0.075, 0.050))
    row = np.floor(cut[..., 1] / 0.050)
    return floats(np.where(row % 2 > 0, cloud(place, 0.042), flower(place, 0.020)))


def clouds(cut: Floats) -> Floats:
    """Clouds alone, sparse."""
    return cloud(tiled(cut, (0.062, 0.040)), 0.036)


def brocade(cut: Floats) -> Floats:
    """Large roundels, small ones between."""
    large = flower(tiled(cut, (0.066, 0.044)), 0.020)
    small = flower(tiled(floats(cut + floats([0.033, 0.0])), (0.066, 0.044)), 0.007, 6)
    return floats(np.maximum(large, small))


def lattice(cut: Floats) -> Floats:
    """Diamonds with a flower in each, along a band."""
    u, v = cut[..., 0], cut[..., 1]
    side = 0.0215
    a, b = (u + v) / side, (u - v) / side
    lines = np.minimum(np.abs(a - np.round(a)), np.abs(b - np.round(b)))
    grid = at_least(floats(0.045 - lines), 0, SHARP / side)
    x, y = (np.floor(a) + 0.5 - a) * side / 2, (np.floor(b) + 0.5 - b) * side / 2
    r, angle = np.hypot(x, y), np.arctan2(y, x)
    blossom = at_least(floats(0.0034 * (0.62 + 0.38 * np.cos(4 * angle)) - r)) * at_least(floats(r - 0.0007))
    return floats(np.maximum(grid, blossom))


def nothing(cut: Floats) -> Floats:
    """Plain cloth."""
    return np.zeros(cut.shape[:2], np.float32)


Motif = Callable[[Floats], Floats]

# of each plate: what is woven into cloth tone on tone, into cloth with thread, into trim, into thread
WOVEN: dict[str, tuple[Motif, Motif, Motif, Motif]] = {
    "ruqun": (damask, nothing, lattice, nothing),
    "yuanling": (clouds, nothing, lattice, nothing),
    "tangzhuang": (brocade, nothing, nothing, nothing),
    "gown": (nothing, nothing, nothing, clouds),
}
TONES = {"ruqun": 0.13, "yuanling": 0.12, "tangzhuang": 0.45, "gown": 0.3}  # how much lighter a damask is
THREADS, TRIMMED = 0.9, 0.7  # how much of a motif is thread


def dyed(name: str, parts: Floats, cut: Floats, weave: Floats) -> tuple[Floats, Floats]:
    """(H, W, 4): the share of cloth, trim and thread, and the tone with 0.5 = 1; and how high threads lie, (H, W).

    parts: (H, W, 3) as rendered. cut: (H, W, 2) metres. weave: (H, W) around 1.
    """
    tone, thread, band, self_tone = (motif(cut) for motif in WOVEN[name])
    shares = parts / np.maximum(parts.sum(-1, keepdims=True), 1.0)
    cloth, trim, own = np.moveaxis(shares, -1, 0)
    sure = cv2.erode(shares, np.ones((3, 3), np.uint8))  # where the cut is not a mean of two
    into = THREADS * thread * sure[..., 0], TRIMMED * band * sure[..., 1]
    light = 1 + TONES[name] * (tone * sure[..., 0] + self_tone * sure[..., 2])
    out = np.dstack(
        [cloth - into[0], trim - into[1], own + into[0] + into[1], 0.5 * np.clip(light * weave, 0, 2)]
    )
    height = tone * sure[..., 0] + thread * sure[..., 0] + band * sure[..., 1] + self_tone * sure[..., 2]
    return floats(out), floats(height)
