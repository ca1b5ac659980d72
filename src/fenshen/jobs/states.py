"""What a job is, which moves it may make, and what can be wrong with one."""

from enum import StrEnum
from typing import Final

from fenshen.errors import FenshenError


class JobKind(StrEnum):
    """What a worker can be asked for."""

    DOUBLE = "double"
    REDO = "redo"
    PORTRAITS = "portraits"
    PREVIEWS = "previews"
    GROUP = "group"
    EXPORT = "export"  # a copy of all that is kept of somebody, to take away
    WEBHOOK = "webhook"  # tells a program of an account that something happened


class JobState(StrEnum):
    """Where a job stands. The last four are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"  # refused for a reason that the person can do something about
    PARKED = "parked"  # the studio's own fault, tried often enough; whoever asked is owed one
    CANCELLED = "cancelled"


NEXT: Final = {
    JobState.WAITING: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset(
        {JobState.DONE, JobState.FAILED, JobState.PARKED, JobState.CANCELLED, JobState.WAITING}
    ),
    JobState.DONE: frozenset[JobState](),
    JobState.FAILED: frozenset[JobState](),
    JobState.PARKED: frozenset[JobState](),
    JobState.CANCELLED: frozenset[JobState](),
}
OPEN: Final = frozenset({JobState.WAITING, JobState.RUNNING})
WITH_PHOTOS: Final = frozenset({JobKind.DOUBLE, JobKind.REDO})  # whose photos wait with them, sealed
POISONED: Final = "job_poisoned"  # code of a job that killed every worker that took it up
BROKEN: Final = "job_undone"  # code of a job that the studio could not do, for no fault of its photos


class QueueFullError(FenshenError):
    """It would not be ready soon enough to be promised; nothing was taken. Facts: ``minutes``, ``limit``."""

    code, retry = "queue_full", True


class TooManyJobsError(FenshenError):
    """One account has as much in the queue as it may. Facts: ``open``, ``limit``."""

    code, retry = "too_many_jobs", True


class LaneUnservedError(FenshenError):
    """No machine that could do it is at work; nothing was taken. Facts: ``lane``."""

    code, retry = "lane_unserved", True


class JobStoppedError(FenshenError):
    """The job was asked to stop, or the person it is for is gone."""

    code = "job_stopped"


class JobLostError(FenshenError):
    """Another worker has taken the job over; what this one still does must not be seen."""

    code = "job_lost"


def sources(target: JobState) -> frozenset[JobState]:
    """Give the states from which a job may move to another."""
    return frozenset(state for state, targets in NEXT.items() if target in targets)
