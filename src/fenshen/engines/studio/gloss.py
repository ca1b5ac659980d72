"""The shine of skin: what its film of oil throws back of a lamp."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.stage import dot, unit
from fenshen.vision.arrays import Floats, floats

BASE: Final = 0.028  # reflectance of skin straight on (Tuchin 2007: refractive index 1.4)
EYE: Final = floats([0, 0, 1])  # the viewer stands far away
OILY: Final = {1: 0.9, 4: 0.8, 6: 0.7, 151: 0.9, 108: 0.6, 337: 0.6, 50: 0.8, 280: 0.8, 199: 0.5, 17: 0.4}
ROUND: Final = 0.11  # face widths around each of those vertices


def gloss(normals: Floats, ray: Floats, size: float) -> Floats:
    """Reflected share of a lamp's light, (h, w), relative to white paper facing it (Blinn 1977, normalised).

    normals, ray: (h, w, 3) unit. size: 0..1 of the lamp; a large one makes a wide, faint shine.
    """
    half = unit(floats(ray + EYE))
    power = 34 / (1 + 2.2 * size)
    lobe = np.clip(dot(normals, half), 0, 1) ** power * (power + 8) / 8
    fresnel = BASE + (1 - BASE) * (1 - np.clip(dot(ray, half), 0, 1)) ** 5
    lit = np.clip(dot(normals, ray) / 0.15, 0, 1)  # a face turned away from the lamp does not shine
    return floats(fresnel * lobe * lit)


def oiliness(points: Floats, face: Floats, width: float) -> Floats:
    """Where a face shines: forehead, nose, cheekbones, chin. (h, w) 0..1.

    points: (478, 3) mesh; face: (h, w) bare skin 0..1; width: of the face in these pixels.
    """
    ys, xs = np.mgrid[0 : face.shape[0], 0 : face.shape[1]].astype(np.float32)
    oil = np.full(face.shape, 0.25, np.float32)
    for vertex, much in OILY.items():
        away = ((xs - points[vertex, 0]) ** 2 + (ys - points[vertex, 1]) ** 2) / (ROUND * width) ** 2
        oil = np.maximum(oil, much * np.exp(-0.5 * away))
    return floats(
        oil * cv2.GaussianBlur(cv2.erode(face, np.ones((3, 3), np.uint8)), (0, 0), max(0.8, 0.03 * width))
    )
