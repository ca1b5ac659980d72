"""Tell a program of an account that something happened: one delivery is one job, put off and tried again for a day.

At least once: a worker that dies after the answer and before it wrote that down tells it again, with the same id.
"""

import json
from datetime import timedelta
from typing import Final

from fenshen.errors import FenshenError, NotFoundError, SealBrokenError
from fenshen.ids import WebhookId
from fenshen.jobs import courier
from fenshen.jobs.courier import Reason, UndeliveredError
from fenshen.jobs.destinations import WebhookAddressError, destination
from fenshen.jobs.ends import Later
from fenshen.jobs.journal import Json
from fenshen.jobs.standard_webhooks import headers
from fenshen.jobs.states import JobStoppedError
from fenshen.jobs.worker import Work
from fenshen.rights import webhooks
from fenshen.rights.desk import Desk
from fenshen.rights.webhooks import WebhookDisabledError
from fenshen.store import webhooks as rows
from fenshen.store.webhooks import EventRow, WebhookRow

PAUSES: Final = tuple(
    timedelta(seconds=each) for each in (5, 60, 300, 1800, 7200, 18_000, 28_800, 28_800)
)  # between tries; in all 23 h 36 min


class GivenUpError(FenshenError):
    """It was tried for a day. Facts: ``tries``."""

    code = "webhook_given_up"


def deliver(desk: Desk, work: Work) -> Json:
    """1. open whom to tell, and what  2. bring it  3. note how it went  4. when it failed, put it off or give it up."""
    webhook, event = _opened(desk, work)  # (1)
    tries = work.job.done + 1
    try:
        status = _bring(desk, webhook, event)  # (2)
    except UndeliveredError as error:
        reason = Reason(str(error.facts["reason"]))
        is_over = webhooks.has_failed(desk, webhook.id, reason)  # (3)
        if is_over:
            raise WebhookDisabledError from None
        if tries > len(PAUSES):
            raise GivenUpError(tries=tries) from None
        return work.put_off(Later(until=desk.clock.now() + PAUSES[tries - 1], tries=tries))  # (4)
    webhooks.has_arrived(desk, webhook.id)  # (3)
    return {"status": status, "tries": tries}


def message(event: EventRow) -> bytes:
    """Give the body: the same bytes however often it is told. Ids and states, no name, no face."""
    told = {"type": event.type, "timestamp": event.at.isoformat(), "data": json.loads(event.body)}
    return json.dumps(told, separators=(",", ":")).encode()


def _opened(desk: Desk, work: Work) -> tuple[WebhookRow, EventRow]:
    """Raises JobStoppedError when either is gone: its owner removed it, or the person was erased."""
    with desk.store.begin() as connection:
        webhook = rows.get(connection, work.wanted["webhook"])
        event = rows.event(connection, work.wanted["event"])
    if webhook is None or event is None:
        raise JobStoppedError
    if webhook.disabled_at is not None:
        raise WebhookDisabledError
    return webhook, event


def _bring(desk: Desk, webhook: WebhookRow, event: EventRow) -> int:
    """Raises UndeliveredError; WebhooksOffError when the operator has thought better of it."""
    try:
        sealed = webhooks.opened(desk, WebhookId(webhook.id))
        where = destination(sealed.url, desk.settings.webhook_hosts)
    except (NotFoundError, SealBrokenError, WebhookAddressError):
        raise UndeliveredError(reason=Reason.NAME, status=0) from None
    now, body = desk.clock.now(), message(event)
    signed = headers(event.id, int(now.timestamp()), body, sealed.signers(now))
    return courier.bring(where, signed, body, ca=desk.settings.webhook_ca)
