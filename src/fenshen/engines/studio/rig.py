"""A light rig: what stands in the studio, and how it shades a head."""

from typing import Final

import cv2
import numpy as np

from fenshen.templates.recipe import DAYLIGHT, Light, Rig
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.light import direction

AGAINST: Final = (
    0.03  # key and photo's light are on different sides by more than this (product of their sides)
)
STEPS: Final = 18  # samples along a light ray


def towards(light: Light) -> Floats:
    """Unit vector from the sitter to the light: +x right of the picture, +y up, +z to the viewer."""
    azimuth, elevation = np.radians(light.azimuth), np.radians(light.elevation)
    flat = np.cos(elevation)
    return floats([flat * np.sin(azimuth), np.sin(elevation), flat * np.cos(azimuth)])


def turned_to(rig: Rig, light: Floats) -> Rig:
    """The rig, or its mirror image when that suits the light a photo already has: a shadow cannot be argued away.

    light: (9, 3) spherical harmonics of the photo.
    """
    key = max(rig.lights, key=lambda lamp: lamp.intensity if towards(lamp)[2] > 0 else 0.0, default=None)
    if key is None or not rig.mirrors or towards(key)[0] * direction(light)[0] >= -AGAINST:
        return rig
    lights = tuple(lamp.model_copy(update={"azimuth": -lamp.azimuth}) for lamp in rig.lights)
    return rig.model_copy(update={"lights": lights})


def colour_of(light: Light) -> Floats:
    """Linear sRGB of a light, luminance 1."""
    raw = floats(light.gel) if light.gel else daylight(light.kelvin) / daylight(DAYLIGHT)
    return floats(raw / (raw @ floats([0.2126, 0.7152, 0.0722])))


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


def shine(rig: Rig, normals: Floats, depth: Floats, alpha: Floats, *, face_width: float) -> Floats:
    """Light that arrives at each point.

    normals: (h, w, 3) unit; depth: (h, w) face widths; alpha: (h, w) 0..1; face_width: in pixels.

    Area lights wrap around the terminator by their size; each throws a soft shadow found by marching the depth map
    towards the light. Returns (h, w, 3) float32 linear, unnormalised.
    """
    up = 0.75 + 0.25 * normals[..., 1:2]  # rooms have bright ceilings and dark floors
    rim = outline(alpha, face_width)
    total = rig.ambient * up * (daylight(rig.ambient_kelvin) / daylight(DAYLIGHT))
    for light in rig.lights:
        facing = normals @ towards(light)
        wrap = 0.5 * light.size
        lambert = np.clip((facing + wrap) / (1 + wrap), 0, None)
        if towards(light)[2] < 0:  # from behind: it can only graze the outline
            visible = rim
        else:
            visible = 1 - light.shadow * march(depth, towards(light), light.size, pixels=face_width)
        total = total + (light.intensity * lambert * visible)[..., None] * colour_of(light)
    return floats(total)


def outline(alpha: Floats, face_width: float) -> Floats:
    """Where light from behind can graze the sitter: 1 at the silhouette, 0 further in. (h, w)."""
    near = cv2.GaussianBlur(alpha, (0, 0), max(1.0, 0.07 * face_width))
    return floats(np.clip(2.2 * (1 - near), 0, 1))


def march(depth: Floats, direction: Floats, size: float, *, pixels: float) -> Floats:
    """Soft self-shadow (h, w) 0..1 by marching a height field towards the light; the penumbra grows with distance.

    depth: (h, w) in face widths. direction: unit, towards the light. pixels: length of one face width in the map.
    """
    flat = float(np.hypot(direction[0], direction[1]))
    if flat < 0.05:  # noqa: PLR2004 - a light at the camera throws no shadow that it can see
        return np.zeros(depth.shape, np.float32)
    step = floats([direction[0], -direction[1]]) / flat
    climb = float(direction[2]) / flat
    blocked = np.zeros(depth.shape, np.float32)
    for k in range(1, STEPS + 1):
        away = 0.9 * (k / STEPS) ** 1.4  # face widths
        shift = floats([[1, 0, step[0] * away * pixels], [0, 1, step[1] * away * pixels]])
        ahead = cv2.warpAffine(
            depth,
            shift,
            depth.shape[::-1],
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        excess = ahead - depth - away * climb - 0.02
        softness = 0.03 + (0.15 + 0.5 * size) * away
        blocked = np.maximum(blocked, np.clip(excess / softness, 0, 1))
    blur = max(0.8, 0.02 * pixels * (1 + 2 * size))
    return floats(cv2.GaussianBlur(blocked, (0, 0), blur))
