"""What whoever runs the studio should see: how much waits, for how long, what fails, whether promises come true."""

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, Final

from fenshen.jobs.promise import SAMPLE
from fenshen.jobs.queue import Queue
from fenshen.store import job_counts
from fenshen.store import jobs as rows

LAST: Final = 500  # jobs whose promise is looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The queue in numbers; nobody is named in it."""

    workers: int
    waiting: int
    running: int
    ended: dict[str, int]  # by state, of those still remembered
    seconds_per_unit: dict[
        str, float
    ]  # by kind, the median of the last ones; a unit is a photo or a portrait
    promised: int  # jobs whose promised interval can be compared with the truth
    kept: int  # of them, ready within it

    def as_dict(self) -> dict[str, Any]:
        """Give it for JSON."""
        return asdict(self)


def census(queue: Queue) -> Census:
    """Count."""
    now = queue.clock.now()
    with queue.store.begin() as connection:
        by_state = job_counts.count(connection)
        living = rows.living(connection, now - queue.limits.dead_after)
        promises = job_counts.told(connection, LAST)
        times = {kind: rows.times(connection, kind, SAMPLE) for kind in ("double", "redo", "portraits")}
    return Census(
        workers=len(living),
        waiting=by_state.pop("waiting", 0),
        running=by_state.pop("running", 0),
        ended=by_state,
        seconds_per_unit={kind: round(median(each), 3) for kind, each in times.items() if each},
        promised=len(promises),
        kept=sum(earliest <= ended <= latest for _, earliest, latest, ended in promises),
    )
