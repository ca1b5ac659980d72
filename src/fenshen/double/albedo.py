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

from fenshen.double.agreement import ENOUGH, evened, lights, weighted_median
from fenshen.double.own_face import TEXELS
from fenshen.double.take import Take
from fenshen.double.unwrap import SIDE, Chart, Flat, finer
from fenshen.vision import regions
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.colour import to_srgb
from fenshen.vision.shape import diffuse

BEST: Final = 6.0  # power that makes the best view of a spot count and the others hardly
OWN_SIDE: Final = 0.8  # how well a spot must be seen for the other half of the face to have no say in it


def fuse(
    takes: Sequence[Take], flats: Sequence[Flat], chart: Chart, uv: Floats, skin: Floats
) -> tuple[RGB, NDArray[np.uint8]]:
    """Fuse takes, the frontal first.

    skin: (3,) linear sRGB that the bare skin's median shall have. Returns the albedo (1024, 1024, 3) sRGB, and how
    well it is known, (1024, 1024) 0..255.
    """
    weights = np.stack([flat.seen * _worth(take) for take, flat in zip(takes, flats, strict=True)])
    colours = np.stack([flat.colour for flat in flats])
    bare = regions.bare_skin(floats(uv * SIDE), (SIDE, SIDE)) > 0
    smooth = floats(cv2.GaussianBlur(floats(bare), (0, 0), 3))
    shadings, weights = lights(colours, np.stack([flat.shading for flat in flats]), weights, smooth)
    shadings = shadings - evened(weighted_median(colours - shadings, weights), weights.sum(0), chart)
    mixed = _mixed(takes, flats, shadings, _best(takes, weights, uv, colours - shadings))
    sure = floats(1 - np.exp(-weights.sum(0) / (ENOUGH / 2)))
    whole = _completed(mixed, sure, chart.core)
    small = cv2.resize(whole, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    trusted = bare & (sure > 0.5)  # noqa: PLR2004
    typical = np.median(small[trusted if trusted.any() else bare], axis=0)
    albedo = np.exp2(whole - typical) * skin
    known = cv2.resize(floats(sure * chart.core), (TEXELS, TEXELS), interpolation=cv2.INTER_LINEAR)
    return (
        np.asarray(np.round(255 * to_srgb(floats(albedo))), np.uint8),
        np.asarray(np.round(255 * np.clip(known, 0, 1)), np.uint8),
    )


def _worth(take: Take) -> float:
    """How far a take is to be believed about colour, 0..1."""
    width = float(np.ptp(take.points[list(regions.OVAL), 0]))
    plain = 1 / (1 + max(0.0, take.mixed - 0.6))
    clear = (0.4 + 0.6 * take.sharpness) * min(1.0, width / 250) * (0.4 + 0.6 * take.evenness)
    return float(np.sqrt(clear * plain))


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
