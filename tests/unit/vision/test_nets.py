"""Nets are lent to one user at a time, and let go when nobody needs them."""

import os
from pathlib import Path

import numpy as np

from fenshen.vision import mesh, nets

NET, INPUT = "selfie_segmentation.tflite", (1, 256, 256, 3)


def test_a_net_that_was_let_go_is_opened_anew_and_says_the_same(models: Path) -> None:
    values = np.random.default_rng(3).random(INPUT, np.float32)
    with nets.lite(NET, models) as first:
        before = first(values)
    with nets.lite(NET, models) as again:
        assert again is first
    nets.let_go()
    assert not any(nets._shelf.values())
    with nets.lite(NET, models) as anew:
        after = anew(values)
    assert anew is not first
    assert all(np.array_equal(before[shape], after[shape]) for shape in before)


def test_a_net_that_is_lent_is_not_taken_from_who_has_it(models: Path) -> None:
    values = np.zeros(INPUT, np.float32)
    with nets.lite(NET, models) as lent:
        nets.let_go()
        assert lent(values)
    with nets.lite(NET, models) as again:
        assert again is lent  # it came back, and is let go the next time


def test_once_greeted_a_net_is_opened_without_taking_the_terminal(models: Path) -> None:
    mesh.prepare(models)
    before = os.fstat(2)
    with nets._without_chatter():
        assert os.fstat(2) == before
