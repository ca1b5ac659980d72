"""When to stop asking: what one more photo is expected to add to a double. Over-collection is a harm.

    quality of a double = 50 x service + 50 x likeness, in points of 100
        service    how well the takes would serve each held-out photo of the person: the best over the takes of
                   quality of the take x exp(-(distance in pose, expression and light)^2 / 2), mean over those photos
        likeness   median cosine of the held-out photos to the mean of the takes
    expected gain of one more photo, with n usable ones = A x n^-P x (1 + B if it shows a missing view)

``benchmarks/enough.py`` measures the quality with 1 to 24 photos of nine people, fits A, P and B, and prints the
curve. Below LEAST_GAIN the studio asks for no more, and opens no more.
"""

from collections.abc import Sequence
from typing import Final

from fenshen.photos.measure import Measures
from fenshen.photos.score import VIEWS

A: Final = 4.2  # points
P: Final = 0.94
B: Final = 0.28
LEAST_GAIN: Final = 0.3  # points of 100
MOST: Final = 31  # photos ever asked for, whatever is missing


def missing_views(photos: Sequence[Measures]) -> list[str]:
    """Codes of the views that no photo shows, the most useful first."""
    return [code for code, shows in VIEWS.items() if not any(map(shows, photos))]


def expected_gain(photos: Sequence[Measures]) -> float:
    """Points that the best next photo is expected to add to the double of these usable photos."""
    if not photos:
        return 100.0
    return float(A * len(photos) ** -P * (1 + B * bool(missing_views(photos))))


def might_be_enough(count: int) -> bool:
    """Whether so many photos would be enough if all were usable and no view were missing."""
    return count >= MOST or A * count**-P < LEAST_GAIN


def is_enough(photos: Sequence[Measures]) -> bool:
    """Whether one more photo would add too little to ask for it, or even to open it."""
    return len(photos) >= MOST or expected_gain(photos) < LEAST_GAIN
