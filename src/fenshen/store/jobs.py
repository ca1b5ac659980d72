"""The rows of long work: what waits, what is at work and where, what came of it. Questions and moves, no rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, tuple_, update

from fenshen.ids import DoubleId, JobId, SitterId, WorkerId
from fenshen.store.account_tables import events
from fenshen.store.tables import jobs, workers

OPEN = ("waiting", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One piece of long work; see the table for what each means."""

    id: JobId
    seq: int
    kind: str
    account: str
    sitter: SitterId
    double: DoubleId
    wanted: str
    units: int
    priority: int
    turn: int
    state: str
    queued_at: datetime
    step: str = ""
    done: int = 0
    total: int = 0
    attempts: int = 0
    worker: WorkerId | None = None
    stop: bool = False
    code: str | None = None
    result: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = None
    told_from: datetime | None = None
    told_to: datetime | None = None
    lane: str = "cpu"
    deaths: int = 0
    not_before: datetime | None = None
    redress: str | None = None
    redeemed: JobId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """One process that does jobs."""

    id: WorkerId
    started_at: datetime
    beat_at: datetime
    abreast: int
    kinds: str
    lanes: str = "cpu=1"


def add(connection: Connection, row: JobRow) -> None:
    """Put a job into the queue."""
    values = {column.name: getattr(row, column.name) for column in jobs.columns}
    connection.execute(insert(jobs).values(values))


def next_seq(connection: Connection) -> int:
    """Give the number of the next job to come. Transactions that write wait for each other, so none comes twice."""
    return 1 + (connection.execute(select(func.max(jobs.c.seq))).scalar() or 0)


def get(connection: Connection, id_: JobId) -> JobRow | None:
    """Give one job, or None."""
    found = connection.execute(select(jobs).where(jobs.c.id == id_)).one_or_none()
    return None if found is None else _row(found)


def every(connection: Connection, sitter: SitterId) -> list[JobRow]:
    """Give all jobs of a sitter, in the order they came."""
    return _rows(connection, jobs.c.sitter == sitter)


def of_account(connection: Connection, account: str) -> list[JobRow]:
    """Give all jobs of an account, in the order they came."""
    return _rows(connection, jobs.c.account == account)


def recent(connection: Connection, limit: int) -> list[JobRow]:
    """Give the jobs that came last, the newest first."""
    query = select(jobs).order_by(jobs.c.seq.desc()).limit(limit)
    return [_row(found) for found in connection.execute(query)]


def open_sitters(connection: Connection, kinds: Collection[str]) -> set[SitterId]:
    """Give whose jobs of some kinds wait or are at work."""
    query = select(jobs.c.sitter).where(jobs.c.state.in_(OPEN), jobs.c.kind.in_(kinds))
    return set(connection.execute(query).scalars())


def open_ones(connection: Connection, kind: str) -> list[JobRow]:
    """Give the jobs of one kind that wait or are at work."""
    return _rows(connection, jobs.c.kind == kind, jobs.c.state.in_(OPEN))


def last_turns(connection: Connection, account: str, lane: str) -> tuple[int, int | None]:
    """Give the turn that a lane is at, and the last turn that an account's open jobs in it have taken."""
    at = select(func.max(jobs.c.turn)).where(jobs.c.lane == lane, jobs.c.attempts > 0)
    mine = select(func.max(jobs.c.turn)).where(
        jobs.c.account == account, jobs.c.lane == lane, jobs.c.state.in_(OPEN)
    )
    return connection.execute(at).scalar() or 0, connection.execute(mine).scalar()


def first_waiting(
    connection: Connection, kinds: Collection[str], most_running: int, lane: str, now: datetime
) -> JobRow | None:
    """Give the job of a lane whose turn it is, of accounts that have fewer than ``most_running`` at work in it."""
    busy = (
        select(jobs.c.account)
        .where(jobs.c.state == "running", jobs.c.lane == lane)
        .group_by(jobs.c.account)
        .having(func.count() >= most_running)
    )
    query = (
        select(jobs)
        .where(
            jobs.c.state == "waiting",
            jobs.c.lane == lane,
            jobs.c.kind.in_(kinds),
            jobs.c.account.not_in(busy),
            _is_due(now),
        )
        .order_by(jobs.c.priority, jobs.c.turn, jobs.c.seq)
        .limit(1)
    )
    found = connection.execute(query).one_or_none()
    return None if found is None else _row(found)


def move(
    connection: Connection,
    id_: JobId,
    states: Collection[str],
    values: Mapping[str, Any],
    *,
    worker: WorkerId | None = None,
) -> bool:
    """Change a job if it is in one of some states, and, when named, with this worker; tell whether it was."""
    ours = update(jobs).where(jobs.c.id == id_, jobs.c.state.in_(states))
    if worker is not None:
        ours = ours.where(jobs.c.worker == worker)
    return connection.execute(ours.values(dict(values))).rowcount == 1


def waiting_ones(
    connection: Connection,
    *,
    sitter: SitterId | None = None,
    kinds: Collection[str] | None = None,
    before: datetime | None = None,
) -> list[JobRow]:
    """Give the jobs that wait: of a sitter, of some kinds, or that came before a moment."""
    which = [] if sitter is None else [jobs.c.sitter == sitter]
    which += [] if kinds is None else [jobs.c.kind.in_(kinds)]
    which += [] if before is None else [jobs.c.queued_at < before]
    return _rows(connection, jobs.c.state == "waiting", *which)


def ask_running_to_stop(connection: Connection, sitter: SitterId, kinds: Collection[str] | None) -> int:
    """Ask a sitter's jobs at work to stop; all kinds, or some. Give how many."""
    its = [jobs.c.sitter == sitter] + ([] if kinds is None else [jobs.c.kind.in_(kinds)])
    return connection.execute(update(jobs).where(*its, jobs.c.state == "running").values(stop=True)).rowcount


def is_any_open(
    connection: Connection, kinds: Collection[str], lanes: Collection[str], now: datetime
) -> bool:
    """Tell whether a job of some kinds and lanes is at work, or waits and is not put off."""
    query = select(jobs.c.id).where(
        jobs.c.state.in_(OPEN), jobs.c.kind.in_(kinds), jobs.c.lane.in_(lanes), _is_due(now)
    )
    return connection.execute(query.limit(1)).first() is not None


def owed(connection: Connection, account: str, kind: str, redress: str) -> JobRow | None:
    """Give the oldest job of an account and kind for which this is owed, and was not redeemed yet."""
    its = (
        jobs.c.account == account,
        jobs.c.kind == kind,
        jobs.c.redress == redress,
        jobs.c.redeemed.is_(None),
    )
    return next(iter(_rows(connection, *its)), None)


def ahead_of(connection: Connection, row: JobRow) -> dict[str, tuple[int, int]]:
    """Count the jobs of its lane that come before a waiting one, by kind: (jobs, units)."""
    mine = (row.priority, row.turn, row.seq)
    before = tuple_(jobs.c.priority, jobs.c.turn, jobs.c.seq) < mine
    return _counted(
        connection, jobs.c.state == "waiting", jobs.c.lane == row.lane, jobs.c.kind != "webhook", before
    )


def running(connection: Connection, lane: str) -> list[JobRow]:
    """Give the jobs of a lane that are at work."""
    return _rows(connection, jobs.c.state == "running", jobs.c.lane == lane)


def times(connection: Connection, kind: str, limit: int) -> list[float]:
    """Give the seconds for each unit that the last jobs of a kind took, the newest first."""
    query = (
        select(jobs.c.seconds, jobs.c.units)
        .where(jobs.c.kind == kind, jobs.c.state == "done", jobs.c.seconds.is_not(None))
        .order_by(jobs.c.seq.desc())
        .limit(limit)
    )
    return [seconds / max(1, units) for seconds, units in connection.execute(query)]


def forget(connection: Connection, sitter: SitterId) -> int:
    """Delete a sitter's jobs, and what was still to be told of them; give how many jobs.

    A worker at one of them finds it gone. Scrub the store afterwards.
    """
    mine = select(jobs.c.id).where(jobs.c.sitter == sitter)
    connection.execute(delete(events).where(events.c.about.in_(mine)))
    return connection.execute(delete(jobs).where(jobs.c.sitter == sitter)).rowcount


def forget_accounts(connection: Connection, accounts: Collection[str]) -> int:
    """Delete the jobs of some accounts; give how many."""
    return connection.execute(delete(jobs).where(jobs.c.account.in_(accounts))).rowcount


def forget_old(connection: Connection, before: datetime) -> int:
    """Delete the jobs that ended before a moment; give how many."""
    return connection.execute(delete(jobs).where(jobs.c.ended_at < before)).rowcount


def beat(connection: Connection, row: WorkerRow) -> None:
    """Say that a worker lives."""
    values = {column.name: getattr(row, column.name) for column in workers.columns}
    ours = update(workers).where(workers.c.id == row.id)
    if not connection.execute(ours.values(beat_at=row.beat_at)).rowcount:
        connection.execute(insert(workers).values(values))


def living(connection: Connection, since: datetime) -> list[WorkerRow]:
    """Give the workers that were heard of since a moment."""
    query = select(workers).where(workers.c.beat_at >= since).order_by(workers.c.started_at)
    return [WorkerRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def leave(connection: Connection, id_: WorkerId) -> None:
    """Take a worker off the list."""
    connection.execute(delete(workers).where(workers.c.id == id_))


def orphans(connection: Connection, since: datetime) -> list[JobRow]:
    """Give the jobs at work whose worker was not heard of since a moment; forget such workers."""
    alive = select(workers.c.id).where(workers.c.beat_at >= since)
    found = _rows(
        connection, jobs.c.state == "running", or_(jobs.c.worker.is_(None), jobs.c.worker.not_in(alive))
    )
    connection.execute(delete(workers).where(workers.c.beat_at < since))
    return found


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now)


def _counted(connection: Connection, *which: ColumnElement[bool]) -> dict[str, tuple[int, int]]:
    query = select(jobs.c.kind, func.count(), func.sum(jobs.c.units)).where(*which).group_by(jobs.c.kind)
    return {kind: (number, int(units)) for kind, number, units in connection.execute(query)}


def _rows(connection: Connection, *which: ColumnElement[bool]) -> list[JobRow]:
    return [_row(found) for found in connection.execute(select(jobs).where(*which).order_by(jobs.c.seq))]


def _row(found: Any) -> JobRow:
    return JobRow(**found._mapping)  # noqa: SLF001  SQLAlchemy's way
