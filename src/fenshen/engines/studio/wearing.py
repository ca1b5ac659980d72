"""Dress the sitter: head, hair and neck on a garment plate, all in one light."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bare_head import BareHead, above_the_neck
from fenshen.engines.studio.framing import Window, view
from fenshen.engines.studio.grain import noise
from fenshen.engines.studio.lamp import towards
from fenshen.engines.studio.plate import Laid, Plate, lay
from fenshen.engines.studio.rig import shed
from fenshen.engines.studio.sheen import mirrored, polished
from fenshen.engines.studio.sitter import Posed
from fenshen.engines.studio.stage import Stage, set_stage
from fenshen.templates.recipe import Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE, to_linear

FOLDS: Final = 0.012  # of the picture's height: what is finer than that is a fold
NEW_LIMITS: Final = (0.1, 2.4)  # of what the face gets
MATCH: Final = (0.4, 2.0)  # how far the plate's neck may be darkened or brightened to meet the sitter's
CONTACT: Final = 0.5  # how much darker the neck is where the collar touches it
LOCK: Final = 0.04  # face widths of hair that are repeated at a time
LET_DOWN: Final = 0.9  # face widths below the chin, to which hair is let down
ASIDE_HAIR: Final = 0.44  # face widths from the middle: nearer there is the throat
NEAR: Final = 0.04  # face widths from hair
NECKS: Final = (0.5, 1.2)  # face widths, of a neck
PORES: Final = 2.0  # pixels: what is finer is texture
THROAT: Final = (0.06, 0.2)  # face widths below the chin, between which a neck is narrowest
ASIDE: Final = 0.3  # face widths, of the neck's middle from the chin


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The sitter before the mirror. All (H, W) 0..1."""

    head: Floats  # what lies before any collar: face, hair, ears
    hair: Floats  # what falls beside the neck, behind the garment's front
    neck: Floats  # the sitter's own neck, as far as it is bare; 0 where the head is
    under: Floats  # what lies under jaw and earlobes
    body: Floats  # all of the sitter as the photo had it, clothes and all


@dataclass(frozen=True, slots=True, kw_only=True)
class Falling:
    """A rig's light on a garment, where 1 is what the sitter's face gets on average."""

    light: Floats  # (H, W, 3) that arrives
    folds: Floats  # (H, W, 1) around 1, what folds make of it
    mirror: Floats | None  # (H, W, 3) that silk and gilt throw back; None: nothing shines


def wear(posed: Posed, bare: BareHead, worn: Plate, window: Window, rig: Rig, skin: Floats) -> Posed:
    """The sitter, posed without clothes, in a plate's clothes.

    posed: made from `bare.lit` through `window`, lit by `rig`. skin: (3,) the sitter's own, linear, as exposed.
    """
    size = (posed.alpha.shape[1], posed.alpha.shape[0])
    posed, fitting = let_down(posed, fit(posed, bare, window))
    laid = lay(worn, posed.points, size, neck_sides(posed, fitting))
    falling = light_on(posed, bare, laid, window, rig)
    light = falling.light
    low = slice(laid.top, None)
    chest = light * skin
    chest *= matched(posed.linear[low], chest, fitting.neck[low], face_width(posed.points))
    chest *= pores(posed.linear[low], fitting.neck[low])
    room = _grown(laid.open, size, laid.top)[..., None]
    albedo = to_linear(laid.albedo)
    cloth = albedo * light
    cloth *= falling.folds * (0.25 + 0.75 * room)
    if falling.mirror is not None and laid.sheen is not None:
        cloth = polished(cloth, albedo, falling.mirror * room, _grown(laid.sheen, size, laid.top))
    return _dressed(posed, fitting, laid, cloth, chest)


def face_width(points: Floats) -> float:
    """Of a mesh, in its pixels."""
    return float(np.ptp(points[list(regions.OVAL), 0]))


def fit(posed: Posed, bare: BareHead, window: Window) -> Fitting:
    """Part the sitter into what hides a collar and what a collar hides."""
    size = (posed.alpha.shape[1], posed.alpha.shape[0])
    masks = (bare.take.alpha, bare.head, bare.hair)
    alpha, head, hair = (np.clip(view(mask, window, size) / 255, 0, 1) for mask in masks)
    alpha = np.minimum(posed.alpha, alpha)
    head = np.minimum(head, alpha)
    hair = np.minimum(hair, alpha - head)
    small = (size[0] // 4, size[1] // 4)
    over, _ = above_the_neck(floats(posed.points[:, :2] / 4), small[::-1], face_width(posed.points) / 4)
    under = 1 - cv2.resize(over, size, interpolation=cv2.INTER_LINEAR)
    return Fitting(
        head=floats(head),
        hair=floats(hair),
        neck=floats(alpha - head - hair),
        under=floats(under),
        body=posed.alpha,
    )


def let_down(posed: Posed, fitting: Fitting) -> tuple[Posed, Fitting]:
    """Hair that the photo shows as far as the sitter's own clothes goes on behind them, as it did above.

    Where it ends before the background it ends. The garment's shoulders may lie lower than the sitter's own did.
    """
    if fitting.hair.max() < 0.5:  # noqa: PLR2004
        return posed, fitting
    chin, width = posed.points[regions.CHIN], face_width(posed.points)
    top, step = max(0, int(chin[1])), max(1, round(LOCK * width))
    linear, hair = posed.linear.copy(), fitting.hair.copy()
    aside = np.abs(np.arange(hair.shape[1], dtype=np.float32) - chin[0]) > ASIDE_HAIR * width
    for row in range(top + step, min(hair.shape[0] - step, round(float(chin[1]) + LET_DOWN * width)), step):
        here, above = slice(row, row + step), slice(row - step, row)
        more = hair[above] * fitting.body[here] * aside * (1 - hair[here])
        linear[here] += (
            more[..., None] / np.maximum(more + hair[here], 1e-3)[..., None] * (linear[above] - linear[here])
        )
        hair[here] += more
    return replace(posed, linear=linear), replace(fitting, hair=hair)


def neck_sides(posed: Posed, fitting: Fitting) -> tuple[float, float] | None:
    """Left and right side of the sitter's neck in the picture, if both are seen as skin against what is behind."""
    chin, width = posed.points[regions.CHIN], face_width(posed.points)
    low, high = (max(0, int(chin[1] + below * width)) for below in THROAT)
    rows = fitting.neck[low:high] > 0.5  # noqa: PLR2004
    rows = rows[rows.any(1)]
    if not rows.size:
        return None
    lines = [(float(line.argmax()), float(line.size - 1 - line[::-1].argmax())) for line in rows]
    sides = min(lines, key=lambda line: line[1] - line[0])
    aside = abs(sum(sides) / 2 - float(chin[0])) / width
    return sides if NECKS[0] < (sides[1] - sides[0]) / width < NECKS[1] and aside < ASIDE else None


def light_on(posed: Posed, bare: BareHead, laid: Laid, window: Window, rig: Rig) -> Falling:
    """The rig's light on cloth and neck, from the plate's top on.

    1 is what the sitter's face gets on average. Head and plate stand in one depth map, so that the head throws its
    shadow on the shoulders.
    """
    stage = _stage(posed, bare, laid, window)
    falling = shed(rig, stage).diffuse
    usual = float((falling @ LUMINANCE)[stage.face > 0].mean()) if stage.face.any() else 1.0
    light = floats(np.clip(falling / usual, *NEW_LIMITS))
    size = (posed.alpha.shape[1], posed.alpha.shape[0])
    mirror = None
    if laid.sheen is not None:
        shaded = cv2.resize(np.clip(light @ LUMINANCE, 0, 1), laid.open.shape[::-1])
        mirror = _grown(floats(mirrored(rig, laid.cloth_normals) * shaded[..., None] / usual), size, laid.top)
    return Falling(
        light=_grown(light, size, laid.top),
        folds=_grown(relief(rig, laid), size, laid.top)[..., None],
        mirror=mirror,
    )


def _grown(small: Floats, size: tuple[int, int], top: int) -> Floats:
    """A map (h, w[, c]) on all pixels of a picture of (width, height), from a row on."""
    start = top * small.shape[0] // size[1] // 2 * 2
    part = small[start:]
    height = size[1] - start * size[1] // small.shape[0]
    grown = cv2.resize(part, (size[0], height), interpolation=cv2.INTER_LINEAR)
    return floats(grown[height - (size[1] - top) :])


def relief(rig: Rig, laid: Laid) -> Floats:
    """Folds and lapels, (h, w) around 1: what the finer normals of cloth say that soft light on a body does not."""
    lamps = [(towards(lamp), lamp.intensity) for lamp in rig.lights if towards(lamp)[2] > 0]
    middle = floats(sum((ray * power for ray, power in lamps), start=floats([0, 0, 1e-3])))
    middle = middle / np.linalg.norm(middle)
    cover = laid.masks[..., :1]
    coarse = cv2.GaussianBlur(laid.cloth_normals * cover, (0, 0), FOLDS * laid.cloth_normals.shape[0])
    coarse = coarse / (np.linalg.norm(coarse, axis=-1, keepdims=True) + 1e-6)
    fine, flat = (np.maximum(normals @ middle, 0) + 0.25 for normals in (laid.cloth_normals, coarse))
    return floats(np.clip(fine / flat, 0.4, 1.8))


def _stage(posed: Posed, bare: BareHead, laid: Laid, window: Window) -> Stage:
    """Head, neck and garment as one body."""
    stage = set_stage(bare.take, window, (posed.alpha.shape[1], posed.alpha.shape[0]))
    size = (stage.depth.shape[1], stage.depth.shape[0])
    head = np.clip(view(bare.head, window, size) / 255, 0, 1)
    cover, front, skin = np.moveaxis(cv2.resize(laid.masks, size, interpolation=cv2.INTER_AREA), -1, 0)
    skin = np.clip(skin * (1 - front) * (1 - head), 0, 1)
    maps = (laid.cloth_normals, laid.skin_normals, laid.cloth_depth, laid.skin_depth)
    cloth, neck, cloth_depth, neck_depth = (
        cv2.resize(values, size, interpolation=cv2.INTER_AREA) for values in maps
    )
    normals = cloth * (1 - skin[..., None]) + neck * skin[..., None]
    normals = normals * (1 - head[..., None]) + stage.normals * head[..., None]
    depth = np.where(cover > 0.5, cloth_depth, float(laid.cloth_depth.min()) - 1)  # noqa: PLR2004
    depth = np.where(skin > 0.5, neck_depth, depth)  # noqa: PLR2004
    rim = float(posed.points[list(regions.OVAL), 2].max()) / face_width(posed.points)
    depth = np.where(head > 0.5, stage.depth + rim, depth)  # noqa: PLR2004
    return replace(
        stage, normals=floats(normals / (np.linalg.norm(normals, axis=-1, keepdims=True) + 1e-6)),
        depth=floats(depth), alpha=floats(np.maximum(np.maximum(cover, skin), head)),
    )  # fmt: skip


def matched(linear: Floats, chest: Floats, neck: Floats, width: float) -> Floats:
    """What the plate's skin is multiplied with to go over into the sitter's neck, (H, W, 3).

    linear, chest: (H, W, 3) sitter and plate. neck: (H, W) where the sitter's neck shows. Low frequencies only: near
    the sitter's own skin it is that skin's tone, further away the mean over all of it.
    """
    size = (max(1, neck.shape[1] // 8), max(1, neck.shape[0] // 8))
    sure = cv2.resize(floats(neck > 0.9), size, interpolation=cv2.INTER_AREA)  # noqa: PLR2004
    if sure.sum() < 4:  # noqa: PLR2004
        return np.ones((1, 1, 3), np.float32)
    only = floats(neck > 0.9)[..., None]  # noqa: PLR2004
    known = np.maximum(sure, 1e-6)[..., None]
    parts = [
        cv2.resize(light * only, size, interpolation=cv2.INTER_AREA) / known for light in (linear, chest)
    ]
    ratio = np.log(np.maximum(parts[0], 1e-3)) - np.log(np.maximum(parts[1], 1e-3))
    usual = (ratio * sure[..., None]).sum((0, 1)) / sure.sum()
    total, weight = floats(usual * 1e-3), floats(1e-3)
    for share, sigma in ((1.0, 0.04), (0.1, 0.15), (0.01, 0.4)):
        blur = (0, 0), max(0.6, sigma * width / 8)
        total = floats(total + share * cv2.GaussianBlur(ratio * sure[..., None], *blur))
        weight = floats(weight + share * cv2.GaussianBlur(sure, *blur)[..., None])
    gains = np.clip(np.exp(total / weight), *MATCH)
    return floats(cv2.resize(gains, neck.shape[::-1], interpolation=cv2.INTER_LINEAR))


def pores(linear: Floats, neck: Floats) -> Floats:
    """Texture for skin that has none, (H, W, 1) around 1, as strong as that of the sitter's own neck."""
    tone = floats(np.log(np.maximum(linear[..., 1], 1e-3)))
    fine = tone - cv2.GaussianBlur(tone, (0, 0), PORES)
    sure = neck > 0.98  # noqa: PLR2004
    strength = float(np.median(np.abs(fine[sure]))) / 0.6745 if sure.any() else 0.0
    rng = np.random.default_rng(0)
    return floats(1 + min(strength, 0.08) * noise(neck.shape, PORES / 2, rng))[..., None]


def _dressed(posed: Posed, fitting: Fitting, laid: Laid, cloth: Floats, chest: Floats) -> Posed:
    """Inner collar, neck of the plate, neck of the sitter, garment, head: one over the other."""
    low, width = slice(laid.top, None), face_width(posed.points)
    head, hair = fitting.head[low], fitting.hair[low]
    under, body = fitting.under[low], fitting.body[low]
    inside, lower = (mask[low] for mask in _slender(posed, fitting, width))
    step = 4  # between jaw and hair it is too dark to tell skin from hair
    near = cv2.resize(hair, (hair.shape[1] // step, hair.shape[0] // step), interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(near, (0, 0), NEAR * width / step)
    inside = np.maximum(inside, np.clip(4 * cv2.resize(near, hair.shape[::-1]), 0, 1))
    skin = laid.skin * under * np.maximum(inside * np.maximum(body, lower), lower)
    shaded = 1 - CONTACT * _touch(laid.front, width)[..., None]
    own = posed.linear[low]
    light, alpha = cloth * laid.alpha[..., None], laid.alpha.copy()
    chest *= shaded
    for layer, share in (
        (chest, skin), (own * shaded, np.clip(fitting.neck[low] * inside + head + hair, 0, 1)),
        (cloth, laid.front), (own, head),
    ):  # fmt: skip
        light += share[..., None] * (layer - light)
        alpha += share * (1 - alpha)
    light /= np.maximum(alpha, 1e-4)[..., None]
    return Posed(
        linear=np.concatenate([posed.linear[: laid.top], light]),
        alpha=np.concatenate([(fitting.head + fitting.hair)[: laid.top], alpha]),
        points=posed.points,
    )


def _touch(front: Floats, width: float) -> Floats:
    """How near a collar is, (H, W) 0..1: its shadow on the neck, a little higher than itself."""
    step = 4
    small = cv2.resize(front, (front.shape[1] // step, front.shape[0] // step), interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(small, (0, 0), 0.035 * width / step)
    up = floats([[1.0, 0.0, 0.0], [0.0, 1.0, -0.02 * width / step]])
    near = cv2.warpAffine(near, up, near.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return floats(cv2.resize(near, front.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _slender(posed: Posed, fitting: Fitting, width: float) -> tuple[Floats, Floats]:
    """(H, W) 0..1 twice: what lies between the sides of the neck, and what lies below the throat."""
    height, across = posed.alpha.shape
    chin = posed.points[regions.CHIN]
    left, right = neck_sides(posed, fitting) or (float(chin[0]) - 0.36 * width, float(chin[0]) + 0.36 * width)
    xs, ys = np.arange(across, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    soft = 0.015 * width
    inside = np.clip((xs - left) / soft + 1, 0, 1) * np.clip((right - xs) / soft + 1, 0, 1)
    lower = np.clip((ys - float(chin[1]) - THROAT[0] * width) / (0.06 * width) + 0.5, 0, 1)
    return floats(np.repeat(inside, height, 0)), floats(np.repeat(lower, across, 1))
