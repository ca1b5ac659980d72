"""Time comes in as an argument, so that a test can say what day it is."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. ``now`` is aware, in UTC, and never goes back within one process."""

    def now(self) -> datetime:
        """Give the present moment."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Give the present moment, aware and in UTC."""
        return datetime.now(UTC)
