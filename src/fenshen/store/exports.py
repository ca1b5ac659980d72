"""Which pictures left together, when, and of whom, as long as that may be known."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from fenshen.ids import ApplicationId, DoubleId, ExportId, SitterId
from fenshen.store.tables import exports


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    """One export: the files of one run."""

    id: ExportId
    at: datetime
    kind: str
    count: int = 0  # files entered for it
    sitter: SitterId | None = None  # None once the sitter is erased
    double: DoubleId | None = None
    application: ApplicationId | None = None  # to leave the visible label out


def add(connection: Connection, row: ExportRow) -> None:
    """Note an export, before its first file is made."""
    values = {column.name: getattr(row, column.name) for column in exports.columns}
    connection.execute(insert(exports).values(values))


def count_more(connection: Connection, id_: ExportId, files: int) -> None:
    """Count some files more."""
    ours = update(exports).where(exports.c.id == id_)
    connection.execute(ours.values(count=exports.c.count + files))


def get(connection: Connection, id_: ExportId) -> ExportRow | None:
    """Give one export, or None."""
    found = connection.execute(select(exports).where(exports.c.id == id_)).one_or_none()
    return None if found is None else ExportRow(**found._mapping)  # noqa: SLF001  SQLAlchemy's way


def every(connection: Connection, sitter: SitterId) -> list[ExportRow]:
    """Give all exports of a sitter, oldest first."""
    query = select(exports).where(exports.c.sitter == sitter).order_by(exports.c.at, exports.c.id)
    return [ExportRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def anonymise(connection: Connection, sitter: SitterId) -> int:
    """Take a sitter, and the double's id, out of their exports; give from how many. Scrub the store afterwards."""
    ours = update(exports).where(exports.c.sitter == sitter)
    return connection.execute(ours.values(sitter=None, double=None)).rowcount


def anonymise_old(connection: Connection, before: datetime) -> int:
    """Take the people out of exports made before a moment; give from how many."""
    old = update(exports).where(exports.c.at < before, exports.c.sitter.is_not(None))
    return connection.execute(old.values(sitter=None, double=None)).rowcount
