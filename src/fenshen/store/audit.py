"""The rows of the audit log: its entries, the hashes of its Merkle tree, its newest signed head.

Nothing here is ever updated or deleted but the head, which gives way to the next.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, or_, select, text

from fenshen.store.tables import audit_entries, audit_heads, audit_nodes

Place = tuple[int, int]  # level, index
LOCK = 0x466E7368  # one number for all who append to the log of one database


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRow:
    """A signed tree head, as kept."""

    size: int
    root: str
    at: str
    key: str
    sig: str


def alone(connection: Connection) -> None:
    """See that nobody else appends until this transaction ends.

    SQLite's transactions here begin as writers, one at a time (see ``database``); other databases get a lock.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def heads(connection: Connection) -> list[HeadRow]:
    """Give every kept head: one, or none when nothing was ever entered. More is damage."""
    found = connection.execute(select(audit_heads))
    return [HeadRow(**row._mapping) for row in found]  # noqa: SLF001  SQLAlchemy's way


def add(connection: Connection, n: int, body: str, nodes: Mapping[Place, bytes], head: HeadRow) -> None:
    """Keep a new entry, the places it completed, and the head that covers it."""
    connection.execute(insert(audit_entries).values(n=n, body=body))
    rows = [{"level": level, "n": at, "hash": value.hex()} for (level, at), value in nodes.items()]
    connection.execute(insert(audit_nodes), rows)
    connection.execute(delete(audit_heads))
    values = {column.name: getattr(head, column.name) for column in audit_heads.columns}
    connection.execute(insert(audit_heads).values(values))


def nodes(connection: Connection, wanted: Collection[Place]) -> dict[Place, str]:
    """Give the hashes at some places; one that is missing is left out."""
    if not wanted:
        return {}
    columns = audit_nodes.c
    each = (and_(columns.level == level, columns.n == at) for level, at in sorted(set(wanted)))
    query = select(columns.level, columns.n, columns.hash).where(or_(*each))
    return {(level, at): value for level, at, value in connection.execute(query)}


def every_entry(connection: Connection) -> list[tuple[int, str]]:
    """Give number and text of every entry, in order."""
    query = select(audit_entries.c.n, audit_entries.c.body).order_by(audit_entries.c.n)
    return [(n, body) for n, body in connection.execute(query).all()]


def every_node(connection: Connection) -> list[tuple[int, int, str]]:
    """Give level, index and hash of every place, level by level."""
    columns = audit_nodes.c
    query = select(columns.level, columns.n, columns.hash).order_by(columns.level, columns.n)
    return [(level, n, value) for level, n, value in connection.execute(query).all()]
