"""Which sitter agreed to what, in which words, and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from fenshen.ids import ConsentId, SitterId
from fenshen.store.tables import consents


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One consent to one purpose."""

    id: ConsentId
    sitter: SitterId
    purpose: str
    language: str  # of the notice shown
    notice_sha256: str  # of its exact words
    is_adult: bool
    is_self: bool  # else: whoever agreed said that the sitter told them so
    granted_at: datetime
    withdrawn_at: datetime | None = None


def add(connection: Connection, row: ConsentRow) -> None:
    """Remember a consent."""
    values = {column.name: getattr(row, column.name) for column in consents.columns}
    connection.execute(insert(consents).values(values))


def standing(connection: Connection, sitter: SitterId, purpose: str) -> ConsentRow | None:
    """Give the newest consent of a sitter to one purpose that was not withdrawn."""
    found = [row for row in every(connection, sitter) if row.purpose == purpose and row.withdrawn_at is None]
    return found[-1] if found else None


def every(connection: Connection, sitter: SitterId) -> list[ConsentRow]:
    """Give all consents of a sitter, withdrawn ones too, oldest first."""
    query = select(consents).where(consents.c.sitter == sitter).order_by(consents.c.granted_at, consents.c.id)
    return [ConsentRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def withdraw(connection: Connection, sitter: SitterId, purposes: frozenset[str], now: datetime) -> int:
    """Mark consents as withdrawn; give how many were standing."""
    standing_ones = update(consents).where(
        consents.c.sitter == sitter, consents.c.purpose.in_(purposes), consents.c.withdrawn_at.is_(None)
    )
    return connection.execute(standing_ones.values(withdrawn_at=now)).rowcount


def forget(connection: Connection, sitter: SitterId) -> int:
    """Delete all rows of a sitter; give how many. Scrub the store afterwards."""
    return connection.execute(delete(consents).where(consents.c.sitter == sitter)).rowcount


def sitters(connection: Connection, *, before: datetime) -> list[SitterId]:
    """Give the sitters whose every consent was given before a moment."""
    newest = func.max(consents.c.granted_at)
    query = select(consents.c.sitter).group_by(consents.c.sitter).having(newest < before)
    return [SitterId(sitter) for sitter in connection.execute(query).scalars()]
