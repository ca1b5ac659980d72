"""The darkroom: from light to a finished picture. Lens first, then film, then grain."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.bands import in_bands, meanwhile, per_channel
from fenshen.engines.studio.film import film_of
from fenshen.engines.studio.grain import noise, strength_of
from fenshen.engines.studio.lens import aberration, glow, vignette
from fenshen.templates.recipe import Lens, Look
from fenshen.vision.arrays import Floats, floats


def develop(linear: Floats, lens: Lens, look: Look, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Linear sRGB (H, W, 3) float32 to a finished picture, uint8 sRGB."""
    height, width = linear.shape[:2]
    strewn = meanwhile(partial(_strewn, (height, width), look, rng))
    light = aberration(linear, lens.aberration) if lens.aberration else linear
    spilled = glow(light) if look.bloom else None
    fall = vignette((height, width), lens.vignette) if lens.vignette else None
    film = film_of(look)
    grains, rounding = strewn()
    pixels = np.empty((height, width, 3), np.uint8)

    def print_of(band: slice) -> None:
        part = light[band].copy()
        if spilled is not None:
            part += look.bloom * spilled[band]
        if fall is not None:
            part *= per_channel(fall[band])
        film.applyRGB(part)
        if grains is not None:
            part += per_channel(floats(strength_of(part, look.grain) * grains[band]))
        part *= 255
        part += rounding[band]
        pixels[band] = np.clip(part, 0, 255, out=part)

    in_bands(height, print_of)
    return pixels


def _strewn(size: tuple[int, int], look: Look, rng: np.random.Generator) -> tuple[Floats | None, Floats]:
    """Grain of the film, if it has any, and what rounds the picture. size: (height, width)."""
    grains = noise(size, 0.5 * look.grain_size * size[0] / 1536, rng) if look.grain else None
    return grains, dither((*size, 3), rng)


def dither(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Rounding noise 0..1 that keeps smooth backdrops free of bands."""
    return floats(rng.random(shape, dtype=np.float32))
