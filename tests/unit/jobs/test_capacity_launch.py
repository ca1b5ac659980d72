"""The launch of 2023 replayed: what the same line would be told here, and what its wait says."""

import pytest

from fenshen.jobs import capacity_figures, capacity_launch
from fenshen.jobs.capacity import CapacityInvalidError
from fenshen.jobs.capacity_figures import Figures


@pytest.fixture
def figures() -> Figures:
    return capacity_figures.measured()


def test_the_wait_of_2023_says_what_the_fleet_did() -> None:
    implied = capacity_launch.implied()
    assert implied.seconds_a_double == pytest.approx(9.75, abs=0.01)
    assert implied.doubles_an_hour == pytest.approx(369, abs=0.5)
    assert (implied.ahead_for_promise, implied.ahead_at_peak, implied.ahead_when_shown) == (185, 3322, 24610)


def test_a_line_without_redo_takes_its_work_divided_by_the_workers(figures: Figures) -> None:
    steady = figures.double.model_copy(update={"spread": 0.0})
    none = figures.redo.model_copy(update={"a_sitter": 0.0})
    plain = figures.model_copy(update={"double": steady, "redo": none})
    for workers in (1, 2, 4):
        found = capacity_launch.line(workers, figures=plain, seed=1)
        assert found.half == pytest.approx(1292 // workers * steady.seconds)
        assert found.most == pytest.approx(found.half)


def test_who_redoes_makes_the_line_longer_by_their_work(figures: Figures) -> None:
    found = capacity_launch.line(2, figures=figures, seed=1)
    assert found.half == pytest.approx(1292 * 1.1 * figures.double.seconds / 2, rel=0.02)
    assert found.half < found.most < 1.05 * found.half


def test_the_fewest_workers_are_the_fewest(figures: Figures) -> None:
    for within in (capacity_launch.PROMISED, capacity_launch.TOLD):
        found = capacity_launch.fewest(within, figures=figures, seed=1)
        assert found.most < within
        assert capacity_launch.line(found.workers - 1, figures=figures, seed=1).most >= within


def test_nobody_waits_for_no_workers(figures: Figures) -> None:
    with pytest.raises(CapacityInvalidError):
        capacity_launch.replay([2, 0], figures=figures, seed=1)
