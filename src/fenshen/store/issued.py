"""The register of issued portraits: what each number and each watermark stands for. It names nobody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select

from fenshen.ids import ExportId
from fenshen.store.tables import issued


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedRow:
    """One picture that left, or was about to leave when the machine stopped."""

    id: str  # the ProduceID in its label
    mark: str  # 12 hex digits: its watermark
    export: ExportId
    at: datetime
    kind: str  # portrait, layer, sheet, preview or together
    template: str | None
    engine: str
    engine_version: int
    software: str  # version of the studio
    source_type: str  # term of IPTC's vocabulary
    label: str  # design of the visible label, or "none"
    width: int  # pixels, as it leaves; 0 where one entry stands for many pictures
    height: int
    beautify: int  # percent
    closer: int  # presses of "more like me"
    whole: str  # perceptual hashes in hex, see labels/fingerprint.py; empty likewise
    middle: str


def add(connection: Connection, row: IssuedRow) -> None:
    """Enter a picture, before it leaves."""
    values = {column.name: getattr(row, column.name) for column in issued.columns}
    connection.execute(insert(issued).values(values))


def by_id(connection: Connection, id_: str) -> IssuedRow | None:
    """Find the picture of a ProduceID."""
    return _one(connection.execute(select(issued).where(issued.c.id == id_)).one_or_none())


def by_mark(connection: Connection, mark: str) -> IssuedRow | None:
    """Find the picture of a watermark."""
    return _one(connection.execute(select(issued).where(issued.c.mark == mark)).one_or_none())


def every(connection: Connection, ids: Collection[ExportId] | None = None) -> list[IssuedRow]:
    """Give all pictures, or those of some exports, oldest first."""
    query = select(issued).order_by(issued.c.at, issued.c.id)
    if ids is not None:
        query = query.where(issued.c.export.in_(ids))
    return [row for found in connection.execute(query) if (row := _one(found))]


def hashes(connection: Connection) -> list[tuple[str, str, str]]:
    """Give every picture's number and its two perceptual hashes."""
    query = select(issued.c.id, issued.c.whole, issued.c.middle).order_by(issued.c.at, issued.c.id)
    return [(id_, whole, middle) for id_, whole, middle in connection.execute(query)]


def _one(found: Row[tuple[object, ...]] | None) -> IssuedRow | None:
    return None if found is None else IssuedRow(**found._mapping)  # noqa: SLF001  SQLAlchemy's way
