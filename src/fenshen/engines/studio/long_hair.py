"""Hair that falls lower than the ears, told from clothes: it may be shown where a garment lies before it."""

from typing import Final

import cv2
import numpy as np

from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

BESIDE: Final = 0.05  # face widths around the face that are no sample of hair
TINT: Final = 0.26  # how far log red/green and blue/green may be from the hair's own
BRIGHTER: Final = 0.9  # and the log of its luminance above
NO_HUE: Final = 0.02  # linear: what is as dark as that has hardly a colour
DARK: Final = 0.6  # quantile of luminance: what is brighter may be an ear, or a glint
REACH: Final = 0.8  # face widths below the chin
GAP: Final = 0.06  # face widths between hair and jaw that are in too deep a shadow to be told
THROAT: Final = 0.06  # face widths below the chin, from which
ASIDE: Final = 0.36  # face widths from the middle there is no hair
ENOUGH: Final = 40  # pixels of hair above the ears that are a sample


def falling(linear: Floats, points: Floats, alpha: Floats, over: Floats, width: float) -> Floats:
    """What hangs together with the hair above the ears and is coloured like it, and that hair, (h, w) 0..1.

    linear: (h, w, 3). points: the mesh. alpha: of the sitter. over: what lies over jaw and earlobes. width: the face's.
    """
    near = 2 * round(BESIDE * width) + 1
    face = regions.fill(points, regions.OVAL, alpha.shape)
    above = (over > 0.9) & (alpha > 0.9) & ~(cv2.dilate(face, np.ones((near, near), np.uint8)) > 0)  # noqa: PLR2004
    light = np.maximum(linear @ LUMINANCE, 1e-4)
    if above.sum() < ENOUGH:
        return np.zeros_like(alpha)
    sample = above & (light <= np.quantile(light[above], DARK))
    log = np.log(linear + np.float32(NO_HUE))
    seen = np.dstack(
        [(log[..., 0] - log[..., 1]) / TINT, (log[..., 2] - log[..., 1]) / TINT, np.log(light) / BRIGHTER]
    )
    seen = cv2.GaussianBlur(floats(seen), (0, 0), max(0.8, 0.012 * width))  # strands differ, a lock does not
    own = np.median(seen[sample], axis=0)
    off = seen - own
    off[..., 2] = np.maximum(off[..., 2], 0)  # it hangs in its own shadow
    likely = np.exp(-0.5 * (off**2).sum(-1))
    reach = _reach(points, alpha.shape[:2], width)
    mask = np.asarray(((likely > 0.2) & (alpha > 0.3) & (face == 0)) | above, np.uint8)  # noqa: PLR2004
    side = 2 * max(1, round(0.012 * width)) + 1
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((2 * side + 1, 2 * side + 1), np.uint8))
    _, labels = cv2.connectedComponents(np.asarray(closed, np.uint8))
    known = np.unique(labels[sample & (labels > 0)])
    told = floats(np.isin(labels, known) & (labels > 0))
    wide = 2 * max(1, round(GAP * width)) + 1
    high = np.arange(alpha.shape[0])[:, None] < points[regions.CHIN, 1] + THROAT * width
    told = np.where(high & (face == 0), cv2.dilate(told, np.ones((wide, wide), np.uint8)), told)
    hair = cv2.GaussianBlur(floats(told), (0, 0), max(0.8, 0.012 * width))
    return floats(np.clip(2 * hair - 0.5, 0, 1) * reach)


def _reach(points: Floats, size: tuple[int, int], width: float) -> Floats:
    """(h, w) 0..1 where hair may fall: not before the throat, where it is too easily taken for a dark collar."""
    chin = points[regions.CHIN]
    xs, ys = np.arange(size[1], dtype=np.float32)[None], np.arange(size[0], dtype=np.float32)[:, None]
    below = np.clip((ys - chin[1] - THROAT * width) / (0.1 * width), 0, 1)
    beside = np.clip((np.abs(xs - chin[0]) - ASIDE * width) / (0.06 * width), 0, 1)
    lowest = np.clip((chin[1] + REACH * width - ys) / (0.1 * width), 0, 1)
    return floats(np.maximum(1 - below, beside) * lowest)
