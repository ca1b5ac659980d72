"""The digital double, open: what the studio knows of one sitter while it works."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from fenshen.double.own_face import OwnFace
from fenshen.double.take import Take
from fenshen.vision.arrays import Floats, floats

FORMAT: Final = 2
KEY_LIMITS: Final = (0.085, 0.46)  # luminance of a well exposed face, from the darkest skin to the lightest
PLAIN: Final = 0.9  # octaves: below this a face is lit in one colour
LUMINANCE: Final = floats([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDouble:
    """A sitter's takes and what they have in common. No face embedding is among it, and none is ever written."""

    takes: tuple[Take, ...] = field(repr=False)
    skin: Floats = field(repr=False)  # (3,) the sitter's own skin, linear sRGB
    key: float  # luminance, linear, at which the sitter's face is exposed
    spread: tuple[float, ...] = field(repr=False)  # each photo's likeness to the takes, ascending
    face: OwnFace = field(repr=False)  # what all takes say together


def own_skin(takes: tuple[Take, ...]) -> tuple[Floats, float]:
    """The sitter's skin colour, and the luminance at which it is exposed.

    takes: the frontal first. The chromaticity is the geometric mean of the first one's that is lit in one colour and
    of the median over all takes; so no single lamp decides what a skin looks like, and nobody is made
    lighter or darker than their own photos; the exposure is that of the frontal or of the brighter photos.
    Returns the colour, (3,) linear sRGB, and its luminance.
    """
    seen = np.maximum(floats([take.skin for take in takes]), 1e-3)
    luminance = seen @ LUMINANCE
    chroma = seen / luminance[:, None]
    plain = min(range(len(takes)), key=lambda k: (max(takes[k].mixed, PLAIN), k))
    shared = np.sqrt(chroma[plain] * np.median(chroma, axis=0))
    key = float(np.clip(max(luminance[0], np.quantile(luminance, 0.6)), *KEY_LIMITS))
    skin = floats(shared / float(shared @ LUMINANCE) * key)
    return skin, key


def cast_of(take: Take, skin: Floats) -> float:
    """How far the light of a take is from plain: distance of its skin's chromaticity from the sitter's own, log2."""
    seen = np.maximum(floats(take.skin), 1e-3)
    return float(np.abs(np.log2(seen / (seen @ LUMINANCE) / (skin / (skin @ LUMINANCE)))).max())
