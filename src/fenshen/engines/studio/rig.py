"""A light rig: what stands in the studio, and how it shades a head."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import per_channel
from fenshen.engines.studio.gloss import gloss
from fenshen.engines.studio.gobo import gobo_light
from fenshen.engines.studio.lamp import colour_of, daylight, towards
from fenshen.engines.studio.shadows import soft_shadow
from fenshen.engines.studio.stage import FACE_WIDTH, Stage, dot
from fenshen.templates.recipe import DAYLIGHT, Light, Rig
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.light import direction

AGAINST: Final = (
    0.03  # key and photo's light are on different sides by more than this (product of their sides)
)
SCATTER: Final = floats(
    [0.07, 0.0, -0.03]
)  # light travels in skin, red furthest: the edge of a shadow is warm
SHADOW_SCATTER: Final = floats([0.88, 1.0, 1.05])
THROUGH_SKIN: Final = (0.032, 0.02, 0.016)  # face widths: 4 mm for red
GRAZING: Final = 0.2  # cosine to the lamp around which skin turns from it
NEAREST, FARTHEST = 1.7, 0.3  # a lamp's light is never more or less than this of what the face gets


@dataclass(frozen=True, slots=True, kw_only=True)
class Shine:
    """Light that a rig sends, linear, unnormalised."""

    diffuse: Floats  # (h, w, 3) that arrives
    glossy: Floats  # (h, w, 3) that skin throws back at once, as a share of what white paper would


def turned_to(rig: Rig, light: Floats) -> Rig:
    """The rig, or its mirror image when that suits the light a photo already has: a shadow cannot be argued away.

    light: (9, 3) spherical harmonics of the photo.
    """
    key = key_of(rig)
    if key is None or not rig.mirrors or towards(key)[0] * direction(light)[0] >= -AGAINST:
        return rig
    lights = tuple(lamp.model_copy(update={"azimuth": -lamp.azimuth}) for lamp in rig.lights)
    return rig.model_copy(update={"lights": lights})


def key_of(rig: Rig) -> Light | None:
    """The strongest lamp before the sitter."""
    before = [lamp for lamp in rig.lights if towards(lamp)[2] > 0]
    return max(before, key=lambda lamp: lamp.intensity, default=None)


def shine(rig: Rig, normals: Floats, depth: Floats, alpha: Floats, *, face_width: float) -> Floats:
    """Light that arrives on something that has no face, such as cloth: (h, w, 3) linear, unnormalised.

    normals: (h, w, 3) unit; depth: (h, w) face widths; alpha: (h, w) 0..1; face_width: in these pixels.
    """
    height, width = depth.shape
    nobody = np.zeros((478, 3), np.float32), np.zeros((height, width), np.float32)
    return shed(
        rig,
        Stage(
            normals=normals,
            depth=depth,
            alpha=alpha,
            points=nobody[0],
            face=nobody[1],
            middle=(width / 2, height / 2),
            width=face_width,
        ),
    ).diffuse


def shed(rig: Rig, stage: Stage) -> Shine:
    """Light on a sitter: from everywhere, and from each lamp."""
    up = per_channel(
        floats(0.75 + 0.25 * stage.normals[..., 1])
    )  # rooms have bright ceilings and dark floors
    diffuse = up * (rig.ambient * daylight(rig.ambient_kelvin) / daylight(DAYLIGHT))
    glossy = np.zeros_like(stage.normals)
    places, rim = stage.places(), outline(stage.alpha, stage.width)
    fine = stage.softened(0.02)
    for light in rig.lights:
        ray, falling = _rays(light, places)
        normals = stage.softened(0.022 + 0.05 * light.size)
        facing = dot(normals, ray)
        if towards(light)[2] < 0:  # from behind: it can only graze the outline
            arriving = lambert(facing, light.size) * per_channel(rim) * (light.intensity * colour_of(light))
        else:
            passed = _unshadowed(light, stage, places, facing) * per_channel(falling)
            passed *= light.intensity * colour_of(light)
            arriving = passed * lambert(facing, light.size)
            glossy = glossy + passed * per_channel(gloss(fine, ray, light.size))
        diffuse = diffuse + arriving
    return Shine(diffuse=through_skin(floats(diffuse), stage.width), glossy=floats(glossy))


def through_skin(light: Floats, face_width: float) -> Floats:
    """Light (h, w, 3) after its way through skin, red furthest (screen-space diffusion: d'Eon et al. 2007)."""
    reaches = [max(0.5, reach * face_width) for reach in THROUGH_SKIN]
    return floats(np.dstack([cv2.GaussianBlur(light[..., c], (0, 0), reaches[c]) for c in range(3)]))


def lambert(facing: Floats, size: float) -> Floats:
    """How much of a lamp's light a skin takes, (..., 3), by the cosine towards it, (...).

    A large lamp reaches around the terminator, red light a little further than blue; the slope is smooth where it
    ends, so that no line is drawn over a nose (after McCutcheon's energy-conserving wrap, 2011).
    """
    reaches = (0.08 + 0.32 * size + SCATTER).tolist()  # one colour at a time: numpy is slow over so few
    return floats(
        np.stack([np.maximum((facing + far) / (1 + far), 0) ** (1.15 + far) for far in reaches], -1)
    )


def outline(alpha: Floats, face_width: float) -> Floats:
    """Where light from behind can graze the sitter: 1 at the silhouette, 0 further in. (h, w)."""
    near = cv2.GaussianBlur(alpha, (0, 0), max(1.0, 0.07 * face_width))
    return floats(np.clip(2.2 * (1 - near), 0, 1))


def _rays(light: Light, places: Floats) -> tuple[Floats, Floats]:
    """Unit vectors to a lamp (h, w, 3), and its light by the inverse square of the way (h, w), 1 at the face."""
    way = light.distance / FACE_WIDTH
    to_lamp = towards(light) * way - places
    length = floats(np.sqrt(dot(floats(to_lamp), floats(to_lamp))))
    return floats(to_lamp / per_channel(length)), floats(np.clip((way / length) ** 2, FARTHEST, NEAREST))


def _unshadowed(light: Light, stage: Stage, places: Floats, facing: Floats) -> Floats:
    """What of a lamp's light gets past noses, chins and gobos, (h, w, 3).

    Where skin turns away from the lamp, `lambert` has dimmed it already: a shadow there would only draw a line.
    """
    past = np.ones_like(stage.depth)
    if light.shadow:
        turned = np.clip((facing + GRAZING) / (3 * GRAZING), 0, 1)
        hidden = soft_shadow(stage.depth, towards(light), light.size, pixels=stage.width)
        past = past - light.shadow * hidden * turned * turned * (3 - 2 * turned)
    if light.gobo:
        past = past * gobo_light(light.gobo, towards(light), places)
    return floats(np.stack([past**power for power in SHADOW_SCATTER.tolist()], -1))
