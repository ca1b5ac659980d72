"""Far scenes by formula: sky, hills, leaves, shelves and points of light, all out of focus. No photograph is used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from fenshen.engines.studio.discs import discs
from fenshen.engines.studio.noise import clouds, line
from fenshen.engines.studio.old_light import wide_blur
from fenshen.templates.scene import Columns, Foliage, Gradient, Layer, Ridge, Wall
from fenshen.vision.arrays import Floats, floats

RIM: Final = 0.045  # of the opening's size: half of the frame's width
INNER: Final = 0.2  # of a pane: how far its inner square lies from the bars
BAR: Final = 0.035  # half of a bar's width


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """What a layer is painted with."""

    blur: float  # pixels: diameter of the disc that a point at the scene's distance becomes
    blades: int  # of the iris, 0 = round
    rng: np.random.Generator


def paint_scene(canvas: Floats, layers: tuple[Layer, ...], lookout: Lookout) -> Floats:
    """Layers over a canvas (h, w, 3) linear sRGB, the first farthest. Returns a new canvas.

    Everything up to the first layer of discs is put out of focus by a gaussian that spreads light as far as the disc
    does; discs are drawn with the iris' own shape and stay crisp.
    """
    picture = canvas.copy()
    for layer in layers:
        picture = floats(PAINTERS[layer.kind](picture, layer, lookout))
    return np.maximum(picture, 0)


def gradient(canvas: Floats, layer: Gradient, lookout: Lookout) -> Floats:
    """Colours from above to below, mixed in light."""
    del lookout
    rows = (np.arange(len(canvas)) + 0.5) / len(canvas)
    heights = [stop.y for stop in layer.stops]
    mixed = [np.interp(rows, heights, [stop.colour[c] for stop in layer.stops]) for c in range(3)]
    return floats(np.broadcast_to(np.stack(mixed, -1)[:, None], canvas.shape))


def ridge(canvas: Floats, layer: Ridge, lookout: Lookout) -> Floats:
    """Everything below a line: hills are smooth, a skyline stands in steps, trees are rough."""
    height, width = canvas.shape[:2]
    line_at = layer.line - layer.rise * line(layer.kind, width, layer.scale, lookout.rng)
    rows = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height
    below = _soft(floats(rows > line_at[None]), lookout.blur)[..., None]
    foot = layer.foot or layer.colour
    down = np.clip((rows - layer.line) / max(0.05, 1 - layer.line), 0, 1)[..., None]
    colour = floats(layer.colour) * (1 - down) + floats(foot) * down
    return floats(canvas * (1 - below) + colour * below)


def foliage(canvas: Floats, layer: Foliage, lookout: Lookout) -> Floats:
    """Clouds of colours; where the noise is low, what is behind shows through."""
    height, width = canvas.shape[:2]
    grain = max(1.5, layer.scale * height)
    which = clouds((height, width), grain, lookout.rng)
    rank = np.clip(0.5 + 0.22 * which, 0, 0.999) * np.float32(len(layer.colours) - 1)
    shares = [np.maximum(0, 1 - np.abs(rank - place)) for place in range(len(layer.colours))]
    colour = np.stack(shares, -1) @ floats(layer.colours)
    there = clouds((height, width), 1.5 * grain, lookout.rng) + 4 * (layer.cover - 0.5)
    alpha = np.clip(2.5 * there + 0.5, 0, 1) * _band(height, layer.band)[:, None]
    alpha = _soft(floats(alpha), lookout.blur)[..., None]
    return floats(canvas * (1 - alpha) + _soft(floats(colour), lookout.blur) * alpha)


def columns(canvas: Floats, layer: Columns, lookout: Lookout) -> Floats:
    """Rows of upright stripes of uneven width and height, with boards between."""
    height, width = canvas.shape[:2]
    rng, picture = lookout.rng, canvas.copy()
    top, bottom = (edge * height for edge in layer.band)
    tall = (bottom - top) / layer.rows
    picture[round(top) : round(bottom)] = floats(layer.gap)
    for row in range(layer.rows):
        foot, x = top + (row + 1) * tall - layer.board * tall, -float(rng.uniform(0, layer.width)) * width
        while x < width:
            wide = max(1.0, layer.width * width * float(rng.uniform(0.5, 1.6)))
            head = foot - tall * (1 - layer.board) * float(rng.uniform(0.72, 0.98))
            colour = floats(layer.colours[int(rng.integers(len(layer.colours)))]) * float(
                rng.uniform(0.6, 1.2)
            )
            if rng.random() < 0.93:  # noqa: PLR2004 - here and there one is missing
                picture[max(0, round(head)) : max(0, round(foot)), max(0, round(x)) : round(x + wide)] = (
                    colour
                )
            x += wide
    return _soft(picture, lookout.blur)


def wall(canvas: Floats, layer: Wall, lookout: Lookout) -> Floats:
    """What is not open is wall; a frame stands round the opening."""
    height, width = canvas.shape[:2]
    x = (np.arange(width, dtype=np.float32)[None] + 0.5) / height - layer.x * width / height
    y = (np.arange(height, dtype=np.float32)[:, None] + 0.5) / height - layer.y
    inside = OPENINGS[layer.opening](x / layer.size, y / layer.size)
    sharp = layer.size * height
    closed = _soft(floats(np.clip(0.5 - inside * sharp, 0, 1)), lookout.blur)[..., None]
    frame = _soft(floats(np.clip((RIM - np.abs(inside)) * sharp + 0.5, 0, 1)), lookout.blur)[..., None]
    out = canvas * (1 - closed) + floats(layer.colour) * closed
    return floats(out * (1 - frame) + floats(layer.rim) * frame)


def round_opening(x: Floats, y: Floats) -> Floats:
    """How far inside a circle of radius 1 each point lies."""
    return floats(1 - np.hypot(x, y))


def lattice_opening(x: Floats, y: Floats) -> Floats:
    """How far from the nearest bar: squares of side 1 with a smaller one in each, joined at its middles."""
    u, v = np.abs(x - np.round(x)), np.abs(y - np.round(y))  # from the nearest bar
    u, v = np.broadcast_arrays(u, v)
    inner = np.abs(np.minimum(u, v) - INNER) + np.maximum(0, INNER - np.minimum(u, v)) * 2
    ties = np.maximum(np.abs(np.maximum(u, v) - 0.5), np.minimum(u, v) - INNER)
    return floats(np.minimum(np.minimum(u, v), np.minimum(inner, ties)) - BAR)


OPENINGS: Final[Mapping[str, Callable[[Floats, Floats], Floats]]] = {
    "round": round_opening,
    "lattice": lattice_opening,
}
PAINTERS: Final[Mapping[str, Callable[[Floats, Any, Lookout], Floats]]] = {
    "gradient": gradient,
    "hills": ridge,
    "skyline": ridge,
    "trees": ridge,
    "foliage": foliage,
    "columns": columns,
    "wall": wall,
    "discs": lambda canvas, layer, lookout: discs(canvas, layer, lookout.blur, lookout.blades, lookout.rng),
}


def _soft(picture: Floats, blur: float) -> Floats:
    """Out of focus: an even disc of diameter `blur` pixels spreads light as far as this gaussian."""
    if blur <= 1:
        return picture
    return wide_blur(picture, blur / 4)


def _band(height: int, band: tuple[float, float]) -> Floats:
    """Weight of each row, (h,): 1 between two heights, fading over an eighth of the picture where they lie inside."""
    rows = (np.arange(height) + 0.5) / height
    upper = np.clip((rows - band[0]) / 0.125 + 0.5 + (band[0] <= 0), 0, 1)
    lower = np.clip((band[1] - rows) / 0.125 + 0.5 + (band[1] >= 1), 0, 1)
    return floats(upper * lower)
