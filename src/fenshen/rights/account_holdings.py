"""What is kept of an account, how it is taken away and how it ends. Of faces nothing is here: see ``holdings``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, delete, select

from fenshen.ids import AccountId, SitterId
from fenshen.jobs import outbox
from fenshen.rights import complaints as complaint_desk
from fenshen.rights import webhooks
from fenshen.rights.desk import Desk
from fenshen.store import account_tables as t
from fenshen.store import accounts, complaints
from fenshen.store import webhooks as webhook_rows
from fenshen.vault.vault import DataClass

OWN = (*accounts.OF_ACCOUNT, t.complaints)  # tables about an account that are no sitter's
COVERED = frozenset(
    {"key:complaint", "key:webhook"} | {f"table:{table.name}" for table in OWN}
)  # what `holdings.uncovered` need not look for among the kinds of sitters
LIVES: Mapping[str, timedelta] = {  # at most, of what has a clock of its own; enforced by `sweep`
    "session": timedelta(days=30),
    "reply": timedelta(days=1),
    "ceremony": timedelta(minutes=10),
    "bucket": timedelta(days=1),
    "api_key": timedelta(days=365),  # or sooner, as its owner chose
    "complaint": complaint_desk.KEPT,  # after its answer
    "webhook": timedelta(days=30),  # after it was disabled
    "event": timedelta(days=2),  # what is to be told; sooner when everybody was told it
    "account": timedelta(days=30),  # of one that looks after nobody and that nobody used
}
TOLD = timedelta(minutes=1)  # after which an event that nobody is to be told any more is deleted
UNNOTED = timedelta(hours=1)  # after which what is sealed and in no table has no owner
SECRET = frozenset(
    {"hash", "login_hash", "subject_hash", "public_key", "challenge", "code_hash", "body", "asked"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHolding:
    """One thing that is kept of an account."""

    kind: str
    id: str
    since: datetime


def holdings_of(desk: Desk, account: AccountId) -> list[AccountHolding]:
    """Tell all that is kept of an account itself."""
    with desk.store.begin() as connection:
        rows = _rows(connection, account)
    return [AccountHolding(kind=name, id=str(row.get("id", "")), since=_since(row)) for name, row in rows]


def export_of(desk: Desk, account: AccountId) -> bytes:
    """Give all that is kept of an account itself as JSON, complaints opened. Hashes that open doors are left out."""
    with desk.store.begin() as connection:
        rows = _rows(connection, account)
        mine = complaints.every(connection, account=account)
    told = [{"kind": name, **{k: v for k, v in row.items() if k not in SECRET}} for name, row in rows]
    opened = [complaint_desk.read(desk, row.id) for row in mine]
    doors = [{"id": each.row.id, "url": each.url} for each in webhooks.every(desk, account)]
    letters = [{"id": each.row.id, "text": each.text, "answer": each.answer} for each in opened]
    body = {"account": account, "rows": told, "complaints": letters, "webhooks": doors}
    return json.dumps(body, indent=1, default=_plain, ensure_ascii=True).encode() + b"\n"


def forget(desk: Desk, account: AccountId) -> None:
    """Delete an account whose sitters are erased, and its complaints; what opened it opens nothing from here on."""
    with desk.store.begin() as connection:
        mine = complaints.every(connection, account=account)
        doors = [row.id for row in webhook_rows.every(connection, account)]
        accounts.remove(connection, account)
    for row in mine:
        complaint_desk.destroy(desk, row.id)
    webhooks.forget(desk, doors)
    desk.store.scrub()


def sweep(desk: Desk) -> None:
    """Delete what has outlived LIVES."""
    now = desk.clock.now()
    with desk.store.begin() as connection:
        gone = [
            _older(connection, t.sessions, "created_at", now - LIVES["session"]),
            _older(connection, t.replies, "at", now - LIVES["reply"]),
            _older(connection, t.ceremonies, "at", now - LIVES["ceremony"]),
            _older(connection, t.buckets, "at", now - LIVES["bucket"]),
            _older(connection, t.api_keys, "expires_at", now),
            outbox.forget(connection, now - TOLD, now - LIVES["event"]),
        ]
        idle = accounts.idle_since(connection, now - LIVES["account"])
        old = complaints.answered_before(connection, now - LIVES["complaint"])
        known = {row.id for row in complaints.every(connection)}
    for account in idle:
        forget(desk, account)
    for row in old:
        complaint_desk.destroy(desk, row.id)
    _bury_unnoted(desk, known)
    webhooks.remove_disabled(desk, now - LIVES["webhook"])
    webhooks.bury_unnoted(desk, now - UNNOTED)
    if any(gone):
        desk.store.scrub()


def _bury_unnoted(desk: Desk, known: set[Any]) -> None:
    """Destroy letters whose row a killed run never wrote."""
    before = desk.clock.now() - UNNOTED
    for id_ in desk.vault.people(DataClass.COMPLAINT):
        if id_ not in known and all(
            kept.written_at < before for kept in desk.vault.kept(SitterId(id_), DataClass.COMPLAINT)
        ):
            desk.vault.destroy(SitterId(id_), DataClass.COMPLAINT)


def _rows(connection: Connection, account: AccountId) -> list[tuple[str, dict[str, Any]]]:
    tables = [(t.accounts, t.accounts.c.id), *((each, each.c.account) for each in OWN)]
    return [
        (table.name, dict(row._mapping))  # noqa: SLF001  SQLAlchemy's way
        for table, column in tables
        for row in connection.execute(select(table).where(column == account))
    ]


def _older(connection: Connection, table: Table, column: str, before: datetime) -> int:
    return connection.execute(delete(table).where(table.c[column] < before)).rowcount


def _since(row: Mapping[str, Any]) -> datetime:
    return next(row[name] for name in ("created_at", "at") if name in row)  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)
