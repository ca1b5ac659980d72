"""Better than how many? Against a frozen distribution that ships with the studio, never against other users.

``reference.json`` holds the scores of simulated sets; ``benchmarks/reference.py`` made it and says how. The
percentile is a pure function of the score: no other sitter's photos can change a sitter's answer.
"""

import json
from functools import cache
from importlib.resources import files


@cache
def reference() -> tuple[int, ...]:
    """How many of the simulated sets have each score from 0 to 100."""
    data = json.loads(files("fenshen.photos").joinpath("reference.json").read_text("utf-8"))
    return tuple(data["sets_by_score"])


def better_than_percent(score: int) -> int:
    """Mid-rank percentile: 100 x (sets below + half of those alike) / all, rounded. ``score`` is 0..100."""
    sets = reference()
    return round(100 * (sum(sets[:score]) + sets[score] / 2) / sum(sets))
