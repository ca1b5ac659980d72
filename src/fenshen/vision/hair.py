"""Large hair that small nets do not see: where the colour of the hair goes on beyond their mask.

The nets cut an afro down to the head they know. Its colour tells it from the place behind it, if that place has other
colours. So: histograms of the hair that is certain and of what lies far from the person (Boykov & Jolly 2001, without
the cut) say how hair-like each pixel is; each direction from the face is trusted as far as its distant places do *not*
look like hair; what is hair-like, thick and joined to the head is added, if it is found on both sides of the face and
over it: large hair is, dark doorways seldom are. Nothing is taken away; where the place shines through curls, the
solver is asked.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fenshen.vision.arrays import Floats, floats

Box = tuple[float, float, float, float]
Mask = NDArray[np.bool_]

LOOK_AT: Final = 64  # pixels: the face's width while colours are compared
WINDOW: Final = (1.3, 1.2, 1.3, 0.15)  # left, up, right, down beyond the face box, in face sizes
LIKELY: Final = 0.75  # hair rather than place
HARDLY: Final = 0.25  # thin hair mixes with the place
UNLIKE: Final = 0.06  # the place rather than hair
RIM: Final = 0.3  # face widths from the outline: deeper inside, what is bright is a shine
FAR: Final = 0.45  # face widths from the mask: surely not hair
REACH: Final = 0.85  # face widths from the mask: no hair grows further
FALSE_ALARMS: Final = 0.1  # share of distant places that look like hair, at which a direction counts half
DIRECTIONS: Final = 32
LEAST_HAIR, LEAST_PLACE = 80, 200  # pixels that a histogram needs
LEAST_GROWTH: Final = 30  # pixels: less is a shadow or a branch
SECTORS, CROWNED = 12, 0.5  # of the half circle over the face, and the share that large hair adds to
BESIDE: Final = 0.9  # half face widths from the middle of the face
LOW: Final = 0.5  # half face heights below the middle of the face: hands and shoulders begin
THICK, AROUND = 9, 21  # pixels: of what is added; of thin hair around it


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What colours add. Both (H, W) of the picture they were found in."""

    person: Floats  # 0..1, nowhere less than before
    thin: Mask  # where strands may be that no threshold finds
    gaps: Mask  # where the nets saw hair and the colour is the place's: to be solved, like the rim


@dataclass(frozen=True, slots=True)
class _View:
    """The head and what is around it, small."""

    rgb: Floats
    person: Floats
    across: Floats  # from the middle of the face, in half face widths, to the right
    down: Floats  # in half face heights
    away: Floats  # from the person, in face widths


def grow_hair(rgb: Floats, person: Floats, face: Box) -> Growth:
    """Add the hair that the mask leaves out.

    rgb: (H, W, 3) sRGB 0..1. person: (H, W) 0..1, the nets' opinion. face: x, y, width, height in pixels.
    """
    none = np.zeros(person.shape, np.bool_)
    nothing = Growth(person=person, thin=none, gaps=none)
    x, y, w, h = face
    rows = slice(max(0, int(y - WINDOW[1] * h)), min(person.shape[0], int(y + (1 + WINDOW[3]) * h)))
    columns = slice(max(0, int(x - WINDOW[0] * w)), min(person.shape[1], int(x + (1 + WINDOW[2]) * w)))
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if min(height, width) < LOOK_AT // 2:
        return nothing
    view = _seen(rgb[rows, columns], person[rows, columns], (x - columns.start, y - rows.start, w, h))
    found = _grown(view)
    if found is None:
        return nothing
    larger, thin, gaps = person.copy(), none.copy(), none.copy()
    larger[rows, columns] = np.maximum(larger[rows, columns], cv2.resize(found.person, (width, height)))
    thin[rows, columns] = cv2.resize(found.thin.astype(np.uint8), (width, height)) > 0
    gaps[rows, columns] = cv2.resize(found.gaps.astype(np.uint8), (width, height)) > 0
    return Growth(person=larger, thin=thin, gaps=gaps)


def _seen(rgb: Floats, person: Floats, face: Box) -> _View:
    x, y, w, h = face
    scale = LOOK_AT / w
    size = (max(8, round(rgb.shape[1] * scale)), max(8, round(rgb.shape[0] * scale)))
    small = floats(cv2.resize(person, size, interpolation=cv2.INTER_AREA))
    columns, rows = np.meshgrid((np.arange(size[0]) + 0.5) / scale, (np.arange(size[1]) + 0.5) / scale)
    outside = (small < 0.5).astype(np.uint8)  # noqa: PLR2004 - rather not the person
    return _View(
        floats(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)),
        small,
        floats((columns - x - w / 2) / (w / 2)),
        floats((rows - y - h / 2) / (h / 2)),
        floats(cv2.distanceTransform(outside, cv2.DIST_L2, 5) / LOOK_AT),
    )


def _grown(view: _View) -> Growth | None:
    """What is added to the small view, from 0 where nothing is; None where colours cannot tell."""
    inside = view.person > 0.5  # noqa: PLR2004
    face = (view.across / 0.85) ** 2 + ((view.down - 0.12) / 0.95) ** 2 < 1
    hair = (view.person > 0.8) & ~face & (view.down < 0.6)  # noqa: PLR2004 - above the jaw
    far = (view.person < 0.2) & (view.away > FAR)  # noqa: PLR2004
    if hair.sum() < LEAST_HAIR or far.sum() < LEAST_PLACE:
        return None
    like = _likeness(view.rgb, hair, far)
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5) / LOOK_AT
    gaps = inside & ~face & (view.down < LOW) & (depth < RIM) & (like < UNLIKE)
    like = floats(like * _trust(view, like, far))
    thick = _opened((like > LIKELY) & (view.away < REACH) | inside)
    added = _of_a_head(view, _joined(thick & (like > LIKELY) & ~inside, hair | inside))
    if not (_on_both_sides(view, added) and _over_the_top(view, added)):
        nothing = np.zeros_like(like)
        return Growth(person=nothing, thin=nothing > 0, gaps=gaps)
    around = _dilated(added, AROUND)
    thin = _joined(_dilated((like > HARDLY) & around & (view.away < REACH), 3) & ~inside, hair | inside)
    soft = np.where(thin & around, 0.95 * np.clip((like - 0.15) / 0.7, 0, 1), 0)
    return Growth(person=floats(np.maximum(soft, np.where(added, like, 0))), thin=thin, gaps=gaps)


def _of_a_head(view: _View, added: Mask) -> Mask:
    """Without the parts that lie low or run out of the picture at its sides: places do, hair seldom."""
    kept = added.copy()
    _, parts, _, middles = cv2.connectedComponentsWithStats(added.astype(np.uint8))
    for label in np.unique(parts[added]):
        column, row = (round(float(v)) for v in middles[label])
        runs_out = (parts[:, [0, -1]] == label).any()
        if runs_out or view.down[row, column] > LOW:
            kept[parts == label] = False
    return kept


def _on_both_sides(view: _View, added: Mask) -> bool:
    level = np.abs(view.down) < 1.2  # noqa: PLR2004 - beside the face, not on the shoulders
    return all((added & level & (side * view.across > BESIDE)).sum() >= LEAST_GROWTH for side in (-1, 1))


def _over_the_top(view: _View, added: Mask) -> bool:
    """Whether what is added goes around the head from ear to ear, as large hair does and two dark doorways do not."""
    angle = np.arctan2(-view.down, view.across)[added & (view.down < 0)]
    counts, _ = np.histogram(angle, SECTORS, (0, np.pi))
    return bool((counts >= LEAST_GROWTH / SECTORS).mean() >= CROWNED)


def _likeness(rgb: Floats, hair: Mask, place: Mask) -> Floats:
    """(h, w) 0..1: how much more often a colour is seen in hair than in the place."""
    bins = np.clip((rgb * 16).astype(np.int64), 0, 15) @ np.array([256, 16, 1])
    in_hair, in_place = (_histogram(bins[mask])[bins] for mask in (hair, place))
    return floats(cv2.GaussianBlur(floats((in_hair + 1e-5) / (in_hair + in_place + 2e-5)), (0, 0), 0.8))


def _histogram(bins: NDArray[np.int64]) -> Floats:
    """(4096,) share of each colour, spread to its neighbours."""
    cube = np.bincount(bins, minlength=4096).reshape(16, 16, 16) / max(1, bins.size)
    for axis in range(3):
        before, after = np.roll(cube, 1, axis), np.roll(cube, -1, axis)
        ends = np.arange(16).reshape([-1 if a == axis else 1 for a in range(3)])
        cube = 0.5 * cube + 0.25 * np.where(ends > 0, before, cube) + 0.25 * np.where(ends < 15, after, cube)  # noqa: PLR2004
    return floats(cube.ravel())


def _trust(view: _View, like: Floats, far: Mask) -> Floats:
    """(h, w) 0..1 by direction from the face: 0 where distant places look like hair too."""
    turn = np.arctan2(view.down, view.across) / (2 * np.pi) + 0.5
    sector = (turn * DIRECTIONS).astype(np.int64) % DIRECTIONS
    weights = np.array([0.5, 1, 1, 1, 0.5])

    def around(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.convolve(np.concatenate([counts[-2:], counts, counts[:2]]), weights, "valid")

    alarms = around(
        np.bincount(sector[far], (like[far] > LIKELY).astype(np.float64), DIRECTIONS).astype(np.float64)
    )
    seen = around(np.bincount(sector[far], minlength=DIRECTIONS).astype(np.float64))
    overall = alarms.sum() / max(1.0, seen.sum())
    rate = np.where(seen < 30, overall, alarms / np.maximum(seen, 1))  # noqa: PLR2004 - too few to say
    return floats(np.clip(1.5 - rate / FALSE_ALARMS, 0, 1)[sector])


def _joined(mask: Mask, to: Mask) -> Mask:
    """Parts of a mask that touch another and are large enough to count."""
    _, labels = cv2.connectedComponents((mask | to).astype(np.uint8), connectivity=4)
    held = mask & np.isin(labels, np.unique(labels[to]))
    _, parts, stats, _ = cv2.connectedComponentsWithStats(held.astype(np.uint8))
    large = stats[:, cv2.CC_STAT_AREA] >= LEAST_GROWTH
    return np.asarray(held & large[parts], np.bool_)


def _opened(mask: Mask) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (THICK, THICK))
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc) > 0)


def _dilated(mask: Mask, size: int) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)
