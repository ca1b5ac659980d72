"""Which take suits a template."""

from collections.abc import Callable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from math import log2
from typing import Final

import numpy as np

from fenshen.double.double import LUMINANCE, PLAIN, OpenDouble, cast_of
from fenshen.double.take import Edge, Take
from fenshen.engines.engine import MOST_PRESSES
from fenshen.engines.studio.head import face_width, level
from fenshen.templates.recipe import Wish
from fenshen.vision.arrays import floats

AGAIN: Final = 0.45  # how much worse a take gets whenever the number of times it served, and one, doubles
TURNED_AWAY: Final = 22.0  # degrees beside the wish from which a face looks away rather than turned
SQUARE: Final = 9.0  # degrees of turn that spoil a head which is to be straight
A_SMILE: Final = 0.3  # how much more of a smile than asked goes unnoticed
NATURAL_SMILE: Final = 0.35  # what a person wears when nothing is asked
LOST: Final = 2.4  # what a head without its crown costs, or a body that dissolves where the photo ended
MUCH: Final = 0.08  # of the face's height, or of the picture: more than this can hardly be missing
GLARE: Final = 3.6  # per stop: what burnt out in the hair, no other light puts back
TEETH: Final = 0.045  # face widths between the lips from which teeth show
GRIN: Final = 0.5  # a template that wishes for this much smile is content with teeth


def rank_takes(double: OpenDouble, wish: Wish, used: Sequence[int] = (), closer: int = 0) -> list[Take]:
    """All takes of `in_turn`, whatever the picture would leave out."""
    return list(in_turn(double, wish, used, closer))


def in_turn(
    double: OpenDouble,
    wish: Wish,
    used: Sequence[int] = (),
    closer: int = 0,
    lost: Callable[[Take], float] = lambda _: 0.0,
) -> Iterator[Take]:
    """Takes from the most to the least suitable. Faults of a photo weigh more than a template's wishes.

    used: photo numbers of takes that already served in this series, so that eight portraits are not one photo; a long
    series repeats good photos rather than show poor ones.
    closer: presses of "more like me": what is typical of the sitter weighs more, what the template wishes less.
    lost: how much of head and body the picture would lack, 0..1; asked only of takes whose turn it may be,
    because it opens them.
    """
    share = closer / MOST_PRESSES
    again = 0.0 if wish.straight else AGAIN  # a formal picture is made from the best photo, served or not
    most = max(take.typical for take in double.takes)
    waiting = [
        (
            (1 - 0.5 * share) * penalty(take, wish, double)
            + 6 * share * (most - take.typical)
            + again * log2(1 + used.count(take.photo)),
            take.photo,
            False,
            take,
        )
        for take in double.takes
    ]
    heapify(waiting)
    while waiting:
        cost, photo, looked, take = heappop(waiting)
        if looked:
            yield take
        else:
            heappush(waiting, (cost + LOST * min(1.0, lost(take) / MUCH), photo, True, take))


def penalty(take: Take, wish: Wish, double: OpenDouble) -> float:
    """0 = exactly what was asked. One unit is about what a person would notice at once.

    A photo in coloured light or against the light is a poor start for another light, and one that is little like the
    sitter's others makes a portrait that is little like the sitter.
    """
    smile = NATURAL_SMILE if wish.smile is None else wish.smile
    dark = float(np.log2(double.key / max(1e-3, float(floats(take.skin) @ LUMINANCE))))  # stops under-exposed
    usual = double.spread[len(double.spread) // 2] if double.spread else 0.0
    usual_glare = float(np.median([other.glare for other in double.takes]))  # white hair is no glare
    turned = abs(take.yaw - wish.yaw)
    if wish.either_cheek:
        turned = min(turned, abs(take.yaw + wish.yaw) + 5)  # the other cheek will do, almost as well
    nod = take.pitch - level(double.takes) - wish.pitch
    tilt = take.roll - (wish.roll or 0.0)
    lips = float(np.linalg.norm(take.points[13] - take.points[14])) / face_width(take)
    return (
        turned / (SQUARE if wish.straight else 22)
        + max(0.0, turned - TURNED_AWAY) / 8
        + abs(nod) / 30
        + abs(tilt) / 40
        + 0.9 * abs(take.smile - smile)
        + 1.5 * max(0.0, take.smile - smile - A_SMILE)  # a laugh is no small smile
        + 1.2 * max(0.0, take.mouth_open - 0.25)
        + (1.0 if lips > TEETH and smile < GRIN else 0.0)
        + 2.5 * max(0.0, 0.55 - take.eyes_open)
        + 1.8 * (1 - take.evenness)
        + 1.6 * max(0.0, cast_of(take, double.skin) - 0.15)
        + max(0.0, dark - 1.0)
        + 8.0 * max(0.0, usual - take.typical)
        + 1.5 * max(0.0, take.mixed - PLAIN)
        + 0.8 * (1 - take.sharpness)
        + 4.0 * (1 - take.certainty)
        + 6.0 * take.clutter
        + GLARE * max(0.0, take.glare - usual_glare - 0.5)
        + (0.8 if Edge.TOP in take.cut else 0.0)
    )
