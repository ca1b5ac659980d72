"""What hangs behind the sitter: painted canvas and paper, lit by their own lamp."""

import cv2
import numpy as np

from fenshen.engines.studio.lens import bokeh
from fenshen.engines.studio.scene import Lookout, paint_scene
from fenshen.templates.recipe import Backdrop, Lanterns
from fenshen.vision.arrays import Floats, floats


def paint(
    backdrop: Backdrop,
    size: tuple[int, int],
    blur: float,
    blades: int,
    rng: np.random.Generator,
    picture: Floats | None = None,
) -> Floats:
    """The backdrop out of focus, without grain. size: (width, height). Returns (H, W, 3) float32 linear sRGB.

    blur: diameter of the disc that a point becomes, as share of the height. blades: of the iris, 0 = round.
    picture: (h, w, 3) linear, of half the size (`half_of`), instead of colour, canvas and pools.
    """
    half = half_of(size)
    canvas = (
        _canvas(backdrop, size, blur, rng) if picture is None else thrown_out(picture, blur * half[1], blades)
    )
    if backdrop.scene:
        canvas = floats(cv2.resize(canvas, half, interpolation=cv2.INTER_CUBIC))
        canvas = paint_scene(canvas, backdrop.scene, Lookout(blur=blur * half[1], blades=blades, rng=rng))
    whole = floats(cv2.resize(canvas, size, interpolation=cv2.INTER_CUBIC))
    if backdrop.lanterns is not None:
        lamps = hang(backdrop.lanterns, half, bokeh(max(2.0, blur * half[1]), blades), rng)
        whole += cv2.resize(lamps, size, interpolation=cv2.INTER_CUBIC)
    return np.maximum(whole, 0, out=whole)


def half_of(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height on which what is out of focus is drawn: a disc has an edge."""
    return max(8, size[0] // 2), max(8, size[1] // 2)


def thrown_out(picture: Floats, diameter: float, blades: int) -> Floats:
    """A picture (h, w, 3) linear out of focus: each point becomes the iris, `diameter` pixels wide."""
    if diameter <= 1:
        return picture
    return floats(
        cv2.filter2D(picture, cv2.CV_32F, bokeh(max(2.0, diameter), blades), borderType=cv2.BORDER_REFLECT)
    )


def _canvas(backdrop: Backdrop, size: tuple[int, int], blur: float, rng: np.random.Generator) -> Floats:
    """Painted canvas and its pools of light, out of focus, on a quarter of the pixels."""
    width, height = size
    small = (
        max(8, width // 4),
        max(8, height // 4),
    )  # it is out of focus: a quarter of the pixels holds all of it
    canvas = np.ones((small[1], small[0], 3), np.float32) * floats(backdrop.colour)
    if backdrop.mottle:
        canvas *= np.exp(backdrop.mottle * _strokes(small, rng))[..., None]
    ys, xs = np.mgrid[0 : small[1], 0 : small[0]].astype(np.float32)
    ys, xs = (ys + 0.5) / small[1], (xs + 0.5) / small[0]
    for pool in backdrop.pools:
        away = np.hypot((xs - pool.x) * width / height, ys - pool.y) / pool.radius
        falloff = np.exp(-0.5 * away**2) * 0.7 + 0.3 / (1 + away**2) ** 2
        canvas += falloff[..., None] * floats(pool.colour)
    canvas *= (1 - backdrop.floor * np.clip((ys - 0.55) / 0.45, 0, 1) ** 1.5)[..., None]
    diameter = blur * small[1]
    if diameter > 1:
        sigma = diameter / 4  # an even disc of this diameter spreads light as far
        canvas = floats(cv2.GaussianBlur(canvas, (0, 0), sigma, borderType=cv2.BORDER_REFLECT))
    return canvas


def hang(lanterns: Lanterns, size: tuple[int, int], shape: Floats, rng: np.random.Generator) -> Floats:
    """Lamps as the lens draws them. size: (width, height), shape: (n, n) of a point. Returns (h, w, 3) linear."""
    width, height = size
    points = np.zeros((height, width, 3), np.float32)
    low, high = (round(edge * (height - 1)) for edge in lanterns.band)
    for _ in range(lanterns.count):
        x, y = int(rng.integers(width)), int(rng.integers(low, high + 1))
        colour = floats(lanterns.colours[int(rng.integers(len(lanterns.colours)))])
        points[y, x] += lanterns.brightness * float(rng.uniform(0.25, 1.0)) ** 2 * colour
    discs = cv2.filter2D(points, cv2.CV_32F, shape / shape.max(), borderType=cv2.BORDER_CONSTANT)
    return floats(cv2.GaussianBlur(discs, (0, 0), 0.8))


def _strokes(size: tuple[int, int], rng: np.random.Generator) -> Floats:
    """Cloudy brushwork of a painted canvas: noise in octaves, each smeared along its own direction. About -1..1."""
    total = np.zeros((size[1], size[0]), np.float32)
    for octave, share in ((3, 0.5), (6, 0.3), (13, 0.2)):
        grid = rng.standard_normal((octave * 3 // 2 + 2, octave + 2)).astype(np.float32)
        total += share * cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
    return total
