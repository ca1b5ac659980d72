"""Orders to destroy: promised, begun, not certified yet. A killed run's are finished by the next start."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.ids import ReceiptId, SitterId
from fenshen.store.tables import erasure_items, erasures


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRow:
    """One order."""

    id: str
    sitter: SitterId | None  # None when all is gone and only the receipt is to be signed
    subject: str  # the sitter's pseudonym in receipts
    scope: str  # "person", a class of blobs, or a double's id
    reason: str  # name of `erasure.Reason`
    receipt: ReceiptId  # that will certify it
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """What an order found: a kind's objects (no ``key_id``), or one key that is to die."""

    kind: str
    key_id: str = ""
    count: int = 0
    bytes: int = 0


def add(connection: Connection, row: ErasureRow) -> None:
    """Remember an order."""
    values = {column.name: getattr(row, column.name) for column in erasures.columns}
    connection.execute(insert(erasures).values(values))


def every(connection: Connection, *, sitter: SitterId | None = None) -> list[ErasureRow]:
    """Give all open orders, or those for one sitter, oldest first."""
    query = select(erasures).order_by(erasures.c.begun_at, erasures.c.id)
    if sitter is not None:
        query = query.where(erasures.c.sitter == sitter)
    return [ErasureRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def get(connection: Connection, id_: str) -> ErasureRow | None:
    """Give one order; None when it is certified by now."""
    found_ = connection.execute(select(erasures).where(erasures.c.id == id_)).one_or_none()
    return None if found_ is None else ErasureRow(**found_._mapping)  # noqa: SLF001  SQLAlchemy's way


def anonymise(connection: Connection, id_: str) -> None:
    """Take the sitter out of an order whose every object is gone."""
    connection.execute(update(erasures).where(erasures.c.id == id_).values(sitter=None))


def note(connection: Connection, erasure: str, items: Iterable[ItemRow]) -> None:
    """Note what an order found, beside what it found before it was cut off; larger counts win."""
    known = {(item.kind, item.key_id): item for item in found(connection, erasure)}
    for item in items:
        old = known.get((item.kind, item.key_id))
        if old is None or (item.count, item.bytes) > (old.count, old.bytes):
            _forget_item(connection, erasure, item)
            values = {
                "erasure": erasure, "kind": item.kind, "key_id": item.key_id,
                "count": item.count, "bytes": item.bytes,
            }  # fmt: skip
            connection.execute(insert(erasure_items).values(values))


def found(connection: Connection, erasure: str) -> list[ItemRow]:
    """Give what an order found."""
    columns = [erasure_items.c[name] for name in ("kind", "key_id", "count", "bytes")]
    query = select(*columns).where(erasure_items.c.erasure == erasure).order_by(*columns[:2])
    return [ItemRow(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def close(connection: Connection, erasure: str) -> None:
    """Forget an order that is certified. Scrub the store afterwards."""
    connection.execute(delete(erasure_items).where(erasure_items.c.erasure == erasure))
    connection.execute(delete(erasures).where(erasures.c.id == erasure))


def _forget_item(connection: Connection, erasure: str, item: ItemRow) -> None:
    ours = (
        erasure_items.c.erasure == erasure,
        erasure_items.c.kind == item.kind,
        erasure_items.c.key_id == item.key_id,
    )
    connection.execute(delete(erasure_items).where(*ours))
