"""The light that a photo already has on its sitter, found so that it can be taken away.

Harmonics know where it comes from; the sitter's own albedo also shows what they cannot hold: the shadow of a nose, a
bar of sun on a cheek, a shine. Both are smooth or have one edge, so what is finer stays in the photo.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.stage import Stage
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE
from fenshen.vision.light import shade

BLACK: Final = 0.006  # linear: below this a camera's noise is all there is
FLOOR: Final = 0.25  # of the face's mean: harmonics beyond this were guessed, not seen
CEILING: Final = 2.2
REACH: Final = 0.045  # face widths: light on skin is no finer than this, unless it has an edge
EDGE: Final = 0.2  # octaves: a step larger than this is the edge of a shadow
BEYOND: Final = 0.22  # face widths over which what was seen on the face fades into what is guessed beside it
MOST: Final = 1.6  # octaves that a shadow may darken beyond the harmonics; a shine may be twice as strong
SLIGHT: Final = 0.15  # octaves: a difference as small may as well be the albedo's fault, and stays
SHINE_REACH: Final = 0.16  # face widths: what is brighter than the skin this far around is shine
SHINE_GOES: Final = 0.75  # of its light; the rest is what makes skin look like skin
BURNT_GOES: Final = 0.88  # the same, where the photo shows nothing else
SHINE_TINTS: Final = 2.0  # how fast skin counts less for the colour of the light, the more it shines
FAINT: Final = 0.5  # octaves: above this the photo's colour is less and less the skin's
TO_THE_HAIR: Final = 0.2  # face widths: how far a forehead goes on above the mesh
RIM_MARGIN: Final = 0.4  # octaves: beside the albedo a spot must be this much brighter than skin to be shine
SHINE_WHITE: Final = 0.7  # oil mirrors the lamp, so shine has little of the skin's colour
FEATURES: Final = 0.035  # face widths around brows, eyes and lips where the albedo may not fit to a hair
HAIRY: Final = 0.45  # octaves below the skin at which an albedo begins to be hair
WIDE: Final = 5.0  # pixels: the standard deviation from which a blur needs only half of them
COLOUR_REACH: Final = 0.11  # face widths: lamps of two colours mix over this


def harmonic(stage: Stage, light: Floats) -> Floats:
    """Log2 of the light by harmonics, (h, w), 0 on the mean of the face. light: (9, 3) linear."""
    bright = shade(stage.normals, light) @ LUMINANCE
    mean = float((bright * stage.face).sum() / max(1.0, float(stage.face.sum())))
    return floats(np.log2(np.clip(bright / max(mean, 1e-4), FLOOR, CEILING)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OldLight:
    """What the photo's light does to skin that harmonics do not say."""

    more: Floats  # (h, w, 3) log2 to divide by, 0 on the mean of the face
    shine: Floats  # (h, w, 3) linear, to take off first


def beyond_harmonics(seen: Floats, albedo: Floats, known: Floats, stage: Stage, guessed: Floats) -> OldLight:
    """Compare the photo with the sitter's albedo, beyond what harmonics explain.

    seen, albedo: (h, w, 3) linear, the photo and the sitter's albedo in its place. known: (h, w) 0..1, how far that
    albedo is to be believed. guessed: (h, w) log2, `harmonic`.
    Brightness keeps its edges (guided filter, He et al. 2010, guided by itself); colour is smooth; what is brighter
    than the skin around it is shine and comes off by subtraction, as it came on.
    """
    trust = floats(known * _plain_skin(albedo, stage) * (seen[..., 2] > BLACK / 2))
    if float(trust.sum()) < 30:  # noqa: PLR2004 - no face to read
        return OldLight(more=np.zeros_like(seen), shine=np.zeros_like(seen))
    plain = np.median(albedo[trust > trust.max() / 2], axis=0)
    albedo = floats(plain + known[..., None] * (albedo - plain))  # edge on, a texture shows what lies beside
    change = np.log2(np.maximum(seen, BLACK)) - np.log2(np.maximum(albedo, BLACK))
    bright = np.log2(np.maximum(seen @ LUMINANCE, BLACK)) - np.log2(np.maximum(albedo @ LUMINANCE, BLACK))
    colour = np.clip(change - bright[..., None], -0.6, 0.6)
    left = bright - guessed
    left = np.clip(left - _mean(left[..., None], trust)[0], -MOST, 2 * MOST)
    light = _edged(floats(left), trust, REACH * stage.width)
    light = floats(light**3 / (light * light + SLIGHT * SLIGHT))
    around = light
    bare = trust
    for _ in range(2):  # the second look leaves out what shone in the first
        around = spread(light, bare, SHINE_REACH * stage.width)
        glow = floats(np.maximum(light - around, 0))
        bare = floats(trust * np.exp2(-SHINE_TINTS * glow))
    sure = cv2.GaussianBlur(trust, (0, 0), max(0.6, 0.02 * stage.width))
    usual = _mean(colour, bare)  # shine has the lamp's colour, which is not the skin's
    tint = spread(floats(colour - usual), bare, COLOUR_REACH * stage.width)
    hairy = np.clip(
        np.log2(max(BLACK, float(plain @ LUMINANCE)) / np.maximum(albedo @ LUMINANCE, BLACK)), 0, None
    )
    edge = floats(
        np.clip(cv2.GaussianBlur(floats(left - hairy), (0, 0), 1.0) - around - RIM_MARGIN, 0, 2 * MOST)
    )
    edge *= _where_skin_shines(stage, edge)
    skin = plain + (albedo - plain) * np.clip(1 - hairy, 0, 1)[..., None]  # no hair lies under a shine
    return OldLight(
        more=floats(
            faded(floats(light - glow), trust, stage.width)[..., None] + faded(tint, trust, stage.width)
        ),
        shine=_shine(seen, floats(sure * glow + (1 - sure) * edge), floats(skin * np.exp2(tint + usual))),
    )


def _where_skin_shines(stage: Stage, over: Floats) -> Floats:
    """Where shine is looked for without an albedo, (h, w) 0..1: the face, and the forehead above a burnt one.

    over: (h, w) octaves above the skin around. A white cap above a forehead that does not shine is not skin.
    """
    size = (stage.depth.shape[0], stage.depth.shape[1])
    oval = regions.fill(stage.points, regions.OVAL, size)
    near = np.ones((2 * max(1, round(0.03 * stage.width)) + 1,) * 2, np.uint8)
    found = np.maximum(floats(cv2.dilate(oval, near)), stage.face)
    for feature in (regions.LIPS, regions.RIGHT_EYE, regions.LEFT_EYE):
        found *= 1 - cv2.dilate(regions.fill(stage.points, feature, size), near)
    away = cv2.distanceTransform((oval < 0.5).astype(np.uint8), cv2.DIST_L2, 3)  # noqa: PLR2004
    brows = stage.points[list(regions.RIGHT_BROW + regions.LEFT_BROW), :2].mean(0)
    up = brows - stage.points[regions.CHIN, :2]
    ys, xs = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
    above = (xs - brows[0]) * up[0] + (ys - brows[1]) * up[1] > 0
    reach = TO_THE_HAIR * stage.width
    inner = cv2.erode(oval, near)
    burnt = cv2.distanceTransform((above * inner * over < FAINT).astype(np.uint8), cv2.DIST_L2, 3)
    higher = np.clip(1 - away / reach, 0, 1) * np.clip(2 - burnt / reach, 0, 1)
    found = np.maximum(found, above * higher)
    return floats(cv2.GaussianBlur(floats(found), (0, 0), max(0.6, 0.015 * stage.width)))


def _shine(seen: Floats, glow: Floats, skin: Floats) -> Floats:
    """The mirrored light in a photo, (h, w, 3) linear, for subtraction.

    glow: (h, w) octaves above the skin around. skin: (h, w, 3) its colour there, any brightness: under a burnt shine
    the photo has none. What is left of a shine fades to all sides as it did (dichromatic reflection, Shafer 1985).
    """
    bright = seen @ LUMINANCE
    under = skin * (bright * np.exp2(-glow) / np.maximum(skin @ LUMINANCE, BLACK))[..., None]
    burnt = np.clip((glow - FAINT) / FAINT, 0, 1)[..., None]
    part = seen * (1 - np.exp2(-glow))[..., None]
    white = (part @ LUMINANCE)[..., None]
    faint = part + SHINE_WHITE * (white - part)
    goes = SHINE_GOES + (BURNT_GOES - SHINE_GOES) * burnt
    return floats(np.minimum(goes * (faint + burnt * (seen - under - faint)), BURNT_GOES * seen))


def _plain_skin(albedo: Floats, stage: Stage) -> Floats:
    """Where the albedo is skin and nothing but, (h, w) 0..1: no brow, lash or beard that may lie a hair beside."""
    wary = 2 * max(1, round(FEATURES * stage.width)) + 1
    near = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wary, wary))
    skin = cv2.erode(stage.face, near)
    if not skin.any():
        return floats(skin)
    bright = np.log2(np.maximum(albedo @ LUMINANCE, BLACK))
    darkest = cv2.erode(floats(bright - np.median(bright[skin > 0])), near)
    return floats(skin * np.clip(1 + (darkest + HAIRY) / HAIRY, 0, 1))


def spread(values: Floats, weight: Floats, sigma: float) -> Floats:
    """Blur (h, w[, c]) that looks only where there is weight (h, w); elsewhere the nearest of it."""
    weight = floats(weight + np.float32(1e-4))
    if values.ndim == weight.ndim:
        return floats(wide_blur(floats(values * weight), sigma) / wide_blur(weight, sigma))
    return floats(wide_blur(floats(values * weight[..., None]), sigma) / wide_blur(weight, sigma)[..., None])


def wide_blur(values: Floats, sigma: float) -> Floats:
    """Gaussian blur of (h, w[, c]); a wide one is done on fewer pixels."""
    if sigma < WIDE:
        return floats(cv2.GaussianBlur(values, (0, 0), max(0.6, sigma)))
    height, width = values.shape[:2]
    half = cv2.resize(values, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA)
    return floats(
        cv2.resize(wide_blur(floats(half), sigma / 2), (width, height), interpolation=cv2.INTER_LINEAR)
    )


def faded(values: Floats, weight: Floats, width: float) -> Floats:
    """Continue values (h, w[, c]) smoothly beyond where they were seen, and let them fade to 0."""
    inner = cv2.GaussianBlur(cv2.erode(weight, np.ones((3, 3), np.uint8)), (0, 0), max(0.6, 0.02 * width))
    inner = np.clip(1.6 * inner, 0, 1)
    near = wide_blur(weight, BEYOND * width)
    beyond = spread(values, weight, BEYOND * width / 2)
    fade = np.clip(near / 0.35, 0, 1)
    if values.ndim > weight.ndim:
        inner, fade = inner[..., None], fade[..., None]
    return floats(values * inner + beyond * fade * (1 - inner))


def _edged(values: Floats, weight: Floats, reach: float) -> Floats:
    """Smooth values (h, w) but for their large steps; what has no weight is filled from around it first."""
    around = spread(values, weight, 1.5 * reach)
    soft = np.clip(cv2.GaussianBlur(weight, (0, 0), 1.0), 0, 1) * weight
    filled = floats(cv2.medianBlur(floats(values * soft + around * (1 - soft)), 5))
    side = 2 * max(1, round(reach)) + 1
    mean = cv2.blur(filled, (side, side))
    variance = np.maximum(cv2.blur(filled * filled, (side, side)) - mean * mean, 0)
    slope = variance / (variance + EDGE * EDGE)
    level = cv2.blur(floats(mean * (1 - slope)), (side, side))
    return floats(cv2.blur(floats(slope), (side, side)) * filled + level)


def _mean(values: Floats, weight: Floats) -> Floats:
    return floats((values * weight[..., None]).sum((0, 1)) / max(1e-6, float(weight.sum())))
