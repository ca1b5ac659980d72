"""What is asked of the queue, what it takes on, and what it tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fenshen.ids import DoubleId, SitterId
from fenshen.jobs import lanes
from fenshen.jobs.forecast import Forecast
from fenshen.jobs.states import JobKind
from fenshen.store.jobs import JobRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the queue takes on."""

    running: int = 1  # jobs of one account at work at a time, in each lane
    open: int = 10  # jobs of one account that wait or are at work, in each lane
    longest: timedelta = timedelta(hours=2)  # until a new job would be ready; beyond that it is not taken
    attempts: int = 3  # workers that may die over one job before it is parked
    dead_after: timedelta = timedelta(seconds=10)  # a worker that was not heard of for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a job stands, for the person who waits."""

    job: JobRow
    ahead: int  # jobs that come before it; 0 when it is at work or ended
    ready: Forecast | None  # None when it has ended
    served: bool = True  # whether anybody is there to do it


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. `wanted` holds ids, names of templates and numbers only: it lies in the clear."""

    kind: JobKind
    account: str
    sitter: SitterId
    double: DoubleId
    units: int
    wanted: Mapping[str, Any]
    engine: str = ""  # by which it is to be made, and what that needs, as on its card
    device: str = lanes.CPU
