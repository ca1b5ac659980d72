"""When it will be ready: an interval, no narrower than what is known."""

from datetime import timedelta

import pytest
from tests.fakes.clock import NOON

from fenshen.jobs.forecast import GUESSES, Pace, forecast, pace_of

EVEN = {"double": Pace(10.0, 0.5, 0.0)}


def ready(
    ahead: int, *, slots: int = 1, running: tuple[tuple[str, int, float], ...] = ()
) -> tuple[float, float]:
    told = forecast(
        NOON, ahead={"double": (ahead, ahead)}, running=running, mine=("double", 1), slots=slots, paces=EVEN
    )
    return tuple((each - NOON).total_seconds() for each in (told.earliest, told.latest))  # type: ignore[return-value]


def test_nobody_before_it_and_a_free_worker() -> None:
    earliest, latest = ready(0)
    assert earliest < 10.2 < latest
    assert latest - earliest < 3


@pytest.mark.parametrize(("slots", "middle"), [(1, 220.0), (2, 120.0), (4, 70.0)])
def test_the_queue_moves_as_fast_as_all_workers_together(slots: int, middle: float) -> None:
    at_work = tuple(("double", 1, 0.0) for _ in range(slots))
    earliest, latest = ready(20, slots=slots, running=at_work)
    assert (earliest + latest) / 2 == pytest.approx(middle, rel=0.08)


def test_the_interval_grows_more_slowly_than_the_wait() -> None:
    few, many = ready(10), ready(1000)
    assert (many[1] - many[0]) / many[1] < (few[1] - few[0]) / few[1]


def test_a_job_that_takes_longer_than_it_should_is_not_promised_for_the_past() -> None:
    earliest, latest = ready(0, running=(("double", 1, 500.0),))
    assert latest > 10
    assert earliest >= 0


def test_few_measurements_are_doubted_and_none_are_guessed() -> None:
    guess, few, many = pace_of("double", []), pace_of("double", [2.0, 2.0]), pace_of("double", [2.0] * 50)
    assert guess.mean == GUESSES["double"]
    assert few.mean == many.mean == 2.0
    assert few.doubt > 10 * many.doubt > 0
    assert many.spread > 0


def test_the_doubt_about_a_pace_counts_for_each_job_ahead() -> None:
    sure, unsure = Pace(10, 1, 0), Pace(10, 1, 3)
    widths = []
    for pace in (sure, unsure):
        told = forecast(
            NOON,
            ahead={"double": (100, 100)},
            running=(),
            mine=("double", 1),
            slots=1,
            paces={"double": pace},
        )
        widths.append(told.latest - told.earliest)
    assert widths[1] > 5 * widths[0] > timedelta(0)
