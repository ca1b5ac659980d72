"""What changes while somebody waits: one stream, for the terminal and for a page."""

import time
from collections.abc import Callable, Iterator
from typing import Final

from fenshen.ids import JobId
from fenshen.jobs.queue import Place, Queue

EVERY: Final = 0.5  # seconds between two looks


def follow(
    queue: Queue, job: JobId, *, every: float = EVERY, wait: Callable[[float], None] = time.sleep
) -> Iterator[Place]:
    """Give where a job stands, now and whenever that changes, until it has ended; the last one is its end.

    A promise that moves by less than a second is no change. Raises NotFoundError, also when the person is erased.
    """
    shown: tuple[object, ...] = ()
    while True:
        place = queue.place(job)
        now = told(place)
        if now != shown:
            shown = now
            yield place
        if place.ready is None:
            return
        wait(every)


def told(place: Place) -> tuple[object, ...]:
    """Give what somebody who waits sees of a place: two that are alike here look alike."""
    row, ready = place.job, place.ready
    latest = None if ready is None or row.state != "waiting" else round(ready.latest.timestamp())
    return row.state, row.step, row.done, row.total, place.ahead, place.served, latest
