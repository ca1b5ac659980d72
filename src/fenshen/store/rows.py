"""All rows of all tables, by whom they are about, as JSON: for backups. Knows columns, not what they mean."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, DateTime, LargeBinary, Table, delete, insert, literal, select

from fenshen.errors import FenshenError
from fenshen.store.tables import UtcDateTime, metadata

STAYS_TRUE = frozenset({"receipts"})  # that one was given, also when nobody may know to whom any more
PASSING = frozenset(
    {"jobs", "workers", "albums", "album_photos", "sessions", "ceremonies", "replies", "buckets", "together"}
    | {"invitations", "seats"}
)  # of work and visits under way: brought back they would wait for photos, or open doors, that are gone; and a yes
# to be shown together, which may have been taken back since
ENTRIES, HEADS = "audit_entries", "audit_heads"
LOG = frozenset({ENTRIES, "audit_nodes", HEADS})  # only ever added to, also by a restore
Row = dict[str, Any]
Rows = dict[str, list[Row]]  # by table


class LogForkedError(FenshenError):
    """The log here and the log in the backup tell different stories; neither may be rewritten. Facts: ``table``."""

    code = "log_forked"


def by_sitter(connection: Connection) -> tuple[dict[str, Rows], Rows]:
    """Give the rows of each sitter, and those of nobody.

    Rows of STAYS_TRUE are also among nobody's, without their sitter; those of PASSING are left out.
    """
    people: dict[str, Rows] = {}
    nobody: Rows = {}
    for table in (each for each in metadata.sorted_tables if each.name not in PASSING):
        for found in connection.execute(select(table).order_by(*table.primary_key.columns)):
            row = {name: _plain(value) for name, value in found._mapping.items()}  # noqa: SLF001  SQLAlchemy's way
            sitter = row.get("sitter")
            if sitter is not None:
                people.setdefault(sitter, {}).setdefault(table.name, []).append(row)
            if sitter is None or table.name in STAYS_TRUE:
                nobody.setdefault(table.name, []).append({**row, "sitter": None} if sitter else row)
    return people, nobody


def add_missing(connection: Connection, rows: Rows) -> dict[str, int]:
    """Insert the rows whose key is not there yet; what is there is never touched. Give how many, by table."""
    added = {name: _insert_missing(connection, metadata.tables[name], rows[name]) for name in _in_order(rows)}
    return {name: count for name, count in added.items() if count}


def extend_log(connection: Connection, rows: Rows) -> None:
    """Bring the audit log forward: the longer of the two stays, when the shorter one is its beginning.

    Raises LogForkedError, having changed nothing, when one is not the other's beginning.
    """
    entries = metadata.tables[ENTRIES]
    here = {row["n"]: row["body"] for row in _all(connection, entries)}
    theirs = {row["n"]: row["body"] for row in rows.get(ENTRIES, ())}
    if any(here[n] != theirs[n] for n in here.keys() & theirs.keys()):
        raise LogForkedError(table=ENTRIES)
    if len(theirs) > len(here):
        connection.execute(delete(metadata.tables[HEADS]))  # one row: the newest
        add_missing(connection, {name: rows.get(name, []) for name in LOG})


def without_log(rows: Rows) -> Rows:
    """Give the rows of all tables but those of the audit log."""
    return {name: rows[name] for name in rows if name not in LOG}


def count_people(connection: Connection) -> int:
    """Count the sitters of whom there is any row."""
    tables = [table for table in metadata.sorted_tables if "sitter" in table.c]
    found = (connection.execute(select(table.c.sitter).distinct()).scalars() for table in tables)
    return len({sitter for sitters in found for sitter in sitters if sitter is not None})


def _insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    return _insert(connection, table, [row for row in rows if not _is_there(connection, table, row)])


def _is_there(connection: Connection, table: Table, row: Row) -> bool:
    same = [column == _value(table, column.name, row[column.name]) for column in table.primary_key.columns]
    return connection.execute(select(literal(1)).select_from(table).where(*same)).first() is not None


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> int:
    if rows:
        connection.execute(insert(table), [_typed(table, row) for row in rows])
    return len(rows)


def _all(connection: Connection, table: Table) -> Iterable[Row]:
    for found in connection.execute(select(table)):
        yield {name: _plain(value) for name, value in found._mapping.items()}  # noqa: SLF001  SQLAlchemy's way


def _in_order(rows: Mapping[str, object]) -> list[str]:
    """Give the tables we know, parents before their children."""
    return [table.name for table in metadata.sorted_tables if table.name in rows]


def _plain(value: Any) -> Any:
    """Turn what JSON does not know into text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _typed(table: Table, row: Row) -> Row:
    """Turn text back into what the column holds. A column that this release no longer has is left out."""
    return {name: _value(table, name, value) for name, value in row.items() if name in table.c}


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if not isinstance(value, str):
        return value
    if isinstance(kind, UtcDateTime | DateTime):
        return datetime.fromisoformat(value)
    return base64.b64decode(value) if isinstance(kind, LargeBinary) else value
