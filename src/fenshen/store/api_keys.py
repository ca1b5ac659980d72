"""Rows of API keys: whose, for what, until when. Of the key itself its hash only."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.ids import AccountId
from fenshen.store.account_tables import api_keys


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """One API key."""

    id: str
    account: AccountId
    hash: str
    scopes: str  # with commas
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


def add(connection: Connection, row: KeyRow) -> None:
    """Note a new key."""
    connection.execute(insert(api_keys).values(asdict(row)))


def by_hash(connection: Connection, digest: str) -> KeyRow | None:
    """Give the key with this hash."""
    found = connection.execute(select(api_keys).where(api_keys.c.hash == digest)).first()
    return KeyRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def find(connection: Connection, id_: str) -> KeyRow | None:
    """Give one key by its id, which opens nothing."""
    found = connection.execute(select(api_keys).where(api_keys.c.id == id_)).first()
    return KeyRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def every(connection: Connection, account: AccountId) -> list[KeyRow]:
    """Give an account's keys, the newest first."""
    query = select(api_keys).where(api_keys.c.account == account).order_by(api_keys.c.created_at.desc())
    return [KeyRow(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def used(connection: Connection, id_: str, now: datetime) -> None:
    """Note that a key was used."""
    connection.execute(update(api_keys).where(api_keys.c.id == id_).values(used_at=now))


def remove(connection: Connection, id_: str) -> None:
    """Delete a key. One that is not there is fine."""
    connection.execute(delete(api_keys).where(api_keys.c.id == id_))
