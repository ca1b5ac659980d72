"""Which take serves a template."""

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.takes import a_double, a_take

from fenshen.engines.studio.casting import penalty, rank_takes
from fenshen.templates.catalogue import catalogue
from fenshen.templates.recipe import Wish

BASE = a_take(1)
wishes = st.builds(Wish, yaw=st.floats(-40, 40), smile=st.none() | st.floats(0, 1))


@settings(max_examples=40)
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


@given(wishes)
def test_shut_eyes_never_serve_while_the_same_take_with_open_eyes_is_there(wish: Wish) -> None:
    asleep = replace(BASE, photo=1, eyes_open=0.05)
    awake = replace(BASE, photo=2, eyes_open=0.9)
    assert [take.photo for take in rank_takes(a_double(asleep, awake), wish)] == [2, 1]


def test_no_template_prefers_shut_eyes_to_a_good_frontal_take() -> None:
    asleep = replace(BASE, photo=1, eyes_open=0.02)
    for template in catalogue().values():
        for yaw in (0.0, template.wish.yaw, -template.wish.yaw):
            for smile in (0.0, 0.3, 0.6, 1.0):
                good = replace(BASE, photo=2, yaw=0.0, smile=0.2)
                sleepy = replace(asleep, yaw=yaw, smile=smile)
                assert rank_takes(a_double(sleepy, good), template.wish)[0].photo == 2, template.name


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
        "certainty": 0.5, "clutter": 0.6, "mixed": 2.0, "typical": 0.5, "smile": 1.0, "skin": (0.6, 0.2, 0.05),
    }  # fmt: skip
    for name, value in faults.items():
        assert penalty(replace(BASE, **{name: value}), Wish(), sitter) > perfect + 0.1, name
