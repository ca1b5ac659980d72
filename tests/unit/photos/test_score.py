"""The score is the published formula, and the advice names what is missing."""

from dataclasses import replace

import pytest
from tests.unit.photos.test_rules import GOOD

from fenshen.photos.advice import AT_ONCE, advise
from fenshen.photos.score import VIEWS, quality, score
from fenshen.words import codes

ALL_VIEWS = [
    replace(GOOD, yaw=-30),
    replace(GOOD, yaw=30),
    replace(GOOD, smile=0.6),
    replace(GOOD, side_light=0.4),
    *[replace(GOOD, yaw=5)] * 6,
]


def test_without_a_frontal_photo_the_score_is_nought_and_one_is_asked_for() -> None:
    assert score(None, ALL_VIEWS) == 0
    assert advise(None, ALL_VIEWS) == "next_frontal"


def test_a_full_set_of_perfect_photos_scores_a_hundred() -> None:
    perfect = [replace(m, noise=0) for m in ALL_VIEWS]
    assert score(replace(GOOD, noise=0), perfect) == 100


def test_the_formula_is_the_published_one() -> None:
    half = replace(GOOD, noise=0.03)
    assert quality(half) == pytest.approx(0.5**0.25)
    assert score(half, []) == round(100 * (0.4 * 0.5**0.25 + 0.3 * 2 / 6))


def test_one_more_good_photo_never_lowers_the_score() -> None:
    scores = [score(GOOD, ALL_VIEWS[:n]) for n in range(len(ALL_VIEWS) + 1)]
    assert scores == sorted(scores)


def test_the_missing_view_is_asked_for_and_two_at_once_when_one_photo_can_show_both() -> None:
    assert advise(GOOD, []) == "next_left_side_light"
    assert advise(GOOD, ALL_VIEWS[:1]) == "next_right_side_light"
    assert advise(GOOD, ALL_VIEWS[:2]) == "next_smile_side_light"
    assert advise(GOOD, ALL_VIEWS[:3]) == "next_side_light"


def test_when_nothing_is_missing_more_are_asked_for_until_there_is_enough() -> None:
    assert advise(GOOD, ALL_VIEWS[:5]) == "next_more"
    assert advise(GOOD, [*ALL_VIEWS, *ALL_VIEWS]) == "next_enough"


def test_every_advice_has_words() -> None:
    assert {*VIEWS, *AT_ONCE, "next_frontal", "next_more", "next_enough"} <= codes("zh")
