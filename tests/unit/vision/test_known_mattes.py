"""Composites of known alpha are cut out truly: large hair stays, and so do rings and single strands."""

from pathlib import Path

import numpy as np
import pytest
from benchmarks.composites import Composite, composite

from fenshen.vision import faces
from fenshen.vision.arrays import Floats
from fenshen.vision.hair import grow_hair
from fenshen.vision.matte import Matte, cut_out
from fenshen.vision.person import person_probability, steady_probability


def cut(truth: Composite, models: Path) -> tuple[Matte, float]:
    """The matte of a composite, and the sum of its absolute errors in thousands of pixels."""
    box = faces.detect(truth.rgb, models)[0].box
    steady = steady_probability(truth.rgb, box, models)
    found = cut_out(truth.rgb, steady, person_probability(truth.rgb, models), box)
    return found, float(np.abs(found.alpha - truth.alpha).sum() / 1e3)


@pytest.mark.parametrize(
    ("person", "place", "most"),
    [("omar_afro", "interior", 12.0), ("omar_afro", "window", 11.0), ("omar_afro", "courtyard", 14.0)],
)  # the nets' mask alone, which is what was cut out once, errs by 23, 16 and 19
def test_large_hair_is_not_cut_down_to_the_head(person: str, place: str, most: float, models: Path) -> None:
    _, error = cut(composite(person, place), models)
    assert error < most


@pytest.mark.parametrize(("person", "place"), [("anna_long", "dandelions"), ("wei_short", "mountain")])
def test_other_hair_gains_nothing_from_a_place_of_its_colour(person: str, place: str, models: Path) -> None:
    _, error = cut(composite(person, place), models)
    assert error < 2.0  # thousand pixels of 307


def test_a_place_that_looks_like_hair_adds_no_hair() -> None:
    hair = np.full((300, 300, 3), 0.1, np.float32)
    person = np.zeros((300, 300), np.float32)
    person[90:300, 110:190] = 1
    growth = grow_hair(hair, person, (118.0, 110.0, 64.0, 80.0))
    assert np.array_equal(growth.person, person)
    assert not growth.thin.any()


def before_a_wall() -> tuple[Floats, Floats]:
    """Somebody with dark hair before a light wall, and the mask that a net would give."""
    person = np.zeros((300, 300), np.float32)
    person[80:300, 110:190] = 1
    wall = np.full((300, 300, 3), 0.8, np.float32)
    wall[120:200, 118:182] = (0.8, 0.6, 0.5)  # the face
    wall[80:120, 110:190] = 0.05
    return wall, person


def test_hair_beyond_the_mask_is_added_on_both_sides_only() -> None:
    wall, person = before_a_wall()
    one, both = wall.copy(), wall.copy()
    one[80:200, 80:110] = both[80:200, 80:110] = both[80:200, 190:220] = 0.05
    face = (118.0, 110.0, 64.0, 80.0)
    assert np.array_equal(grow_hair(one, person, face).person, person)
    grown = grow_hair(both, person, face).person
    assert grown[140, 90] > 0.8
    assert grown[140, 205] > 0.8
    assert grown[140, 60] < 0.1
    assert (grown >= person).all()


def test_two_dark_doorways_beside_a_head_are_no_hair() -> None:
    """Large hair goes around a head; what stands left and right of it alone does not belong to it."""
    wall, person = before_a_wall()
    wall[130:175, 78:110] = wall[130:175, 190:222] = 0.05
    assert np.array_equal(grow_hair(wall, person, (118.0, 110.0, 64.0, 80.0)).person, person)
