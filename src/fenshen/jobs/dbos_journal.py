"""The journal kept by DBOS Transact, in SQLite below home or in Postgres. See docs/decisions/0030.

Every process has an executor id of its own: two with one id would run each other's work. A job of a dead worker is
resumed onto the queue of the worker that claimed it, which is public and which nobody else listens to; ``Queue.claim``
made sure that there is only one. Nothing is sent anywhere: no conductor, no telemetry.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from fenshen.errors import FenshenError
from fenshen.ids import JobId, WorkerId
from fenshen.jobs.journal import Body, Journal, Json
from fenshen.settings import Settings
from fenshen.store import disk

VERSION: Final = "1"  # constant: a job that waits through an update must still be taken up
TRIES, PAUSE = 3, 1.0  # of a step that fails for a passing reason; seconds, doubled each time
POLL: Final = 0.2  # seconds
ENDED: Final = frozenset({"SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"})
MOST_KNOWN: Final = 1000  # jobs looked at in one go


class DbosJournal:
    """One process's access to the journal. There can be only one in a process."""

    def __init__(self, address: str, worker: WorkerId, body: Body) -> None:
        """Open, or make, the journal at a database address (sqlite:///… or postgresql://…)."""
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # it would print inputs and traces
        config = DBOSConfig(
            name="fenshen",
            system_database_url=address,
            executor_id=worker,
            application_version=VERSION,
            log_level="CRITICAL",
            serializer=DBOSPortableJSONSerializer(),
            use_listen_notify=False,
            notification_listener_polling_interval_sec=POLL,
        )
        DBOS(config=config)
        self._mine = f"worker_{worker}"

        @DBOS.workflow(name="job")
        def job(id_: str) -> None:
            body(JobId(id_))

        self._job = job
        DBOS.listen_queues([self._mine])
        DBOS.launch()
        DBOS.register_queue(self._mine, polling_interval_sec=POLL)  # ``Queue.claim`` says how many at a time

    def carry_out(self, job: JobId) -> None:
        """Run the body for a job, or go on with it where a dead worker left it."""
        known = DBOS.get_workflow_status(job)
        if (
            known is not None and known.status in ENDED
        ):  # its worker let go of it; the queue says that it is not done
            DBOS.delete_workflow(job)
            known = None
        if known is None:
            with SetWorkflowID(job):
                handle = DBOS.start_workflow(self._job, job)
        else:
            handle = DBOS.resume_workflow(job, queue_name=self._mine)
        handle.get_result(polling_interval_sec=POLL)

    def once(self, name: str, act: Callable[[], Json]) -> Json:
        """Do a step unless it was done. See ``Journal.once``."""
        given: Any = DBOS.run_step(
            {
                "name": name,
                "retries_allowed": True,
                "max_attempts": TRIES,
                "interval_seconds": PAUSE,
                "should_retry": may_pass,
            },
            act,
        )
        return dict(given)

    def known(self) -> list[JobId]:
        """Give the jobs of which something is remembered, the oldest first."""
        found = DBOS.list_workflows(limit=MOST_KNOWN, load_input=False, load_output=False)
        return [JobId(each.workflow_id) for each in found]

    def forget(self, jobs: list[JobId]) -> None:
        """Delete what is remembered of jobs that have ended."""
        if jobs:
            DBOS.delete_workflows(list(jobs))

    def close(self) -> None:
        """Let go. The queue of this worker goes with it."""
        with suppress(Exception):  # at the edge: whatever it says, we are going home
            DBOS.delete_queue(self._mine)
        with suppress(Exception):
            DBOS.destroy(workflow_completion_timeout_sec=0)


def may_pass(error: BaseException) -> bool:
    """Tell whether to try again: not what was decided, and not what a person must do something about."""
    return not isinstance(error, FenshenError) or error.retry


def open_journal(settings: Settings) -> Callable[[WorkerId, Body], Journal]:
    """Give how to open the journal of a studio: in its Postgres database, or in a file of its own below home."""
    if settings.database:
        return partial(DbosJournal, settings.database)
    path = disk.private_folder(settings.home) / "journal.db"
    path.touch(disk.PRIVATE_FILE)
    return partial(DbosJournal, f"sqlite:///{path}")
