"""Who may not sit without more being asked: an estimate of minority, over the whole set, as a band.

The gate is the sitter's declaration of age, not this. The band never refuses anybody: above ``adult`` the studio asks
for a guardian's consent (PIPL 31). Grown people are asked wrongly, 2 of 36, women first (``benchmarks/README.md``).
Of minors only nine crops of small children, all above .98, were ever measured, and no teenagers: so the middle band
is wide.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

AgeBand = Literal["adult", "maybe_minor", "likely_minor", "not_checked"]

MAYBE, LIKELY = 0.3, 0.8

ASKS: dict[AgeBand, str] = {"maybe_minor": "sitter_maybe_minor", "likely_minor": "sitter_likely_minor"}
"""The code of what the studio asks for, by band; the other bands ask for nothing."""


def age_band(estimates: Sequence[float | None]) -> AgeBand:
    """Band of a sitter by the median of the estimates (0..1, share of years below 18) on their own photos."""
    known = [estimate for estimate in estimates if estimate is not None]
    if not known:
        return "not_checked"
    middle = float(np.median(known))
    return "likely_minor" if middle > LIKELY else "maybe_minor" if middle > MAYBE else "adult"
