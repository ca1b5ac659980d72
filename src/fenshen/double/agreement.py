"""What takes laid flat agree on, and the light in which each was taken."""

from typing import Final

import cv2
import numpy as np

from fenshen.double.unwrap import Chart
from fenshen.vision.arrays import Floats, floats

ROUNDS: Final = (0.05, 0.035, 0.035)  # share of the texture's side that light is smooth over
CLOSE: Final = 0.015  # the same at the edge of a hard shadow
LIMIT: Final = 2.0  # octaves that a shadow may take away beyond the harmonics
ODD: Final = 0.2  # octaves of fine disagreement at which a take counts half
DARK: Final = 2.0  # octaves below a take's usual light at which nothing is believed any more
BROAD: Final = 0.05  # of the texture's side: wider than any feature of a face
ONE_SIDED: Final = 0.2  # share of a broad difference between the sides that is believed to be the face
FLATTER: Final = 0.25  # share of a broad difference from the typical skin that is believed to be light
ENOUGH: Final = 0.7  # sum of weights at which a spot counts as well seen


def lights(colours: Floats, shadings: Floats, weights: Floats, skin: Floats) -> tuple[Floats, Floats]:
    """Each take's light, in turns with what they agree on; and how much each is to be believed after that.

    Smooth light is found at half the size. The last round looks closer, at the edges of hard shadows, on bare skin
    only: elsewhere what takes differ in at that scale are brows and lids that do not lie exactly upon each other.
    colours, shadings: (k, side, side, 3). weights: (k, side, side). skin: (side, side) 0..1, where no feature is.
    Returns like shadings and weights.
    """
    side = len(skin)
    lit, seen = _resized(colours - shadings, side // 2), _resized(weights, side // 2)
    believed, smooth = seen, np.zeros_like(lit)
    for sigma in ROUNDS:
        gain, believed = _round(lit - smooth, seen, believed, sigma)
        smooth = floats(smooth + gain)
    shadings = floats(shadings + _resized(smooth, side))
    trust = believed.max((1, 2)) / np.maximum(seen.max((1, 2)), np.float32(1e-6))
    gain, believed = _round(colours - shadings, weights, weights * trust[:, None, None], CLOSE)
    shadings = floats(shadings + gain * skin[..., None])
    light = shadings.mean(-1)
    usual = [np.median(one[mask > 0.1 * mask.max()]) for one, mask in zip(light, weights, strict=True)]
    dim = np.clip(1 + (light - floats(usual)[:, None, None]) / DARK, 0.1, 1)
    return shadings, floats(believed * dim)


def _round(lit: Floats, seen: Floats, believed: Floats, sigma: float) -> tuple[Floats, Floats]:
    """What light is left in each take over what they agree on, and how much each is believed now.

    lit: (k, side, side, 3). seen, believed: (k, side, side). sigma: smoothness, of the side.
    """
    left = lit - weighted_median(lit, believed)
    bounded = np.clip(left, -LIMIT, LIMIT)
    gain = np.stack(
        [_blurred(one, mask, sigma * lit.shape[1]) for one, mask in zip(bounded, seen, strict=True)]
    )
    odd = np.abs(left - gain).mean(-1)
    odd = np.array([np.average(one, weights=mask + 1e-6) for one, mask in zip(odd, seen, strict=True)])
    return gain, floats(seen / (1 + (odd / ODD) ** 2)[:, None, None])


def _resized(stack: Floats, side: int) -> Floats:
    """Each picture of a stack (k, h, w[, c]) at another size."""
    way = cv2.INTER_AREA if side < stack.shape[1] else cv2.INTER_LINEAR
    return np.stack([floats(cv2.resize(one, (side, side), interpolation=way)) for one in stack])


def evened(agreed: Floats, support: Floats, chart: Chart) -> Floats:
    """What to add to a face, (side, side, 3) log2, so that no light stays in it that all takes share.

    A face is the same on both sides: what differs broadly between them is light. Skin is much the same all over: what
    few takes have seen is drawn towards it.
    """
    sure = np.clip(support / (2 * ENOUGH), 0, 1) * chart.core
    bare = (sure > 0.5) & chart.core  # noqa: PLR2004
    typical = np.median(agreed[bare if bare.any() else chart.core], axis=0)
    skin = floats(np.abs((agreed - typical).mean(-1)) < 1.0) * (sure + np.float32(0.01))
    broad = _blurred(agreed - typical, skin, BROAD * len(support))
    trust = cv2.GaussianBlur(skin, (0, 0), BROAD * len(support))[..., None]
    both = (broad * trust + broad[:, ::-1] * trust[:, ::-1]) / (trust + trust[:, ::-1] + 1e-4)
    believed = np.clip(np.maximum(trust, trust[:, ::-1]), 0, 1)
    return floats(believed * (both * (1 - FLATTER) + ONE_SIDED * (broad - both)) - broad)


def weighted_median(values: Floats, weights: Floats) -> Floats:
    """Weighted median over the first axis. values: (k, h, w, c), weights: (k, h, w).

    Where all weigh 0 it is the plain one.
    """
    heavy = np.broadcast_to(weights[..., None] + np.float32(1e-6), values.shape)
    order = np.argsort(values, axis=0)
    total = np.cumsum(np.take_along_axis(heavy, order, 0), axis=0)
    middle = (total < total[-1:] / 2).sum(0, keepdims=True)
    return floats(np.take_along_axis(np.take_along_axis(values, order, 0), middle, 0)[0])


def _blurred(values: Floats, weight: Floats, sigma: float) -> Floats:
    """Blur that looks at weighted texels only. values: (h, w, 3), weight: (h, w)."""
    spread = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
    return floats(cv2.GaussianBlur(values * weight[..., None], (0, 0), sigma) / (spread + 1e-4))
