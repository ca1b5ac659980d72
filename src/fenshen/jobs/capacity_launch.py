"""The launch that went wrong in the summer of 2023, replayed on workers of ours: 1,292 people ahead of you.

What is known of it is what the press of those days saw on people's screens: about half an hour promised; 1,292 ahead
and 3.5 hours to wait (China News, 2023-07-29); above nine hours at the peak; 4,000 minutes (信网, 2023-08-03). A double
of those days was another piece of work than one of ours: the replay compares lines, not methods.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fenshen.errors import FenshenError
from fenshen.jobs import capacity, capacity_draw, capacity_floor
from fenshen.jobs.capacity_figures import HOUR, Figures

NAME = "launch-2023"
AHEAD = 1292  # people
TOLD = 3.5 * HOUR  # what one of them was told
PROMISED, PEAK, SHOWN = 0.5 * HOUR, 9 * HOUR, 4000 * 60.0  # promised; above this at the peak; shown to one
WORKERS = (1, 2, 8)
RUNS = 40  # lines drawn, of which the median and the 95 % quantile are told


class CapacityScenarioUnknownError(FenshenError):
    """There is no scenario of this name. Facts: ``given``, ``known``."""

    code = "capacity_scenario_unknown"
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What whoever comes with 1,292 ahead would be told. Seconds until their work begins."""

    workers: int
    half: float  # in half of the lines drawn it is less
    most: float  # in 95 % of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Implied:
    """What the wait that was told says of the fleet behind it, whatever that was made of."""

    seconds_a_double: float  # of the whole fleet
    doubles_an_hour: float
    ahead_for_promise: int  # so many ahead would have kept the promise
    ahead_at_peak: int  # so many stood there when it took nine hours
    ahead_when_shown: int  # and so many when 4,000 minutes were shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """The replay."""

    lines: list[Line]
    as_told: Line  # the fewest workers of ours that are no slower than what was told
    as_promised: Line  # and than what was promised
    implied: Implied


def replay(workers: Sequence[int], *, figures: Figures, seed: int) -> Launch:
    """Let 1,292 people stand in line, and one more."""
    for each in workers:
        if each < 1:
            raise capacity.CapacityInvalidError(option="--workers", least=1)
    return Launch(
        lines=[line(each, figures=figures, seed=seed) for each in workers],
        as_told=fewest(TOLD, figures=figures, seed=seed),
        as_promised=fewest(PROMISED, figures=figures, seed=seed),
        implied=implied(),
    )


def line(workers: int, *, figures: Figures, seed: int) -> Line:
    """Draw many lines of that length. Redos go before the one more; portraits stand behind them and are left out."""
    rng = np.random.default_rng(seed)
    before = figures.model_copy(update={"portraits": figures.portraits.model_copy(update={"a_sitter": 0.0})})
    last = [_wait_of_the_last(before, workers, rng) for _ in range(RUNS)]
    half, most = np.quantile(last, (0.5, capacity.QUANTILE))
    return Line(workers=workers, half=float(half), most=float(most))


def fewest(within: float, *, figures: Figures, seed: int) -> Line:
    """Find the fewest workers with which 95 % of the lines take less than so many seconds."""
    at_least = AHEAD * figures.double.seconds / within  # nobody redoes anything
    found = line(max(1, int(at_least)), figures=figures, seed=seed)
    while found.most >= within:
        found = line(found.workers + 1, figures=figures, seed=seed)
    return found


def implied() -> Implied:
    """Divide what was told by how many were ahead."""
    seconds = TOLD / AHEAD
    return Implied(
        seconds_a_double=seconds,
        doubles_an_hour=HOUR / seconds,
        ahead_for_promise=round(PROMISED / seconds),
        ahead_at_peak=round(PEAK / seconds),
        ahead_when_shown=round(SHOWN / seconds),
    )


def refuse_unknown(name: str) -> None:
    """Refuse a scenario that is not there."""
    if name != NAME:
        raise CapacityScenarioUnknownError(given=name, known=NAME)


def _wait_of_the_last(figures: Figures, workers: int, rng: np.random.Generator) -> float:
    people = capacity_draw.errands(figures, AHEAD + 1, rng)
    done = capacity_floor.run(((0.0, errand) for errand in people), min(workers, AHEAD + 1))
    return done.waits["double"][-1]
