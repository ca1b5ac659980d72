"""Promise: whoever changes one byte, line or row of what the studio once signed is found out.

Seeded, 300 changes here; set FENSHEN_TEST_MUTATIONS to make more (1000 in the full run).
"""

import json
import os
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.fakes.rights import agree, desk_at
from tools import verify_fenshen
from tools.verify_fenshen import DoesNotHoldError

from fenshen.errors import FenshenError
from fenshen.ids import SitterId
from fenshen.rights import audit, audit_check, erasure
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.desk import Desk

MUTATIONS = int(os.environ.get("FENSHEN_TEST_MUTATIONS", "300"))
COLUMNS = {
    "audit_entries": ("n", "body"),
    "audit_nodes": ("level", "n", "hash"),
    "audit_heads": ("size", "root", "at", "key", "sig"),
}
Change = Callable[[random.Random, bytes], bytes]
RowChange = Callable[[random.Random, sqlite3.Connection, str], None]


def lived_in(home: Path) -> Desk:
    """A studio in which people came, agreed, had portraits made and left."""
    desk = desk_at(home)
    for n in range(3):
        sitter = SitterId(f"sitter_{n:016x}")
        agree(desk, sitter)
        with desk.store.begin() as connection:
            for k in range(4):
                audit.record(desk, connection, AuditEvent.DOUBLE_USED, subject=f"{n}" * 64, portraits=k)
            audit.record(desk, connection, AuditEvent.KEYS_ROTATED, keys=n)
        erasure.erase(desk, sitter)
    return desk


# ---- of the exported log


def flip(dice: random.Random, log: bytes) -> bytes:
    where = dice.randrange(len(log))
    return log[:where] + bytes([log[where] ^ 1 << dice.randrange(8)]) + log[where + 1 :]


def drop_byte(dice: random.Random, log: bytes) -> bytes:
    where = dice.randrange(len(log))
    return log[:where] + log[where + 1 :]


def double_byte(dice: random.Random, log: bytes) -> bytes:
    where = dice.randrange(len(log))
    return log[:where] + log[where : where + 1] + log[where:]


def put_in_space(dice: random.Random, log: bytes) -> bytes:
    where = dice.randrange(len(log) + 1)
    return log[:where] + dice.choice((b" ", b"\t", b"\r", b"\n")) + log[where:]


def swap_bytes(dice: random.Random, log: bytes) -> bytes:
    while True:
        a, b = sorted(dice.sample(range(len(log)), 2))
        if log[a] != log[b]:
            return log[:a] + log[b : b + 1] + log[a + 1 : b] + log[a : a + 1] + log[b + 1 :]


def truncate(dice: random.Random, log: bytes) -> bytes:
    return log[: dice.randrange(len(log))]


def drop_line(dice: random.Random, log: bytes) -> bytes:
    lines = log.splitlines(keepends=True)
    del lines[dice.randrange(len(lines))]
    return b"".join(lines)


def double_line(dice: random.Random, log: bytes) -> bytes:
    lines = log.splitlines(keepends=True)
    where = dice.randrange(len(lines))
    return b"".join([*lines[: where + 1], *lines[where:]])


def swap_lines(dice: random.Random, log: bytes) -> bytes:
    lines = log.splitlines(keepends=True)
    a, b = dice.sample(range(len(lines)), 2)
    lines[a], lines[b] = lines[b], lines[a]
    return b"".join(lines)


LOG_CHANGES: tuple[Change, ...] = (
    flip, drop_byte, double_byte, put_in_space, swap_bytes, truncate, drop_line, double_line, swap_lines,
)  # fmt: skip


def test_every_change_to_an_exported_log_is_found_by_an_outsider(tmp_path: Path) -> None:
    desk, dice = lived_in(tmp_path), random.Random(5)  # noqa: S311  (the same changes each time)
    log, key = b"".join(audit_check.exported(desk)), desk.signer.public_key()
    assert len(verify_fenshen.check_log(log, key)[0]) == audit_check.verify(desk).head.size
    missed = []
    for n in range(MUTATIONS // 2):
        change = LOG_CHANGES[n % len(LOG_CHANGES)]
        changed = change(dice, log)
        assert changed != log
        try:
            verify_fenshen.check_log(changed, key)
        except DoesNotHoldError:
            continue
        missed.append((n, change.__name__))
    assert missed == []


# ---- of the rows of the database


def a_row(dice: random.Random, db: sqlite3.Connection, table: str) -> int:
    """Give the rowid of some row."""
    return int(dice.choice(db.execute(f"SELECT rowid FROM {table}").fetchall())[0])  # noqa: S608  (our own names)


def flip_in_row(dice: random.Random, db: sqlite3.Connection, table: str) -> None:
    row, column = a_row(dice, db, table), dice.choice(COLUMNS[table])
    (value,) = db.execute(f"SELECT {column} FROM {table} WHERE rowid = ?", (row,)).fetchone()  # noqa: S608
    if isinstance(value, int):
        changed: int | str = value + (1 << 20)
    else:
        where = dice.randrange(len(value))
        changed = value[:where] + chr(ord(value[where]) ^ 1 << dice.randrange(6)) + value[where + 1 :]
    db.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (changed, row))  # noqa: S608


def change_type_in_row(dice: random.Random, db: sqlite3.Connection, table: str) -> None:
    row, column = (
        a_row(dice, db, table),
        dice.choice(COLUMNS[table][1:] if table != "audit_nodes" else ("hash",)),
    )
    db.execute(f"UPDATE {table} SET {column} = CAST({column} AS BLOB) WHERE rowid = ?", (row,))  # noqa: S608


def truncate_in_row(dice: random.Random, db: sqlite3.Connection, table: str) -> None:
    row, column = a_row(dice, db, table), COLUMNS[table][-1]
    shorter = f"substr({column}, 1, length({column}) - 1)"
    db.execute(f"UPDATE {table} SET {column} = {shorter} WHERE rowid = ?", (row,))  # noqa: S608


def drop_row(dice: random.Random, db: sqlite3.Connection, table: str) -> None:
    db.execute(f"DELETE FROM {table} WHERE rowid = ?", (a_row(dice, db, table),))  # noqa: S608


def double_row(dice: random.Random, db: sqlite3.Connection, table: str) -> None:
    first, *rest = COLUMNS[table]
    higher = f"(SELECT max({first}) + 1 FROM {table}), {', '.join(rest)}"  # noqa: S608
    db.execute(f"INSERT INTO {table} SELECT {higher} FROM {table} WHERE rowid = ?", (a_row(dice, db, table),))  # noqa: S608


def swap_rows(dice: random.Random, db: sqlite3.Connection, table: str) -> None:
    column = COLUMNS[table][-1]
    found = db.execute(f"SELECT rowid, {column} FROM {table}").fetchall()  # noqa: S608
    if len(found) < 2:
        return drop_row(dice, db, table)
    (a, one), (b, other) = dice.sample(found, 2)
    db.executemany(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [(other, a), (one, b)])  # noqa: S608
    return None


def drop_the_last_rows(dice: random.Random, db: sqlite3.Connection, table: str) -> None:
    order = ", ".join(f"{column} DESC" for column in COLUMNS[table][:-1])
    chosen = f"SELECT rowid FROM {table} ORDER BY {order} LIMIT {dice.randrange(1, 6)}"  # noqa: S608
    db.execute(f"DELETE FROM {table} WHERE rowid IN ({chosen})")  # noqa: S608


ROW_CHANGES: tuple[RowChange, ...] = (
    flip_in_row, change_type_in_row, truncate_in_row, drop_row, double_row, swap_rows, drop_the_last_rows,
)  # fmt: skip


def content(file: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(file)) as db:
        return [db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in COLUMNS]  # noqa: S608


def test_every_change_to_a_row_of_the_log_is_found_by_the_studio(tmp_path: Path) -> None:
    desk, dice = lived_in(tmp_path), random.Random(6)  # noqa: S311
    desk.store.scrub()
    file = tmp_path / "studio.db"
    whole, rows = file.read_bytes(), content(file)
    missed = []
    for n in range(MUTATIONS - MUTATIONS // 2):
        table, change = dice.choice(tuple(COLUMNS)), ROW_CHANGES[n % len(ROW_CHANGES)]
        with closing(sqlite3.connect(file)) as db, db:
            change(dice, db, table)
        assert content(file) != rows
        try:
            audit_check.verify(desk)
        except FenshenError:
            continue
        else:
            missed.append((n, table, change.__name__))
        finally:
            for left in tmp_path.glob("studio.db-*"):
                left.unlink()
            file.write_bytes(whole)
    assert missed == []
    audit_check.verify(desk)


# ---- of a receipt


def test_every_change_of_meaning_to_a_receipt_is_found_by_an_outsider(tmp_path: Path) -> None:
    desk, dice = desk_at(tmp_path), random.Random(7)  # noqa: S311
    agree(desk, SitterId("sitter_anna"))
    whole, key = erasure.erase(desk, SitterId("sitter_anna")).data, desk.signer.public_key()
    meant = json.loads(whole)
    verify_fenshen.check_receipt(whole, key, None)
    for n in range(MUTATIONS // 3):
        changed = LOG_CHANGES[n % len(LOG_CHANGES)](dice, whole)
        try:
            if json.loads(changed) == meant:  # a space between two names: the receipt says what it said
                continue
        except ValueError:
            pass
        with pytest.raises((DoesNotHoldError, KeyError, TypeError, ValueError)):
            verify_fenshen.check_receipt(changed, key, None)
