"""Who may be shown together: for each person of a group one row, with their own yes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.ids import GroupId, SitterId
from fenshen.store.tables import together


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherRow:
    """One person's part in one group."""

    id: str
    group: GroupId
    sitter: SitterId
    people: int  # of the group, when it was proposed: who is gone is missed
    templates: str  # names, with commas
    proposed_at: datetime
    expires_at: datetime
    agreed_at: datetime | None = None
    language: str | None = None  # of the words that were agreed to
    words_sha256: str | None = None  # of these exact words


def add(connection: Connection, row: TogetherRow) -> None:
    """Note one person's part in a group that is proposed."""
    values = {column.name: getattr(row, column.name) for column in together.columns}
    connection.execute(insert(together).values(values))


def agree(
    connection: Connection,
    group: GroupId,
    sitter: SitterId,
    *,
    now: datetime,
    language: str,
    words_sha256: str,
) -> int:
    """Note somebody's yes; give for how many rows, which is 0 when they do not belong to the group."""
    theirs = update(together).where(together.c.group == group, together.c.sitter == sitter)
    return connection.execute(
        theirs.values(agreed_at=now, language=language, words_sha256=words_sha256)
    ).rowcount


def of_group(connection: Connection, group: GroupId) -> list[TogetherRow]:
    """Give the rows of a group."""
    return _rows(connection, together.c.group == group)


def every(connection: Connection, sitter: SitterId) -> list[TogetherRow]:
    """Give a person's own rows, oldest first; nobody else's."""
    return _rows(connection, together.c.sitter == sitter)


def withdraw(connection: Connection, group: GroupId, sitter: SitterId) -> int:
    """Take somebody out of a group, which is then whole no more; give how many rows went."""
    theirs = delete(together).where(together.c.group == group, together.c.sitter == sitter)
    return connection.execute(theirs).rowcount


def forget(connection: Connection, sitter: SitterId) -> int:
    """Forget all groups of a person; give how many rows went. Scrub the store afterwards."""
    return connection.execute(delete(together).where(together.c.sitter == sitter)).rowcount


def forget_old(connection: Connection, now: datetime) -> int:
    """Forget groups whose time is over; give how many rows went."""
    return connection.execute(delete(together).where(together.c.expires_at <= now)).rowcount


def _rows(connection: Connection, which: object) -> list[TogetherRow]:
    query = select(together).where(which).order_by(together.c.proposed_at, together.c.id)  # type: ignore[arg-type]
    return [TogetherRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way
