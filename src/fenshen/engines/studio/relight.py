"""Take the light out of a photo and put a studio's light in (quotient images: Shashua & Riklin-Raviv 2001)."""

from typing import Final

import numpy as np

from fenshen.vision.arrays import Floats, floats

LUMINANCE: Final = floats([0.2126, 0.7152, 0.0722])
OLD_LIMITS: Final = (0.52, 2.0)  # of the face's mean: beyond this the old light was guessed, not seen
NEW_LIMITS: Final = (0.12, 2.4)
SKIN_SCATTER: Final = floats([0.94, 1.01, 1.05])  # light travels in skin, red furthest: shadows stay warm
CAST_LIMITS: Final = (0.7, 1.45)  # a colour cast is corrected this far, no further


def quotient(old: Floats, new: Floats, face: Floats, *, strength: float) -> Floats:
    """What each point must be multiplied with so that it looks lit by `new` instead of `old`.

    old, new: (h, w, 3) shading, any scale. face: (h, w) weight 0..1 of the face. strength: 0..1.
    Returns (h, w, 3) float32 with mean luminance 1 over the face.
    """
    before = old @ LUMINANCE
    before = before / max(1e-4, _mean(before, face))
    after = new / max(1e-4, _mean(new @ LUMINANCE, face))
    ratio = after / np.clip(before, *OLD_LIMITS)[..., None]
    ratio = np.clip(ratio, *NEW_LIMITS) ** (strength * SKIN_SCATTER)
    return floats(ratio / max(1e-4, _mean(ratio @ LUMINANCE, face)))


def neutral_gains(shading: Floats, face: Floats, skin: Floats) -> Floats:
    """Channel gains that take a photo's colour cast away: its mean skin becomes the sitter's own skin.

    shading: (h, w, 3) light x skin of the take, linear. skin: (3,) the sitter's skin over all photos, linear.
    Returns (3,) with luminance gain 1.
    """
    seen = floats([_mean(shading[..., c], face) for c in range(3)])
    gains = (skin / (skin @ LUMINANCE)) / np.maximum(seen / max(1e-4, float(seen @ LUMINANCE)), 1e-4)
    gains = np.clip(gains, *CAST_LIMITS)
    return floats(gains / float((gains * skin / (skin @ LUMINANCE)) @ LUMINANCE))


def _mean(values: Floats, weight: Floats) -> float:
    return float((values * weight).sum() / max(1e-6, float(weight.sum())))
