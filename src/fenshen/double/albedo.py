"""The colour of the face without its light, fused from all takes.

Every take is laid flat and divided by its light. What the takes then agree on is the face; what one of them shows alone
is a shadow, a shine or a strand of hair. The agreement is a weighted median; the rest of each take's light is what is
left between it and the agreement, smoothed (it catches the cast shadows that harmonics cannot hold), and the two are
found in turns. The fine structure comes from the take that sees a spot best, so that nothing is seen double.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.own_face import TEXELS
from fenshen.double.take import Take
from fenshen.double.unwrap import SIDE, Chart, Flat, finer
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_srgb
from fenshen.vision.shape import diffuse

ROUNDS: Final = 3  # of finding the agreement and each take's light in turns
SMOOTH: Final = 0.035  # of the texture's side: light changes no faster, except at the edge of a hard shadow
LIMIT: Final = 2.0  # octaves that a shadow may take away beyond the harmonics
ODD: Final = 0.2  # octaves of fine disagreement at which a take counts half
BROAD: Final = 0.05  # of the texture's side: wider than any feature of a face
ONE_SIDED: Final = 0.2  # share of a broad difference between the sides that is believed to be the face
FLATTER: Final = 0.25  # share of a broad difference from the typical skin that is believed to be light
BEST: Final = 6.0  # power that makes the best view of a spot count and the others hardly
OWN_SIDE: Final = 0.8  # how well a spot must be seen for the other half of the face to have no say in it
ENOUGH: Final = 0.7  # sum of weights at which a spot counts as well seen


def fuse(
    takes: Sequence[Take], flats: Sequence[Flat], chart: Chart, uv: Floats, skin: Floats
) -> tuple[RGB, NDArray[np.uint8], list[Floats]]:
    """Fuse takes, the frontal first.

    skin: (3,) linear sRGB that the bare skin's median shall have. Returns the albedo (1024, 1024, 3) sRGB, how well
    it is known (1024, 1024), and each take's whole shading, (256, 256, 3) log2.
    """
    weights = np.stack([flat.seen * _worth(take) for take, flat in zip(takes, flats, strict=True)])
    colours = np.stack([flat.colour for flat in flats])
    shadings, weights = _lights(colours, np.stack([flat.shading for flat in flats]), weights)
    shadings = shadings - _evened(weighted_median(colours - shadings, weights), weights.sum(0), chart)
    mixed = _mixed(takes, flats, shadings, _best(takes, weights, uv, colours - shadings))
    sure = floats(1 - np.exp(-weights.sum(0) / (ENOUGH / 2)))
    whole = _completed(mixed, sure, chart.core)
    bare = regions.bare_skin(floats(uv * SIDE), (SIDE, SIDE)) > 0
    small = cv2.resize(whole, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    trusted = bare & (sure > 0.5)  # noqa: PLR2004
    typical = np.median(small[trusted if trusted.any() else bare], axis=0)
    albedo = np.exp2(whole - typical) * skin
    known = cv2.resize(floats(sure * chart.core), (TEXELS, TEXELS), interpolation=cv2.INTER_LINEAR)
    return (
        np.asarray(np.round(255 * to_srgb(floats(albedo))), np.uint8),
        np.asarray(np.round(255 * np.clip(known, 0, 1)), np.uint8),
        list(shadings),
    )


def _worth(take: Take) -> float:
    """How far a take is to be believed about colour, 0..1."""
    width = float(np.ptp(take.points[list(regions.OVAL), 0]))
    plain = 1 / (1 + max(0.0, take.mixed - 0.6))
    return float((0.25 + 0.75 * take.sharpness) * min(1.0, width / 250) * (0.4 + 0.6 * take.evenness) * plain)


def _lights(colours: Floats, shadings: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Each take's light, in turns with what they agree on; and how much each is to be believed after that.

    colours, shadings: (k, side, side, 3). weights: (k, side, side). Returns like shadings and weights.
    """
    sigma = SMOOTH * SIDE
    believed = weights
    for _ in range(ROUNDS):
        left = colours - shadings - weighted_median(colours - shadings, believed)
        gain = [
            _blurred(one, seen, sigma)
            for one, seen in zip(np.clip(left, -LIMIT, LIMIT), weights, strict=True)
        ]
        shadings = floats(shadings + gain)
        odd = np.abs(left - gain).mean(-1)
        odd = np.array([np.average(one, weights=seen + 1e-6) for one, seen in zip(odd, weights, strict=True)])
        believed = floats(weights / (1 + (odd / ODD) ** 2)[:, None, None])
    return shadings, believed


def _evened(agreed: Floats, support: Floats, chart: Chart) -> Floats:
    """What to add to a face, (side, side, 3) log2, so that no light stays in it that all takes share.

    A face is the same on both sides: what differs broadly between them is light. Skin is much the same all over: what
    few takes have seen is drawn towards it.
    """
    sure = np.clip(support / ENOUGH, 0, 1) * chart.core
    bare = (sure > 0.5) & chart.core  # noqa: PLR2004
    typical = np.median(agreed[bare if bare.any() else chart.core], axis=0)
    skin = floats(np.abs((agreed - typical).mean(-1)) < 1.0) * (sure + np.float32(0.01))
    broad = _blurred(agreed - typical, skin, BROAD * SIDE)
    trust = cv2.GaussianBlur(skin, (0, 0), BROAD * SIDE)[..., None]
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


def _best(takes: Sequence[Take], weights: Floats, uv: Floats, lightless: Floats) -> Floats:
    """How much of each take's fine structure each texel gets, (k, side, side), summing to 1.

    Eyes and mouth each come from one take: two looks or two smiles do not mix.
    """
    agreed = weighted_median(lightless, weights)
    strange = np.abs(lightless - agreed).mean(-1)
    chosen = weights * np.exp(-np.stack([cv2.GaussianBlur(one, (0, 0), 4) for one in strange]) / 0.25)
    places = floats(uv * SIDE)
    for region, fit in (
        ((regions.RIGHT_EYE, regions.LEFT_EYE), [take.eyes_open for take in takes]),
        ((regions.LIPS,), [1 - take.mouth_open for take in takes]),
    ):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        for part in region:
            mask |= regions.fill(places, part, (SIDE, SIDE))
        inner = mask > 0
        soft = cv2.GaussianBlur(floats(cv2.dilate(mask, np.ones((9, 9), np.uint8))), (0, 0), 3)
        value = np.array(
            [w[inner].mean() * min(1.0, f / 0.7) ** 2 for w, f in zip(weights, fit, strict=True)]
        )
        chosen = chosen * (1 - soft) + value[:, None, None].astype(np.float32) * soft
    peaked = (chosen / (chosen.max(0) + 1e-6)) ** BEST + 1e-9
    peaked = np.stack([cv2.GaussianBlur(floats(one), (0, 0), 2.5) for one in peaked])
    return floats(peaked / peaked.sum(0))


def _mixed(takes: Sequence[Take], flats: Sequence[Flat], shadings: Floats, shares: Floats) -> Floats:
    """The lightless face at full size, (1024, 1024, 3) log2."""
    size = (TEXELS, TEXELS)
    mixed = np.zeros((*size, 3), np.float32)
    total = np.full((*size, 1), 1e-6, np.float32)
    for take, flat, shading, share in zip(takes, flats, shadings, shares, strict=True):
        if float(share.max()) < 0.05:  # noqa: PLR2004 - nowhere worth its time
            continue
        large = cv2.resize(share, size, interpolation=cv2.INTER_LINEAR)[..., None]
        mixed += large * (
            finer(take, flat, TEXELS) - cv2.resize(shading, size, interpolation=cv2.INTER_LINEAR)
        )
        total += large
    return floats(mixed / total)


def _completed(mixed: Floats, sure: Floats, inside: NDArray[np.bool_]) -> Floats:
    """Fill what no take shows from the other half of the face, then smoothly from around."""
    size = (TEXELS, TEXELS)
    certain = cv2.resize(floats(sure * inside), size, interpolation=cv2.INTER_LINEAR)
    mirrored, other = mixed[:, ::-1], certain[:, ::-1]
    own = np.clip(certain / OWN_SIDE, 0, 1)
    borrowed = (1 - own) * np.clip(other / OWN_SIDE, 0, 1)
    total = own + borrowed
    whole = (mixed * own[..., None] + mirrored * borrowed[..., None]) / (total[..., None] + 1e-6)
    small = cv2.resize(whole * total[..., None], (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    share = cv2.resize(total, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    filled = diffuse(floats(small / (share[..., None] + 1e-6)), share > 0.9, np.ones((SIDE, SIDE), bool))  # noqa: PLR2004
    around = cv2.resize(filled, size, interpolation=cv2.INTER_LINEAR)
    return floats(whole * total[..., None] + around * (1 - total[..., None]))
