"""Which pictures left together, when, and of whom, as long as that may be known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from fenshen.ids import ApplicationId, DoubleId, ExportId, SitterId
from fenshen.store.tables import export_people, exports


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRow:
    """One export: the files of one run."""

    id: ExportId
    at: datetime
    kind: str
    count: int = 0  # files entered for it
    sitter: SitterId | None = None  # None once the sitter is erased, and where several are shown
    double: DoubleId | None = None
    application: ApplicationId | None = None  # to leave the visible label out


def add(connection: Connection, row: ExportRow) -> None:
    """Note an export, before its first file is made."""
    values = {column.name: getattr(row, column.name) for column in exports.columns}
    connection.execute(insert(exports).values(values))


def add_people(connection: Connection, id_: ExportId, sitters: Sequence[SitterId]) -> None:
    """Note whom an export of several people shows."""
    connection.execute(insert(export_people), [{"export": id_, "sitter": sitter} for sitter in sitters])


def count_more(connection: Connection, id_: ExportId, files: int) -> None:
    """Count some files more."""
    ours = update(exports).where(exports.c.id == id_)
    connection.execute(ours.values(count=exports.c.count + files))


def get(connection: Connection, id_: ExportId) -> ExportRow | None:
    """Give one export, or None."""
    found = connection.execute(select(exports).where(exports.c.id == id_)).one_or_none()
    return None if found is None else ExportRow(**found._mapping)  # noqa: SLF001  SQLAlchemy's way


def every(connection: Connection, sitter: SitterId) -> list[ExportRow]:
    """Give all exports that show a sitter, alone or with others, oldest first."""
    with_others = select(export_people.c.export).where(export_people.c.sitter == sitter)
    theirs = or_(exports.c.sitter == sitter, exports.c.id.in_(with_others))
    query = select(exports).where(theirs).order_by(exports.c.at, exports.c.id)
    return [ExportRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def anonymise(connection: Connection, sitter: SitterId) -> int:
    """Take a sitter, and the double's id, out of their exports; give from how many. Scrub the store afterwards."""
    ours = update(exports).where(exports.c.sitter == sitter)
    alone = connection.execute(ours.values(sitter=None, double=None)).rowcount
    return alone + connection.execute(delete(export_people).where(export_people.c.sitter == sitter)).rowcount


def anonymise_old(connection: Connection, before: datetime) -> int:
    """Take the people out of exports made before a moment; give from how many."""
    old = update(exports).where(exports.c.at < before, exports.c.sitter.is_not(None))
    alone = connection.execute(old.values(sitter=None, double=None)).rowcount
    too_old = select(exports.c.id).where(exports.c.at < before)
    return (
        alone + connection.execute(delete(export_people).where(export_people.c.export.in_(too_old))).rowcount
    )
