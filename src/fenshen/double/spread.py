"""The sitter's own photo-to-photo range: the measure by which a portrait's likeness is told."""

import numpy as np

from fenshen.vision.arrays import Floats
from fenshen.vision.identity import cosine


def own_spread(photos: dict[int, Floats], takes: list[int]) -> tuple[float, ...]:
    """Each photo's median cosine to the takes, itself left out; ascending.

    photos: photo number -> embedding (128,), in memory only. takes: the numbers of the photos kept as takes.
    """
    values = []
    for photo, embedding in photos.items():
        others = [photos[k] for k in takes if k != photo]
        if others:
            values.append(float(np.median([cosine(embedding, other) for other in others])))
    return tuple(sorted(values))


def likeness_rank(likeness: float, spread: tuple[float, ...]) -> float | None:
    """Where a likeness falls among the sitter's own photos, 0..100 (mid-rank percentile); None with one photo only."""
    if not spread:
        return None
    values = np.asarray(spread)
    return float(100 * ((values < likeness).sum() + 0.5 * (values == likeness).sum()) / len(values))
