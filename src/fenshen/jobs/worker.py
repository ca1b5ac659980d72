"""A process that does jobs: it takes the one whose turn it is, does it, and takes the next, until it is told to go."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn, Protocol

from sqlalchemy import Connection

from fenshen.errors import FenshenError
from fenshen.ids import JobId, WorkerId, new_id
from fenshen.jobs import memory
from fenshen.jobs.ends import Later, put_off
from fenshen.jobs.journal import Body, Journal, Json
from fenshen.jobs.queue import Queue
from fenshen.jobs.states import BROKEN, JobKind, JobLostError, JobState, JobStoppedError
from fenshen.store.jobs import JobRow, WorkerRow

LOOK: Final = 0.1  # seconds between two looks for work
HOUSE: Final = 20.0  # seconds between two rounds of keeping house
BEATS: Final = 5  # in the time after which a silent worker is thought dead
TELL: Final = 0.5  # seconds between two notes of progress


class Work:
    """One job under way, as its handler sees it. It is also the ``Progress`` that long steps report to."""

    def __init__(self, job: JobRow, worker: WorkerId, queue: Queue, journal: Journal) -> None:
        """Give a handler what it needs, and no more."""
        self.job, self._worker, self._queue, self._journal = job, worker, queue, journal
        self.wanted: Mapping[str, Any] = json.loads(job.wanted)
        self.lost: FenshenError | None = None  # set from outside: stop at the next step
        self._told = 0.0

    def once(self, name: str, act: Callable[[], Json]) -> Json:
        """Do a step unless it was done before; see ``Journal.once``."""
        self.check()
        return self._journal.once(name, act)

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


@dataclass(slots=True, kw_only=True)
class Worker:
    """One worker. ``run`` returns after ``stop``, when the job under way has ended."""

    queue: Queue
    handlers: Mapping[JobKind, Handler]
    keep_house: Callable[[], None]  # what some worker must do now and then
    tell: Listener
    id: WorkerId = field(default_factory=lambda: WorkerId(new_id("worker")))
    _work: Work | None = None
    _going: threading.Event = field(default_factory=threading.Event)  # set: take no more
    _over: threading.Event = field(default_factory=threading.Event)  # set: nothing is under way any more

    def run(self, open_journal: Callable[[WorkerId, Body], Journal], *, once: bool = False) -> None:
        """Work until told to go; once: until there is nothing to do."""
        now = self.queue.clock.now()
        row = WorkerRow(
            id=self.id, started_at=now, beat_at=now, abreast=1, kinds=",".join(sorted(self.handlers))
        )
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
            self._take_turns(journal, once=once)
        finally:
            self._over.set()
            for thread in beside:
                thread.join(HOUSE)
            journal.close()
            self.queue.leave(self.id)
            self.tell("worker_gone", worker=self.id)

    def _take_turns(self, journal: Journal, *, once: bool) -> None:
        while not self._going.is_set():
            job = self.queue.claim(self.id, list(self.handlers))
            if job is not None:
                self._carry_out(job, journal)
            elif once and not self.queue.is_anything_open(list(self.handlers)):
                break
            else:
                self._going.wait(LOOK)

    def stop(self) -> None:
        """Take no more jobs. May be called from a signal handler."""
        self._going.set()

    def abandon(self) -> None:
        """Put the job under way back for another worker, whatever it is at; the process must then end at once."""
        if (work := self._work) is not None:
            work.lost = JobLostError()
            self.queue.give_back(work.job.id, self.id)
            self.queue.leave(self.id)

    def _carry_out(self, job: JobRow, journal: Journal) -> None:
        self._work = Work(job, self.id, self.queue, journal)
        try:
            journal.carry_out(job.id)
            journal.forget([job.id])
        except Exception as error:  # noqa: BLE001  the edge: the journal or the table could not be written
            self.tell("job_unwritten", job=job.id, fault=type(error).__name__)
            self._going.wait(HOUSE / 10)
            with suppress(Exception):
                self.queue.give_back(job.id, self.id)
        finally:
            self._work = None
            memory.give_back()

    def _body(self, id_: JobId) -> None:
        """Do one job from its first step, or from where it was; write down how it ended."""
        work = self._work
        if work is None or work.job.id != id_:
            return  # resumed for a worker that has let go of it meanwhile
        start, job = time.monotonic(), work.job
        self.tell("job_begun", job=id_, kind=job.kind, attempt=job.attempts)
        state, code, result = self._outcome(work)
        seconds = time.monotonic() - start
        if state is not None and self.queue.end(
            id_, self.id, state, code=code, result=result, seconds=seconds
        ):
            self.tell(
                "job_ended", job=id_, kind=job.kind, state=state, code=code or "", seconds=round(seconds, 3)
            )

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
            self.tell("job_broken", job=work.job.id, kind=work.job.kind, fault=type(error).__name__)
            return JobState.PARKED, BROKEN, None

    def _beat(self, row: WorkerRow) -> None:
        """Say that we live, take back what dead workers had, and hear whether our own job shall stop."""
        every = self.queue.limits.dead_after.total_seconds() / BEATS
        beaten = time.monotonic()
        while not self._over.wait(every / 4):
            with suppress(Exception):  # a full disk, a database that restarts: the next beat may go through
                if time.monotonic() - beaten >= every:
                    self.queue.beat(row)
                    beaten = time.monotonic()
                    for job in self.queue.reap():
                        self.tell("job_taken_back", job=job.id, kind=job.kind, attempt=job.attempts)
                self._listen()

    def _listen(self) -> None:
        if (work := self._work) is not None:
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
