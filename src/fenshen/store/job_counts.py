"""Counts and times of jobs and workers, for who watches the studio: by words of our own, never by whose they are."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from fenshen.store.tables import jobs, workers


def by_state(connection: Connection) -> dict[tuple[str, str, str], int]:
    """Count by lane, kind and state."""
    which = (jobs.c.lane, jobs.c.kind, jobs.c.state)
    found = connection.execute(select(*which, func.count()).group_by(*which).order_by(*which))
    return {(lane, kind, state): number for lane, kind, state, number in found}


def by_code(connection: Connection) -> dict[tuple[str, str], int]:
    """Count those that ended undone, by kind and code."""
    which = (jobs.c.kind, jobs.c.code)
    undone = select(*which, func.count()).where(jobs.c.code.is_not(None)).group_by(*which).order_by(*which)
    return {(kind, code): number for kind, code, number in connection.execute(undone)}


def survived(connection: Connection) -> int:
    """Count the jobs that a worker died over."""
    return connection.execute(select(func.count()).where(jobs.c.deaths > 0)).scalar() or 0


def oldest(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Give since when the job that has waited longest waits, by lane; one that was put off does not wait."""
    since = func.coalesce(jobs.c.not_before, jobs.c.queued_at)
    query = select(jobs.c.lane, func.min(since)).where(jobs.c.state == "waiting", since <= now)
    return dict([tuple(found) for found in connection.execute(query.group_by(jobs.c.lane))])


def beats(connection: Connection) -> list[datetime]:
    """Give when each worker on the list was last heard of."""
    return list(connection.execute(select(workers.c.beat_at)).scalars())


def told(connection: Connection, limit: int) -> list[tuple[datetime, datetime, datetime, datetime]]:
    """Give, of the last jobs that were done: when they came, from when to when they were promised, when they were."""
    query = (
        select(jobs.c.queued_at, jobs.c.told_from, jobs.c.told_to, jobs.c.ended_at)
        .where(jobs.c.state == "done", jobs.c.told_to.is_not(None))
        .order_by(jobs.c.seq.desc())
        .limit(limit)
    )
    return [tuple(found) for found in connection.execute(query)]


def count(connection: Connection) -> dict[str, int]:
    """Count the jobs by state."""
    query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
    return dict([tuple(found) for found in connection.execute(query)])
