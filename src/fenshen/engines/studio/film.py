"""Film: what becomes of light when it is developed. A formula, tabulated once per look as a 3D table of colours."""

from functools import lru_cache
from typing import Final

import numpy as np
import PyOpenColorIO

from fenshen.templates.recipe import Look
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE, Processor, processor, to_srgb

MIDDLE_GREY: Final = 0.18
KNEE: Final = 0.62  # of white: from here on highlights bend
STEPS: Final = 49  # of the table, along each axis
STOPS: Final = (-11.0, 3.2)  # around white: what the table covers


@lru_cache(maxsize=64)
def film_of(look: Look) -> Processor:
    """What develops linear light (H, W, 3) into coded sRGB 0..1, in place: `expose` as a table.

    99 % of all lights are within 1.6 / 255 of the formula; a dark channel of a very vivid one may be further off.
    The axes of the table are logarithmic: a stop is as long in the shadows as in the highlights.
    """
    darkest, brightest = STOPS
    span, floor = brightest - darkest, 2.0**darkest
    axis = floats(2.0 ** (darkest + span * np.linspace(0, 1, STEPS)) - floor)
    grid = floats(np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1))
    table = PyOpenColorIO.Lut3DTransform(gridSize=STEPS)
    table.setInterpolation(PyOpenColorIO.INTERP_TETRAHEDRAL)
    table.setData(np.ascontiguousarray(expose(grid, look)).ravel())
    stops = PyOpenColorIO.LogAffineTransform(
        logSideSlope=[1 / span] * 3, logSideOffset=[-darkest / span] * 3, linSideOffset=[floor] * 3
    )
    return processor(stops, table)


def expose(linear: Floats, look: Look) -> Floats:
    """The formula. linear: (..., 3) light, 1 = white. Returns coded sRGB 0..1."""
    light = tone(floats(linear * np.float32(2.0**look.exposure)), look.contrast)
    if look.monochrome is not None:
        grey = light @ (floats(look.monochrome) / sum(look.monochrome))
        light = np.repeat(grey[..., None], 3, axis=-1)
    elif look.saturation != 1.0:
        grey = (light @ LUMINANCE)[..., None]
        light = np.maximum(grey + (light - grey) * look.saturation, 0)
    light = split_tone(light, look.shadows, look.highlights)
    return floats(look.fade + (1 - look.fade) * to_srgb(light))


def tone(linear: Floats, contrast: float) -> Floats:
    """Contrast around middle grey in log light, with a film-like shoulder so that highlights never clip hard.

    The curve is applied to the brightest channel and the colour scaled with it, which keeps hues.
    """
    peak = np.maximum(linear.max(-1, keepdims=True), 1e-5)
    curved = MIDDLE_GREY * (peak / MIDDLE_GREY) ** contrast
    over = np.maximum(curved - KNEE, 0)
    curved = np.minimum(curved, KNEE) + (1 - KNEE) * over / (over + (1 - KNEE))
    return floats(linear * (curved / peak))


def split_tone(
    linear: Floats, shadows: tuple[float, float, float], highlights: tuple[float, float, float]
) -> Floats:
    """Tint the dark and the bright parts separately; luminance decides which is which."""
    if shadows == highlights == (1.0, 1.0, 1.0):
        return linear
    share = np.clip((linear @ LUMINANCE) / 0.6, 0, 1)[..., None] ** 0.5
    return floats(linear * ((1 - share) * floats(shadows) + share * floats(highlights)))
