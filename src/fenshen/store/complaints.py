"""Rows of complaints: when, about what, until when they must be answered. The words are sealed in the vault."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.ids import AccountId, ComplaintId
from fenshen.store.account_tables import complaints


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintRow:
    """One complaint or report."""

    id: ComplaintId
    account: AccountId | None
    topic: str
    state: str
    code_hash: str
    at: datetime
    due_at: datetime
    answered_at: datetime | None = None


def add(connection: Connection, row: ComplaintRow) -> None:
    """Note a complaint."""
    connection.execute(insert(complaints).values(asdict(row)))


def get(connection: Connection, id_: ComplaintId) -> ComplaintRow | None:
    """Give one complaint."""
    found = connection.execute(select(complaints).where(complaints.c.id == id_)).first()
    return ComplaintRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def every(connection: Connection, *, account: AccountId | None = None) -> list[ComplaintRow]:
    """Give all complaints, or those of one account, the most pressing first."""
    query = select(complaints).order_by(complaints.c.answered_at.is_not(None), complaints.c.due_at)
    if account is not None:
        query = query.where(complaints.c.account == account)
    return [ComplaintRow(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def answered(connection: Connection, id_: ComplaintId, state: str, now: datetime) -> None:
    """Note that a complaint was answered."""
    connection.execute(update(complaints).where(complaints.c.id == id_).values(state=state, answered_at=now))


def answered_before(connection: Connection, moment: datetime) -> list[ComplaintRow]:
    """Give the complaints that were answered before a moment."""
    query = select(complaints).where(complaints.c.answered_at < moment)
    return [ComplaintRow(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def remove(connection: Connection, id_: ComplaintId) -> None:
    """Strike a complaint off. One that is not there is fine."""
    connection.execute(delete(complaints).where(complaints.c.id == id_))
