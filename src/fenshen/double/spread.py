"""The sitter's own photo-to-photo range: the measure by which a portrait's likeness is told."""

import numpy as np

from fenshen.vision.arrays import Floats
from fenshen.vision.identity import cosine

FEWEST = 5  # photos below which a rank among them says nothing


def own_spread(photos: dict[int, Floats], takes: list[int]) -> tuple[float, ...]:
    """Each photo's median cosine to the takes, itself left out; ascending.

    photos: photo number -> embedding (128,), in memory only. takes: the numbers of the photos kept as takes.
    """
    values = (to_takes(photo, photos, takes) for photo in photos)
    return tuple(sorted(value for value in values if value is not None))


def to_takes(photo: int, photos: dict[int, Floats], takes: list[int]) -> float | None:
    """Median cosine of one photo to the takes, itself left out; None when it is the only one."""
    others = [photos[k] for k in takes if k != photo]
    return float(np.median([cosine(photos[photo], other) for other in others])) if others else None


def likeness_rank(likeness: float, spread: tuple[float, ...]) -> float | None:
    """Where a likeness falls among the sitter's own photos, 0..100 (mid-rank percentile); None with too few of them."""
    if len(spread) < FEWEST:
        return None
    values = np.asarray(spread)
    return float(100 * ((values < likeness).sum() + 0.5 * (values == likeness).sum()) / len(values))
