"""Applications to leave the visible label out: moments and codes. The recipient is sealed in the vault."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from fenshen.ids import ApplicationId, SitterId
from fenshen.store.tables import label_free


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRow:
    """One application, agreed to."""

    id: ApplicationId
    sitter: SitterId | None  # None once the sitter is erased
    at: datetime
    last_used_at: datetime
    purpose: str
    language: str  # of the duty that was accepted
    duty_sha256: str  # of its exact words


def add(connection: Connection, row: ApplicationRow) -> None:
    """Note an application."""
    values = {column.name: getattr(row, column.name) for column in label_free.columns}
    connection.execute(insert(label_free).values(values))


def every(connection: Connection, of: str | None = None) -> list[ApplicationRow]:
    """Give all applications, or those of a sitter, or the one with that id; oldest first."""
    query = select(label_free).order_by(label_free.c.at, label_free.c.id)
    if of is not None:
        query = query.where(or_(label_free.c.sitter == of, label_free.c.id == of))
    return [ApplicationRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def used(connection: Connection, id_: ApplicationId, now: datetime) -> None:
    """Note that a portrait without visible label is about to leave; the legal term begins anew."""
    connection.execute(update(label_free).where(label_free.c.id == id_).values(last_used_at=now))


def anonymise(connection: Connection, sitter: SitterId) -> int:
    """Take a sitter's id out of their applications; give out of how many. Scrub the store afterwards."""
    ours = update(label_free).where(label_free.c.sitter == sitter)
    return connection.execute(ours.values(sitter=None)).rowcount


def remove(connection: Connection, id_: ApplicationId) -> None:
    """Strike an application off. One that is not there is fine."""
    connection.execute(delete(label_free).where(label_free.c.id == id_))
