"""Rows of webhooks and of the outbox: who wants to be told of what, and what is still to be told. No rules."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from fenshen.ids import EventId, WebhookId
from fenshen.store.account_tables import events, webhooks


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRow:
    """Where an account wants to be told; see the table for what each means."""

    id: WebhookId
    account: str
    events: str
    created_at: datetime
    delivered_at: datetime | None = None
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """Something that happened and is still to be told."""

    id: EventId
    account: str
    type: str
    about: str
    body: str
    at: datetime
    is_ready: bool = True


def add(connection: Connection, row: WebhookRow) -> None:
    """Note a webhook."""
    connection.execute(insert(webhooks).values(asdict(row)))


def get(connection: Connection, id_: str) -> WebhookRow | None:
    """Give one webhook, or None."""
    found = connection.execute(select(webhooks).where(webhooks.c.id == id_)).first()
    return WebhookRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def every(connection: Connection, account: str | None = None) -> list[WebhookRow]:
    """Give all webhooks, or an account's, the oldest first."""
    query = select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id)
    if account is not None:
        query = query.where(webhooks.c.account == account)
    return [WebhookRow(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way


def listening(connection: Connection, account: str, event: str) -> list[WebhookRow]:
    """Give an account's webhooks that are to be told of this type of event."""
    mine = every(connection, account)
    return [row for row in mine if row.disabled_at is None and event in row.events.split(",")]


def change(connection: Connection, id_: WebhookId, values: Mapping[str, Any]) -> None:
    """Note how a webhook fares."""
    connection.execute(update(webhooks).where(webhooks.c.id == id_).values(dict(values)))


def remove(connection: Connection, id_: str) -> None:
    """Strike a webhook off. One that is not there is fine."""
    connection.execute(delete(webhooks).where(webhooks.c.id == id_))


def add_event(connection: Connection, row: EventRow) -> None:
    """Put an event into the outbox."""
    connection.execute(insert(events).values(asdict(row)))


def event(connection: Connection, id_: str) -> EventRow | None:
    """Give one event, or None."""
    found = connection.execute(select(events).where(events.c.id == id_)).first()
    return EventRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def event_about(connection: Connection, about: str, type_: str) -> EventRow | None:
    """Give the event of one type about a job or a receipt, or None."""
    which = (events.c.about == about, events.c.type == type_)
    found = connection.execute(select(events).where(*which)).first()
    return EventRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def release(connection: Connection, id_: EventId, now: datetime) -> None:
    """Note that what was announced is true since a moment."""
    connection.execute(update(events).where(events.c.id == id_).values(is_ready=True, at=now))


def forget_events(connection: Connection, before: datetime, *, but: Collection[str]) -> int:
    """Delete the events that came before a moment, some excepted; give how many."""
    old = [
        row.id
        for row in connection.execute(select(events.c.id, events.c.is_ready, events.c.at))
        if row.id not in but and row.is_ready and row.at < before
    ]
    for id_ in old:
        connection.execute(delete(events).where(events.c.id == id_))
    return len(old)


def forget_all_events(connection: Connection, before: datetime) -> int:
    """Delete all events that came before a moment, told or not; give how many."""
    return connection.execute(delete(events).where(events.c.at < before)).rowcount
