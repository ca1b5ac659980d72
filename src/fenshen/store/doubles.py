"""The register of doubles: which there are, whose, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, insert, select, update

from fenshen.errors import NotFoundError
from fenshen.ids import DoubleId, SitterId
from fenshen.store.tables import doubles

IDLE_DAYS = 30  # a double nobody used for so long is destroyed, unless its sitter chose another time
MOST_IDLE_DAYS = 365


class DoubleState(StrEnum):
    """What a double may be. A double that is no longer live has no row."""

    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubleRow:
    """What the register knows of one double: numbers and moments, nothing of the face."""

    id: DoubleId
    sitter: SitterId
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    idle_days: int
    takes: int
    format_version: int
    state: DoubleState
    photo_set: str | None  # keyed mark of the photos it was made of


def new(
    id_: DoubleId,
    sitter: SitterId,
    now: datetime,
    *,
    takes: int,
    format_version: int,
    idle_days: int = IDLE_DAYS,
    photo_set: str | None = None,
) -> DoubleRow:
    """Describe a double made just now, to expire when nobody uses it for ``idle_days``."""
    return DoubleRow(
        id=id_,
        sitter=sitter,
        created_at=now,
        expires_at=now + timedelta(days=idle_days),
        last_used_at=now,
        idle_days=idle_days,
        takes=takes,
        format_version=format_version,
        state=DoubleState.LIVE,
        photo_set=photo_set,
    )


def add(connection: Connection, row: DoubleRow) -> None:
    """Register a double."""
    values = {column.name: getattr(row, column.name) for column in doubles.columns}
    connection.execute(insert(doubles).values(values))


def get(connection: Connection, id_: DoubleId) -> DoubleRow:
    """Give one double. Raises NotFoundError."""
    if (row := find(connection, id_)) is None:
        raise NotFoundError(kind="double", id=id_)
    return row


def find(connection: Connection, id_: DoubleId) -> DoubleRow | None:
    """Give one double, or None."""
    found = connection.execute(select(doubles).where(doubles.c.id == id_)).one_or_none()
    return None if found is None else _row(found)


def made_of(connection: Connection, photo_set: str) -> DoubleRow | None:
    """Give the double that was made of these very photos, if there is one."""
    query = select(doubles).where(doubles.c.photo_set == photo_set).order_by(doubles.c.created_at.desc())
    found = connection.execute(query.limit(1)).one_or_none()
    return None if found is None else _row(found)


def used(connection: Connection, id_: DoubleId, now: datetime) -> None:
    """Note that a double was used, which puts its expiry off. Raises NotFoundError."""
    expires_at = now + timedelta(days=get(connection, id_).idle_days)
    connection.execute(
        update(doubles).where(doubles.c.id == id_).values(last_used_at=now, expires_at=expires_at)
    )


def keep_for(connection: Connection, id_: DoubleId, idle_days: int, now: datetime) -> None:
    """Set how long a double may lie unused, counted from now. Raises NotFoundError."""
    get(connection, id_)
    values = {"idle_days": idle_days, "expires_at": now + timedelta(days=idle_days)}
    connection.execute(update(doubles).where(doubles.c.id == id_).values(values))


def every(connection: Connection, *, sitter: SitterId | None = None) -> list[DoubleRow]:
    """Give all doubles, or those of one sitter, oldest first."""
    query = select(doubles).order_by(doubles.c.created_at, doubles.c.id)
    if sitter is not None:
        query = query.where(doubles.c.sitter == sitter)
    return [_row(found) for found in connection.execute(query)]


def expired(connection: Connection, now: datetime) -> list[DoubleRow]:
    """Give the doubles whose time is over."""
    return [_row(found) for found in connection.execute(select(doubles).where(doubles.c.expires_at <= now))]


def remove(connection: Connection, id_: DoubleId) -> None:
    """Strike a double off the register. One that is not there is fine."""
    connection.execute(delete(doubles).where(doubles.c.id == id_))


def forget(connection: Connection, sitter: SitterId) -> int:
    """Delete all rows of a sitter; give how many. Scrub the store afterwards."""
    return connection.execute(delete(doubles).where(doubles.c.sitter == sitter)).rowcount


def _row(found: Row[tuple[object, ...]]) -> DoubleRow:
    fields = dict(found._mapping)  # noqa: SLF001  SQLAlchemy's public way to read a row by name
    return DoubleRow(**{**fields, "state": DoubleState(fields["state"])})
