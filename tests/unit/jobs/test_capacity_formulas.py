"""The simulated floor waits as long as theory says it must, where theory has an answer."""

from math import exp, factorial, log, sqrt
from statistics import mean, stdev

import numpy as np
import pytest

from fenshen.jobs import capacity_floor
from fenshen.jobs.capacity_draw import _seconds
from fenshen.jobs.capacity_figures import Work
from fenshen.jobs.capacity_floor import Coming, Errand

RUNS, SITTERS, WARM = 16, 10_000, 1_000
T_999 = 4.07  # Student's t, 15 degrees of freedom, two-sided 99.9 %


def poisson(rate: float, work: Work, kind: str, rng: np.random.Generator, count: int) -> list[Coming]:
    """Give people who come at one rate (a second), each with one errand."""
    times = np.cumsum(rng.exponential(1 / rate, count)).tolist()
    seconds = _seconds(work, count, rng).tolist()
    return [(at, Errand(kind, each)) for at, each in zip(times, seconds, strict=True)]


def assert_within_interval(seen: list[float], expected: float) -> None:
    half = T_999 * stdev(seen) / sqrt(len(seen))
    assert abs(mean(seen) - expected) <= half, (mean(seen), expected, half)
    assert half < 0.25 * expected  # an interval that says nothing proves nothing


def erlang_c(workers: int, load: float) -> float:
    """Give the chance to wait at all in M/M/c (Erlang 1917); load in erlangs."""
    queued = load**workers / factorial(workers) * workers / (workers - load)
    return queued / (sum(load**k / factorial(k) for k in range(workers)) + queued)


@pytest.mark.parametrize(("workers", "busy"), [(1, 0.6), (3, 0.8), (20, 0.8)])
def test_people_wait_as_erlang_says(workers: int, busy: float) -> None:
    work = Work(seconds=14.0, spread=1.0, a_sitter=1.0)  # spread 1: exponential
    load = workers * busy
    chances, waits, tails = [], [], []
    for seed in range(RUNS):
        coming = poisson(load / work.seconds, work, "double", np.random.default_rng(seed), SITTERS)
        seen = capacity_floor.run(coming, workers).waits["double"][WARM:]
        chances.append(mean(wait > 0 for wait in seen))
        waits.append(mean(seen))
        tails.append(float(np.quantile(seen, 0.95)))
    chance = erlang_c(workers, load)
    pace = (workers - load) / work.seconds  # at which a line shrinks, people a second
    assert_within_interval(chances, chance)
    assert_within_interval(waits, chance / pace)
    assert_within_interval(tails, log(chance / 0.05) / pace)
    assert chance * exp(-pace * mean(tails)) == pytest.approx(0.05, rel=0.3)


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.5])
def test_one_worker_makes_wait_as_pollaczek_and_khinchine_say(spread: float) -> None:
    work = Work(seconds=10.0, spread=spread, a_sitter=1.0)
    seen = []
    for seed in range(RUNS):
        coming = poisson(0.07, work, "double", np.random.default_rng(seed), SITTERS)
        seen.append(mean(capacity_floor.run(coming, 1).waits["double"][WARM:]))
    squares = work.seconds**2 * (1 + spread**2)
    assert_within_interval(seen, 0.07 * squares / 2 / (1 - 0.7))


def test_a_redo_goes_first_as_cobham_says() -> None:
    double, redo = (Work(seconds=each, spread=0.3, a_sitter=1.0) for each in (10.0, 14.0))
    seen: dict[str, list[float]] = {"double": [], "redo": []}
    for seed in range(RUNS):
        rng = np.random.default_rng(seed)
        coming = poisson(0.05, double, "double", rng, SITTERS) + poisson(0.02, redo, "redo", rng, SITTERS)
        last = min(coming[SITTERS - 1][0], coming[-1][0])  # while both still come
        done = capacity_floor.run(sorted(each for each in coming if each[0] < last), 1)
        for kind, means in seen.items():
            means.append(mean(done.waits[kind][500:]))
    first, all_ = 0.02 * 14.0, 0.02 * 14.0 + 0.05 * 10.0  # shares of the worker's time
    left = (0.05 * 10.0**2 + 0.02 * 14.0**2) * (1 + 0.3**2) / 2  # of what is being done, as one comes
    assert_within_interval(seen["redo"], left / (1 - first))
    assert_within_interval(seen["double"], left / (1 - first) / (1 - all_))
