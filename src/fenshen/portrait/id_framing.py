"""Where a head goes on an ID photo: what the size's rule limits comes first, the rest is the house's own choice."""

from dataclasses import dataclass
from typing import Final

from fenshen.portrait.id_head import Head
from fenshen.portrait.id_sizes import IdSize

HOUSE_HEAD: Final = (0.55, 0.62, 0.72)  # of the height: a head without a rule; least, wished, most
HOUSE_CROWN: Final = (0.07, 0.10, 0.14)  # of the height, above a crown without a rule; least, wished, most
SAFE: Final = 0.01  # how far inside a limit one aims, because the result is measured anew
SAME_SIZE: Final = 0.004  # a scale this near to 1 is 1, and no pixel is mixed with another

Span = tuple[float, float]


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


def place(head: Head, size: IdSize, *, below: float) -> Placing:
    """Find the placing of a head. below: pixels of the frame from the crown down to where the photo ends.

    Limits that cannot be kept together give way from the last: eyes and margins, head's height, face's width, head's
    width, and, without a rule, that the body reaches the lower edge.
    """
    height = size.px[1]
    above = _crown_to_top(size)
    scale = wished_head(size) / head.height
    allowed = _narrowed([*_scales(head, size), ((height - above[1]) / below, float("inf"))])
    scale = min(max(scale, allowed[0]), allowed[1])
    if abs(scale - 1) < SAME_SIZE:
        scale = 1.0
    top = _top(head, size, scale, above)
    if top + scale * below < height:
        top = min(above[1] * (1 - SAFE), height - scale * below)
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
    low, high = 0.0, float("inf")
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
