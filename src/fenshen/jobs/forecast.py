"""When a job will be ready, as an interval that is true nine times in ten.

Work ahead is summed from what the last jobs of each kind really took, for each unit; its spread grows with the root of
their number (central limit), and the doubt about a mean that was taken from few jobs grows with the number itself. With
several workers the queue moves as fast as all together, and the last of them to be free is half a job behind.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from statistics import fmean, pstdev
from typing import Final

WIDE: Final = 1.75  # standard deviations on either side: nine in ten, and a little for what is not normal
LEAST_SPREAD: Final = 0.05  # of a mean: a machine is never more even than that
ENOUGH: Final = 5  # measured jobs from which on the shipped guess is not used
GUESSED_SPREAD: Final = 0.5  # of a guess
GUESSES: Final = {
    "double": 1.0,
    "redo": 1.0,
    "portraits": 2.0,
    "previews": 0.5,
    "group": 2.0,
    "export": 0.3,
    "webhook": 0.3,
}  # seconds per unit (a photo, a portrait, a person of a group, a megabyte of an export)
IDLE: Final = 0.2  # seconds until a free worker looks
LEFT_AT_LEAST: Final = 0.1  # of a running job that takes longer than it should


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one unit of a kind takes, in seconds."""

    mean: float
    spread: float  # standard deviation from job to job
    doubt: float  # standard deviation of the mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Between which moments a job will be ready."""

    earliest: datetime
    latest: datetime


def pace_of(kind: str, measured: Sequence[float]) -> Pace:
    """Learn the pace of a kind from its last jobs' seconds per unit; from the shipped guess when they are few."""
    if len(measured) < ENOUGH:
        mean = fmean(measured) if measured else GUESSES.get(kind, 1.0)
        return Pace(mean, GUESSED_SPREAD * mean, GUESSED_SPREAD * mean)
    mean = fmean(measured)
    spread = max(pstdev(measured), LEAST_SPREAD * mean)
    return Pace(mean, spread, spread / sqrt(len(measured)))


def forecast(
    now: datetime,
    *,
    ahead: Mapping[str, tuple[int, int]],
    running: Sequence[tuple[str, int, float]],
    mine: tuple[str, int],
    slots: int,
    paces: Mapping[str, Pace],
) -> Forecast:
    """Tell when a waiting job will be ready.

    ahead: by kind, jobs and units before it. running: kind, units and seconds at work of each job under way.
    mine: kind and units. slots: jobs that all living workers do at a time; without any, one is assumed to come.
    """
    slots = max(1, slots)
    work, variance, doubt, jobs = 0.0, 0.0, 0.0, 0
    for kind, (number, units) in ahead.items():
        pace, jobs = paces[kind], jobs + number
        work += units * pace.mean
        variance += units**2 / max(1, number) * pace.spread**2
        doubt += units * pace.doubt
    left = [
        (
            max(paces[kind].mean * units - spent, LEFT_AT_LEAST * paces[kind].mean * units),
            paces[kind].spread * units,
        )
        for kind, units, spent in running
    ]
    pace, units = paces[mine[0]], mine[1]
    own, own_spread = pace.mean * units, pace.spread * units
    if jobs + len(left) < slots:
        wait, wait_variance = 0.0, 0.0
    else:
        usual = (work + sum(each for each, _ in left)) / (jobs + len(left))
        wait = max(0.0, (work + sum(each for each, _ in left) - (slots - 1) * usual / 2) / slots)
        wait_variance = (variance + doubt**2 + sum(spread**2 for _, spread in left)) / slots**2
        wait_variance += ((slots - 1) / slots * usual / 2) ** 2 / 3
    mean, spread = IDLE + wait + own, sqrt(wait_variance + own_spread**2 + (pace.doubt * units) ** 2)
    return Forecast(
        earliest=now + timedelta(seconds=max(0.0, mean - WIDE * spread)),
        latest=now + timedelta(seconds=mean + WIDE * spread),
    )
