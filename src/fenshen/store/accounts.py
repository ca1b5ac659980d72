"""Rows of accounts, of the sessions that are open, and of whose faces an account looks after."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.ids import AccountId, SitterId
from fenshen.store import account_tables as t

OF_ACCOUNT = (
    t.sessions, t.passkeys, t.passwords, t.identities, t.api_keys, t.replies, t.ceremonies, t.webhooks,
    t.events,
)  # what dies with an account, besides its sitters and its complaints  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """Somebody who may come in."""

    id: AccountId
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A sitter whom an account looks after."""

    id: SitterId
    account: AccountId
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A browser that is signed in."""

    id: str
    account: AccountId
    created_at: datetime
    seen_at: datetime
    proved_at: datetime | None = None


def add(connection: Connection, row: AccountRow) -> None:
    """Note a new account."""
    connection.execute(insert(t.accounts).values(asdict(row)))


def find(connection: Connection, account: AccountId) -> AccountRow | None:
    """Give an account."""
    found = connection.execute(select(t.accounts).where(t.accounts.c.id == account)).first()
    return AccountRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def seen(connection: Connection, account: AccountId, now: datetime) -> None:
    """Note that somebody was here."""
    connection.execute(update(t.accounts).where(t.accounts.c.id == account).values(seen_at=now))


def idle_since(connection: Connection, before: datetime) -> list[AccountId]:
    """Give the accounts that look after nobody and were not used since a moment."""
    looking_after = select(t.account_sitters.c.account)
    query = select(t.accounts.c.id).where(
        t.accounts.c.seen_at < before, t.accounts.c.id.not_in(looking_after)
    )
    return list(connection.execute(query).scalars())


def remove(connection: Connection, account: AccountId) -> None:
    """Delete an account and all that opens it. One that is not there is fine. Scrub the store afterwards."""
    for table in OF_ACCOUNT:
        connection.execute(delete(table).where(table.c.account == account))
    connection.execute(delete(t.accounts).where(t.accounts.c.id == account))


def look_after(connection: Connection, account: AccountId, sitter: SitterId, now: datetime) -> None:
    """Note whose account a sitter's is."""
    connection.execute(insert(t.account_sitters).values(sitter=sitter, account=account, since=now))


def account_of(connection: Connection, sitter: SitterId) -> AccountId | None:
    """Give the account that looks after a sitter."""
    query = select(t.account_sitters.c.account).where(t.account_sitters.c.sitter == sitter)
    return connection.execute(query).scalar()


def sitters_of(connection: Connection, account: AccountId) -> list[SitterId]:
    """Give the sitters an account looks after, in the order they came."""
    query = select(t.account_sitters.c.sitter).where(t.account_sitters.c.account == account)
    return list(connection.execute(query.order_by(t.account_sitters.c.since)).scalars())


def links_of(connection: Connection, sitter: SitterId) -> list[LinkRow]:
    """Give which account looks after a sitter, as a list of one or none."""
    query = select(t.account_sitters).where(t.account_sitters.c.sitter == sitter)
    return [LinkRow(id=row.sitter, account=row.account, since=row.since) for row in connection.execute(query)]


def unlink(connection: Connection, sitter: SitterId) -> int:
    """Forget whose account a sitter's is; give how many rows went."""
    return connection.execute(delete(t.account_sitters).where(t.account_sitters.c.sitter == sitter)).rowcount


def open_session(connection: Connection, row: SessionRow) -> None:
    """Note a new session."""
    connection.execute(insert(t.sessions).values(asdict(row)))


def session(connection: Connection, id_: str) -> SessionRow | None:
    """Give an open session."""
    found = connection.execute(select(t.sessions).where(t.sessions.c.id == id_)).first()
    return SessionRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def sessions_of(connection: Connection, account: AccountId) -> list[SessionRow]:
    """Give an account's open sessions, the newest first."""
    query = select(t.sessions).where(t.sessions.c.account == account).order_by(t.sessions.c.seen_at.desc())
    return [SessionRow(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def touch_session(
    connection: Connection, id_: str, *, now: datetime, proved_at: datetime | None = None
) -> None:
    """Note that a session is in use, and that it showed a credential."""
    values: dict[str, datetime] = {"seen_at": now} | ({"proved_at": proved_at} if proved_at else {})
    connection.execute(update(t.sessions).where(t.sessions.c.id == id_).values(values))


def end_sessions(connection: Connection, account: AccountId, *, but: Sequence[str] = ()) -> int:
    """End an account's sessions, some excepted; give how many."""
    mine = (t.sessions.c.account == account) & t.sessions.c.id.not_in(but)
    return connection.execute(delete(t.sessions).where(mine)).rowcount


def end_session(connection: Connection, id_: str) -> None:
    """End one session. One that has ended is fine."""
    connection.execute(delete(t.sessions).where(t.sessions.c.id == id_))
