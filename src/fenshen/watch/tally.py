"""What the tables say of the studio as a whole: the same from whichever process it is asked, and after any restart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from fenshen.jobs import lanes
from fenshen.jobs.queue import Queue
from fenshen.store import job_counts, jobs
from fenshen.store.jobs import WorkerRow

LAST: Final = 500  # jobs whose promise is looked at
HELP: Final = {
    "fenshen_jobs": "jobs by lane, kind and state; ended ones as long as they are remembered, which is seven days",
    "fenshen_jobs_failed": "of the remembered ones, those that ended undone, by the code of why",
    "fenshen_jobs_survived": "of the remembered ones, those that a worker died over",
    "fenshen_oldest_wait_seconds": "age of the job that has waited longest, by lane",
    "fenshen_slots": "jobs that living workers do at a time, by lane; 0 where something waits for nobody",
    "fenshen_workers": "workers that were heard of lately",
    "fenshen_beat_age_seconds": "seconds since the last beat of the worker that has been silent longest",
    "fenshen_promises": "of the last 500 done jobs, how many came early, within what was promised, or late",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One number, and what it is of."""

    name: str
    labels: dict[str, str]
    value: float


def readings(queue: Queue) -> list[Reading]:
    """Read the tables, without keeping anybody waiting."""
    now = queue.clock.now()
    with queue.store.look() as connection:
        counted = job_counts.by_state(connection)
        failed = job_counts.by_code(connection)
        survived = job_counts.survived(connection)
        oldest = job_counts.oldest(connection, now)
        beats = job_counts.beats(connection)
        living = jobs.living(connection, now - queue.limits.dead_after)
        told = job_counts.told(connection, LAST)
    waits = {lane: (now - since).total_seconds() for lane, since in oldest.items()}
    found = [
        *(
            _of("fenshen_jobs", n, lane=lane, kind=kind, state=state)
            for (lane, kind, state), n in counted.items()
        ),
        *(_of("fenshen_jobs_failed", n, kind=kind, code=code) for (kind, code), n in failed.items()),
        _of("fenshen_jobs_survived", survived),
        *(_of("fenshen_oldest_wait_seconds", max(0.0, age), lane=lane) for lane, age in waits.items()),
        *(_of("fenshen_slots", n, lane=lane) for lane, n in _slots(living, waits).items()),
        _of("fenshen_workers", len(living)),
        *(_of("fenshen_promises", n, outcome=outcome) for outcome, n in _kept(told).items()),
    ]
    if beats:
        found.append(_of("fenshen_beat_age_seconds", max(0.0, (now - min(beats)).total_seconds())))
    return found


def exposition(queue: Queue) -> str:
    """Give the readings as Prometheus reads them."""
    registry = CollectorRegistry()
    registry.register(Tally(queue))
    return generate_latest(registry).decode()


class Tally(Collector):
    """Gives the readings to a registry, anew at each scrape."""

    def __init__(self, queue: Queue) -> None:
        """queue: of the studio that is watched."""
        self._queue = queue

    def describe(self) -> list[GaugeMetricFamily]:
        """Give nothing: what is asked for at registration would open the tables."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read now."""
        found = readings(self._queue)
        for name, meaning in HELP.items():
            mine = [each for each in found if each.name == name]
            names = list(mine[0].labels) if mine else []
            family = GaugeMetricFamily(name, meaning, labels=names)
            for each in mine:
                family.add_metric(list(each.labels.values()), each.value)
            yield family


def _of(name: str, value: float, **labels: str) -> Reading:
    return Reading(name=name, labels=labels, value=value)


def _slots(living: list[WorkerRow], waiting: dict[str, Any]) -> dict[str, int]:
    """Count slots by lane, with the lanes in which something waits and which nobody serves."""
    slots = dict.fromkeys(waiting, 0)
    for worker in living:
        for lane, number in lanes.read(worker.lanes).items():
            slots[lane] = slots.get(lane, 0) + number
    return dict(sorted(slots.items()))


def _kept(told: list[tuple[datetime, datetime, datetime, datetime]]) -> dict[str, int]:
    early = sum(ended < earliest for _, earliest, _, ended in told)
    late = sum(ended > latest for _, _, latest, ended in told)
    return {"early": early, "kept": len(told) - early - late, "late": late}
