"""Out with the photo's light, in with the rig's: what that changes, on a quarter of the pixels."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import cv2
import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.double.own_face import worn
from fenshen.double.take import Take
from fenshen.engines.studio.bands import meanwhile
from fenshen.engines.studio.gloss import oiliness
from fenshen.engines.studio.hair import hairiness, patches
from fenshen.engines.studio.old_light import beyond_harmonics, harmonic
from fenshen.engines.studio.relight import mean, neutral_gains, quotient, sparing
from fenshen.engines.studio.rig import shed
from fenshen.engines.studio.stage import Stage
from fenshen.templates.recipe import Rig
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

ON_HAIR: Final = 0.35  # of what harmonics say about skin is true of hair
GLOSS: Final = 0.7  # of what oiled skin would show: people come powdered
LIGHT_SKIN: Final = 0.4  # luminance
HAIR_CONTRAST: Final = 0.6  # of a rig's contrast is left on hair: strands scatter light among themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class LightChange:
    """What the rig does to the photo."""

    less: Floats  # (h, w, 3) to take off first: the photo's own shine
    ratio: Floats  # (h, w, 3) to multiply with, linear
    shine: Floats  # (h, w, 3) to add where skin is glossy, in units of what white paper throws back


def change_light(linear: Floats, take: Take, stage: Stage, rig: Rig, double: OpenDouble) -> LightChange:
    """Read the photo's light and set the rig's against it. linear: (H, W, 3) the photo, in the picture's pixels."""
    size = (stage.depth.shape[0], stage.depth.shape[1])
    arriving = meanwhile(partial(shed, rig, stage))
    seen = floats(cv2.resize(linear, size[::-1], interpolation=cv2.INTER_AREA))
    albedo, known = worn(double.face, stage.points, size)
    skin = _mean_colour(seen, stage.face)
    hair = hairiness(seen, skin, _hair_here(skin, double), stage)
    guessed = harmonic(stage, take.light)
    more = beyond_harmonics(seen, albedo, known, stage, guessed)
    on_hair = ON_HAIR * guessed + patches(seen, hair, stage.width)
    old = guessed[..., None] + more.more
    old = floats(old + hair[..., None] * (on_hair[..., None] - old))
    new = arriving()
    level = mean(new.diffuse @ LUMINANCE, stage.face)
    gains = neutral_gains(skin, _mean_colour(albedo, stage.face))
    ratio = quotient(old, _on_hair(new.diffuse, hair, level), stage.face, strength=rig.strength)
    oil = oiliness(stage.points, stage.face, stage.width) * rig.strength * _modest(double.key)
    return LightChange(
        less=floats(more.shine * rig.strength),
        ratio=floats(ratio * sparing(gains, seen)),
        shine=floats(new.glossy / max(1e-4, level) * oil[..., None]),
    )


def _modest(key: float) -> float:
    """How much of its shine a skin shows: on dark skin it stands out more, and less of it is enough."""
    return GLOSS * float(np.sqrt(min(1.0, key / LIGHT_SKIN)))


def _on_hair(light: Floats, hair: Floats, level: float) -> Floats:
    """The rig's light, its contrast lower on hair."""
    even = level * (np.maximum(light, 1e-3) / level) ** HAIR_CONTRAST
    return floats(light + hair[..., None] * (even - light))


def _hair_here(skin: Floats, double: OpenDouble) -> Floats:
    """The sitter's hair as this photo's light would show it. skin: (3,) as it shows their skin."""
    return floats(floats(double.face.hair) * skin / np.maximum(double.skin, 1e-3))


def _mean_colour(picture: Floats, weight: Floats) -> Floats:
    return floats([max(1e-3, mean(picture[..., c], weight)) for c in range(3)])
