"""Points out of focus: each becomes a picture of the lens' iris."""

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.bands import in_bands, per_channel
from fenshen.engines.studio.lens import bokeh
from fenshen.engines.studio.noise import clouds
from fenshen.templates.scene import Discs
from fenshen.vision.arrays import Floats, floats

SIZES = 4  # that stand for all sizes: each is one convolution
RIM = 0.18  # how much brighter the edge of a disc is, as in lenses with undercorrected spherical aberration

Places = NDArray[np.intp]  # (k,) columns or rows of points


def discs(canvas: Floats, layer: Discs, blur: float, blades: int, rng: np.random.Generator) -> Floats:
    """Points out of focus over a canvas (h, w, 3) linear sRGB, a new one.

    blur: pixels, diameter of a disc of size 1. blades: of the iris, 0 = round.
    """
    height, width = canvas.shape[:2]
    xs, ys = _places(layer, (height, width), rng)
    colours = floats(layer.colours)[rng.integers(len(layer.colours), size=len(xs))]
    bright = rng.uniform(0.25 + 0.45 * layer.cover, 1.0, len(xs)) ** (2 - layer.cover)
    which = rng.integers(SIZES, size=len(xs))
    kinds = []
    for step, size in enumerate(np.geomspace(*layer.size, SIZES)):
        chosen = which == step
        value = layer.brightness * bright[chosen, None] * colours[chosen]
        whole = np.concatenate([value, np.ones_like(value[:, :1])], -1) / max(1.0, size) ** (
            2 - 2 * layer.cover
        )
        kinds.append((_iris(max(2.0, blur * size), blades), xs[chosen], ys[chosen], floats(whole)))
    picture = np.empty(canvas.shape, np.float32)

    def draw(band: slice) -> None:
        rows = canvas[band].copy()
        for shape, columns, lines, values in kinds:
            drawn = _stamped(shape, columns, lines - band.start, values, rows.shape[:2])
            if drawn is not None:
                _cover(rows, drawn, layer.cover)
        picture[band] = rows

    in_bands(height, draw)
    return picture


def _cover(rows: Floats, drawn: Floats, cover: float) -> None:
    """Lay discs over rows (h, w, 3), in place. drawn: (h, w, 4), their light and how many lie there."""
    light, count = np.ascontiguousarray(drawn[..., :3]), drawn[..., 3]
    hidden = floats(cover * (1 - np.exp(-1.6 * count)))
    rows *= per_channel(floats(1 - hidden))
    rows += light * per_channel(floats(hidden / np.maximum(count, 1e-3) + (1 - cover)))


def _iris(diameter: float, blades: int) -> Floats:
    """A point as the lens draws it, (n, n): a disc of height 1, a little brighter along the rim."""
    shape = bokeh(diameter, blades)
    shape = shape / shape.max()
    inner = cv2.GaussianBlur(shape, (0, 0), max(0.6, 0.12 * diameter))
    shape = shape * (1 + RIM * (1 - np.clip(inner, 0, 1)) * 2 - RIM)
    return floats(cv2.GaussianBlur(np.pad(shape, 4), (0, 0), 0.8)[::-1, ::-1])  # a lens turns pictures round


def _stamped(shape: Floats, xs: Places, ys: Places, values: Floats, size: tuple[int, ...]) -> Floats | None:
    """Sum of shapes (n, n) around places of a band of (height, width), (h, w, 4); None when none reaches it.

    values: (k, 4) factors of the shape at each place.
    """
    height, width = size[:2]
    reach = len(shape) // 2
    near = np.flatnonzero((ys + reach >= 0) & (ys - reach < height))
    if not near.size:
        return None
    drawn = np.zeros((height, width, 4), np.float32)
    for x, y, value in zip(
        (xs[near] - reach).tolist(), (ys[near] - reach).tolist(), values[near], strict=True
    ):
        top, left = max(0, y), max(0, x)
        part = shape[top - y : height - y, left - x : width - x]
        drawn[top : top + part.shape[0], left : left + part.shape[1]] += cv2.merge([part * v for v in value])
    return drawn


def _places(layer: Discs, size: tuple[int, int], rng: np.random.Generator) -> tuple[Places, Places]:
    """Columns and rows of the points: on cords, in clumps, or anywhere in the band."""
    height, width = size
    low, high = layer.band
    if layer.strings:
        return _on_cords(layer, size, rng)
    tries = 6 * layer.count
    xs, ys = (
        rng.integers(width, size=tries),
        rng.integers(round(low * (height - 1)), round(high * (height - 1)) + 1, tries),
    )
    liked = rng.random(tries)
    if layer.clumps:
        field = clouds(size, 0.18 * height, rng)[ys, xs]
        liked = (1 - layer.clumps) * liked + layer.clumps * (0.5 - 0.3 * field)
    best = np.sort(np.argsort(liked, kind="stable")[: layer.count])
    return xs[best], ys[best]


def _on_cords(layer: Discs, size: tuple[int, int], rng: np.random.Generator) -> tuple[Places, Places]:
    """Points at even steps along slack cords (parabolas, as a hanging chain nearly is)."""
    height, width = size
    low, high = layer.band
    each = max(2, layer.count // layer.strings)
    xs, ys = [], []
    for _ in range(layer.strings):
        left, right = rng.uniform(low, high, 2)
        sag, shift = rng.uniform(0.05, 0.16), rng.uniform(0, 1 / each)
        t = np.linspace(0, 1, each, endpoint=False) + shift
        xs.append(t * (width - 1))
        ys.append((left + (right - left) * t + 4 * sag * t * (1 - t)) * (height - 1))
    x, y = (
        np.clip(np.round(np.concatenate(v)), 0, n - 1).astype(np.intp) for v, n in ((xs, width), (ys, height))
    )
    return x, y
