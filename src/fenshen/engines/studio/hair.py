"""Hair answers light in its own way: every strand mirrors, so a photo's light cannot be read from its shape."""

from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.old_light import spread
from fenshen.engines.studio.stage import Stage
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

EVENED: Final = 0.7  # of the bright patches in hair that go with the old light
ORDINARY: Final = 0.7  # octaves: locks differ by as much without any patch of light
PATCH: Final = 0.06  # face widths: what is smaller is a curl, not a patch of light
GAP: Final = 0.13  # face widths: half of the widest gap
BRIGHTNESS: Final = 0.4  # what a difference in brightness weighs against one in colour


def hairiness(seen: Floats, skin: Floats, hair: Floats, stage: Stage) -> Floats:
    """Where there is hair, (h, w) 0..1: on the head, beside the face, and more like the sitter's hair than their skin.

    seen: (h, w, 3) linear. skin, hair: (3,) linear, as lit in this photo.
    """
    size = (stage.alpha.shape[0], stage.alpha.shape[1])
    oval = floats(regions.fill(stage.points, regions.OVAL, size))
    middle = stage.points[list(regions.OVAL), :2].mean(0)
    chin = float(stage.points[regions.CHIN, 1])
    rows = np.arange(size[0], dtype=np.float32)[:, None]
    columns = np.arange(size[1], dtype=np.float32)[None]
    above = np.clip((chin - rows) / (0.3 * stage.width), 0, 1)
    beside = np.clip(6 - 5 * np.abs(columns - middle[0]) / stage.width, 0, 1)
    to_skin, to_hair = _distance(seen, skin), _distance(seen, hair)
    likely = np.clip(2.5 * to_skin / (to_skin + to_hair + 1e-3) - 0.75, 0, 1)
    found = stage.alpha * (1 - oval) * above * beside * _closed(floats(likely), oval, stage)
    return floats(np.clip(1.3 * cv2.GaussianBlur(floats(found), (0, 0), max(0.8, 0.03 * stage.width)), 0, 1))


def _closed(likely: Floats, oval: Floats, stage: Stage) -> Floats:
    """Fill gaps over the brows that only hair and the wall enclose: hair in the sun is not of its own colour."""
    brows = float(stage.points[list(regions.RIGHT_BROW + regions.LEFT_BROW), 1].min())
    above = np.arange(likely.shape[0])[:, None] < brows
    around = np.where(stage.alpha < 0.5, 1.0, likely * (1 - oval)).astype(np.float32)  # noqa: PLR2004
    side = 2 * max(1, round(GAP * stage.width)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return floats(np.where(above, cv2.morphologyEx(around, cv2.MORPH_CLOSE, disc), likely))


def _distance(seen: Floats, colour: Floats) -> Floats:
    """How unlike each pixel is to a colour, (h, w), octaves."""
    tone = np.log2(np.maximum(seen, 2e-3) / np.maximum(colour, 2e-3))
    bright = tone @ LUMINANCE
    red, green, blue = (np.abs(tone[..., c] - bright) for c in range(3))
    return floats(np.maximum(np.maximum(red, green), blue) + BRIGHTNESS * np.abs(bright))


def patches(seen: Floats, hair: Floats, width: float) -> Floats:
    """Log2 of the light that lies on hair in patches, (h, w): how much brighter than most of it, smoothly."""
    inside = hair > 0.5  # noqa: PLR2004
    if int(inside.sum()) < 30:  # noqa: PLR2004 - bald, or a hat
        return np.zeros_like(hair)
    bright = floats(np.log2(np.maximum(seen @ LUMINANCE, 0.004)))
    usual = float(np.median(bright[inside]))
    above = spread(bright, hair, PATCH * width) - usual - ORDINARY
    return floats(EVENED * np.clip(above, 0, 3))
