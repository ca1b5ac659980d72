"""Stand-ins for the world around vault and rights."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fenshen.ids import SitterId
from fenshen.rights import consent
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import Settings
from tests.fakes.clock import FakeClock


def settings_at(home: Path) -> Settings:
    return Settings(
        home=home, models=home / "models", key_file=home / "keys" / "kek", language="en", producer="test"
    )


def desk_at(home: Path, clock: FakeClock | None = None) -> Desk:
    return open_desk(settings_at(home), clock or FakeClock())


def agree(desk: Desk, sitter: SitterId, purposes: Collection[Purpose] = tuple(Purpose)) -> None:
    consent.grant(desk, sitter, purposes, adult=True, is_self=True, language="en")


def take_back(desk: Desk, sitter: SitterId, *purposes: Purpose) -> int:
    with desk.store.begin() as connection:
        return consent.take_back(connection, desk, sitter, purposes)


def unsafe_permit(purpose: Purpose, *, sitter: str = "sitter_test", now: datetime | None = None) -> Permit:
    """Make a permit nobody consented to: for tests of what comes after the permit was checked."""
    now = now or datetime.now(UTC)
    return Permit(
        sitter=SitterId(sitter),
        purpose=purpose,
        granted_at=now,
        expires_at=now + timedelta(hours=1),
        maker=consent._MAKER,
    )
