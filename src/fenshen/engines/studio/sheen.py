"""The sheen of cloth: silk throws a lamp back along its folds, gilt thread in its own colour."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import per_channel
from fenshen.engines.studio.lamp import colour_of, towards
from fenshen.engines.studio.stage import unit
from fenshen.templates.recipe import Rig
from fenshen.vision.arrays import Floats, floats

EYE: Final = floats([0, 0, 1])  # the viewer stands far away
WIDTH: Final = 34.0  # exponent of the lobe, of a bare bulb; threads that lie in two directions spread it
SILK: Final = 0.2  # of a lamp's light that satin throws back where it faces both lamp and viewer
METAL: Final = 2.5  # the same of gilt thread, as a share of its own colour
WHITE: Final = 0.15  # of silk's sheen is the lamp's colour, the rest the cloth's own
MATT: Final = 0.2  # of its plain light satin gives up for it


def mirrored(rig: Rig, normals: Floats) -> Floats:
    """What a rig's lamps throw back from cloth to the viewer, (h, w, 3) linear, unnormalised (Blinn 1977).

    normals: (h, w, 3) unit.
    """
    back = np.zeros_like(normals)
    for lamp in rig.lights:
        ray = towards(lamp)
        if ray[2] <= 0:
            continue
        half = unit((ray + EYE)[None, None])
        power = WIDTH / (1 + lamp.size)
        lobe = np.clip(cv2.transform(normals, half[0]), 0, 1) ** power
        back += per_channel(floats(lamp.intensity * lobe)) * colour_of(lamp)
    return floats(back)


def polished(plain: Floats, albedo: Floats, mirror: Floats, sheen: Floats) -> Floats:
    """Cloth with its sheen, (H, W, 3) linear.

    plain: (H, W, 3) the cloth in the rig's light. albedo: (H, W, 3) linear. mirror: (H, W, 3) what the lamps throw
    back, where 1 is what the sitter's face gets. sheen: (H, W, 2) 0..1 how silky, how metallic.
    """
    red, green, blue = cv2.split(albedo)
    silk, metal = cv2.split(sheen)
    tint = albedo / per_channel(floats(np.maximum(cv2.max(cv2.max(red, green), blue), 1e-3)))
    glow = per_channel(floats(silk * SILK)) * (WHITE + (1 - WHITE) * tint)
    glow += per_channel(floats(metal * METAL)) * albedo
    return floats(plain * per_channel(floats(1 - MATT * silk)) + glow * mirror)
