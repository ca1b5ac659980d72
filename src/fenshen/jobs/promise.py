"""When a job in the table will be ready, and whether anybody is there to do it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from fenshen.jobs import lanes
from fenshen.jobs.forecast import Forecast, forecast, pace_of
from fenshen.jobs.states import JobState
from fenshen.store import jobs as rows
from fenshen.store.jobs import JobRow, WorkerRow

SAMPLE: Final = 200  # last jobs of a kind from which its pace is learned


def slots(living: Sequence[WorkerRow], lane: str, kind: str | None = None) -> int:
    """Tell how many jobs of a lane living workers do at a time. kind: count only those who take it."""
    able = [each for each in living if kind is None or kind in each.kinds.split(",")]
    return sum(lanes.read(each.lanes).get(lane, 0) for each in able)


def ready(
    connection: Connection,
    row: JobRow,
    now: datetime,
    living: Sequence[WorkerRow],
    ahead: dict[str, tuple[int, int]] | None = None,
) -> Forecast:
    """Tell when a job will be ready. Only its own lane counts: what is before it there, and the slots that serve it.

    ahead: by kind, jobs and units before it, when they were counted already.
    """
    if ahead is None:
        ahead = rows.ahead_of(connection, row)
    others = [each for each in rows.running(connection, row.lane) if each.id != row.id]
    spent = [(each.kind, each.units, _spent(each, now)) for each in others]
    since = now
    if row.state == JobState.RUNNING:  # it has no one before it and began a while ago
        spent, since = [], now - timedelta(seconds=_spent(row, now))
    kinds = {row.kind, *ahead, *(kind for kind, _, _ in spent)}
    told = forecast(
        since,
        ahead=ahead,
        running=spent,
        mine=(row.kind, row.units),
        slots=slots(living, row.lane),
        paces={kind: pace_of(kind, rows.times(connection, kind, SAMPLE)) for kind in kinds},
    )
    return Forecast(earliest=max(now, told.earliest), latest=max(now, told.latest))


def _spent(row: JobRow, now: datetime) -> float:
    return 0.0 if row.started_at is None else (now - row.started_at).total_seconds()
