"""Patterns that stand between a lamp and the sitter: a window's bars, blinds, leaves. All made by formula."""

from collections.abc import Callable, Mapping
from typing import Final

import cv2
import numpy as np

from fenshen.templates.recipe import Gobo
from fenshen.vision.arrays import Floats, floats

GRAIN: Final = 128  # cells of the leaves' pattern to a side; it repeats after that
LEAVES_SEED: Final = 11  # the same tree for everybody


def gobo_light(gobo: Gobo, direction: Floats, places: Floats) -> Floats:
    """How much of a lamp passes the gobo at each point, (h, w) 0..1.

    direction: (3,) unit, towards the lamp; places: (h, w, 3) face widths. The pattern is projected along the light,
    so that it bends over nose and shoulders as a real one does.
    """
    across, along = _plane(direction)
    turn = np.radians(gobo.turn)
    u, v = places @ across, places @ along - gobo.rise
    u, v = np.cos(turn) * u + np.sin(turn) * v, np.cos(turn) * v - np.sin(turn) * u
    passed = PATTERNS[gobo.pattern](
        floats(u / gobo.scale), floats(v / gobo.scale), 0.02 + 0.3 * gobo.softness
    )
    return floats(1 - gobo.depth * (1 - passed))


def window(u: Floats, v: Floats, soft: float) -> Floats:
    """Four panes, one unit each, with bars between and a frame around."""
    inside = _step(floats(1.05 - np.maximum(np.abs(u), np.abs(v))), soft)
    return floats(inside * _step(floats(np.minimum(np.abs(u), np.abs(v)) - 0.07), soft / 2))


def blinds(u: Floats, v: Floats, soft: float) -> Floats:
    """Level slats, one unit apart, a little more light than slat."""
    del u
    wave = 0.5 + 0.5 * np.cos(2 * np.pi * v)
    return _step(wave - 0.42, 2.2 * soft)


def leaves(u: Floats, v: Floats, soft: float) -> Floats:
    """Dapples of light under a tree."""
    chance = np.random.default_rng(LEAVES_SEED).standard_normal((GRAIN, GRAIN)).astype(np.float32)
    spread = sum(
        cv2.GaussianBlur(chance, (0, 0), s, borderType=cv2.BORDER_REFLECT) * s for s in (2.0, 4.0, 8.0)
    )
    spread = floats(spread / np.std(spread))
    at = [np.mod(8 * axis, GRAIN).astype(np.float32) for axis in (u, v)]
    seen = cv2.remap(spread, at[0], at[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return _step(floats(seen) + 0.35, 2.5 * soft)


PATTERNS: Final[Mapping[str, Callable[[Floats, Floats, float], Floats]]] = {
    "window": window,
    "blinds": blinds,
    "leaves": leaves,
}


def _step(value: Floats, soft: float) -> Floats:
    """From 0 to 1 around 0, over twice `soft`."""
    t = np.clip(value / (2 * soft) + 0.5, 0, 1)
    return floats(t * t * (3 - 2 * t))


def _plane(direction: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors across the light: one level, one as upright as it can be."""
    level = np.cross(floats([0, 1, 0]), direction)
    length = float(np.linalg.norm(level))
    level = level / length if length > 1e-3 else floats([1, 0, 0])  # noqa: PLR2004 - straight from above
    return floats(level), floats(np.cross(direction, level))
