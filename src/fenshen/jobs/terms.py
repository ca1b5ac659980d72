"""What is asked of the queue, what it takes on, and what it tells."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

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


WORD: Final = re.compile(r"[\w.-]{0,64}", re.ASCII)


def as_json(facts: Mapping[str, Any]) -> str:
    """Write down what a job wants or what came of it. Raises ValueError for anything but numbers, ids and names.

    It lies in the clear, so there is no room in it for words of a person.
    """

    def is_plain(value: object) -> bool:
        if isinstance(value, Mapping):
            return all(is_plain(part) for pair in value.items() for part in pair)
        if isinstance(value, list | tuple):
            return all(is_plain(part) for part in value)
        return value is None or isinstance(value, int | float) or bool(WORD.fullmatch(str(value)))

    if not is_plain(facts):
        raise ValueError("a job holds ids, names and numbers only")
    return json.dumps(facts, sort_keys=True)
