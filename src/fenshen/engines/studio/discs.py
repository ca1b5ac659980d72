"""Points out of focus: each becomes a picture of the lens' iris."""

import cv2
import numpy as np

from fenshen.engines.studio.lens import bokeh
from fenshen.engines.studio.noise import clouds
from fenshen.templates.scene import Discs
from fenshen.vision.arrays import Floats, floats

SIZES = 4  # that stand for all sizes: each is one convolution
RIM = 0.18  # how much brighter the edge of a disc is, as in lenses with undercorrected spherical aberration


def discs(canvas: Floats, layer: Discs, blur: float, blades: int, rng: np.random.Generator) -> Floats:
    """Points out of focus over a canvas (h, w, 3) linear sRGB, a new one.

    blur: pixels, diameter of a disc of size 1. blades: of the iris, 0 = round.
    """
    height, width = canvas.shape[:2]
    xs, ys = _places(layer, (height, width), rng)
    colours = floats(layer.colours)[rng.integers(len(layer.colours), size=len(xs))]
    bright = rng.uniform(0.25 + 0.45 * layer.cover, 1.0, len(xs)) ** (2 - layer.cover)
    sizes = rng.integers(SIZES, size=len(xs))
    picture = canvas
    for step, size in enumerate(np.geomspace(*layer.size, SIZES)):
        chosen = sizes == step
        points = np.zeros((height, width, 4), np.float32)
        value = layer.brightness * bright[chosen, None] * colours[chosen]
        whole = np.concatenate([value, np.ones_like(value[:, :1])], -1) / max(1.0, size) ** (
            2 - 2 * layer.cover
        )
        np.add.at(points, (ys[chosen], xs[chosen]), whole)
        drawn = _drawn(points, max(2.0, blur * size), blades)
        light, count = drawn[..., :3], drawn[..., 3:]
        hidden = layer.cover * (1 - np.exp(-1.6 * count))
        mean = light / np.maximum(count, 1e-3)
        picture = floats(picture * (1 - hidden) + mean * hidden + (1 - layer.cover) * light)
    return picture


def _drawn(points: Floats, diameter: float, blades: int) -> Floats:
    """Points (h, w, 4) as the lens draws them: discs of the same height, a little brighter along the rim."""
    shape = bokeh(diameter, blades)
    shape = shape / shape.max()
    inner = cv2.GaussianBlur(shape, (0, 0), max(0.6, 0.12 * diameter))
    shape = shape * (1 + RIM * (1 - np.clip(inner, 0, 1)) * 2 - RIM)
    drawn = cv2.filter2D(points, cv2.CV_32F, shape, borderType=cv2.BORDER_CONSTANT)
    return floats(np.maximum(cv2.GaussianBlur(drawn, (0, 0), 0.8), 0))


def _places(
    layer: Discs, size: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.intp]], np.ndarray[tuple[int, ...], np.dtype[np.intp]]]:
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


def _on_cords(
    layer: Discs, size: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.intp]], np.ndarray[tuple[int, ...], np.dtype[np.intp]]]:
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
