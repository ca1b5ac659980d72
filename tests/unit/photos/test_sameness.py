"""Same, not sure, somebody else."""

import numpy as np

from fenshen.photos.sameness import ENOUGH, compare
from fenshen.vision.arrays import Floats


def at(likeness: float, axis: int = 1) -> Floats:
    """Make an embedding with this cosine to the frontal one; different axes are unlike each other."""
    vector = np.zeros(128, np.float32)
    vector[0], vector[axis] = likeness, np.sqrt(1 - likeness**2)
    return vector


FRONTAL = at(1.0)


def test_one_photo_is_told_by_the_frontal_alone() -> None:
    assert compare(FRONTAL, [at(0.41)]) == ["same"]
    assert compare(FRONTAL, [at(0.39)]) == ["unsure"]
    assert compare(FRONTAL, [at(0.26)]) == ["unsure"]
    assert compare(FRONTAL, [at(0.24)]) == ["other"]
    assert compare(FRONTAL, []) == []


def test_a_photo_unlike_the_frontal_but_like_the_others_is_the_same_person() -> None:
    likeness = [0.75, 0.7, 0.65, 0.65, 0.6, 0.6, 0.58]
    frontal = at(0.7, axis=2)
    own = [at(of, axis=axis) for axis, of in enumerate(likeness, start=3)]
    turned = at(0.55, axis=60)
    assert compare(frontal, [turned]) == ["unsure"]
    assert compare(frontal, [*own, turned])[-1] == "same"


def test_a_sibling_like_the_frontal_but_unlike_the_set_is_not_sure() -> None:
    own = [at(0.9, axis=axis) for axis in range(2, 2 + ENOUGH + 6)]
    sibling = at(0.5, axis=50)
    assert compare(FRONTAL, [sibling]) == ["same"]
    assert compare(FRONTAL, [*own, sibling])[-1] == "unsure"
    assert set(compare(FRONTAL, [*own, sibling])[:-1]) == {"same"}


def test_a_stranger_in_a_full_set_is_somebody_else() -> None:
    own = [at(0.9, axis=axis) for axis in range(2, 9)]
    assert compare(FRONTAL, [*own, at(0.1, axis=60)])[-1] == "other"


def test_near_duplicates_do_not_make_every_other_photo_suspect() -> None:
    burst = [at(0.99, axis=2)] * 6
    assert compare(FRONTAL, [*burst, at(0.95, axis=3)])[-1] == "same"


def test_in_a_set_that_scatters_a_photo_far_below_the_others_is_still_doubted() -> None:
    own = [at(of, axis=axis) for axis, of in enumerate((0.95, 0.9, 0.75, 0.7), start=2)]
    doubted = compare(FRONTAL, [*own, at(0.45, axis=60)])
    assert doubted[-1] == "unsure"
    assert doubted[0] == "same"
