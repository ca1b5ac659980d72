"""Take the light out of a photo and put a studio's light in (quotient images: Shashua & Riklin-Raviv 2001)."""

from typing import Final

import numpy as np

from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

DARKEN, BRIGHTEN = 3.4, 1.5  # octaves: further is approached, never reached, so that no edge shows a limit
NEW_LIMITS: Final = (2.0**-DARKEN, 2.0**BRIGHTEN)  # the same as factors
CAST_LIMITS: Final = (0.7, 1.45)  # a colour cast is corrected this far, no further
NEUTRAL: Final = 0.3  # octaves between channels, up to which something is white, grey or black
DARK: Final = 0.004  # linear: below this a camera's noise has any colour


def quotient(old: Floats, new: Floats, face: Floats, *, strength: float) -> Floats:
    """What each point must be multiplied with so that it looks lit by `new` instead of `old`.

    old: (h, w, 3) log2 of the photo's light. new: (h, w, 3) light, linear, any scale. face: (h, w) weight 0..1 of the
    face. strength: 0..1. Returns (h, w, 3) float32 with mean luminance 1 over the face.
    """
    bright = new @ LUMINANCE
    wanted = np.log2(np.maximum(new / max(1e-4, mean(bright, face)), 1e-3))
    ratio = np.exp2(limited(strength * (wanted - old)))
    return floats(ratio / max(1e-4, mean(ratio @ LUMINANCE, face)))


def sparing(gains: Floats, seen: Floats) -> Floats:
    """Gains for every point, (h, w, 3), that do not tint what the photo shows as white, grey or black.

    A cast is read from skin; where a white shirt shows that there is none, skin was only tanned or flushed. What a
    cast has tinted comes nearer to neutral by the gains and gets them whole. gains: (3,) of `neutral_gains`. seen:
    (h, w, 3) linear.
    """
    tone = np.log2(np.maximum(seen, DARK))
    tint = tone - tone.mean(-1, keepdims=True)
    pull = np.log2(gains) - np.log2(gains).mean()
    before, after = (np.linalg.norm(part, axis=-1) for part in (tint, tint + pull))
    tinted = np.clip((after - before) / max(1e-3, 0.5 * float(np.linalg.norm(pull))), 0, 1)
    spared = np.exp(-((before / NEUTRAL) ** 2)) * tinted
    return floats(gains ** (1 - spared[..., None]))


def limited(octaves: Floats) -> Floats:
    """Bend a change towards its limits: nearly linear around 0, never more than BRIGHTEN nor less than -DARKEN."""
    return floats(
        np.where(octaves > 0, BRIGHTEN * np.tanh(octaves / BRIGHTEN), DARKEN * np.tanh(octaves / DARKEN))
    )


def neutral_gains(seen: Floats, skin: Floats) -> Floats:
    """Channel gains that take a photo's colour cast away: its mean skin becomes the sitter's own skin.

    seen: (3,) mean skin of the take, linear. skin: (3,) the sitter's skin over all photos, linear.
    Returns (3,) with luminance gain 1.
    """
    gains = (skin / (skin @ LUMINANCE)) / np.maximum(seen / max(1e-4, float(seen @ LUMINANCE)), 1e-4)
    gains = np.clip(gains, *CAST_LIMITS)
    return floats(gains / float((gains * skin / (skin @ LUMINANCE)) @ LUMINANCE))


def mean(values: Floats, weight: Floats) -> float:
    """Weighted mean of (h, w) values."""
    return float((values * weight).sum() / max(1e-6, float(weight.sum())))
