"""How a job ends: the one place. With the end, in the same transaction, goes what follows from it.

1. what is owed when the studio failed (``redress``)  2. the end itself  3. the event for who wants to be told
(``outbox``). A job ends once, so each of these happens once, however many die over it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from fenshen.ids import JobId, SitterId, WorkerId
from fenshen.jobs import outbox, redress
from fenshen.jobs.states import JobState, sources
from fenshen.store import jobs as rows
from fenshen.store.database import Store


def end(
    connection: Connection,
    job: JobId,
    state: JobState,
    now: datetime,
    *,
    worker: WorkerId | None = None,
    only_from: JobState | None = None,
    **values: Any,
) -> bool:
    """Move a job to an end; tell whether it moved: it does so once.

    worker: that must have it; only_from: the state it must be in; values: what else to write.
    """
    row = rows.get(connection, job)
    states = sources(state) if only_from is None else [only_from]
    if row is None or row.state not in states or (worker is not None and row.worker != worker):
        return False
    owed = redress.granted(connection, row, state, now)  # (1)
    told: Mapping[str, Any] = {**values, **owed, "state": state, "ended_at": now, "worker": None}
    rows.move(connection, job, states, told)  # (2)
    ended = rows.get(connection, job)
    if ended is not None:
        outbox.note_end(connection, ended, now)  # (3)
    return True


def ask_to_stop(
    connection: Connection, sitter: SitterId, kinds: Collection[str] | None, now: datetime
) -> int:
    """End a sitter's waiting jobs and ask those at work to stop; all kinds, or some. Give how many."""
    waiting = rows.waiting_ones(connection, sitter=sitter, kinds=kinds)
    for row in waiting:
        end(connection, row.id, JobState.CANCELLED, now)
    return len(waiting) + rows.ask_running_to_stop(connection, sitter, kinds)


def give_up(connection: Connection, kinds: Collection[str], before: datetime, now: datetime) -> int:
    """Park the jobs of some kinds that came before a moment and still wait; give how many."""
    old = rows.waiting_ones(connection, kinds=kinds, before=before)
    for row in old:
        end(connection, row.id, JobState.PARKED, now, only_from=JobState.WAITING, code="job_too_old")
    return len(old)


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """When a job that was taken up is to be taken up again."""

    until: datetime
    tries: int  # so far; stands in the row's ``done``


def put_off(store: Store, job: JobId, worker: WorkerId, later: Later) -> bool:
    """Put a job back until a moment; it counts as no attempt. False when it is not with this worker any more."""
    with store.begin() as connection:
        row = rows.get(connection, job)
        if row is None:
            return False
        back = {
            "state": JobState.WAITING, "attempts": max(1, row.attempts - 1), "worker": None,
            "not_before": later.until, "done": later.tries,
        }  # fmt: skip
        return rows.move(connection, job, [JobState.RUNNING], back, worker=worker)
