"""What we hold about you: how each kind of personal data is listed, taken away and destroyed, side by side.

``KINDS`` is the whole of it. Whoever makes the studio keep something new about people adds a line here in the
same change; a test fails when a class of blobs, a use of keys or a table has none.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from fenshen.ids import SitterId
from fenshen.rights import account_holdings, label_free
from fenshen.rights import seats as seating
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.lifetimes import LIFETIMES, life_of
from fenshen.store import (
    accounts,
    albums,
    consents,
    doubles,
    erasures,
    exports,
    issued,
    jobs,
    receipts,
    seats,
    together,
)  # fmt: skip
from fenshen.store import label_free as applications
from fenshen.store.tables import tables_with_people
from fenshen.vault.keys import KeyUse
from fenshen.vault.vault import DataClass, Destroyed


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One thing the studio keeps of a sitter."""

    kind: str
    id: str
    bytes: int  # on disk; 0 for a row of the database
    key_id: str | None  # of the key that seals it
    purpose: Purpose
    expires_at: datetime | None  # None: see `lifetimes.LIFETIMES` for what ends it


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of personal data."""

    name: str
    covers: frozenset[str]  # classes of blobs, uses of keys (both "key:…") and tables ("table:…")
    listed: Callable[[Desk, SitterId], list[Holding]]
    exported: Callable[[Desk, SitterId], Iterator[tuple[str, bytes]]]  # name in the archive, content
    shredded: Callable[[Desk, SitterId], Destroyed]


RowsOf = Callable[[Connection, SitterId], Sequence[Any]]  # dataclasses with an ``id``
OF_ROWS = {each.kind: each.purpose for each in LIFETIMES}  # where a row names no purpose of its own


def holdings(desk: Desk, sitter: SitterId) -> list[Holding]:
    """Tell all that the studio keeps of a sitter, as the disk has it now."""
    return [holding for kind in KINDS for holding in kind.listed(desk, sitter)]


def _list_blobs(data_class: DataClass, purpose: Purpose, desk: Desk, sitter: SitterId) -> list[Holding]:
    with desk.store.begin() as connection:
        rows = doubles.every(connection, sitter=sitter)
    ends: dict[str, datetime] = {row.id: row.expires_at for row in rows}
    life = life_of(data_class) if data_class is DataClass.ARCHIVE else None
    return [
        Holding(
            kind=data_class,
            id=kept.object_id,
            bytes=kept.bytes,
            key_id=kept.key_id,
            purpose=purpose,
            expires_at=ends.get(kept.object_id) if life is None else kept.written_at + life,
        )
        for kept in desk.vault.kept(sitter, data_class)
    ]


def _export_blobs(data_class: DataClass, desk: Desk, sitter: SitterId) -> Iterator[tuple[str, bytes]]:
    for object_id in desk.vault.objects(sitter, data_class):
        yield f"{data_class}s/{object_id}", desk.vault.get(sitter, data_class, object_id)


def _shred_blobs(data_class: DataClass, desk: Desk, sitter: SitterId) -> Destroyed:
    return desk.vault.destroy(sitter, data_class)


def _list_rows(name: str, rows_of: RowsOf, desk: Desk, sitter: SitterId) -> list[Holding]:
    with desk.store.begin() as connection:
        rows = rows_of(connection, sitter)
    return [
        Holding(
            kind=name,
            id=row.id,
            bytes=0,
            key_id=None,
            purpose=Purpose(getattr(row, "purpose", OF_ROWS[name])),
            expires_at=getattr(row, "expires_at", None),
        )
        for row in rows
    ]


def _export_rows(file: str, rows_of: RowsOf, desk: Desk, sitter: SitterId) -> Iterator[tuple[str, bytes]]:
    with desk.store.begin() as connection:
        rows = rows_of(connection, sitter)
    yield file, _json([asdict(row) for row in rows])


def _shred_rows(forget: Callable[[Connection, SitterId], int], desk: Desk, sitter: SitterId) -> Destroyed:
    with desk.store.begin() as connection:
        return Destroyed(count=forget(connection, sitter), bytes=0, key_ids=())


def _shred_nothing(_: Desk, __: SitterId) -> Destroyed:
    """An order to erase goes when it is carried out, last of all; see ``erasure``."""
    return Destroyed(count=0, bytes=0, key_ids=())


def _list_receipts(desk: Desk, sitter: SitterId) -> list[Holding]:
    with desk.store.begin() as connection:
        rows = receipts.every(connection, sitter)
    keys = desk.vault.keys.keys(sitter, KeyUse.SUBJECT)
    held = [("receipt_record", row.id, None) for row in rows] + [
        ("receipt_key", key.id, key.id) for key in keys
    ]
    return [
        Holding(kind=kind, id=id_, bytes=0, key_id=key_id, purpose=Purpose.INSPECT_PHOTOS, expires_at=None)
        for kind, id_, key_id in held
    ]


def _export_receipts(desk: Desk, sitter: SitterId) -> Iterator[tuple[str, bytes]]:
    with desk.store.begin() as connection:
        rows = receipts.every(connection, sitter)
    for row in rows:
        path = desk.settings.home / "receipts" / f"{row.id}.json"
        if path.exists():  # an operator may have moved it
            yield f"receipts/{path.name}", path.read_bytes()


def _shred_receipts(desk: Desk, sitter: SitterId) -> Destroyed:
    """Take the sitter out of the register and destroy the pseudonym's key: the files then speak of nobody."""
    key_ids = desk.vault.keys.destroy(sitter, KeyUse.SUBJECT)
    with desk.store.begin() as connection:
        counted = receipts.anonymise(connection, sitter)
    return Destroyed(count=counted, bytes=0, key_ids=tuple(key_ids))


def _list_exports(desk: Desk, sitter: SitterId) -> list[Holding]:
    with desk.store.begin() as connection:
        rows = exports.every(connection, sitter)
    return [
        Holding(
            kind="export_record",
            id=row.id,
            bytes=0,
            key_id=None,
            purpose=Purpose.RENDER_PORTRAIT,
            expires_at=row.at + life_of("export_record"),
        )
        for row in rows
    ]


def _export_exports(desk: Desk, sitter: SitterId) -> Iterator[tuple[str, bytes]]:
    with desk.store.begin() as connection:
        rows = exports.every(connection, sitter)
        pictures = issued.every(connection, [row.id for row in rows])
    yield "exports.json", _json([asdict(row) for row in rows])
    yield "issued.json", _json([asdict(row) for row in pictures])


def _shred_exports(desk: Desk, sitter: SitterId) -> Destroyed:
    """Take the sitter out of the exports. Their marks stay: a leak can be traced to an export that names nobody."""
    return _shred_rows(exports.anonymise, desk, sitter)


def _list_recipients(desk: Desk, sitter: SitterId) -> list[Holding]:
    with desk.store.begin() as connection:
        rows = applications.every(connection, sitter)
    return [
        Holding(
            kind=DataClass.RECIPIENT,
            id=row.id,
            bytes=kept.bytes,
            key_id=kept.key_id,
            purpose=Purpose.RENDER_PORTRAIT,
            expires_at=label_free.kept_until(row),
        )
        for row in rows
        for kept in desk.vault.kept(SitterId(row.id), DataClass.RECIPIENT)
    ]


def _export_recipients(desk: Desk, sitter: SitterId) -> Iterator[tuple[str, bytes]]:
    with desk.store.begin() as connection:
        rows = applications.every(connection, sitter)
    told = [{**asdict(row), "recipient": label_free.recipient(desk, row.id)} for row in rows]
    yield "label_free.json", _json(told)


def _json(rows: list[dict[str, object]]) -> bytes:
    return json.dumps(rows, indent=1, default=datetime.isoformat, ensure_ascii=True).encode() + b"\n"


def _blobs(data_class: DataClass, purpose: Purpose) -> Kind:
    return Kind(
        name=data_class,
        covers=frozenset({f"key:{data_class}"}),
        listed=partial(_list_blobs, data_class, purpose),
        exported=partial(_export_blobs, data_class),
        shredded=partial(_shred_blobs, data_class),
    )


def doubles_of(connection: Connection, sitter: SitterId) -> list[doubles.DoubleRow]:
    """Give a sitter's rows in the register of doubles."""
    return doubles.every(connection, sitter=sitter)


def erasures_of(connection: Connection, sitter: SitterId) -> list[erasures.ErasureRow]:
    """Give the erasures of a sitter that were ordered and are not certified yet."""
    return erasures.every(connection, sitter=sitter)


def _rows(name: str, table: str, rows_of: RowsOf, forget: Callable[[Connection, SitterId], int]) -> Kind:
    return _rows_that_end(name, table, rows_of, partial(_shred_rows, forget))


def _rows_that_end(
    name: str, table: str, rows_of: RowsOf, shredded: Callable[[Desk, SitterId], Destroyed]
) -> Kind:
    return Kind(
        name=name,
        covers=frozenset({f"table:{table}"}),
        listed=partial(_list_rows, name, rows_of),
        exported=partial(_export_rows, f"{table}.json", rows_of),
        shredded=shredded,
    )


KINDS = (
    _blobs(DataClass.PHOTO, Purpose.BUILD_DOUBLE),
    _blobs(DataClass.DOUBLE, Purpose.KEEP_DOUBLE),
    _blobs(DataClass.PORTRAIT, Purpose.RENDER_PORTRAIT),
    replace(_blobs(DataClass.ARCHIVE, Purpose.KEEP_DOUBLE), exported=lambda *_: iter(())),  # an export itself
    _rows("job", "jobs", jobs.every, jobs.forget),
    _rows("album", "albums", albums.of_sitter, albums.forget),
    _rows("account_link", "account_sitters", accounts.links_of, accounts.unlink),
    _rows("double_record", "doubles", doubles_of, doubles.forget),
    _rows("consent", "consents", consents.every, consents.forget),
    _rows(
        "refusal", "refusals", consents.refused, lambda c, sitter: consents.forget_refusals(c, sitter=sitter)
    ),
    _rows_that_end("erasure_order", "erasures", erasures_of, _shred_nothing),
    Kind(
        name="export_record",
        covers=frozenset({"table:exports", "table:export_people"}),
        listed=_list_exports,
        exported=_export_exports,
        shredded=_shred_exports,
    ),
    _rows("together", "together", together.every, together.forget),
    _rows_that_end(
        "seat", "seats", seats.every, seating.leave
    ),  # and its group's pictures, others' copies too
    Kind(  # the law keeps it for its term: erasing takes the sitter out of it, and the receipt says so
        name=DataClass.RECIPIENT,
        covers=frozenset({"table:label_free", "key:recipient"}),
        listed=_list_recipients,
        exported=_export_recipients,
        shredded=label_free.let_go,
    ),
    Kind(  # last: until here the sitter can still be named in a receipt
        name="receipt_record",
        covers=frozenset({"table:receipts", "key:subject"}),
        listed=_list_receipts,
        exported=_export_receipts,
        shredded=_shred_receipts,
    ),
)


def uncovered() -> set[str]:
    """Give what may hold personal data but has no line in KINDS, here or of accounts; must be empty."""
    wanted = {f"key:{use}" for use in KeyUse} | {f"table:{table.name}" for table in tables_with_people()}
    return wanted - {part for kind in KINDS for part in kind.covers} - account_holdings.COVERED
