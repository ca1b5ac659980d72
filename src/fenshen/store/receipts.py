"""The register of receipts. The receipts themselves are files that hold nothing personal."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from fenshen.ids import ReceiptId, SitterId
from fenshen.store.tables import receipts


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRow:
    """That a receipt was given."""

    id: ReceiptId
    kind: str
    sitter: SitterId | None  # empty once the sitter is erased
    at: datetime


def add(connection: Connection, row: ReceiptRow) -> None:
    """Register a receipt."""
    values = {column.name: getattr(row, column.name) for column in receipts.columns}
    connection.execute(insert(receipts).values(values))


def every(connection: Connection, sitter: SitterId) -> list[ReceiptRow]:
    """Give all receipts of a sitter, oldest first."""
    query = select(receipts).where(receipts.c.sitter == sitter).order_by(receipts.c.at, receipts.c.id)
    return [ReceiptRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def is_registered(connection: Connection, receipt_id: ReceiptId) -> bool:
    """Tell whether a receipt was ever given."""
    query = select(receipts.c.id).where(receipts.c.id == receipt_id)
    return connection.execute(query).first() is not None


def whose(connection: Connection, receipt_id: str) -> SitterId | None:
    """Tell whose a receipt is; None when nobody knows any more."""
    query = select(receipts.c.sitter).where(receipts.c.id == receipt_id)
    return connection.execute(query).scalar()


def anonymise(connection: Connection, sitter: SitterId) -> int:
    """Take a sitter's id out of the register; give from how many rows. Scrub the store afterwards."""
    ours = update(receipts).where(receipts.c.sitter == sitter)
    return connection.execute(ours.values(sitter=None)).rowcount
