"""Is this the person of the frontal photo? Same, not sure, or someone else: 1:1, in memory, within one set.

Two looks. The first compares each photo with the frontal. The second, when at least three photos are surely the
same person, compares each photo with the mean of the others: a mean forgets the pose and light of any one photo,
so it tells more. A photo that is like the frontal but unlike the rest of its set (a brother, a sister) is doubted.

Thresholds, for SFace aligned by the mesh, and what they did (``make bench-gate``; 95 % Wilson over pairs or draws):

- two photos alone, 36 people in one studio: strangers called the same 12 of 5,040 (0.24 % [0.1, 0.4]), doubted 10 %;
  own called other 0 of 72 [0, 5.1]. Two photos prove little: one stranger in four hundred passes.
- two photos alone, 4 people in press photos of up to fifteen years: strangers the same 0 of 6,571 [0, 0.06], own
  called other 17 of 2,213 (0.8 % [0.5, 1.2]), own doubted 10 %: that is where the years and the poses go.
- sets of 5 and more of those 4 people with one stranger out of 44: taken for the sitter 0 of 1,800 [0, 0.2], own
  called other at most 0.7 %, own doubted 7 to 10 %.

Relatives, children and twins belong to "not sure". Of real ones we have no photos; people rendered to look alike
(data of benchmarks) are mostly called the same when two photos stand alone, and doubted when a set stands against one.
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
WIDEST = 0.20  # however much a set scatters, a photo this far below its usual likeness is doubted
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
    floor = max(SAME_AS_MEAN, usual - min(WIDEST, DOUBT * max(spread, LEAST_SPREAD)))
    return [_three_way(float(value), floor, OTHER_THAN_MEAN) for value in likeness]


def _three_way(likeness: float, same: float, other: float) -> Sameness:
    return "same" if likeness >= same else "other" if likeness < other else "unsure"


def _to_mean(embedding: Floats, family: Sequence[Floats]) -> float:
    mean = np.mean(family, axis=0)
    return cosine(embedding, mean / np.linalg.norm(mean))
