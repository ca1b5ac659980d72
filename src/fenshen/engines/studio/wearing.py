"""Dress the sitter: head, hair and neck on a garment plate, all in one light."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import cv2
import numpy as np

from fenshen.engines.studio.bands import in_bands, meanwhile, per_channel, pointwise
from fenshen.engines.studio.bare_head import BareHead, above_the_neck, bridged
from fenshen.engines.studio.framing import Window, view
from fenshen.engines.studio.lamp import towards
from fenshen.engines.studio.neck_skin import matched, pores
from fenshen.engines.studio.old_light import wide_blur
from fenshen.engines.studio.plate import Laid, Plate, lay
from fenshen.engines.studio.rig import shed
from fenshen.engines.studio.sheen import mirrored, polished
from fenshen.engines.studio.sitter import Posed
from fenshen.engines.studio.stage import Stage, set_stage, unit
from fenshen.templates.recipe import Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE, to_linear

FOLDS: Final = 0.012  # of the picture's height: what is finer than that is a fold
NEW_LIMITS: Final = (0.1, 2.4)  # of what the face gets
CONTACT: Final = 0.5  # how much darker the neck is where the collar touches it
LOCK: Final = 0.04  # face widths of hair that are repeated at a time
LET_DOWN: Final = 0.9  # face widths below the chin, to which hair is let down
ASIDE_HAIR: Final = 0.44  # face widths from the middle: nearer there is the throat
NEAR: Final = 0.04  # face widths from hair
NECKS: Final = (0.5, 1.2)  # face widths, of a neck
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
    folds: Floats  # (H, W) around 1, what folds make of it
    mirror: Floats | None  # (H, W, 3) that silk and gilt throw back; None: nothing shines


def wear(posed: Posed, bare: BareHead, worn: Plate, window: Window, rig: Rig, skin: Floats) -> Posed:
    """The sitter, posed without clothes, in a plate's clothes.

    posed: made from `bare.lit` through `window`, lit by `rig`. skin: (3,) the sitter's own, linear, as exposed.
    """
    size = (posed.alpha.shape[1], posed.alpha.shape[0])
    posed, fitting = let_down(posed, fit(posed, bare, window))
    laid = lay(worn, posed.points, size, neck_sides(posed, fitting))
    low = slice(laid.top, None)
    texture = meanwhile(partial(pores, posed.linear[low], fitting.neck[low]))
    falling = light_on(posed, bare, laid, window, rig)
    light = falling.light
    gains = matched(posed.linear[low], floats(light * skin), fitting.neck[low], face_width(posed.points))
    chest = pointwise(
        lambda light, gains, fine: floats(light * skin * gains * per_channel(fine)),
        light, np.broadcast_to(gains, light.shape), texture(),
    )  # fmt: skip
    room = _grown(laid.open, size, laid.top)
    shining: tuple[Floats, ...] = ()
    if falling.mirror is not None and laid.sheen is not None:
        shining = falling.mirror, _grown(laid.sheen, size, laid.top)

    def lit(albedo: Floats, light: Floats, folds: Floats, room: Floats, *shining: Floats) -> Floats:
        own = to_linear(albedo)
        plain = floats(own * light * per_channel(floats(folds * (0.25 + 0.75 * room))))
        if not shining:
            return plain
        mirror, sheen = shining
        return polished(plain, own, floats(mirror * per_channel(room)), sheen)

    cloth = pointwise(lit, laid.albedo, light, falling.folds, room, *shining)
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
    folds = meanwhile(partial(relief, rig, laid))
    stage = _stage(posed, bare, laid, window)
    falling = shed(rig, stage).diffuse
    usual = float((falling @ LUMINANCE)[stage.face > 0].mean()) if stage.face.any() else 1.0
    light = floats(np.clip(falling / usual, *NEW_LIMITS))
    size = (posed.alpha.shape[1], posed.alpha.shape[0])
    mirror = None
    if laid.sheen is not None:
        shaded = cv2.resize(np.clip(light @ LUMINANCE, 0, 1), laid.open.shape[::-1])
        mirror = _grown(floats(mirrored(rig, laid.cloth_normals) * shaded[..., None] / usual), size, laid.top)
    return Falling(light=_grown(light, size, laid.top), folds=_grown(folds(), size, laid.top), mirror=mirror)


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
    cover = per_channel(floats(laid.masks[..., 0]))
    coarse = wide_blur(floats(laid.cloth_normals * cover), FOLDS * laid.cloth_normals.shape[0])
    fine, flat = (
        np.maximum(cv2.transform(normals, middle[None]), 0) + 0.25
        for normals in (laid.cloth_normals, unit(coarse))
    )
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
        stage, normals=unit(floats(normals)),
        depth=floats(depth), alpha=floats(np.maximum(np.maximum(cover, skin), head)),
    )  # fmt: skip


def _dressed(posed: Posed, fitting: Fitting, laid: Laid, cloth: Floats, chest: Floats) -> Posed:
    """Inner collar, neck of the plate, neck of the sitter, garment, head: one over the other."""
    low, width = slice(laid.top, None), face_width(posed.points)
    head, hair = fitting.head[low], fitting.hair[low]
    under, body = fitting.under[low], fitting.body[low]
    inside, lower = _slender(posed, fitting, width)
    lower = lower[low]
    step = 4  # between jaw and hair it is too dark to tell skin from hair
    near = cv2.resize(hair, (hair.shape[1] // step, hair.shape[0] // step), interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(near, (0, 0), NEAR * width / step)
    within = cv2.resize(inside, (near.shape[1], 1), interpolation=cv2.INTER_AREA).reshape(1, -1)
    within = bridged(floats(np.maximum(within, np.clip(4 * near, 0, 1))), width / step)
    within = cv2.resize(within, hair.shape[::-1])
    touch, own = _touch(laid.front, width), posed.linear[low]
    linear, alpha = np.empty(posed.linear.shape, np.float32), np.empty(posed.alpha.shape, np.float32)
    linear[: laid.top], alpha[: laid.top] = (
        posed.linear[: laid.top],
        (fitting.head + fitting.hair)[: laid.top],
    )

    def put_on(band: slice) -> None:
        between = within[band]
        skin = np.maximum(between * np.maximum(body[band], lower[band]), lower[band])
        shaded = per_channel(floats(1 - CONTACT * touch[band]))
        light, cover = cloth[band] * per_channel(laid.alpha[band]), laid.alpha[band].copy()
        for layer, share in (
            (chest[band] * shaded, laid.skin[band] * under[band] * skin),
            (own[band] * shaded, np.clip(fitting.neck[low][band] * between + head[band] + hair[band], 0, 1)),
            (cloth[band], laid.front[band]), (own[band], head[band]),
        ):  # fmt: skip
            light += per_channel(floats(share)) * (layer - light)
            cover += share * (1 - cover)
        linear[low][band], alpha[low][band] = light / per_channel(floats(np.maximum(cover, 1e-4))), cover

    in_bands(len(own), put_on)
    return Posed(linear=linear, alpha=alpha, points=posed.points)


def _touch(front: Floats, width: float) -> Floats:
    """How near a collar is, (H, W) 0..1: its shadow on the neck, a little higher than itself."""
    step = 4
    small = cv2.resize(front, (front.shape[1] // step, front.shape[0] // step), interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(small, (0, 0), 0.035 * width / step)
    up = floats([[1.0, 0.0, 0.0], [0.0, 1.0, -0.02 * width / step]])
    near = cv2.warpAffine(near, up, near.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return floats(cv2.resize(near, front.shape[::-1], interpolation=cv2.INTER_LINEAR))


def _slender(posed: Posed, fitting: Fitting, width: float) -> tuple[Floats, Floats]:
    """Columns, (1, W), between the sides of the neck, and rows, (H, 1), below the throat; both 0..1."""
    height, across = posed.alpha.shape
    chin = posed.points[regions.CHIN]
    left, right = neck_sides(posed, fitting) or (float(chin[0]) - 0.36 * width, float(chin[0]) + 0.36 * width)
    xs, ys = np.arange(across, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    soft = 0.015 * width
    inside = np.clip((xs - left) / soft + 1, 0, 1) * np.clip((right - xs) / soft + 1, 0, 1)
    lower = np.clip((ys - float(chin[1]) - THROAT[0] * width) / (0.06 * width) + 0.5, 0, 1)
    return floats(inside), floats(lower)
