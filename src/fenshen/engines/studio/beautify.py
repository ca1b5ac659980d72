"""What a kind retoucher does, as far as the sitter wants it; who it is does not change.

Even skin, a little light under the eyes, whites that are less yellow; beyond LOW also a breath less jaw. Age, wrinkles,
marks, complexion and build are not a retoucher's to change: the mean colour of the face stays what it was.
"""

from dataclasses import replace
from functools import partial
from typing import Final

import cv2
import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.double.take import Take
from fenshen.engines.engine import LOW
from fenshen.engines.studio.bands import meanwhile
from fenshen.engines.studio.blemishes import Spot, told_apart
from fenshen.engines.studio.retouch import Patch, applied, balanced, blurred, evened, face_patch
from fenshen.engines.studio.sitter import Posed
from fenshen.engines.studio.workbench import NO_BENCH, Workbench
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE
from fenshen.vision.tone import LOWER_LIDS

MOUTH: Final = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
UNDER_EYES: Final = 0.45  # of what the skin there lacks in light is given at most
DEEPEST: Final = 0.4  # log light: deeper than this it is a shadow of the light, not of a short night
WHITER: Final = 0.35  # of the yellow in teeth and of the colour in the whites of the eyes goes at most
NARROWER: Final = 0.02  # of the face's width, at most


def beautified(
    posed: Posed, take: Take, double: OpenDouble, amount: float, bench: Workbench = NO_BENCH
) -> Posed:
    """The sitter after a visit to the retoucher. amount: `RenderOptions.beautify`; 0 gives the sitter back untouched.

    take: which of the sitter's takes it is; the others tell a pimple from a mole.
    """
    patch = face_patch(posed.linear, posed.points) if amount > 0 else None
    if patch is None:
        return posed
    rest, white = meanwhile(partial(rested, patch, amount)), meanwhile(partial(whitened, patch, amount))
    gains = evened(patch, *spots(take, double, bench), amount)
    gains = gains + rest()[..., None]
    gains = balanced(floats(gains), patch) + white()
    narrow = NARROWER * max(0.0, amount - LOW) / (1 - LOW)
    return slimmed(replace(posed, linear=applied(posed.linear, patch, floats(gains))), narrow)


def spots(take: Take, double: OpenDouble, bench: Workbench) -> tuple[tuple[Spot, ...], tuple[Spot, ...]]:
    """What `told_apart` says of a take, as it lies on the bench."""
    return bench.once(take, lambda: told_apart(take, double), "spots")


def rested(patch: Patch, amount: float) -> Floats:
    """Light for the skin under the eyes, towards the cheek below it. (h, w) log gain, never negative."""
    lids = np.zeros(patch.skin.shape, np.float32)
    for side in LOWER_LIDS.values():
        hull = cv2.convexHull(np.round(patch.points[list(side), :2]).astype(np.int32))
        cv2.fillConvexPoly(lids, np.asarray(hull), 1.0)
    cheek = np.roll(lids, round(0.13 * patch.width), axis=0) * patch.skin * (1 - lids)
    if cheek.sum() < 16:  # noqa: PLR2004 - no cheek in sight
        return np.zeros_like(lids)
    bright = patch.log @ LUMINANCE
    aim = float((bright * cheek).sum() / cheek.sum())
    lack = np.clip(aim - blurred(bright, patch.skin, 0.02 * patch.width), 0, DEEPEST)
    where = cv2.GaussianBlur(lids, (0, 0), 0.03 * patch.width) * patch.skin
    return floats(UNDER_EYES * amount * lack * where)


def whitened(patch: Patch, amount: float) -> Floats:
    """Less yellow in teeth, less colour in the whites of the eyes; no lighter. (h, w, 3) log gain."""
    shape = patch.skin.shape
    teeth = _soft(regions.fill(patch.points, MOUTH, shape), patch.width)
    eyes = np.zeros(shape, np.uint8)
    for eye, iris, pupil in (
        (regions.RIGHT_EYE, regions.RIGHT_IRIS, regions.RIGHT_PUPIL),
        (regions.LEFT_EYE, regions.LEFT_IRIS, regions.LEFT_PUPIL),
    ):
        open_ = regions.fill(patch.points, eye, shape)
        middle = patch.points[pupil, :2]
        radius = 1.15 * float(np.linalg.norm(patch.points[list(iris), :2] - middle, axis=1).mean())
        cv2.circle(open_, (round(float(middle[0])), round(float(middle[1]))), max(1, round(radius)), 0, -1)
        eyes |= open_
    bright = patch.log @ LUMINANCE
    usual = float(np.median(bright[patch.skin > 0.5])) if (patch.skin > 0.5).any() else 0.0  # noqa: PLR2004
    light = np.clip((bright - usual + 1.0) / 0.5, 0, 1)  # gums, lashes and the mouth's dark are left alone
    tint = patch.log - bright[..., None]
    red, green, blue = (tint[..., k] for k in range(3))
    apart = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    pale = np.clip((0.9 - apart) / 0.3, 0, 1)  # so are tongue and lips
    yellow = floats(cv2.merge([0 * blue, 0 * blue, blue]))  # what blue lacks
    cut = (teeth * pale)[..., None] * np.minimum(yellow, 0) + _soft(eyes, patch.width)[..., None] * tint
    gains = -WHITER * amount * light[..., None] * cut
    return floats(gains - (gains @ LUMINANCE)[..., None])


def slimmed(posed: Posed, share: float) -> Posed:
    """Narrow the face between cheekbones and chin by a share of its width, 0..NARROWER; eyes and mouth stay."""
    share = min(share, NARROWER)
    if share <= 0:
        return posed
    height, width = posed.alpha.shape
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    inwards = _inwards(posed.points, xs, ys, share)
    linear = cv2.remap(
        posed.linear, xs + inwards, ys, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE
    )  # anything softer costs pores
    alpha = cv2.remap(posed.alpha, xs + inwards, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    points = posed.points.copy()
    points[:, 0] -= _inwards(posed.points, points[:, 0], points[:, 1], share)
    return replace(posed, linear=floats(np.maximum(linear, 0)), alpha=floats(alpha), points=points)


def _inwards(mesh: Floats, xs: Floats, ys: Floats, share: float) -> Floats:
    """By how many pixels each place comes nearer to the middle line of the face; signed along x."""
    oval = mesh[list(regions.OVAL), :2]
    half = float(np.ptp(oval[:, 0])) / 2
    middle = float(oval[:, 0].min()) + half
    eyes = float(mesh[[regions.RIGHT_PUPIL, regions.LEFT_PUPIL], 1].mean())
    down = (ys - eyes) / max(1.0, float(mesh[regions.CHIN, 1]) - eyes)
    out = (xs - middle) / half
    along = np.exp(-(((down - 0.7) / 0.3) ** 2))
    across = np.exp(-(((np.abs(out) - 0.95) / 0.35) ** 2)) * np.tanh(6 * out)
    return floats(share * half * along * across)


def _soft(mask: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]", width: float) -> Floats:
    """A mask 0 or 1 drawn in a little and softened."""
    inner = cv2.erode(mask, np.ones((3, 3), np.uint8)).astype(np.float32)
    return floats(cv2.GaussianBlur(inner, (0, 0), max(0.6, 0.004 * width)))
