"""Rows of answers to requests that may come twice: ids, codes and numbers, never words or faces."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.ids import AccountId
from fenshen.store.account_tables import replies


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRow:
    """One answer; status and body are empty while the request is under way."""

    id: str
    account: AccountId
    asked: str
    at: datetime
    status: int | None = None
    body: str | None = None


def find(connection: Connection, id_: str) -> ReplyRow | None:
    """Give an answer."""
    found = connection.execute(select(replies).where(replies.c.id == id_)).first()
    return ReplyRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def add(connection: Connection, row: ReplyRow) -> None:
    """Note that a request is under way."""
    connection.execute(insert(replies).values(asdict(row)))


def answered(connection: Connection, row: ReplyRow, *, status: int, body: str) -> None:
    """Note what was answered to the request that this row stands for."""
    mine = (replies.c.id == row.id) & (replies.c.at == row.at)
    connection.execute(update(replies).where(mine).values(status=status, body=body))


def remove(connection: Connection, id_: str) -> None:
    """Forget an answer. One that is not there is fine."""
    connection.execute(delete(replies).where(replies.c.id == id_))
