"""Which sitter agreed to what, in which words, and when; and what they said no to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from fenshen.ids import ConsentId, SitterId
from fenshen.store.tables import consents, refusals


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One consent to one purpose."""

    id: ConsentId
    sitter: SitterId
    purpose: str
    language: str  # of the notice shown
    notice_sha256: str  # of its exact words
    terms_sha256: str  # of what else binds: times and processors
    receipt: str
    age_band: str
    is_self: bool  # else: whoever agreed said that the sitter told them so
    granted_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalRow:
    """One no to one purpose."""

    id: str
    sitter: SitterId
    purpose: str
    refused_at: datetime


def add(connection: Connection, row: ConsentRow) -> None:
    """Remember a consent."""
    values = {column.name: getattr(row, column.name) for column in consents.columns}
    connection.execute(insert(consents).values(values))


def standing(connection: Connection, sitter: SitterId, purpose: str) -> list[ConsentRow]:
    """Give the consents of a sitter to one purpose that were not withdrawn, oldest first."""
    return [row for row in every(connection, sitter) if row.purpose == purpose and row.withdrawn_at is None]


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


def refuse(connection: Connection, row: RefusalRow) -> None:
    """Remember a no; an earlier one to the same purpose gives way to it."""
    take_back_refusals(connection, row.sitter, frozenset({row.purpose}))
    values = {column.name: getattr(row, column.name) for column in refusals.columns}
    connection.execute(insert(refusals).values(values))


def refused(connection: Connection, sitter: SitterId) -> list[RefusalRow]:
    """Give what a sitter said no to, oldest first."""
    query = select(refusals).where(refusals.c.sitter == sitter).order_by(refusals.c.refused_at, refusals.c.id)
    return [RefusalRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def take_back_refusals(connection: Connection, sitter: SitterId, purposes: frozenset[str]) -> int:
    """Forget a sitter's no to these purposes: they agreed after all. Gives how many there were."""
    ours = delete(refusals).where(refusals.c.sitter == sitter, refusals.c.purpose.in_(purposes))
    return connection.execute(ours).rowcount


def forget_refusals(
    connection: Connection, *, sitter: SitterId | None = None, before: datetime | None = None
) -> int:
    """Delete the refusals of a sitter, or all that are older than a moment; give how many."""
    query = delete(refusals)
    if sitter is not None:
        query = query.where(refusals.c.sitter == sitter)
    if before is not None:
        query = query.where(refusals.c.refused_at <= before)
    return connection.execute(query).rowcount
