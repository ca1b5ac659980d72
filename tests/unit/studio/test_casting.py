"""Which take serves a template."""

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.takes import a_double, a_take

from fenshen.double.take import Take
from fenshen.engines.studio.casting import in_turn, penalty, rank_takes
from fenshen.engines.studio.framing import body_lost, crown_lost
from fenshen.templates.catalogue import catalogue, template
from fenshen.templates.recipe import Wish

BASE = a_take(1)
wishes = st.builds(Wish, yaw=st.floats(-40, 40), smile=st.none() | st.floats(0, 1))


@settings(max_examples=40, deadline=None)
@given(wishes, st.lists(st.floats(-40, 40), min_size=1, max_size=8), st.randoms())
def test_the_order_depends_on_the_takes_and_not_on_their_order(
    wish: Wish, yaws: list[float], dice: Random
) -> None:
    takes = [replace(BASE, photo=k, yaw=yaw) for k, yaw in enumerate(yaws, 1)]
    ranked = [take.photo for take in rank_takes(a_double(*takes), wish)]
    shuffled = list(takes)
    dice.shuffle(shuffled)
    assert ranked == [take.photo for take in rank_takes(a_double(*shuffled), wish)]
    assert sorted(ranked) == [take.photo for take in takes]


@settings(deadline=None)
@given(wishes)
def test_shut_eyes_never_serve_while_the_same_take_with_open_eyes_is_there(wish: Wish) -> None:
    asleep = replace(BASE, photo=1, eyes_open=0.05)
    awake = replace(BASE, photo=2, eyes_open=0.9)
    assert [take.photo for take in rank_takes(a_double(asleep, awake), wish)] == [2, 1]


def test_no_template_prefers_shut_eyes_to_a_good_frontal_take() -> None:
    asleep = replace(BASE, photo=1, eyes_open=0.02)
    for recipe in catalogue().values():
        for yaw in (0.0, recipe.wish.yaw, -recipe.wish.yaw):
            for smile in (0.0, 0.3, 0.6, 1.0):
                good = replace(BASE, photo=2, yaw=0.0, smile=0.2)
                sleepy = replace(asleep, yaw=yaw, smile=smile)
                assert rank_takes(a_double(sleepy, good), recipe.wish)[0].photo == 2, recipe.name


def test_a_turned_head_serves_who_wishes_for_one_and_the_other_cheek_will_do() -> None:
    front, turned, mirrored = (
        replace(BASE, photo=k, yaw=yaw) for k, yaw in ((1, 0.0), (2, 25.0), (3, -25.0))
    )
    ranked = rank_takes(a_double(front, turned, mirrored), Wish(yaw=25))
    assert [take.photo for take in ranked] == [2, 3, 1]


def test_a_take_that_served_makes_room_for_another() -> None:
    twins = a_double(replace(BASE, photo=1), replace(BASE, photo=2))
    assert rank_takes(twins, Wish())[0].photo == 1
    assert rank_takes(twins, Wish(), used=[1])[0].photo == 2
    assert rank_takes(twins, Wish(), used=[1, 2])[0].photo == 1


def test_every_fault_of_a_photo_costs() -> None:
    sitter = a_double(BASE)
    perfect = penalty(BASE, Wish(), sitter)
    faults: dict[str, Any] = {
        "pitch": 20.0, "roll": 15.0, "mouth_open": 0.8, "eyes_open": 0.2, "evenness": 0.3, "sharpness": 0.2,
        "certainty": 0.5, "clutter": 0.6, "glare": 2.0, "mixed": 2.0, "typical": 0.5, "smile": 1.0,
        "skin": (0.6, 0.2, 0.05),
    }  # fmt: skip
    for name, value in faults.items():
        assert penalty(replace(BASE, **{name: value}), Wish(), sitter) > perfect + 0.1, name


ID_SIZE = (400, 600)


def test_an_identity_picture_is_made_from_a_take_that_shows_the_whole_head() -> None:
    """Even if another take is otherwise a little better."""
    cropped = replace(a_take(1, centre=(180, 70)), smile=0.0)
    whole = replace(a_take(2), smile=0.2, yaw=9.0)
    recipe = template("id_blue")

    def lost(take: Take) -> float:
        return crown_lost(take, recipe.framing, ID_SIZE)

    assert lost(whole) < 0.02 < lost(cropped)
    double = a_double(cropped, whole)
    assert [take.photo for take in rank_takes(double, recipe.wish)] == [1, 2]
    assert [take.photo for take in in_turn(double, recipe.wish, lost=lost)] == [2, 1]


def test_a_body_that_the_photo_ends_is_not_chosen_while_another_is_whole() -> None:
    """A sleeve that dissolves in mid air is a fault of the picture, not of the sitter."""
    ended, whole = a_take(1, centre=(60, 120)), a_take(2)
    framing = template("terracotta").framing
    assert body_lost(whole, framing, ID_SIZE) < 0.02 < body_lost(ended, framing, ID_SIZE)


def test_only_takes_whose_turn_it_may_be_are_opened() -> None:
    opened: list[int] = []

    def lost(take: Take) -> float:
        opened.append(take.photo)
        return 0.0

    double = a_double(replace(BASE, photo=1), replace(BASE, photo=2, eyes_open=0.0))
    next(in_turn(double, Wish(), lost=lost))
    assert opened == [1]


def test_the_best_photo_serves_a_formal_picture_however_often_it_served() -> None:
    double = a_double(replace(BASE, photo=1), replace(BASE, photo=2, roll=6.0))
    assert rank_takes(double, Wish(straight=True), used=[1, 1, 1])[0].photo == 1
    assert rank_takes(double, Wish(), used=[1, 1, 1])[0].photo == 2


def test_a_long_series_repeats_good_photos_rather_than_show_a_poor_one() -> None:
    good, poor = replace(BASE, photo=1), replace(BASE, photo=2, mouth_open=1.0, smile=1.0, evenness=0.4)
    used: list[int] = []
    for _ in range(12):
        used.append(rank_takes(a_double(good, poor), Wish(), used=used)[0].photo)
    assert set(used) == {1}


def test_a_straight_picture_is_made_from_a_straight_head() -> None:
    calm, turned = replace(BASE, photo=1, sharpness=0.5), replace(BASE, photo=2, yaw=15.0)
    assert rank_takes(a_double(calm, turned), Wish(straight=True))[0].photo == 1


def test_who_asks_for_one_cheek_gets_that_one() -> None:
    left, right = replace(BASE, photo=1, yaw=-20.0), replace(BASE, photo=2, yaw=8.0)
    assert rank_takes(a_double(left, right), Wish(yaw=20))[0].photo == 1
    assert rank_takes(a_double(left, right), Wish(yaw=20, either_cheek=False))[0].photo == 2


def test_teeth_are_shown_to_who_wants_a_smile() -> None:
    points = BASE.points.copy()
    points[13, 1] -= 5
    points[14, 1] += 5
    points[[234, 454], 0] = np.float32(125), np.float32(235)
    closed = BASE.points.copy()
    closed[[234, 454], 0] = np.float32(125), np.float32(235)
    sitter = a_double(BASE)
    toothy, calm = replace(BASE, points=points), replace(BASE, points=closed)
    assert penalty(toothy, Wish(smile=0.3), sitter) > penalty(calm, Wish(smile=0.3), sitter)
    assert penalty(toothy, Wish(smile=0.8), sitter) == penalty(calm, Wish(smile=0.8), sitter)


def test_a_head_is_level_as_its_owner_holds_it() -> None:
    """The mesh reads some faces as looking down."""
    double = a_double(*(replace(BASE, photo=k, pitch=9.0) for k in (1, 2, 3)))
    assert penalty(double.takes[0], Wish(), double) == penalty(BASE, Wish(), a_double(BASE))
