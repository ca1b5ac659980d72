"""One lamp: where it stands, and its colour."""

import numpy as np

from fenshen.templates.recipe import DAYLIGHT, Light
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE


def towards(light: Light) -> Floats:
    """Unit vector from the sitter to the light: +x right of the picture, +y up, +z to the viewer."""
    azimuth, elevation = np.radians(light.azimuth), np.radians(light.elevation)
    flat = np.cos(elevation)
    return floats([flat * np.sin(azimuth), np.sin(elevation), flat * np.cos(azimuth)])


def colour_of(light: Light) -> Floats:
    """Linear sRGB of a light, luminance 1."""
    raw = floats(light.gel) if light.gel else daylight(light.kelvin) / daylight(DAYLIGHT)
    return floats(raw / (raw @ LUMINANCE))


def daylight(kelvin: float) -> Floats:
    """Linear sRGB of a black body (Kim et al. 2002 cubic fit of the Planckian locus), luminance 1."""
    t = 1e3 / kelvin
    if kelvin < 4000:  # noqa: PLR2004 - the fit has two pieces
        x = -0.2661239 * t**3 - 0.2343589 * t**2 + 0.8776956 * t + 0.179910
        y = -0.9549476 * x**3 - 1.37418593 * x**2 + 2.09137015 * x - 0.16748867
    else:
        x = -3.0258469 * t**3 + 2.1070379 * t**2 + 0.2226347 * t + 0.240390
        y = 3.0817580 * x**3 - 5.8733867 * x**2 + 3.75112997 * x - 0.37001483
    xyz = np.array([x / y, 1.0, (1 - x - y) / y])
    matrix = np.array([[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]])
    return floats(np.maximum(matrix @ xyz, 0.02))
