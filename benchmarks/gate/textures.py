"""What things before a face are made of, to teach ``vision.hidden``: cloth, print, skin, pieces of other pictures.

None of it is shared with ``worn.py``, on whose drawings the gate is measured. Colours are sRGB, 0..255, float32.
"""
# ruff: noqa: PLR2004  (chances and sizes are drawn, not decided)

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]
Chance = np.random.Generator
Size = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Pieces of pictures that textures are cut from, and the skin of the face at hand."""

    patches: Sequence[NDArray[np.uint8]]
    skins: Sequence[NDArray[np.uint8]]  # (28, 28, 3) of foreheads and cheeks
    own: Values  # (3,) a cheek of the face


def noise(chance: Chance, size: Size, coarse: float, strength: float) -> Values:
    """(H, W) noise of this standard deviation, smoothed by ``coarse`` px."""
    values = chance.standard_normal(size).astype(np.float32)
    if coarse > 0.3:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), coarse))
    return values / (values.std() + 1e-6) * strength


def folds(chance: Chance, size: Size, unit: float, strength: float) -> Values:
    """(H, W, 1) light on slack cloth, about 1."""
    return 1 + noise(chance, size, unit * chance.uniform(0.08, 0.3), strength)[..., None]


def anything(chance: Chance, stock: Stock, size: Size) -> Values:
    """A piece of another picture, or a colour with grain, waves or letters."""
    return piece(chance, stock, size) if chance.uniform() < 0.5 else plain(chance, size)


def skin(chance: Chance, stock: Stock, size: Size) -> Values:
    """Somebody's skin, repeated as in a kaleidoscope."""
    patch = stock.skins[chance.integers(len(stock.skins))].astype(np.float32)
    larger = chance.uniform(1.0, 2.5)
    patch = np.asarray(cv2.resize(patch, None, fx=larger, fy=larger))
    down, along = -(-size[0] // patch.shape[0]), -(-size[1] // patch.shape[1])
    row = np.concatenate([patch[:, ::-1] if i % 2 else patch for i in range(along)], 1)
    return np.concatenate([row[::-1] if i % 2 else row for i in range(down)], 0)[: size[0], : size[1]]


def plain(chance: Chance, size: Size) -> Values:
    """A colour under uneven light, at times with grain, waves or letters."""
    hue = chance.integers(180)
    saturation = chance.uniform(0, 255) if chance.uniform() < 0.6 else chance.uniform(0, 60)
    hsv = np.array([[[hue, saturation, chance.uniform(10, 255)]]]).astype(np.uint8)
    base = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0].astype(np.float32)
    down = np.linspace(chance.uniform(0.6, 1), chance.uniform(0.8, 1.3), size[0])[:, None]
    along = np.linspace(chance.uniform(0.7, 1), chance.uniform(0.8, 1.2), size[1])[None]
    values = base * (down * along)[..., None].astype(np.float32)
    kind = chance.uniform()
    if kind < 0.35:
        values = values + noise(chance, size, chance.uniform(0.4, 3), chance.uniform(2, 14))[..., None]
    elif kind < 0.6:
        y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
        angle, often = chance.uniform(0, np.pi), 2 * np.pi / chance.uniform(4, 40)
        waves = np.sin((x * np.cos(angle) + y * np.sin(angle)) * often + noise(chance, size, 12, 0.6))
        values = values * (1 + chance.uniform(0.1, 0.4) * waves[..., None])
    elif kind < 0.75:
        for _ in range(chance.integers(1, 6)):
            at = (int(chance.integers(size[1])), int(chance.integers(size[0])))
            text, large = str(chance.integers(10**6)), float(chance.uniform(0.4, 2))
            ink = tuple(float(v) for v in chance.uniform(0, 255, 3))
            wide = int(chance.integers(1, 4))
            cv2.putText(values, text, at, cv2.FONT_HERSHEY_DUPLEX, large, ink, wide, cv2.LINE_AA)
    return values


def piece(chance: Chance, stock: Stock, size: Size) -> Values:
    """A piece of another picture."""
    patch = stock.patches[chance.integers(len(stock.patches))]
    height, width = patch.shape[:2]
    side = int(min(height, width) * chance.uniform(0.25, 1))
    y, x = chance.integers(height - side + 1), chance.integers(width - side + 1)
    cut = cv2.resize(patch[y : y + side, x : x + side], size[::-1], interpolation=cv2.INTER_LINEAR)
    turns = int(chance.integers(4))
    return np.rot90(cut, turns).astype(np.float32) if size[0] == size[1] else cut.astype(np.float32)
