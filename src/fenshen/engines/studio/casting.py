"""Which take suits a template."""

from collections.abc import Sequence
from typing import Final

from fenshen.double.double import PLAIN, cast_of
from fenshen.double.take import Edge, Take
from fenshen.templates.recipe import Wish
from fenshen.vision.arrays import Floats

AGAIN: Final = 0.22  # how much worse a take gets each time it serves in a series
TURNED_AWAY: Final = 22.0  # degrees beside the wish from which a face looks away rather than turned
NATURAL_SMILE: Final = 0.35  # what a person wears when nothing is asked


def rank_takes(takes: Sequence[Take], wish: Wish, skin: Floats, used: Sequence[int] = ()) -> list[Take]:
    """Takes from the most to the least suitable. Faults of a photo weigh more than a template's wishes.

    used: photo numbers of takes that already served in this series, so that eight portraits are not one photo.
    """
    return sorted(
        takes, key=lambda take: (penalty(take, wish, skin) + AGAIN * used.count(take.photo), take.photo)
    )


def penalty(take: Take, wish: Wish, skin: Floats) -> float:
    """0 = exactly what was asked. One unit is about what a person would notice at once.

    skin: (3,) the sitter's own, linear: a photo in coloured light is a poor start for another light.
    """
    smile = NATURAL_SMILE if wish.smile is None else wish.smile
    turned = min(
        abs(take.yaw - wish.yaw), abs(take.yaw + wish.yaw) + 5
    )  # the other cheek will do, almost as well
    return (
        turned / 22
        + max(0.0, turned - TURNED_AWAY) / 8
        + abs(take.pitch) / 30
        + abs(take.roll) / 40
        + 0.8 * abs(take.smile - smile)
        + 1.2 * max(0.0, take.mouth_open - 0.25)
        + 2.5 * max(0.0, 0.55 - take.eyes_open)
        + 1.8 * (1 - take.evenness)
        + 1.6 * max(0.0, cast_of(take, skin) - 0.15)
        + 1.5 * max(0.0, take.mixed - PLAIN)
        + 0.8 * (1 - take.sharpness)
        + 4.0 * (1 - take.certainty)
        + 2.0 * take.clutter
        + (0.8 if Edge.TOP in take.cut else 0.0)
    )
