"""Where a head goes on an ID photo: what the size's rule limits comes first, the rest is the house's own choice."""

from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np

from fenshen.portrait.id_head import Head
from fenshen.portrait.id_sizes import IdSize
from fenshen.vision.arrays import Floats

HOUSE_HEAD: Final = (0.55, 0.62, 0.72)  # of the height: a head without a rule; least, wished, most
HOUSE_CROWN: Final = (0.04, 0.10, 0.14)  # of the height, above a crown without a rule; least, wished, most
SAFE: Final = 0.01  # how far inside a limit one aims, because the result is measured anew
CUT: Final = 0.5  # alpha of a person at a photo's edge who goes on beyond it
SAME_SIZE: Final = 0.004  # a scale this near to 1 is 1, and no pixel is mixed with another

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How far the photo shows the person, in pixels of the frame; infinite where no edge cuts them off."""

    below: float  # from the crown down
    left: float  # from the middle of the face
    right: float
    above: float  # from the crown up; infinite where a plain background goes on for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """How a frame comes onto the ID photo: x' = scale · x + shift, in pixels."""

    scale: float
    shift: tuple[float, float]


def wished_head(size: IdSize) -> float:
    """Height of a head on this size, in pixels of the file, before anything is known of the head."""
    wished = size.wished("head_height")
    span = size.span("head_height")
    if wished is not None:
        return wished
    return sum(span) / 2 if span else HOUSE_HEAD[1] * size.px[1]


def room_around(head: Head, alpha: Floats, inside: Floats, size: IdSize, *, keep: bool) -> Room:
    """See where the photo's edges cut the person off. alpha, inside: (H, W) 0..1, of the person and of the photo.

    keep: whether the photo's own background stays, so that there is nothing beyond any edge.
    """
    half = size.px[0] / 2 * head.height / wished_head(size)
    first, last = max(0, int(head.middle - half)), int(head.middle + half) + 1
    whole = np.flatnonzero(inside[int(head.chin) :, first:last].min(axis=1) >= 1)
    bottom = int(head.chin) + (int(whole[-1]) + 1 if whole.size else 0)
    left, right = (float(alpha[:bottom, column].max(initial=0)) > CUT for column in (1, -2))
    return Room(
        below=max(1.0, bottom - head.crown),
        left=head.middle if left or keep else inf,
        right=alpha.shape[1] - head.middle if right or keep else inf,
        above=max(1.0, head.crown) if keep else inf,
    )


def place(head: Head, size: IdSize, room: Room) -> Placing:
    """Find the placing of a head.

    Limits that cannot be kept together give way from the last: eyes and margins, head's height, face's width, head's
    width, and at last that the body reaches the lower edge and the sides.
    """
    height = size.px[1]
    above = _crown_to_top(size)
    scale = wished_head(size) / head.height
    filling = max(
        (height - above[1] * (1 - SAFE)) / room.below,
        size.px[0] / 2 / min(room.left, room.right),
        above[0] / room.above,
        height / (room.below + room.above),
    )
    allowed = _narrowed([*_scales(head, size), (filling, inf)])
    scale = min(max(scale, allowed[0]), allowed[1])
    if abs(scale - 1) < SAME_SIZE:
        scale = 1.0
    top = _top(head, size, scale, above)
    if top + scale * room.below < height:
        top = max(top, min(above[1] * (1 - SAFE), height - scale * room.below))
    top = max(above[0], min(top, scale * room.above))
    left, top = size.px[0] / 2 - scale * head.middle, top - scale * head.crown
    if scale == 1:
        left, top = round(left), round(top)
    return Placing(scale=scale, shift=(left, top))


def _scales(head: Head, size: IdSize) -> list[Span]:
    """What each limit allows of the scale, the most important first."""
    height, (least, _) = size.px[1], _crown_to_top(size)
    spans: list[Span] = []
    for low, reach in (("eyes_to_bottom", head.eyes), ("chin_to_bottom", head.chin)):
        margin = size.span(low)  # type: ignore[arg-type]
        if margin:
            spans.append((0, (height - margin[0] - least) / max(1.0, reach - head.crown)))
    measures = (
        ("head_height", head.height),
        ("face_width", head.face_width),
        ("head_width", head.head_width),
    )
    for name, here in measures:
        span = size.span(name)  # type: ignore[arg-type]
        if span:
            spans.append((span[0] * (1 + SAFE) / here, span[1] * (1 - SAFE) / here))
    if size.span("head_height") is None and size.wished("head_height") is None:
        spans.append((HOUSE_HEAD[0] * height / head.height, HOUSE_HEAD[2] * height / head.height))
    return spans


def _narrowed(spans: list[Span]) -> Span:
    """The intersection; a span that leaves nothing is brought as near as it can be."""
    low, high = 0.0, inf
    for least, most in spans:
        low, high = min(max(low, least), high), max(min(high, most), low)
    return low, high


def _crown_to_top(size: IdSize) -> Span:
    return size.span("crown_to_top") or (HOUSE_CROWN[0] * size.px[1], HOUSE_CROWN[2] * size.px[1])


def _top(head: Head, size: IdSize, scale: float, above: Span) -> float:
    """Row of the crown: in the middle of what is allowed, higher when eyes or chin need it."""
    top = sum(above) / 2 if size.span("crown_to_top") else HOUSE_CROWN[1] * size.px[1]
    for name, reach in (("eyes_to_bottom", head.eyes), ("chin_to_bottom", head.chin)):
        margin = size.span(name)  # type: ignore[arg-type]
        if margin:
            top = min(top, size.px[1] - margin[0] * (1 + SAFE) - scale * (reach - head.crown))
    return max(top, above[0])
