"""The sitter's head without what they wear: face, hair, ears, and as much of the neck as shows."""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.double.take import Take, cut_edges
from fenshen.engines.studio.long_hair import falling
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import to_linear

EARLOBES: Final = (58, 288)  # vertices of the outline where the ears have ended: below them begins the neck
WORKED_AT: Final = 640  # pixels of the longer side on which skin is told from cloth
TINT: Final = (0.34, 0.36)  # how far a neck's log red/green and blue/green may be from the face's
SHADE: Final = (0.03, 1.8)  # how dark and how bright it may be, of the face
ODD: Final = (
    0.12,
    0.1,
)  # likeness to the face's colour, and brightness, below which lower down it is a shirt's pattern
REACH: Final = 0.62  # face widths below the chin, where a neck ends at the latest

HAIR_ENDS: Final = 0.16  # face widths under the earlobes, in which hair that reaches so low thins out
THROAT: Final = 0.16  # face widths below the chin, where a collar begins
GAP: Final = 0.16  # face widths between neck and hair: a wider one is seen through
HALF_NECK: Final = 0.27  # face widths, from the middle to its side


@dataclass(frozen=True, slots=True, kw_only=True)
class BareHead:
    """A take of which only the head is left."""

    take: Take  # its alpha ends where the neck ends
    lit: (
        Take  # the take as it was, which is what the photo's light fell on; it ends where the head is cut off
    )
    head: NDArray[np.uint8]  # (H, W) 0..255 the part of the alpha that lies before any collar
    hair: NDArray[np.uint8]  # (H, W) 0..255 the part of the alpha that falls behind any garment's front
    beside: float  # share of the place beside the jaw that is filled by what may be no hair of the sitter's
    neck: float  # 0..1 how much of the neck between jaw and collar is bare


def bare_head(take: Take) -> BareHead:
    """Undress a take."""
    factor = min(1.0, WORKED_AT / max(take.alpha.shape))
    size = (round(take.alpha.shape[1] * factor), round(take.alpha.shape[0] * factor))
    small = floats(cv2.resize(take.alpha, size, interpolation=cv2.INTER_AREA)) / np.float32(255)
    points = floats(take.points[:, :2] * np.float32(factor))
    width = float(np.ptp(points[list(regions.OVAL), 0]))
    over, under = above_the_neck(points, small.shape[:2], width)
    picture = np.asarray(cv2.resize(take.foreground, size, interpolation=cv2.INTER_AREA), np.uint8)
    linear = to_linear(picture)
    skin = _neck(linear, points, small, under, width)
    locks = falling(linear, points, small, over, width)
    fall = locks * (1 - np.maximum(over, skin))
    fall = fall + _between(floats(np.maximum(over, skin) + fall), points, width)
    whole = (take.alpha.shape[1], take.alpha.shape[0])
    shares = [
        cv2.resize(mask, whole, interpolation=cv2.INTER_LINEAR)
        for mask in (over, fall, np.maximum(over, skin) + fall)
    ]
    head, hair, both = (np.asarray(np.round(take.alpha * np.minimum(share, 1)), np.uint8) for share in shares)
    cut = cut_edges(both)
    return BareHead(
        take=replace(take, alpha=both, cut=cut), lit=replace(take, cut=cut), head=head, hair=hair,
        neck=_bare(skin, under, points, width), beside=_beside(floats(small * (1 - locks)), points, width),
    )  # fmt: skip


def above_the_neck(points: Floats, size: tuple[int, int], width: float) -> tuple[Floats, Floats]:
    """(H, W) 0..1 twice: what lies over jaw and earlobes, and what lies under them within the neck's reach."""
    face = regions.fill(points, regions.OVAL, size).astype(np.float32)
    right, left = points[list(EARLOBES)]
    slope = float((left[1] - right[1]) / max(1.0, left[0] - right[0]))
    xs, ys = np.arange(size[1], dtype=np.float32)[None], np.arange(size[0], dtype=np.float32)[:, None]
    lobes = right[1] + slope * (xs - right[0]) + 0.03 * width
    over = np.clip(1 - (ys - lobes) / (HAIR_ENDS * width), 0, 1)
    jaw = cv2.GaussianBlur(cv2.dilate(face, np.ones((3, 3), np.uint8)), (0, 0), max(0.6, 0.008 * width))
    over = floats(np.maximum(over, jaw))
    chin = points[regions.CHIN]
    reach = np.clip((chin[1] + REACH * width - ys) / (0.08 * width), 0, 1)
    between = (xs > right[0] + 0.02 * width) & (xs < left[0] - 0.02 * width)
    return over, floats((1 - over) * reach * between)


def _neck(linear: Floats, points: Floats, alpha: Floats, under: Floats, width: float) -> Floats:
    """(h, w) 0..1: what under the jaw has the colour of the face and hangs together with it."""
    face = regions.bare_skin(points, alpha.shape) > 0
    if not face.any():
        return np.zeros_like(alpha)
    log = np.log(np.maximum(linear, 1e-3))
    tint = np.dstack([log[..., 0] - log[..., 1], log[..., 2] - log[..., 1]])
    own = np.median(tint[face], axis=0)
    far = (((tint - own) / floats(TINT)) ** 2).sum(-1)
    bright = linear[..., 1] / max(1e-3, float(np.median(linear[..., 1][face])))
    likely = np.exp(-0.5 * far) * (bright > SHADE[0]) * (bright < SHADE[1]) * (alpha > 0.9)  # noqa: PLR2004
    odd = floats((np.exp(-0.5 * far) < ODD[0]) | (bright < ODD[1]))
    odd[: int(points[regions.CHIN, 1] + 0.1 * width)] = 0  # under the chin there is shadow, and a beard's
    odd = floats(cv2.GaussianBlur(cv2.dilate(odd, _disc(0.03 * width)), (0, 0), max(0.8, 0.015 * width)))
    likely = cv2.GaussianBlur(floats(likely), (0, 0), max(0.8, 0.02 * width))
    mask = np.asarray((likely > 0.4) & (under > 0.02), np.uint8)  # noqa: PLR2004
    mask |= np.asarray(
        cv2.dilate(regions.fill(points, regions.OVAL, alpha.shape), _disc(0.03 * width)), np.uint8
    )
    closed = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, _disc(0.1 * width)), np.uint8)
    jaw = int(points[regions.CHIN, 1] + 0.08 * width)  # a jaw's own shadow is no cloth
    closed[jaw:] &= np.asarray(likely[jaw:] > 0.08, np.uint8)  # noqa: PLR2004
    mask = (mask | closed) & np.asarray(alpha > 0.5, np.uint8)  # noqa: PLR2004
    _, labels = cv2.connectedComponents(cv2.erode(mask, _disc(0.03 * width)))
    inside = points[list(regions.OVAL)].mean(0)
    here = labels == labels[int(inside[1]), int(inside[0])]
    up = floats(
        [[1.0, 0.0, 0.0], [0.0, 1.0, -0.035 * width]]
    )  # a collar's edge is shaded and not quite cloth
    higher = cv2.warpAffine(floats(here), up, (alpha.shape[1], alpha.shape[0])) > 0.5  # noqa: PLR2004
    whole = (here & higher) | (regions.fill(points, regions.OVAL, alpha.shape) > 0)
    soft = cv2.GaussianBlur(floats(whole), (0, 0), max(0.8, 0.025 * width))
    soft = np.clip(2.2 * soft - 0.2, 0, 1) * (1 - np.clip(odd, 0, 1))
    return floats(soft * cv2.dilate(np.clip(4 * under, 0, 1), _disc(0.05 * width)))


def _between(told: Floats, points: Floats, width: float) -> Floats:
    """(h, w) 0..1: narrow gaps between neck and hair beside the chin, where it is too dark to tell one from the other.

    told: (h, w) 0..1 what is known to be one of the two. A gap would show the backdrop through the sitter.
    """
    closed = bridged(told, width)
    ys = np.arange(told.shape[0], dtype=np.float32)[:, None]
    high = np.clip((points[regions.CHIN, 1] + THROAT * width - ys) / (0.08 * width), 0, 1)
    return floats(np.maximum(closed - told, 0) * high)


def bridged(mask: Floats, width: float) -> Floats:
    """A mask, (h, w) 0..1, with its gaps from side to side closed. width: of the face, in the mask's pixels."""
    across = np.ones((1, 2 * max(1, round(GAP * width / 2)) + 1), np.uint8)
    return floats(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, across))


def _beside(alpha: Floats, points: Floats, width: float) -> float:
    """How much of the place beside the jaw, 0.3 face widths on both sides, is filled, 0..1."""
    right, left = points[list(EARLOBES)]
    top, bottom = int(min(right[1], left[1])), int(points[regions.CHIN, 1])
    sides = [
        alpha[top:bottom, max(0, int(right[0] - 0.34 * width)) : max(0, int(right[0] - 0.06 * width))],
        alpha[top:bottom, int(left[0] + 0.06 * width) : int(left[0] + 0.34 * width)],
    ]
    found = [float(side.mean()) for side in sides if side.size]
    return sum(found) / len(found) if found else 1.0


def _bare(skin: Floats, under: Floats, points: Floats, width: float) -> float:
    """The share of the throat that is skin, 0..1."""
    chin = points[regions.CHIN]
    rows = slice(0, max(0, int(chin[1] + THROAT * width)))
    columns = slice(max(0, int(chin[0] - HALF_NECK * width)), max(0, int(chin[0] + HALF_NECK * width)))
    throat = under[rows, columns] > 0.9  # noqa: PLR2004
    return float(skin[rows, columns][throat].mean()) if throat.any() else 0.0


def _disc(radius: float) -> NDArray[np.uint8]:
    side = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
