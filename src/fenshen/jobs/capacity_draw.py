"""Chance: who comes when, and what each asks for. Drawn before the simulation, so that every fleet meets the same."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from fenshen.jobs.capacity_figures import HOUR, HOURS, Figures, Work
from fenshen.jobs.capacity_floor import Coming, Errand


def days(figures: Figures, sitters: float, count: int, rng: np.random.Generator) -> list[Coming]:
    """Draw whole days, each from its quietest hour: a Poisson process whose rate steps from hour to hour."""
    shares = np.roll(figures.day.shares, -figures.day.quietest)
    numbers = rng.poisson(np.tile(shares, count) * sitters)
    starts = np.repeat(np.arange(count * HOURS) * HOUR, numbers)
    times = np.sort(starts + rng.uniform(0.0, HOUR, len(starts)))
    return list(zip(times.tolist(), errands(figures, len(times), rng), strict=True))


def errands(figures: Figures, sitters: int, rng: np.random.Generator) -> Iterator[Errand]:
    """Draw what so many sitters ask for: a double each, and after a look at it portraits or a redo."""
    later = [_later(figures, kind, sitters, rng) for kind in ("portraits", "redo")]
    seconds = _seconds(figures.double, sitters, rng).tolist()
    for own, portraits, redos in zip(seconds, *later, strict=True):
        yield Errand("double", own, 0.0, (*portraits, *redos))


def _later(figures: Figures, kind: str, sitters: int, rng: np.random.Generator) -> list[tuple[Errand, ...]]:
    """For each sitter, the errands of one kind: the whole part of their mean number, and one more by chance."""
    work = figures.works[kind]
    numbers = (work.a_sitter + rng.uniform(0.0, 1.0, sitters)).astype(int)
    total = int(numbers.sum())
    pauses = rng.exponential(figures.day.think_seconds, total).tolist()
    drawn = map(Errand, [kind] * total, _seconds(work, total, rng).tolist(), pauses)
    return [tuple(next(drawn) for _ in range(number)) for number in numbers.tolist()]


def _seconds(work: Work, count: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Draw gamma with the measured mean and spread: never negative, exponential at spread 1."""
    if not work.spread:
        return np.full(count, work.seconds)
    shape = work.spread**-2
    return rng.gamma(shape, work.seconds / shape, count)
