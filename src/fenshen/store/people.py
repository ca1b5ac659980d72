"""Forget a person: every table that names a sitter, in one place."""

from sqlalchemy import Connection, Table, delete, func, select, update

from fenshen.ids import SitterId
from fenshen.store.tables import consents, doubles, metadata, receipts

BELONG = (consents, doubles)  # rows that go with the person
ANONYMISED = (receipts,)  # rows that stay, with the person's id removed


def known(connection: Connection, sitter: SitterId) -> bool:
    """Tell whether any table names this sitter."""
    return any(rows(connection, table, sitter) for table in tables_with_people())


def rows(connection: Connection, table: Table, sitter: SitterId) -> int:
    """Count the rows of a table that name this sitter."""
    counted = connection.execute(select(func.count()).select_from(table).where(table.c.sitter == sitter))
    return int(counted.scalar_one())


def forget(connection: Connection, sitter: SitterId) -> None:
    """Delete the sitter's rows, and take the sitter's id out of those that stay. Scrub the store afterwards."""
    for table in BELONG:
        connection.execute(delete(table).where(table.c.sitter == sitter))
    for table in ANONYMISED:
        connection.execute(update(table).where(table.c.sitter == sitter).values(sitter=None))


def tables_with_people() -> list[Table]:
    """Give every table that has a column for a sitter."""
    return [table for table in metadata.sorted_tables if "sitter" in table.c]
