"""The tile of the invisible mark: 32 x 32 chips of light and dark, some to be found by, some that carry the number.

The tile repeats over the whole picture, so any part of it holds the number many times over; its chips are a 171st of
the picture's short side, so that the mark keeps its size in the picture when the picture is scaled. The pattern is public.
"""

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fenshen.labels.mark_code import CODED, Floats, encode

CHIPS: Final = 32  # along a side of the tile
ACROSS: Final = 171  # chips along the picture's short side
REPEATS: Final = 4  # chips of one tile for each coded bit; the rest are there to be found by
SEED: Final = 20260926  # of the public pattern

Chips = NDArray[np.float32]  # (32, 32), -1..1


@cache
def pattern() -> tuple[Floats, NDArray[np.intp], NDArray[np.intp]]:
    """Give each chip's sign (1024,), the places to be found by, and for each coded bit its places (156, 4)."""
    random = np.random.default_rng(SEED)
    places = random.permutation(CHIPS * CHIPS)
    signs = random.choice(np.array([-1, 1], np.float32), CHIPS * CHIPS)
    carrying = places[: CODED * REPEATS].reshape(CODED, REPEATS)
    return signs, places[CODED * REPEATS :], carrying


@cache
def beacon() -> Chips:
    """Give the tile with only the chips to be found by; the others are 0."""
    signs, finding, _ = pattern()
    chips = np.zeros(CHIPS * CHIPS, np.float32)
    chips[finding] = signs[finding]
    return chips.reshape(CHIPS, CHIPS)


def tile(number: int) -> Chips:
    """Give the whole tile for a number in 0..2**48-1. Raises ValueError."""
    signs, _, carrying = pattern()
    chips = beacon().ravel().copy()
    chips[carrying] = signs[carrying] * encode(number)[:, None]
    return chips.reshape(CHIPS, CHIPS)


def soft_bits(chips: Chips) -> Floats:
    """Give the coded bits that measured chips speak for; (156,), positive for 1."""
    signs, _, carrying = pattern()
    spoken: Floats = (chips.ravel() * signs)[carrying].mean(axis=1)
    return spoken
