"""Which photos become takes."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fenshen.double.choose import LIMIT, MAX_YAW, Candidate, choose, quality

GOOD = Candidate(
    photo=1,
    yaw=0,
    pitch=0,
    smile=0.2,
    mouth_open=0,
    eyes_open=0.9,
    side_light=0.1,
    sharpness=0.9,
    eye_distance=140,
)
share = st.floats(0, 1)


@st.composite
def sets(draw: st.DrawFn) -> list[Candidate]:
    """Photos 1..n of one sitter, in any pose and any light."""
    count = draw(st.integers(1, 20))
    return [
        Candidate(
            photo=k,
            yaw=draw(st.floats(-90, 90)),
            pitch=draw(st.floats(-40, 40)),
            smile=draw(share),
            mouth_open=draw(share),
            eyes_open=draw(share),
            side_light=draw(st.floats(-1, 1)),
            sharpness=draw(share),
            eye_distance=draw(st.floats(40, 400)),
        )
        for k in range(1, count + 1)
    ]


@given(sets(), st.randoms())
def test_the_choice_is_the_same_in_whatever_order_photos_come(photos: list[Candidate], dice: Random) -> None:
    shuffled = list(photos)
    dice.shuffle(shuffled)
    assert choose(photos, 1) == choose(photos, 1) == choose(shuffled, 1)


@given(sets())
def test_the_frontal_is_always_kept_and_comes_first(photos: list[Candidate]) -> None:
    for frontal in (1, len(photos)):
        assert choose(photos, frontal)[0] == frontal


@given(sets(), st.integers(1, LIMIT))
def test_no_take_comes_twice_and_there_are_never_too_many(photos: list[Candidate], limit: int) -> None:
    kept = choose(photos, 1, limit=limit)
    assert len(set(kept)) == len(kept) <= limit
    assert set(kept) <= {photo.photo for photo in photos}


@given(sets())
def test_a_profile_is_no_take_unless_it_is_all_there_is(photos: list[Candidate]) -> None:
    by_number = {photo.photo: photo for photo in photos}
    assert all(abs(by_number[k].yaw) <= MAX_YAW for k in choose(photos, 1)[1:])


@given(sets(), st.integers(1, 20))
def test_of_two_photos_alike_the_one_with_open_eyes_is_kept(photos: list[Candidate], which: int) -> None:
    seen = photos[which % len(photos)]
    awake, asleep = replace(seen, photo=98, eyes_open=0.9), replace(seen, photo=97, eyes_open=0.05)
    kept = choose([*photos, awake, asleep], 1)
    if 97 in kept:
        assert 98 in kept
        assert kept.index(98) < kept.index(97)


def test_shut_eyes_are_not_kept_beside_good_photos() -> None:
    good = [replace(GOOD, photo=k, yaw=yaw) for k, yaw in enumerate((0, 15, -15, 30, -30), 1)]
    asleep = [replace(GOOD, photo=k, yaw=yaw, eyes_open=0.02) for k, yaw in enumerate((1, 14, -14), 6)]
    assert choose(good + asleep, 1) == choose(good, 1)


def test_near_duplicates_add_nothing_and_are_left_out() -> None:
    burst = [replace(GOOD, photo=k, yaw=0.01 * k, sharpness=0.4) for k in range(1, 12)]
    assert choose(burst, 3) == [3]


def test_other_poses_are_welcome() -> None:
    turned = [
        GOOD,
        replace(GOOD, photo=2, yaw=30),
        replace(GOOD, photo=3, yaw=-30),
        replace(GOOD, photo=4, smile=0.9),
    ]
    assert sorted(choose(turned, 1)) == [1, 2, 3, 4]


def test_nothing_comes_of_nothing() -> None:
    assert choose([], 1) == []


def test_other_light_is_welcome_and_the_same_light_again_is_not() -> None:
    lit = [GOOD, replace(GOOD, photo=2, side_light=0.5), replace(GOOD, photo=3, side_light=-0.4)]
    again = [replace(GOOD, photo=k, side_light=0.1, sharpness=0.4) for k in (4, 5)]
    assert sorted(choose(lit + again, 1)) == [1, 2, 3]


def test_a_face_lit_from_one_side_serves_less_well() -> None:
    assert quality(replace(GOOD, side_light=-0.8)) == quality(replace(GOOD, side_light=0.8)) < quality(GOOD)


@pytest.mark.parametrize("part", ["eyes_open", "sharpness", "eye_distance"])
def test_quality_falls_with_each_of_its_parts_and_stays_between_0_and_1(part: str) -> None:
    worse = replace(GOOD, **{part: 0.1 * getattr(GOOD, part)})
    assert 0 < quality(worse) < quality(GOOD) <= 1
