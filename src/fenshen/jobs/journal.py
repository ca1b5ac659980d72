"""The port to the engine that remembers which steps of a job were done.

``Queue`` decides who does which job; a journal only makes sure that a job which is taken up again goes on where it was.
"""

from collections.abc import Callable
from typing import Any, Protocol

from fenshen.ids import JobId

Json = dict[str, Any]  # ids and numbers: the journal lies in the clear
Body = Callable[[JobId], None]


class Journal(Protocol):
    """Runs the body of a job, and each of its steps once."""

    def carry_out(self, job: JobId) -> None:
        """Run the body for a job, or go on with it; return when it has ended. What the body raises is raised."""
        ...

    def once(self, name: str, act: Callable[[], Json]) -> Json:
        """Do a step of the job whose body calls this, unless it was done: then give what it gave.

        A step that was cut off is done again, so it must find its own traces. One that fails for a passing reason is
        tried again a few times.
        """
        ...

    def known(self) -> list[JobId]:
        """Give the jobs of which something is remembered."""
        ...

    def forget(self, jobs: list[JobId]) -> None:
        """Delete what is remembered of jobs that have ended."""
        ...

    def close(self) -> None:
        """Let go of threads and connections."""
        ...


class Unwritten:
    """A journal that remembers nothing: for tests, and for work that nobody will go on with."""

    def __init__(self, body: Body) -> None:
        """body: of every job."""
        self._body = body

    def carry_out(self, job: JobId) -> None:
        """Run the body."""
        self._body(job)

    def once(self, name: str, act: Callable[[], Json]) -> Json:  # noqa: ARG002
        """Do the step."""
        return act()

    def known(self) -> list[JobId]:
        """Give none."""
        return []

    def forget(self, jobs: list[JobId]) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""
