"""Where an account wants to be told of what happens: registered, sealed, and given up when nobody answers for days.

The address and what signs are sealed under a key of their own; the table knows ids, events and moments. Off unless the
operator has named hosts (``FENSHEN_WEBHOOK_HOSTS``): see docs/decisions/0048.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from fenshen.errors import FenshenError, NotFoundError, SealBrokenError
from fenshen.ids import EventId, SitterId, WebhookId, new_id
from fenshen.jobs import outbox
from fenshen.jobs.courier import Reason
from fenshen.jobs.destinations import destination
from fenshen.jobs.standard_webhooks import new_secret
from fenshen.jobs.states import OPEN, TooManyJobsError
from fenshen.rights.desk import Desk
from fenshen.store import jobs, webhooks
from fenshen.store.webhooks import WebhookRow
from fenshen.vault.vault import DataClass

MOST: Final = 5  # of one account
BOTH: Final = timedelta(days=1)  # after a rotation, in which the old secret signs, too
MOST_WAITING: Final = 10  # deliveries to one, above which nothing is sent only to try
PATIENCE: Final = timedelta(days=3)  # with one that fails, from its first failure on
OBJECT: Final = "sealed"  # as the vault knows what is sealed


class TooManyWebhooksError(FenshenError):
    """The account has as many webhooks as it may. Facts: ``limit``."""

    code = "too_many_webhooks"


class WebhookDisabledError(FenshenError):
    """Nothing is told to it any more until its owner switches it on again."""

    code = "webhook_disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What the vault keeps of a webhook."""

    url: str
    secret: str = field(repr=False)
    former: str = field(default="", repr=False)
    former_until: datetime | None = None

    def signers(self, now: datetime) -> list[str]:
        """Give what signs now, the newest first."""
        signs_too = self.former_until is not None and now < self.former_until
        return [self.secret, *([self.former] if signs_too else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One webhook, its address opened."""

    row: WebhookRow
    url: str  # empty when what was sealed is lost, after a restore


def register(desk: Desk, account: str, url: str, events: Collection[str]) -> tuple[Webhook, str]:
    """Register an address; give what signs, which is shown this once.

    Raises WebhooksOffError, WebhookAddressError, TooManyWebhooksError.
    """
    destination(url, desk.settings.webhook_hosts)
    if not events:
        raise ValueError("a webhook is told of something")
    id_, secret = WebhookId(new_id("webhook")), new_secret()
    row = WebhookRow(
        id=id_, account=account, events=",".join(sorted(set(events))), created_at=desk.clock.now()
    )
    _seal(desk, id_, Sealed(url=url, secret=secret))
    with desk.store.begin() as connection:
        is_full = len(webhooks.every(connection, account)) >= MOST
        if not is_full:
            webhooks.add(connection, row)
    if is_full:
        desk.vault.destroy(SitterId(id_), DataClass.WEBHOOK)
        raise TooManyWebhooksError(limit=MOST)
    return Webhook(row=row, url=url), secret


def every(desk: Desk, account: str) -> list[Webhook]:
    """Give an account's webhooks, the oldest first."""
    with desk.store.begin() as connection:
        rows = webhooks.every(connection, account)
    return [Webhook(row=row, url=_url(desk, row.id)) for row in rows]


def get(desk: Desk, id_: str) -> Webhook:
    """Give one webhook. Raises NotFoundError."""
    row = _row(desk, id_)
    return Webhook(row=row, url=_url(desk, row.id))


def opened(desk: Desk, id_: WebhookId) -> Sealed:
    """Open what is sealed of a webhook. Raises NotFoundError, SealBrokenError."""
    told: dict[str, Any] = json.loads(desk.vault.get(SitterId(id_), DataClass.WEBHOOK, OBJECT))
    until = told["former_until"]
    return Sealed(
        url=told["url"], secret=told["secret"], former=told["former"],
        former_until=None if until is None else datetime.fromisoformat(until),
    )  # fmt: skip


def rotate(desk: Desk, id_: str) -> str:
    """Let another secret sign; for a day the old one signs, too. Give the new one. Raises NotFoundError."""
    row, secret = _row(desk, id_), new_secret()
    kept = opened(desk, row.id)
    until = desk.clock.now() + BOTH
    _seal(desk, row.id, replace(kept, secret=secret, former=kept.secret, former_until=until))
    return secret


def enable(desk: Desk, id_: str) -> Webhook:
    """Tell it again of what happens from now on. Raises NotFoundError."""
    row = _row(desk, id_)
    with desk.store.begin() as connection:
        webhooks.change(connection, row.id, {"disabled_at": None, "failing_since": None, "reason": None})
    return get(desk, id_)


def test(desk: Desk, id_: str) -> EventId:
    """Tell it something that means nothing. Raises NotFoundError, WebhooksOffError, WebhookDisabledError.

    TooManyJobsError when too much is on its way to it already.
    """
    row = _row(desk, id_)
    destination(opened(desk, row.id).url, desk.settings.webhook_hosts)
    if row.disabled_at is not None:
        raise WebhookDisabledError
    with desk.store.begin() as connection:
        waiting = sum(each.state in OPEN for each in jobs.of_account(connection, row.id))
        if waiting >= MOST_WAITING:
            raise TooManyJobsError(open=waiting, limit=MOST_WAITING)
        return outbox.test(connection, row, desk.clock.now())


def remove(desk: Desk, id_: str) -> None:
    """Destroy a webhook; what was on its way to it ends. One that is gone is fine."""
    with desk.store.begin() as connection:
        webhooks.remove(connection, id_)
        jobs.forget_accounts(connection, [id_])
    desk.vault.destroy(SitterId(id_), DataClass.WEBHOOK)


def forget(desk: Desk, ids: Sequence[str]) -> None:
    """Destroy what is sealed of webhooks whose rows are gone, and what was on its way to them."""
    with desk.store.begin() as connection:
        jobs.forget_accounts(connection, ids)
    for id_ in ids:
        desk.vault.destroy(SitterId(id_), DataClass.WEBHOOK)


def remove_disabled(desk: Desk, before: datetime) -> None:
    """Destroy the webhooks that were disabled before a moment, and that nobody has mended since."""
    with desk.store.begin() as connection:
        rows = webhooks.every(connection)
    for row in rows:
        if row.disabled_at is not None and row.disabled_at < before:
            remove(desk, row.id)


def bury_unnoted(desk: Desk, before: datetime) -> None:
    """Destroy what is sealed of webhooks that a killed run never noted, or whose account is gone."""
    with desk.store.begin() as connection:
        known = {str(row.id) for row in webhooks.every(connection)}
    for id_ in desk.vault.people(DataClass.WEBHOOK):
        if id_ not in known and all(
            kept.written_at < before for kept in desk.vault.kept(id_, DataClass.WEBHOOK)
        ):
            desk.vault.destroy(id_, DataClass.WEBHOOK)


def has_arrived(desk: Desk, id_: WebhookId) -> None:
    """Note that it took what it was told."""
    now = desk.clock.now()
    with desk.store.begin() as connection:
        webhooks.change(connection, id_, {"delivered_at": now, "failing_since": None, "reason": None})


def has_failed(desk: Desk, id_: WebhookId, reason: str) -> bool:
    """Note that it did not; give whether it is disabled now: it wants no more, or has failed for days."""
    now = desk.clock.now()
    with desk.store.begin() as connection:
        row = webhooks.get(connection, id_)
        if row is None:
            return True
        since = row.failing_since or now
        over = reason == Reason.GONE or now - since >= PATIENCE
        disabled = row.disabled_at or (now if over else None)
        webhooks.change(connection, id_, {"failing_since": since, "disabled_at": disabled, "reason": reason})
    return disabled is not None


def _seal(desk: Desk, id_: WebhookId, what: Sealed) -> None:
    until = what.former_until.isoformat() if what.former_until else None
    told = {"url": what.url, "secret": what.secret, "former": what.former, "former_until": until}
    desk.vault.put(SitterId(id_), DataClass.WEBHOOK, OBJECT, json.dumps(told).encode())


def _url(desk: Desk, id_: WebhookId) -> str:
    try:
        return opened(desk, id_).url
    except (NotFoundError, SealBrokenError):
        return ""


def _row(desk: Desk, id_: str) -> WebhookRow:
    with desk.store.begin() as connection:
        row = webhooks.get(connection, id_)
    if row is None:
        raise NotFoundError(kind="webhook", id="")
    return row
