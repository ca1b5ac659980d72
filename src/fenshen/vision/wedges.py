"""Wide doubts, settled before alpha is solved: the hair behind a neck, in the wedge between jaw and shoulder.

Nets are unsure of what lies in the shade between two parts that they know, and a doubt that is wide has no hair that is
certain beside it: the nearest certain colours are skin and cloth, no mixture of which makes hair, and the solver
leaves mist. So: a wide doubt is first cut in two. Every pixel is compared with the colours of the person (near by, and
the hair of the head wherever it is) and with those of the place near by; the nets have a vote; a minimum cut (Boykov &
Jolly 2001; edges as in GrabCut, Rother et al. 2004) runs where colours change. Only the rim of the cut stays in doubt.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, maximum_flow
from scipy.spatial import cKDTree

from fenshen.vision.arrays import Floats, floats

Box = tuple[float, float, float, float]
Mask = NDArray[np.bool_]

LOOK_AT: Final = 64  # pixels: the face's width while a doubt is cut in two
LOW: Final = 0.55  # face heights below the top of the face box: above, wide doubts are loose hair
WIDE: Final = 0.06  # face widths from what is certain: an outline's own doubt is not that deep
ENCLOSED: Final = 0.5  # face widths: the radius of a disc that does not enter a wedge
SEAM: Final = 0.04  # face widths: how far a cut reaches beyond what was looked at, to what is certain
BEYOND: Final = 0.35  # face widths: how far a wide doubt may bulge out of its wedge
AROUND: Final = 0.2  # face widths: how much of the doubt around what is wide is cut with it
SMOOTH: Final = 1.2  # pixels: a cut follows pixels, an outline does not
LEAST: Final = 8  # pixels deeper than that: fewer are a corner
NEAR: Final = 0.5  # face widths: whose colours count for a doubt
MOST: Final = 8000  # pixels of doubt: more is no wedge, and no net saw the person
SAMPLES: Final = 1500  # colours of each side
NEIGHBOURS: Final = 5  # the nearest colours, whose mean distance counts
APART: Final = 0.035  # sRGB 0..1: how much colours of one thing differ
SUREST: Final = 4.0  # what a colour can weigh at most, as a logarithm of odds
CUT_OFF, CLEAR = 0.35, -1.5  # of a doubt's depth, the share cut off that needs colours as clear as these odds
TOUCHED: Final = 0.1  # of a doubt, how much certain place lies beside it at least
TOGETHER: Final = 3.0  # what it costs to part two neighbours of one colour
SCALE: Final = 1000  # flows are counted in whole numbers
BLUR: Final = 0.03  # face widths from the cut: where it is as unsure as it is coarse
INWARDS, OUTWARDS = 0.04, 0.06  # face widths of the rim that stays in doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A doubt cut in two. Both (H, W)."""

    votes: Floats  # 0..1; where nothing was settled, as before
    trimap: Floats  # 0, 0.5 or 1


@dataclass(frozen=True, slots=True)
class _View:
    """The picture, small."""

    rgb: Floats
    votes: Floats
    person: Mask  # for certain
    place: Mask
    doubt: Mask  # what is to be cut
    hair: Mask  # certain, and around the face


def settle(rgb: Floats, votes: Floats, trimap: Floats, face: Box, loose: Mask) -> Settled:
    """Decide wide doubts, all but their rim.

    rgb: (H, W, 3) sRGB 0..1. votes: (H, W) 0..1. trimap: (H, W) 0, 0.5, 1. face: x, y, width, height in pixels. loose:
    (H, W) where hair is known to be thin: stays in doubt.
    """
    same = Settled(votes=votes, trimap=trimap)
    view = _seen(rgb, votes, trimap, face, loose)
    if view is None:
        return same
    halves = _cut_in_two(view)
    if halves is None:
        return same
    person, place = view.person.copy(), view.place.copy()
    person[view.doubt], place[view.doubt] = halves
    beyond = cv2.GaussianBlur(cv2.subtract(_deep(~place), _deep(~person)), (0, 0), SMOOTH)
    known = _within(view.doubt & (person | place), SEAM) & (person | place)
    if not known.any():
        return same
    rows, columns = (_span(known, axis, side) for axis, side in zip((1, 0), votes.shape, strict=True))
    away, inside = (_enlarged(floats(each), rows, columns, votes.shape) for each in (beyond / LOOK_AT, known))
    part = rows, columns
    doubt = (inside > 0.5) & (trimap[part] == 0.5) & ~loose[part]  # noqa: PLR2004
    votes, trimap = votes.copy(), trimap.copy()
    votes[part][doubt] = np.clip(0.5 + away[doubt] / (2 * BLUR), 0, 1)
    trimap[part][doubt] = np.where(away > INWARDS, 1, np.where(away < -OUTWARDS, 0, 0.5))[doubt]
    return Settled(votes=votes, trimap=trimap)


def _seen(rgb: Floats, votes: Floats, trimap: Floats, face: Box, loose: Mask) -> _View | None:
    """The small view of a picture that has a wide doubt; None if it has none."""
    x, y, w, h = face
    scale = LOOK_AT / w
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    glance = cv2.resize(np.where(loose, 0, trimap), size, interpolation=cv2.INTER_NEAREST)
    wide = _deep(glance == 0.5) > WIDE * LOOK_AT  # noqa: PLR2004
    core = wide & _closed(glance == 1, ENCLOSED)
    core[: max(0, round((y + LOW * h) * scale))] = False
    count, parts, stats, _ = cv2.connectedComponentsWithStats(core.astype(np.uint8))
    large = [label for label in range(1, count) if stats[label, cv2.CC_STAT_AREA] >= LEAST]
    if not large:
        return None
    whole = wide & _within(np.isin(parts, large), BEYOND)

    def share(picture: Floats | Mask) -> Floats:
        return floats(cv2.resize(floats(picture), size, interpolation=cv2.INTER_AREA))

    unsure = share((trimap > 0) & (trimap < 1)) > 0.5  # noqa: PLR2004
    person = ~unsure & (share(trimap) > 0.5)  # noqa: PLR2004
    doubt = unsure & (share(loose) < 0.5) & _within(whole, AROUND)  # noqa: PLR2004
    if doubt.sum() > MOST:
        return None
    columns, rows = np.meshgrid((np.arange(size[0]) + 0.5) / scale, (np.arange(size[1]) + 0.5) / scale)
    across, down = (columns - x - w / 2) / (w / 2), (rows - y - h / 2) / (h / 2)
    around = ((across / 0.85) ** 2 + ((down - 0.12) / 0.95) ** 2 >= 1) & (down < 0.6) & (np.abs(across) < 2)  # noqa: PLR2004
    return _View(
        share(rgb),
        share(votes),
        person,
        ~unsure & ~person,
        doubt,
        person & around,
    )


def _cut_in_two(view: _View) -> tuple[Mask, Mask] | None:
    """For each pixel of the doubt, whether it is the person, and whether the place; None if a side has no colours."""
    near = _within(view.doubt, NEAR)
    person, place = view.rgb[view.person & near | view.hair], view.rgb[view.place & near]
    if min(len(person), len(place)) < NEIGHBOURS:
        return None
    pixel = view.rgb[view.doubt]
    odds = (_distance(pixel, place) - _distance(pixel, person)) / (2 * APART**2)
    odds = np.clip(odds, -SUREST, SUREST)
    vote = np.clip(view.votes[view.doubt], 0.01, 0.99)
    is_person = _minimum_cut(view, odds + np.log(vote / (1 - vote)))
    decided = ~_undecided(view, is_person, odds)
    return is_person & decided, ~is_person & decided


def _undecided(view: _View, is_person: Mask, odds: NDArray[np.float64]) -> Mask:
    """For each pixel of the doubt, whether colours say nothing about it: white curls before a stream.

    Of such a doubt much of the depth is cut off although its colours might as well be the person's; or hardly any
    place that is certain touches it, as between face and hand, so that nobody knows the place's colours.
    """
    kept, colour = np.zeros_like(view.doubt), np.zeros(view.doubt.shape)
    kept[view.doubt], colour[view.doubt] = is_person, odds
    deep = _deep(view.doubt) > WIDE * LOOK_AT
    count, parts = cv2.connectedComponents(view.doubt.astype(np.uint8))
    vague = []
    for label in range(1, count):
        here = parts == label
        part = deep & here
        off = part & ~kept
        hardly_touched = (_within(here, WIDE) & view.place).sum() < TOUCHED * here.sum()
        if hardly_touched or (off.sum() > CUT_OFF * part.sum() and np.median(colour[off]) > CLEAR):
            vague.append(label)
    return np.asarray(np.isin(parts, vague)[view.doubt], np.bool_)


def _distance(pixel: Floats, colours: Floats) -> NDArray[np.float64]:
    """(n,) mean squared distance to the nearest of some colours."""
    few = colours[:: -(-len(colours) // SAMPLES)]
    away, _ = cKDTree(few).query(pixel, k=min(NEIGHBOURS, len(few)))
    return np.asarray((np.reshape(away, (len(pixel), -1)) ** 2).mean(1))


def _minimum_cut(view: _View, odds: NDArray[np.float64]) -> Mask:
    """(n,) whether each pixel of the doubt is the person: odds (n,) are followed, the border runs where colours change.

    odds: > 0 where it rather is. Ties between neighbours, certain ones too, are the cheaper the less alike they are.
    """
    count = len(odds)
    source, sink = count, count + 1
    node = np.full(view.doubt.shape, -1)
    node[view.doubt] = np.arange(count)
    node[view.person], node[view.place] = source, sink
    starts, ends, costs = [], [], []
    for one, other in (
        ((slice(None), slice(1, None)), (slice(None), slice(None, -1))),
        ((slice(1, None), slice(None)), (slice(None, -1), slice(None))),
    ):
        a, b = node[one], node[other]
        between = (a >= 0) & (b >= 0) & (a != b) & ((a < count) | (b < count))
        step = ((view.rgb[one] - view.rgb[other]) ** 2).sum(-1)[between]
        starts.append(a[between])
        ends.append(b[between])
        costs.append(step)
    step = np.concatenate(costs)
    cost = TOGETHER * np.exp(-step / (2 * step.mean() + 1e-6))
    index = np.arange(count)
    first = np.concatenate([*starts, np.full(count, source), index])
    last = np.concatenate([*ends, index, np.full(count, sink)])
    weight = np.concatenate([cost, np.maximum(odds, 0), np.maximum(-odds, 0)])
    both = len(cost)
    first, last = np.concatenate([first, last[:both]]), np.concatenate([last, first[:both]])
    weight = np.concatenate([weight, cost])
    usable = (first != sink) & (last != source)
    shape = (count + 2, count + 2)
    graph = sparse.csr_array(
        ((weight[usable] * SCALE).astype(np.int32), (first[usable], last[usable])), shape
    )
    rest = graph - maximum_flow(graph, source, sink).flow
    rest.data = np.maximum(rest.data, 0)
    rest.eliminate_zeros()
    reached = breadth_first_order(rest, source, return_predecessors=False)
    return np.isin(index, reached)


def _deep(mask: Mask) -> Floats:
    """(h, w) how deep each pixel lies in a mask, in pixels; the frame is no edge."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    return floats(cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1])


def _within(mask: Mask, radius: float) -> Mask:
    """What lies no further from a mask than a share of the face's width."""
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5) <= radius * LOOK_AT)


def _closed(mask: Mask, radius: float) -> Mask:
    """A mask with the corners filled that a disc of this radius, a share of the face's width, does not enter."""
    edge = round(radius * LOOK_AT) + 1
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), edge, edge, edge, edge, cv2.BORDER_CONSTANT)
    return ~_within(~_within(padded > 0, radius), radius)[edge:-edge, edge:-edge]


def _span(mask: Mask, axis: int, side: int) -> slice:
    """Where a mask lies along the other axis of a picture of that many pixels."""
    at = np.flatnonzero(mask.any(axis))
    step = side / mask.shape[1 - axis]
    return slice(max(0, int((at[0] - 1) * step)), min(side, int((at[-1] + 2) * step) + 1))


def _enlarged(small: Floats, rows: slice, columns: slice, shape: tuple[int, ...]) -> Floats:
    """A part of a picture as it would be had the whole been enlarged to that shape."""
    down, across = small.shape[0] / shape[0], small.shape[1] / shape[1]
    matrix = np.array(
        [
            [across, 0, (columns.start + 0.5) * across - 0.5],
            [0, down, (rows.start + 0.5) * down - 0.5],
        ]
    )
    size = (columns.stop - columns.start, rows.stop - rows.start)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return floats(cv2.warpAffine(small, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE))
