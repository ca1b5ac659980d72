"""Rows of what opens an account: passkeys, passwords, accounts elsewhere; and questions that wait for an answer."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.ids import AccountId
from fenshen.store import account_tables as t


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRow:
    """A passkey's public half."""

    id: str
    account: AccountId
    public_key: bytes
    sign_count: int
    created_at: datetime
    used_at: datetime
    is_backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRow:
    """A password, by the keyed hash of the name it goes with."""

    login_hash: str
    account: AccountId
    hash: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityRow:
    """An account elsewhere that opens one here."""

    subject_hash: str
    account: AccountId
    provider: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CeremonyRow:
    """A question that one browser was asked."""

    id: str
    account: AccountId | None
    kind: str
    challenge: bytes
    at: datetime


def add_passkey(connection: Connection, row: PasskeyRow) -> None:
    """Note a passkey."""
    connection.execute(insert(t.passkeys).values(asdict(row)))


def passkey(connection: Connection, id_: str) -> PasskeyRow | None:
    """Give a passkey."""
    found = connection.execute(select(t.passkeys).where(t.passkeys.c.id == id_)).first()
    return PasskeyRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def passkeys_of(connection: Connection, account: AccountId) -> list[PasskeyRow]:
    """Give an account's passkeys, the oldest first."""
    query = select(t.passkeys).where(t.passkeys.c.account == account).order_by(t.passkeys.c.created_at)
    return [PasskeyRow(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def passkey_used(connection: Connection, id_: str, *, count: int, is_backed_up: bool, now: datetime) -> None:
    """Note that a passkey opened its account."""
    values = {"sign_count": count, "is_backed_up": is_backed_up, "used_at": now}
    connection.execute(update(t.passkeys).where(t.passkeys.c.id == id_).values(values))


def remove_passkey(connection: Connection, account: AccountId, id_: str) -> int:
    """Delete a passkey, if it is this account's; give how many went."""
    mine = (t.passkeys.c.account == account) & (t.passkeys.c.id == id_)
    return connection.execute(delete(t.passkeys).where(mine)).rowcount


def add_password(connection: Connection, row: PasswordRow) -> None:
    """Note a password; the one before it goes."""
    connection.execute(delete(t.passwords).where(t.passwords.c.account == row.account))
    connection.execute(insert(t.passwords).values(asdict(row)))


def password(connection: Connection, login_hash: str) -> PasswordRow | None:
    """Give the password that goes with a name."""
    found = connection.execute(select(t.passwords).where(t.passwords.c.login_hash == login_hash)).first()
    return PasswordRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def password_of(connection: Connection, account: AccountId) -> PasswordRow | None:
    """Give an account's password."""
    found = connection.execute(select(t.passwords).where(t.passwords.c.account == account)).first()
    return PasswordRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def rehash(connection: Connection, login_hash: str, *, old: str, new: str) -> None:
    """Keep the same password by a stronger hash, unless it was changed meanwhile."""
    same = (t.passwords.c.login_hash == login_hash) & (t.passwords.c.hash == old)
    connection.execute(update(t.passwords).where(same).values(hash=new))


def remove_password(connection: Connection, account: AccountId) -> int:
    """Delete an account's password; give how many went."""
    return connection.execute(delete(t.passwords).where(t.passwords.c.account == account)).rowcount


def add_identity(connection: Connection, row: IdentityRow) -> None:
    """Note an account elsewhere."""
    connection.execute(insert(t.identities).values(asdict(row)))


def identity(connection: Connection, subject_hash: str) -> IdentityRow | None:
    """Give what an account elsewhere opens."""
    query = select(t.identities).where(t.identities.c.subject_hash == subject_hash)
    found = connection.execute(query).first()
    return IdentityRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def identities_of(connection: Connection, account: AccountId) -> list[IdentityRow]:
    """Give the accounts elsewhere that open an account, the oldest first."""
    query = select(t.identities).where(t.identities.c.account == account).order_by(t.identities.c.created_at)
    return [IdentityRow(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def remove_identity(connection: Connection, account: AccountId, subject_hash: str) -> int:
    """Delete an account elsewhere, if it opens this account; give how many went."""
    mine = (t.identities.c.account == account) & (t.identities.c.subject_hash == subject_hash)
    return connection.execute(delete(t.identities).where(mine)).rowcount


def ask(connection: Connection, row: CeremonyRow) -> None:
    """Note a question."""
    connection.execute(insert(t.ceremonies).values(asdict(row)))


def answer(connection: Connection, id_: str) -> CeremonyRow | None:
    """Give a question and forget it: it is answered once."""
    found = connection.execute(select(t.ceremonies).where(t.ceremonies.c.id == id_)).first()
    if found is None:
        return None
    if connection.execute(delete(t.ceremonies).where(t.ceremonies.c.id == id_)).rowcount != 1:
        return None
    return CeremonyRow(**found._mapping)  # noqa: SLF001  SQLAlchemy's way


def move(connection: Connection, *, old: AccountId, new: AccountId) -> None:
    """Give what one account looks after to another: its people, their albums and jobs, its letters."""
    from fenshen.store.tables import jobs

    for table in (t.account_sitters, t.albums, t.complaints, jobs):
        connection.execute(update(table).where(table.c.account == old).values(account=new))
