"""The queue: whose turn it is, who is at work, and what became of it. This table is what people are told.

**Turns.** Each account's next job takes the turn after its last open one, and no turn earlier than the queue is at
(start-time fair queueing; Goyal, Vin, Cheng 1996). Who brings one job waits behind one job of each other account,
however many those brought. A person to whom the studio owes one, after a failure of its own, goes first. All of this
holds in each lane by itself (``lanes``).

**One worker.** A job is with the worker that its row names. Each move asks for that name, in the transaction that
makes it, so a worker that was thought dead and wakes up can change nothing any more.

**Company.** Who has several jobs under way and dies has died of one of them, and nobody knows which. A job that a
worker died with is therefore done with no other long one beside it the next time, so that none is parked for it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from fenshen.clock import Clock
from fenshen.errors import NotFoundError
from fenshen.ids import DoubleId, JobId, SitterId, WorkerId, new_id
from fenshen.jobs import ends, lanes, promise, redress
from fenshen.jobs.facts import as_json
from fenshen.jobs.forecast import Forecast
from fenshen.jobs.states import (
    OPEN,
    POISONED,
    JobKind,
    JobLostError,
    JobState,
    JobStoppedError,
    LaneUnservedError,
    QueueFullError,
    TooManyJobsError,
)
from fenshen.jobs.terms import Limits, Place, Wish
from fenshen.store import jobs as rows
from fenshen.store.database import Store
from fenshen.store.jobs import JobRow, WorkerRow

__all__ = ["FIRST", "NORMAL", "Limits", "Place", "Queue", "Wish"]

FIRST, NORMAL = 0, 1  # priorities
LAST: Final = 1 << 62  # a number and a turn that no job reaches


class Queue:
    """The jobs of one studio. Safe to use from any thread and process."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        limits: Limits | None = None,
        rules: Mapping[str, str] | None = None,
    ) -> None:
        """Use the studio's tables. rules: which kinds and engines go to which lane, where that is not as shipped."""
        self.store, self.clock, self.limits, self.rules = store, clock, limits or Limits(), rules or {}

    def submit(self, wish: Wish, *, also: Callable[[Connection], None] | None = None) -> JobRow:
        """Take a job on. also: what else must be true, or be written, in the same transaction.

        Raises TooManyJobsError, LaneUnservedError and QueueFullError, having taken nothing: ask before anybody pays.
        """
        now, lane = self.clock.now(), self._lane(wish)
        with self.store.begin() as connection:
            if also is not None:
                also(connection)
            mine = rows.of_account(connection, wish.account)
            number = sum(row.state in OPEN and row.lane == lane for row in mine)
            if number >= self.limits.open:
                raise TooManyJobsError(open=number, limit=self.limits.open)
            at, last = rows.last_turns(connection, wish.account, lane)
            row = JobRow(
                id=JobId(new_id("job")), seq=rows.next_seq(connection), kind=wish.kind, account=wish.account,
                sitter=wish.sitter, double=wish.double, wanted=as_json(wish.wanted), lane=lane,
                units=wish.units, priority=FIRST if _is_owed(mine, wish.kind) else NORMAL,
                turn=at if last is None else max(at, last + 1), state=JobState.WAITING, queued_at=now,
            )  # fmt: skip
            ready = promise.ready(connection, row, now, self._living(connection, row))
            if ready.earliest - now > self.limits.longest:
                minutes = round((ready.earliest - now).total_seconds() / 60)
                raise QueueFullError(minutes=minutes, limit=round(self.limits.longest.total_seconds() / 60))
            row = replace(row, told_from=ready.earliest, told_to=ready.latest)
            rows.add(connection, row)
            redress.redeem(connection, row)
        return row

    def claim(
        self,
        worker: WorkerId,
        kinds: Collection[str],
        served: Collection[str] = lanes.USUAL,
        *,
        wary: Collection[str] = (),
    ) -> JobRow | None:
        """Give a worker the job whose turn it is, of the first lane in which there is one, or None.

        wary: lanes of which it can have no job now that a worker died with. Nobody overtakes such a job in its lane,
        and no long one anywhere, so that its worker empties itself for it.
        """
        now = self.clock.now()
        with self.store.begin() as connection:
            firsts = [(lane, self._first(connection, kinds, lane, now)) for lane in served]
            held = {lane for lane, row in firsts if row is not None and row.deaths and lane in wary}
            if held - {lanes.LIGHT}:
                held.update(set(served) - {lanes.LIGHT})
            for lane, row in firsts:
                if row is not None and lane not in held:
                    taken = {"state": JobState.RUNNING, "worker": worker, "attempts": row.attempts + 1}
                    begun = {**taken, "started_at": row.started_at or now}
                    rows.move(connection, row.id, [JobState.WAITING], begun)
                    return rows.get(connection, row.id)
        return None

    def _first(
        self, connection: Connection, kinds: Collection[str], lane: str, now: datetime
    ) -> JobRow | None:
        return rows.first_waiting(connection, kinds, self.limits.running, lane, now)

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
                    back = {"state": state, "worker": None, "deaths": row.deaths + 1}
                    rows.move(connection, row.id, [JobState.RUNNING], back)
                else:
                    ends.end(
                        connection,
                        row.id,
                        state,
                        now,
                        only_from=JobState.RUNNING,
                        code=code,
                        deaths=row.deaths + 1,
                    )
        return found

    def is_anything_open(
        self, kinds: Collection[str] = tuple(JobKind), served: Collection[str] = lanes.USUAL
    ) -> bool:
        """Tell whether anything of some kinds and lanes is at work, or waits and is not put off."""
        with self.store.begin() as connection:
            return rows.is_any_open(connection, kinds, served, self.clock.now())

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
            living = rows.living(connection, now - self.limits.dead_after)
            return Place(
                job=row,
                ahead=sum(jobs for jobs, _ in ahead.values()),
                ready=promise.ready(connection, row, now, living, ahead),
                served=row.state == JobState.RUNNING or promise.slots(living, row.lane, row.kind) > 0,
            )

    def outlook(self, kind: str, units: int, *, engine: str = "", device: str = lanes.CPU) -> Forecast:
        """Tell when a job that came now would be ready; nothing is taken on, so another may come before it.

        Raises LaneUnservedError.
        """
        now = self.clock.now()
        row = JobRow(
            id=JobId(""), seq=LAST, kind=kind, account="", sitter=SitterId(""), double=DoubleId(""), wanted="{}",
            units=units, priority=NORMAL, turn=LAST, state=JobState.WAITING, queued_at=now,
            lane=lanes.lane_of(kind, self.rules, engine=engine, device=device),
        )  # fmt: skip
        with self.store.look() as connection:
            return promise.ready(connection, row, now, self._living(connection, row))

    def _lane(self, wish: Wish) -> str:
        return lanes.lane_of(wish.kind, self.rules, engine=wish.engine, device=wish.device)

    def _living(self, connection: Connection, row: JobRow) -> list[WorkerRow]:
        """Give who is at work. Raises LaneUnservedError when it takes somebody to do this job who is not."""
        living = rows.living(connection, self.clock.now() - self.limits.dead_after)
        if row.lane not in lanes.PATIENT and not promise.slots(living, row.lane, row.kind):
            raise LaneUnservedError(lane=row.lane)
        return living


def _is_owed(mine: Collection[JobRow], kind: str) -> bool:
    """Tell whether the last job of this kind that ended did so by the studio's own fault, and none came since."""
    ended = [row for row in mine if row.kind == kind and row.state != JobState.CANCELLED]
    return bool(ended) and ended[-1].state == JobState.PARKED
