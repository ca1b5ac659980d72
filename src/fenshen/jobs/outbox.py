"""The outbox: what happened is written down in the transaction that makes it so, with a job for each who is to be told.

So there is one event for one end, however many workers die over the work or over the telling; and a receiver that
gets it twice gets the same id twice. Nothing is written for who listens to nothing.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection

from fenshen.ids import DoubleId, EventId, JobId, SitterId, new_id
from fenshen.jobs.facts import as_json
from fenshen.jobs.lanes import LIGHT
from fenshen.jobs.states import JobKind, JobState
from fenshen.store import jobs as rows
from fenshen.store import webhooks
from fenshen.store.jobs import JobRow
from fenshen.store.webhooks import EventRow, WebhookRow

OPERATOR: Final = "operator"  # stands for an account where whoever runs the studio wants to be told
NORMAL: Final = 1  # priority


class Event(StrEnum):
    """What an account can be told."""

    DOUBLE_READY = "double.ready"
    DOUBLE_FAILED = "double.failed"
    DOUBLE_STOPPED = "double.stopped"
    PORTRAITS_READY = "portraits.ready"
    PORTRAITS_FAILED = "portraits.failed"
    PORTRAITS_STOPPED = "portraits.stopped"
    GROUP_READY = "group.ready"
    GROUP_FAILED = "group.failed"
    GROUP_STOPPED = "group.stopped"
    EXPORT_READY = "export.ready"
    EXPORT_FAILED = "export.failed"
    EXPORT_STOPPED = "export.stopped"
    ERASED = "erased"


REFUND_DUE: Final = "refund.due"  # told to the operator alone
TEST: Final = "test"  # told to one webhook, because somebody asked for it
SUBJECTS: Final = {
    JobKind.DOUBLE: "double",
    JobKind.REDO: "double",
    JobKind.PORTRAITS: "portraits",
    JobKind.GROUP: "group",
    JobKind.EXPORT: "export",
}
HOWS: Final = {
    JobState.DONE: "ready",
    JobState.FAILED: "failed",
    JobState.PARKED: "failed",
    JobState.CANCELLED: "stopped",
}


def note_end(connection: Connection, row: JobRow, now: datetime) -> None:
    """Tell that a job has ended; of previews and of the telling itself nobody is told."""
    subject = SUBJECTS.get(JobKind(row.kind))
    if subject is not None:
        body = {"job": row.id, "kind": row.kind, "state": row.state, "code": row.code, "double": row.double}
        note(connection, row.account, f"{subject}.{HOWS[JobState(row.state)]}", row.id, body, now)


def note(
    connection: Connection, account: str, event: str, about: str, body: Mapping[str, Any], now: datetime
) -> None:
    """Tell an account's webhooks that something happened; once for each job or receipt it is about."""
    listening = webhooks.listening(connection, account, event)
    if listening and webhooks.event_about(connection, about, event) is None:
        row = _row(account, event, about, body, now)
        webhooks.add_event(connection, row)
        _spread(connection, row, listening, now)


def announce(
    connection: Connection, account: str, event: str, about: str, body: Mapping[str, Any], now: datetime
) -> None:
    """Remember whom to tell of what is not done yet, while it can be known; ``confirm`` tells them."""
    if webhooks.listening(connection, account, event) and not webhooks.event_about(connection, about, event):
        webhooks.add_event(connection, _row(account, event, about, body, now, is_ready=False))


def confirm(connection: Connection, event: str, about: str, now: datetime) -> None:
    """Tell what was announced: now it is done. The same twice is harmless."""
    row = webhooks.event_about(connection, about, event)
    if row is not None and not row.is_ready:
        webhooks.release(connection, row.id, now)
        _spread(connection, row, webhooks.listening(connection, row.account, event), now)


def test(connection: Connection, webhook: WebhookRow, now: datetime) -> EventId:
    """Tell one webhook something that means nothing."""
    id_ = EventId(new_id("event"))
    row = EventRow(id=id_, account=webhook.account, type=TEST, about=id_, body="{}", at=now)
    webhooks.add_event(connection, row)
    _spread(connection, row, [webhook], now)
    return id_


def forget(connection: Connection, told_before: datetime, before: datetime) -> int:
    """Delete the events that everybody was told, or that nobody can be told any more; give how many."""
    open_ones = {json.loads(row.wanted)["event"] for row in rows.open_ones(connection, JobKind.WEBHOOK)}
    told = webhooks.forget_events(connection, told_before, but=open_ones)
    return told + webhooks.forget_all_events(connection, before)


def _row(
    account: str, event: str, about: str, body: Mapping[str, Any], now: datetime, *, is_ready: bool = True
) -> EventRow:
    return EventRow(
        id=EventId(new_id("event")), account=account, type=event, about=about, body=as_json(body),
        at=now, is_ready=is_ready,
    )  # fmt: skip


def _spread(connection: Connection, event: EventRow, to: Collection[WebhookRow], now: datetime) -> None:
    """Put a delivery for each webhook into the queue: each has turns of its own, and one at work at a time."""
    for webhook in to:
        at, last = rows.last_turns(connection, webhook.id, LIGHT)
        rows.add(
            connection,
            JobRow(
                id=JobId(new_id("job")), seq=rows.next_seq(connection), kind=JobKind.WEBHOOK, account=webhook.id,
                sitter=SitterId(""), double=DoubleId(""), units=1, priority=NORMAL,
                wanted=as_json({"event": event.id, "webhook": webhook.id}),
                turn=at if last is None else max(at, last + 1), state=JobState.WAITING, queued_at=now,
                lane=LIGHT,
            ),
        )  # fmt: skip
