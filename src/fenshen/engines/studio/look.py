"""The darkroom: from light to a finished picture. Lens first, then film, then grain."""

import numpy as np
from numpy.typing import NDArray

from fenshen.engines.studio.film import film_of
from fenshen.engines.studio.grain import grain
from fenshen.engines.studio.lens import aberration, glow, vignette
from fenshen.templates.recipe import Lens, Look
from fenshen.vision.arrays import Floats, floats


def develop(linear: Floats, lens: Lens, look: Look, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Linear sRGB (H, W, 3) float32 to a finished picture, uint8 sRGB. Works on its own copy, in place."""
    light = aberration(linear, lens.aberration) if lens.aberration else linear.copy()
    if look.bloom:
        light += look.bloom * glow(light)
    if lens.vignette:
        light *= vignette(light.shape[:2], lens.vignette)[..., None]
    film_of(look).applyRGB(light)
    if look.grain:
        light += grain(light, look.grain, look.grain_size, rng)
    light *= 255
    light += dither(light.shape, rng)
    return np.asarray(np.clip(light, 0, 255, out=light), np.uint8)


def dither(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Rounding noise 0..1 that keeps smooth backdrops free of bands."""
    return floats(rng.random(shape, dtype=np.float32))
