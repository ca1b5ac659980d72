"""A process that does jobs: it takes the one whose turn it is, does it, and takes the next, until it is told to go.

It has slots, each for one job of one lane. Jobs abreast are threads of one process: see docs/decisions/0049. A job that
a worker died with is at work with nothing beside it but light jobs that nobody died with.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, Protocol

from sqlalchemy import Connection

from fenshen.errors import FenshenError
from fenshen.ids import JobId, WorkerId, new_id
from fenshen.jobs import lanes, memory
from fenshen.jobs.ends import Later, put_off
from fenshen.jobs.journal import Body, Journal, Json
from fenshen.jobs.queue import Queue
from fenshen.jobs.states import BROKEN, JobKind, JobLostError, JobState, JobStoppedError
from fenshen.store.jobs import JobRow, WorkerRow

LOOK: Final = 0.1  # seconds between two looks for work
HOUSE: Final = 20.0  # seconds between two rounds of keeping house
BEATS: Final = 5  # in the time after which a silent worker is thought dead
TELL: Final = 0.5  # seconds between two notes of progress
SWITCH: Final = (
    0.001  # seconds that a thread may keep the interpreter; at Python's five, light work beside long crawls
)


class Work:
    """One job under way, as its handler sees it. It is also the ``Progress`` that long steps report to."""

    def __init__(
        self, job: JobRow, worker: WorkerId, queue: Queue, journal: Journal, tell: "Listener | None" = None
    ) -> None:
        """Give a handler what it needs, and no more."""
        self.job, self._worker, self._queue, self._journal = job, worker, queue, journal
        self._tell = tell or silent
        self.wanted: Mapping[str, Any] = json.loads(job.wanted)
        self.lost: FenshenError | None = None  # set from outside: stop at the next step
        self._told = 0.0

    def once(self, name: str, act: Callable[[], Json]) -> Json:
        """Do a step unless it was done before; see ``Journal.once``."""
        self.check()
        begun = time.monotonic()
        done = self._journal.once(name, act)
        self._tell("job_step", **named(self.job), step=name, ms=since(begun))
        return done

    def check(self) -> None:
        """Raise JobStoppedError or JobLostError when there is no reason to go on."""
        if self.lost is not None:
            raise self.lost
        self._queue.must_hold(self.job.id, self._worker)

    def guard(self, connection: Connection) -> None:
        """Raise the same inside the transaction that publishes: a worker that was thought dead publishes nothing."""
        self._queue.must_hold(self.job.id, self._worker, connection)

    def step(self, name: str, done: int, total: int) -> None:
        """Note how far the job is, now and then; and stop here if it shall stop."""
        if self.lost is not None:
            raise self.lost
        now = time.monotonic()
        if now - self._told >= TELL or done == total:
            self._told = now
            self._queue.note(self.job.id, self._worker, name, done, total)

    def put_off(self, later: Later) -> NoReturn:
        """Leave the job to whoever takes it up after a moment. Raises JobLostError: it is not ours from here on."""
        put_off(self._queue.store, self.job.id, self._worker, later)
        raise JobLostError


class Handler(Protocol):
    """Does one kind of job and gives what came of it: ids and numbers."""

    def __call__(self, work: Work, /) -> Json:
        """Do it. A FenshenError is a decision, and ends the job; anything else is the studio's fault."""
        ...


class Listener(Protocol):
    """Hears what a worker does: ids, kinds, seconds and codes; nothing of anybody."""

    def __call__(self, event: str, /, **facts: str | float) -> None:
        """Hear of one event."""
        ...


def silent(_event: str, /, **_facts: str | float) -> None:
    """Hear of an event, and do nothing."""


def named(job: JobRow) -> dict[str, str]:
    """Give what an event says of a job: its id, and nothing of whose it is."""
    return {"job": job.id, "kind": job.kind, "lane": job.lane}


def since(begun: float) -> int:
    """Give the milliseconds since a moment of the monotonic clock."""
    return round(1000 * (time.monotonic() - begun))


def waited(job: JobRow) -> int:
    """Give the milliseconds from asking until a worker first took a job up."""
    return 0 if job.started_at is None else round(1000 * (job.started_at - job.queued_at).total_seconds())


def usual_slots() -> dict[str, int]:
    """Give the slots of a worker that was told nothing."""
    return lanes.slots_of(lanes.USUAL, 1)


@dataclass(slots=True, kw_only=True)
class Worker:
    """One worker. ``run`` returns after ``stop``, when the jobs under way have ended."""

    queue: Queue
    handlers: Mapping[JobKind, Handler]
    keep_house: Callable[[], None]  # what some worker must do now and then
    tell: Listener
    slots: Mapping[str, int] = field(default_factory=usual_slots)  # jobs of each lane at a time
    rest: Callable[[], None] = memory.give_back  # lets go of what only work needs
    rest_after: float = 60.0  # seconds without long work
    id: WorkerId = field(default_factory=lambda: WorkerId(new_id("worker")))
    _under_way: dict[JobId, Work] = field(default_factory=dict)
    _going: bool = False  # take no more; no Event, whose lock a signal handler might find taken
    _freed: threading.Event = field(default_factory=threading.Event)  # set: a slot may be free again
    _over: threading.Event = field(default_factory=threading.Event)  # set: nothing is under way any more
    _worked: float | None = None  # when long work last ended, since the last rest

    def run(self, open_journal: Callable[[WorkerId, Body], Journal], *, once: bool = False) -> None:
        """Work until told to go; once: until there is nothing to do."""
        sys.setswitchinterval(SWITCH)
        now = self.queue.clock.now()
        row = WorkerRow(
            id=self.id, started_at=now, beat_at=now, kinds=",".join(sorted(self.handlers)),
            abreast=sum(self.slots.values()), lanes=lanes.written(self.slots),
        )  # fmt: skip
        self.queue.beat(row)
        journal = open_journal(self.id, self._body)
        beside = [
            threading.Thread(target=self._beat, args=(row,), daemon=True, name="beat"),
            threading.Thread(target=self._house, args=(journal,), daemon=True, name="house"),
        ]
        for thread in beside:
            thread.start()
        self.tell("worker_ready", worker=self.id)
        try:
            with ThreadPoolExecutor(row.abreast, thread_name_prefix="slot") as pool:
                self._take_turns(journal, pool, once=once)
        finally:
            self._over.set()
            for thread in beside:
                thread.join(HOUSE)
            journal.close()
            self.queue.leave(self.id)
            self.tell("worker_gone", worker=self.id)

    def _take_turns(self, journal: Journal, pool: ThreadPoolExecutor, *, once: bool) -> None:
        while not self._going:
            self._freed.clear()
            job = self._claim()
            if job is not None:
                self._under_way[job.id] = work = Work(job, self.id, self.queue, journal, self.tell)
                pool.submit(self._carry_out, work, journal)
            elif once and not self._under_way and not self._is_anything_open():
                break
            else:
                self._rest_if_idle()
                self._freed.wait(LOOK)

    def _claim(self) -> JobRow | None:
        """Take a job for a free slot. One that a worker died with gets no long one beside it, and no other such one."""
        busy = [work.job for work in self._under_way.values()]
        long = [job for job in busy if job.lane != lanes.LIGHT]
        alone = any(job.deaths for job in long)  # one of these is at work
        free = [
            lane for lane, number in self.slots.items()
            if sum(job.lane == lane for job in busy) < number and (lane == lanes.LIGHT or not alone)
        ]  # fmt: skip
        wary = set(self.slots) - {lanes.LIGHT} if long or any(job.deaths for job in busy) else set()
        wary |= {lanes.LIGHT} if alone else set()
        return self.queue.claim(self.id, list(self.handlers), free, wary=wary) if free else None

    def _is_anything_open(self) -> bool:
        return self.queue.is_anything_open(list(self.handlers), list(self.slots))

    def _rest_if_idle(self) -> None:
        """Let go of what only work needs, once after each stretch of it."""
        if self._worked is None or any(work.job.lane != lanes.LIGHT for work in self._under_way.values()):
            return
        if time.monotonic() - self._worked >= self.rest_after:
            self._worked = None
            self.rest()
            self.tell("worker_rests", worker=self.id)

    def stop(self) -> None:
        """Take no more jobs. May be called from a signal handler."""
        self._going = True

    def abandon(self) -> None:
        """Put the jobs under way back for another worker, whatever they are at; the process must then end at once."""
        works = list(self._under_way.values())
        for work in works:
            work.lost = JobLostError()
        for work in works:
            self.queue.give_back(work.job.id, self.id)
        if works:
            self.queue.leave(self.id)

    def _carry_out(self, work: Work, journal: Journal) -> None:
        job = work.job
        try:
            journal.carry_out(job.id)
            journal.forget([job.id])
        except Exception as error:  # noqa: BLE001  the edge: the journal or the table could not be written
            self.tell("job_unwritten", **named(job), fault=type(error).__name__)
            self._over.wait(HOUSE / 10)
            with suppress(Exception):
                self.queue.give_back(job.id, self.id)
        finally:
            del work
            if job.lane != lanes.LIGHT:
                self._worked = time.monotonic()
            self._under_way.pop(job.id, None)
            memory.give_back()
            self._freed.set()

    def _body(self, id_: JobId) -> None:
        """Do one job from its first step, or from where it was; write down how it ended."""
        work = self._under_way.get(id_)
        if work is None:
            return  # resumed for a worker that has let go of it meanwhile
        start, job = time.monotonic(), work.job
        self.tell("job_begun", **named(job), attempt=job.attempts, waited_ms=waited(job))
        state, code, result = self._outcome(work)
        seconds = time.monotonic() - start
        if state is not None and self.queue.end(
            id_, self.id, state, code=code, result=result, seconds=seconds
        ):
            spent = {"seconds": round(seconds, 3), "ms": round(1000 * seconds)}
            self.tell("job_ended", **named(job), state=state, code=code or "", **spent)

    def _outcome(self, work: Work) -> tuple[JobState | None, str | None, Json | None]:
        """Give how a job ended; no state when that is not for us to say."""
        try:
            work.check()
            return JobState.DONE, None, self.handlers[JobKind(work.job.kind)](work)
        except JobLostError:
            return None, None, None
        except JobStoppedError as error:
            return JobState.CANCELLED, error.code, None
        except FenshenError as error:
            return (JobState.PARKED if error.retry else JobState.FAILED), error.code, None
        except Exception as error:  # noqa: BLE001  the edge of the house: no fault of a job may end the worker
            self.tell("job_broken", **named(work.job), fault=type(error).__name__)
            return JobState.PARKED, BROKEN, None

    def _beat(self, row: WorkerRow) -> None:
        """Say that we live, take back what dead workers had, and hear whether our own jobs shall stop."""
        every = self.queue.limits.dead_after.total_seconds() / BEATS
        beaten = time.monotonic()
        while not self._over.wait(every / 4):
            with suppress(Exception):  # a full disk, a database that restarts: the next beat may go through
                if time.monotonic() - beaten >= every:
                    self.queue.beat(row)
                    beaten = time.monotonic()
                    for job in self.queue.reap():
                        self.tell("job_taken_back", **named(job), attempt=job.attempts)
                self._listen()

    def _listen(self) -> None:
        for work in list(self._under_way.values()):
            try:
                self.queue.must_hold(work.job.id, self.id)
            except (JobLostError, JobStoppedError) as error:
                work.lost = error

    def _house(self, journal: Journal) -> None:
        """Do what some worker must do now and then; and forget what the journal keeps of jobs that are over."""
        while True:
            try:
                self.keep_house()
                journal.forget(self.queue.over(journal.known()))
            except Exception as error:  # noqa: BLE001  the edge: the next round may go through
                self.tell("house_unkept", fault=type(error).__name__)
            if self._over.wait(HOUSE):
                return
