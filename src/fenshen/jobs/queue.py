"""The queue: whose turn it is, who is at work, and what became of it. This table is what people are told.

**Turns.** Each account's next job takes the turn after its last open one, and no turn earlier than the queue is at
(start-time fair queueing; Goyal, Vin, Cheng 1996). Who brings one job waits behind one job of each other account,
however many those brought. A person to whom the studio owes one, after a failure of its own, goes first.

**One worker.** A job is with the worker that its row names. Each move asks for that name, in the transaction that
makes it, so a worker that was thought dead and wakes up can change nothing any more.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from fenshen.clock import Clock
from fenshen.errors import NotFoundError
from fenshen.ids import DoubleId, JobId, SitterId, WorkerId, new_id
from fenshen.jobs import ends, redress
from fenshen.jobs.facts import as_json
from fenshen.jobs.forecast import Forecast, forecast, pace_of
from fenshen.jobs.states import (
    OPEN,
    POISONED,
    JobKind,
    JobLostError,
    JobState,
    JobStoppedError,
    QueueFullError,
    TooManyJobsError,
)
from fenshen.store import jobs as rows
from fenshen.store.database import Store
from fenshen.store.jobs import JobRow, WorkerRow

FIRST, NORMAL = 0, 1  # priorities
SAMPLE: Final = 200  # last jobs of a kind from which its pace is learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the queue takes on."""

    running: int = 1  # jobs of one account at work at a time
    open: int = 10  # jobs of one account that wait or are at work
    longest: timedelta = timedelta(hours=2)  # until a new job would be ready; beyond that it is not taken
    attempts: int = 3  # workers that may die over one job before it is parked
    dead_after: timedelta = timedelta(seconds=10)  # a worker that was not heard of for so long


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a job stands, for the person who waits."""

    job: JobRow
    ahead: int  # jobs that come before it; 0 when it is at work or ended
    ready: Forecast | None  # None when it has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for. `wanted` holds ids, names of templates and numbers only: it lies in the clear."""

    kind: JobKind
    account: str
    sitter: SitterId
    double: DoubleId
    units: int
    wanted: Mapping[str, Any]


class Queue:
    """The jobs of one studio. Safe to use from any thread and process."""

    def __init__(self, store: Store, clock: Clock, limits: Limits | None = None) -> None:
        """Use the studio's tables."""
        self.store, self.clock, self.limits = store, clock, limits or Limits()

    def submit(self, wish: Wish, *, also: Callable[[Connection], None] | None = None) -> JobRow:
        """Take a job on. also: what else must be true, or be written, in the same transaction.

        Raises TooManyJobsError and QueueFullError, having taken nothing: ask before anybody pays.
        """
        now = self.clock.now()
        with self.store.begin() as connection:
            if also is not None:
                also(connection)
            mine = rows.of_account(connection, wish.account)
            if (number := sum(row.state in OPEN for row in mine)) >= self.limits.open:
                raise TooManyJobsError(open=number, limit=self.limits.open)
            at, last = rows.last_turns(connection, wish.account)
            row = JobRow(
                id=JobId(new_id("job")), seq=rows.next_seq(connection), kind=wish.kind, account=wish.account,
                sitter=wish.sitter, double=wish.double, wanted=as_json(wish.wanted),
                units=wish.units, priority=FIRST if _is_owed(mine, wish.kind) else NORMAL,
                turn=at if last is None else max(at, last + 1), state=JobState.WAITING, queued_at=now,
            )  # fmt: skip
            ready = self._forecast(connection, row, now)
            if ready.earliest - now > self.limits.longest:
                minutes = round((ready.earliest - now).total_seconds() / 60)
                raise QueueFullError(minutes=minutes, limit=round(self.limits.longest.total_seconds() / 60))
            row = replace(row, told_from=ready.earliest, told_to=ready.latest)
            rows.add(connection, row)
            redress.redeem(connection, row)
        return row

    def claim(self, worker: WorkerId, kinds: Collection[str]) -> JobRow | None:
        """Give a worker the job whose turn it is, or None."""
        now = self.clock.now()
        with self.store.begin() as connection:
            row = rows.first_waiting(connection, kinds, self.limits.running, now)
            if row is None:
                return None
            taken = {"state": JobState.RUNNING, "worker": worker, "attempts": row.attempts + 1}
            rows.move(connection, row.id, [JobState.WAITING], {**taken, "started_at": row.started_at or now})
            return rows.get(connection, row.id)

    def beat(self, worker: WorkerRow) -> None:
        """Say that a worker lives."""
        with self.store.begin() as connection:
            rows.beat(connection, replace(worker, beat_at=self.clock.now()))

    def leave(self, worker: WorkerId) -> None:
        """Say that a worker goes home."""
        with self.store.begin() as connection:
            rows.leave(connection, worker)

    def must_hold(self, job: JobId, worker: WorkerId, connection: Connection | None = None) -> None:
        """Raise JobLostError unless the job is with this worker, and JobStoppedError when it was asked to stop.

        connection: of the transaction that publishes what the worker made.
        """
        if connection is None:
            with self.store.begin() as own:
                return self.must_hold(job, worker, own)
        row = rows.get(connection, job)
        if row is None:  # the person was erased
            raise JobStoppedError
        if row.state != JobState.RUNNING or row.worker != worker:
            raise JobLostError
        if row.stop:
            raise JobStoppedError
        return None

    def note(self, job: JobId, worker: WorkerId, step: str, done: int, total: int) -> None:
        """Write down how far a job is. Raises what ``must_hold`` raises."""
        with self.store.begin() as connection:
            self.must_hold(job, worker, connection)
            far = {"step": step, "done": done, "total": total}
            rows.move(connection, job, [JobState.RUNNING], far, worker=worker)

    def end(
        self, job: JobId, worker: WorkerId, state: JobState, *, code: str | None = None,
        result: Mapping[str, Any] | None = None, seconds: float | None = None,
    ) -> bool:  # fmt: skip
        """Move a job to an end; False when it is not with this worker any more. The same move twice is harmless."""
        told = None if result is None else as_json(result)
        with self.store.begin() as connection:
            return ends.end(
                connection,
                job,
                state,
                self.clock.now(),
                worker=worker,
                code=code,
                result=told,
                seconds=seconds,
            )

    def give_back(self, job: JobId, worker: WorkerId) -> bool:
        """Put a job back for another worker to go on with, at its place. It counts as no attempt."""
        with self.store.begin() as connection:
            row = rows.get(connection, job)
            if row is None:
                return False
            back = {"state": JobState.WAITING, "attempts": max(1, row.attempts - 1), "worker": None}
            return rows.move(connection, job, [JobState.RUNNING], back, worker=worker)

    def reap(self) -> list[JobRow]:
        """Take the jobs of dead workers back, and park those that too many died of. Gives them.

        Looks at how things are, not at what happened, so many may do it at once and any may die over it.
        """
        now = self.clock.now()
        with self.store.begin() as connection:
            found = rows.orphans(connection, now - self.limits.dead_after)
            for row in found:
                state, code = JobState.WAITING, None
                if row.stop:
                    state = JobState.CANCELLED
                elif row.attempts >= self.limits.attempts:
                    state, code = JobState.PARKED, POISONED
                if state is JobState.WAITING:
                    rows.move(connection, row.id, [JobState.RUNNING], {"state": state, "worker": None})
                else:
                    ends.end(connection, row.id, state, now, only_from=JobState.RUNNING, code=code)
        return found

    def is_anything_open(self, kinds: Collection[str] = tuple(JobKind)) -> bool:
        """Tell whether anything of some kinds is at work, or waits and is not put off."""
        with self.store.begin() as connection:
            return rows.is_any_open(connection, kinds, self.clock.now())

    def over(self, jobs: Collection[JobId]) -> list[JobId]:
        """Give those of some jobs that neither wait nor are at work, or are not known any more."""
        with self.store.begin() as connection:
            return [
                job for job in jobs if (row := rows.get(connection, job)) is None or row.state not in OPEN
            ]

    def stop(self, job: JobId) -> None:
        """End a waiting job; ask one at work to stop, which it does at its next step. Raises NotFoundError."""
        with self.store.begin() as connection:
            if rows.get(connection, job) is None:
                raise NotFoundError(kind="job", id=job)
            waits = JobState.WAITING
            if not ends.end(connection, job, JobState.CANCELLED, self.clock.now(), only_from=waits):
                rows.move(connection, job, [JobState.RUNNING], {"stop": True})

    def place(self, job: JobId) -> Place:
        """Tell where a job stands and when it will be ready. Raises NotFoundError."""
        now = self.clock.now()
        with self.store.look() as connection:
            row = rows.get(connection, job)
            if row is None:
                raise NotFoundError(kind="job", id=job)
            if row.state not in OPEN:
                return Place(job=row, ahead=0, ready=None)
            ahead = rows.ahead_of(connection, row) if row.state == JobState.WAITING else {}
            number = sum(jobs for jobs, _ in ahead.values())
            return Place(job=row, ahead=number, ready=self._forecast(connection, row, now, ahead))

    def outlook(self, kind: str, units: int) -> Forecast:
        """Tell when a job that came now would be ready; nothing is taken on, so another may come before it."""
        now = self.clock.now()
        row = JobRow(
            id=JobId(""), seq=1 << 62, kind=kind, account="", sitter=SitterId(""), double=DoubleId(""), wanted="{}",
            units=units, priority=NORMAL, turn=1 << 62, state=JobState.WAITING, queued_at=now,
        )  # fmt: skip
        with self.store.look() as connection:
            return self._forecast(connection, row, now)

    def _forecast(
        self,
        connection: Connection,
        row: JobRow,
        now: datetime,
        ahead: dict[str, tuple[int, int]] | None = None,
    ) -> Forecast:
        if ahead is None:
            ahead = rows.ahead_of(connection, row)
        others = [each for each in rows.running(connection) if each.id != row.id]
        spent = [(each.kind, each.units, _spent(each, now)) for each in others]
        units, since = row.units, now
        if row.state == JobState.RUNNING:  # it has no one before it and began a while ago
            spent, since = [], now - timedelta(seconds=_spent(row, now))
        kinds = {row.kind, *ahead, *(kind for kind, _, _ in spent)}
        paces = {kind: pace_of(kind, rows.times(connection, kind, SAMPLE)) for kind in kinds}
        slots = sum(worker.abreast for worker in rows.living(connection, now - self.limits.dead_after))
        told = forecast(since, ahead=ahead, running=spent, mine=(row.kind, units), slots=slots, paces=paces)
        return Forecast(earliest=max(now, told.earliest), latest=max(now, told.latest))


def _spent(row: JobRow, now: datetime) -> float:
    return 0.0 if row.started_at is None else (now - row.started_at).total_seconds()


def _is_owed(mine: Collection[JobRow], kind: str) -> bool:
    """Tell whether the last job of this kind that ended did so by the studio's own fault, and none came since."""
    ended = [row for row in mine if row.kind == kind and row.state != JobState.CANCELLED]
    return bool(ended) and ended[-1].state == JobState.PARKED
