"""The capacity planner: how long would people wait, with how many machines, and what would those cost?

1. A fleet too small for the day's work is refused: its line would never end.
2. More than ``SHARE`` sitters a day are dealt to equal shares of the fleet, each with a line of its own, and one
   share is simulated. One line for all would wait no longer on average (Smith and Whitt 1981, on pooling).
3. Several days are simulated, since luck alone makes one unlike the next; many, when there are few sitters a day.
4. The least fleet is found by halving; all fleets meet the same sitters and differ by their size alone.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from fenshen.errors import FenshenError
from fenshen.jobs import capacity_draw, capacity_floor
from fenshen.jobs.capacity_figures import DAY, HOUR, Figures

QUANTILE = 0.95  # of all waits, to be shorter than the target
SHARE = 100_000  # sitters a day simulated at once
ENOUGH = 60_000  # pieces of work simulated at least
DAYS = 3  # and days
HOURS_A_DAY = 24


class CapacityInvalidError(FenshenError):
    """A number given to the planner makes no sense. Facts: ``option``, ``least``."""

    code = "capacity_invalid"
    exit_status = 2


class CapacityUnstableError(FenshenError):
    """More work comes in a day than the workers can do. Facts: ``workers``, ``sitters``, ``growth``, ``least``."""

    code = "capacity_unstable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What a machine is and costs."""

    cores: int  # of one machine
    price: float  # of one machine for one hour, in any money

    def machines(self, workers: int, figures: Figures) -> int:
        """Give how many machines hold so many workers; a worker never straddles two."""
        return math.ceil(workers / (self.cores // figures.cores))

    def gigabytes(self, figures: Figures) -> float:
        """Give how much memory its workers take at most."""
        return self.cores // figures.cores * figures.memory_megabytes / 1000

    def cost_a_day(self, workers: int, figures: Figures) -> float:
        """Give what they cost when they run day and night."""
        return self.machines(workers, figures) * self.price * HOURS_A_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long people waited until their work began. Seconds."""

    count: int
    half: float  # half waited less (median)
    most: float  # 95 % waited less
    longest: float
    over_an_hour: float  # share, 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What so many sitters a day would meet."""

    sitters: int
    workers: int
    machines: int
    cost_a_day: float
    utilisation: float  # share of the workers' time that is work, 0..1
    busiest_hour: float  # the same for the work of the busiest hour; above 1 a line builds up in it
    growth: float  # pieces of work by which the line grows in the busiest hour
    waits: Waits
    by_kind: dict[str, Waits]
    shares: int  # the fleet was simulated as one of so many equal shares
    days: int  # simulated


def outlook(sitters: int, workers: int, *, figures: Figures, fleet: Fleet, seed: int) -> Outlook:
    """Simulate a fleet that is given."""
    check(sitters, workers, figures=figures, fleet=fleet)
    shares = math.ceil(sitters / SHARE)  # (2)
    own = max(1, round(workers / shares))
    days, coming = _coming(sitters * own / workers, figures, seed)
    return _outlook(sitters, workers, _run(coming, own), days, shares=shares, figures=figures, fleet=fleet)


def least(sitters: int, within: float, *, figures: Figures, fleet: Fleet, seed: int) -> Outlook:
    """Find the least fleet with which 95 % of all waits are shorter than so many seconds."""
    check(sitters, within=within, figures=figures, fleet=fleet)
    shares = math.ceil(sitters / SHARE)  # (2)
    days, coming = _coming(sitters / shares, figures, seed)
    too_few = math.floor(figures.load(sitters / shares))  # (1)
    enough = math.ceil(figures.busiest_load(sitters / shares)) + 1
    while not _serves(done := _run(coming, enough), within):
        too_few, enough = enough, 2 * enough
    while enough - too_few > 1:  # (4)
        middle = (too_few + enough) // 2
        tried = _run(coming, middle)
        if _serves(tried, within):
            enough, done = middle, tried
        else:
            too_few = middle
    return _outlook(sitters, enough * shares, done, days, shares=shares, figures=figures, fleet=fleet)


def check(
    sitters: int, workers: int | None = None, *, within: float = 1.0, figures: Figures, fleet: Fleet
) -> None:
    """Refuse numbers that make no sense, and a fleet whose line would grow from day to day (1)."""
    for option, value, lowest in (
        ("--sitters", sitters, 1),
        ("--workers", 1 if workers is None else workers, 1),
        ("--within", within, 1),
        ("--cores", fleet.cores, figures.cores),
        ("--price", fleet.price, 0),
    ):
        if not lowest <= value < math.inf:
            raise CapacityInvalidError(option=option, least=lowest)
    load = figures.load(sitters)
    if workers is not None and load >= workers:
        raise CapacityUnstableError(
            workers=workers,
            sitters=sitters,
            growth=max(1, round(_growth(load, workers, figures))),
            least=math.floor(load) + 1,
        )


def waits(seconds: Sequence[float]) -> Waits:
    """Sum up waits."""
    if not seconds:
        return Waits(count=0, half=0.0, most=0.0, longest=0.0, over_an_hour=0.0)
    array = np.asarray(seconds)
    half, most = np.quantile(array, (0.5, QUANTILE))
    return Waits(
        count=len(array),
        half=float(half),
        most=float(most),
        longest=float(array.max()),
        over_an_hour=float((array > HOUR).mean()),
    )


def _coming(sitters: float, figures: Figures, seed: int) -> tuple[int, list[capacity_floor.Coming]]:
    """Draw as many days as it takes to see enough (3)."""
    days = max(DAYS, math.ceil(ENOUGH / (sitters * figures.jobs_a_sitter)))
    return days, capacity_draw.days(figures, sitters, days, np.random.default_rng(seed))


def _run(coming: Sequence[capacity_floor.Coming], workers: int) -> capacity_floor.Done:
    """Simulate; workers beyond the number of sitters' jobs would only stand about."""
    jobs = sum(1 + len(errand.then) for _, errand in coming)
    return capacity_floor.run(coming, min(workers, max(1, jobs)))


def _serves(done: capacity_floor.Done, within: float) -> bool:
    return waits(list(chain.from_iterable(done.waits.values()))).most < within


def _growth(load: float, workers: int, figures: Figures) -> float:
    """Give by how many pieces of work an hour the line grows under a load (erlangs)."""
    return max(0.0, load - workers) * HOUR * figures.jobs_a_sitter / figures.seconds_a_sitter


def _outlook(
    sitters: int,
    workers: int,
    done: capacity_floor.Done,
    days: int,
    *,
    shares: int,
    figures: Figures,
    fleet: Fleet,
) -> Outlook:
    busiest = figures.busiest_load(sitters)
    return Outlook(
        sitters=sitters,
        workers=workers,
        machines=fleet.machines(workers, figures),
        cost_a_day=fleet.cost_a_day(workers, figures),
        utilisation=done.busy / (days * DAY * max(1, round(workers / shares))),
        busiest_hour=busiest / workers,
        growth=_growth(busiest, workers, figures),
        waits=waits(list(chain.from_iterable(done.waits.values()))),
        by_kind={kind: waits(each) for kind, each in done.waits.items()},
        shares=shares,
        days=days,
    )
