"""What opens an account besides the browser it began in."""

from sqlalchemy import Connection, exists, or_, select

from fenshen.ids import AccountId
from fenshen.store import account_tables as t


def has_credential(connection: Connection, account: AccountId) -> bool:
    """Tell whether anything opens an account: a passkey, a password, an account elsewhere."""
    tables = (t.passkeys, t.passwords, t.identities)
    there = or_(*(exists().where(table.c.account == account) for table in tables))
    return bool(connection.execute(select(there)).scalar())
