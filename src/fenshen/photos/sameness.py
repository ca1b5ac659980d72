"""Is this the person of the frontal photo? Same, not sure, or someone else: 1:1, in memory, within one set.

Two looks. The first compares each photo with the frontal. The second, when at least three photos are surely the
same person, compares each photo with the mean of the others: a mean forgets the pose and light of any one photo,
so it tells more. A photo that is like the frontal but unlike the rest of its set (a brother, a sister) is doubted.

Thresholds, for SFace aligned by the mesh. First look, measured on 4 people in press photos of many years (952 own
pairs, 2,952 of strangers) and on 36 people in one studio (72 and 5,040): SAME lets no stranger of the first set
and 0.24 % of the second through; below OTHER lie 1.2 % of own photos. Second look, first set: own photos .41 to
.90 (n = 593), strangers up to .30 (n = 2,952). Relatives, children, twins and gaps of many years belong to "not
sure"; ``benchmarks/gate.py`` prints what becomes of them.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from fenshen.vision.arrays import Floats
from fenshen.vision.identity import cosine

Sameness = Literal["same", "unsure", "other"]

SAME = 0.40  # cosine with the frontal
OTHER = 0.25
SAME_AS_MEAN = 0.40  # cosine with the mean of the sure ones
OTHER_THAN_MEAN = 0.33
ENOUGH = 3  # sure photos that make a mean worth asking
DOUBT = 3.0  # spreads below the set's usual likeness
LEAST_SPREAD = 0.04  # a set of near-duplicates must not make every other photo suspect
ROUNDS = 2  # the second look is repeated without those it made doubtful
MAD = 1.4826  # from median absolute deviation to standard deviation


def compare(frontal: Floats, others: Sequence[Floats]) -> list[Sameness]:
    """Tell for each photo of a set whether it shows the person of the frontal; all are (128,) embeddings."""
    first = [cosine(frontal, other) for other in others]
    answers = [_three_way(likeness, SAME, OTHER) for likeness in first]
    sure = [index for index, answer in enumerate(answers) if answer == "same"]
    for _ in range(ROUNDS):
        if len(sure) < ENOUGH:
            break
        second = _second_look(frontal, others, sure)
        answers = [
            "unsure" if answer == "other" and likeness >= OTHER else answer
            for answer, likeness in zip(second, first, strict=True)
        ]
        sure = [index for index in sure if answers[index] == "same"]  # it only shrinks: no drift
    return answers


def _second_look(frontal: Floats, others: Sequence[Floats], sure: Sequence[int]) -> list[Sameness]:
    """Compare each photo with the mean of the frontal and the sure ones, itself left out."""
    likeness = np.array(
        [
            _to_mean(other, [frontal, *(others[i] for i in sure if i != index)])
            for index, other in enumerate(others)
        ]
    )
    usual = float(np.median(likeness[sure]))
    spread = MAD * float(np.median(np.abs(likeness[sure] - usual)))
    floor = max(SAME_AS_MEAN, usual - DOUBT * max(spread, LEAST_SPREAD))
    return [_three_way(float(value), floor, OTHER_THAN_MEAN) for value in likeness]


def _three_way(likeness: float, same: float, other: float) -> Sameness:
    return "same" if likeness >= same else "other" if likeness < other else "unsure"


def _to_mean(embedding: Floats, family: Sequence[Floats]) -> float:
    mean = np.mean(family, axis=0)
    return cosine(embedding, mean / np.linalg.norm(mean))
