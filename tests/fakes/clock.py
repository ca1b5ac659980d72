"""A clock for tests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass
class FakeClock:
    """Stands still at noon until it is told to move; refuses to go back, as time does."""

    moment: datetime = NOON

    def now(self) -> datetime:
        """Give the present moment of this test."""
        return self.moment

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        assert by >= timedelta(0), "time does not go back"
        self.moment += by
