"""``fenshen admin webhooks``: where whoever runs the studio is told that somebody is to get their money back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, show_table, tell, told

if TYPE_CHECKING:
    from fenshen.rights.desk import Desk
    from fenshen.rights.webhooks import Webhook

app = new_app(group=True)

Id = Annotated[str, typer.Argument(metavar="ID", help=told("webhooks_id"))]
Url = Annotated[str, typer.Argument(metavar="URL", help=told("webhooks_url"))]
COLUMNS = ("id", "url", "state", "delivered")


@app.command("add", help=told("webhooks_add"))
def add(url: Url, *, as_json: Json = False) -> None:
    """Be told of refunds that are due at an https address."""
    from fenshen.jobs.outbox import OPERATOR, REFUND_DUE
    from fenshen.rights import webhooks

    made, secret = webhooks.register(_desk(), OPERATOR, url, [REFUND_DUE])
    if as_json:
        print_json({"webhook": made.row.id, "secret": secret})
    else:
        tell(told("webhooks_added", id=made.row.id, secret=secret))


@app.command("list", help=told("webhooks_list"))
def show_all(*, as_json: Json = False) -> None:
    """Show how each fares."""
    from fenshen.jobs.outbox import OPERATOR
    from fenshen.rights import webhooks

    rows = [_as_dict(each) for each in webhooks.every(_desk(), OPERATOR)]
    if as_json:
        print_json(rows)
        return
    columns = [told(f"webhooks_column_{name}") for name in COLUMNS]
    show_table(
        columns,
        [
            (r["webhook"], r["url"], told(f"webhooks_{r['state']}"), str(r["delivered_at"] or ""))
            for r in rows
        ],
    )


@app.command("test", help=told("webhooks_test"))
def send_test(webhook: Id, *, as_json: Json = False) -> None:
    """Send an event that means nothing; a worker does it."""
    from fenshen.rights import webhooks

    event = webhooks.test(_desk(), webhook)
    if as_json:
        print_json({"event": event})
    else:
        tell(told("webhooks_tested", event=event))


@app.command("enable", help=told("webhooks_enable"))
def enable(webhook: Id, *, as_json: Json = False) -> None:
    """Switch one on again that was disabled for failing."""
    from fenshen.rights import webhooks

    row = _as_dict(webhooks.enable(_desk(), webhook))
    if as_json:
        print_json(row)
    else:
        tell(told("webhooks_enabled"))


@app.command("rotate", help=told("webhooks_rotate"))
def rotate(webhook: Id, *, as_json: Json = False) -> None:
    """Let another secret sign; for a day the old one signs, too."""
    from fenshen.rights import webhooks

    secret = webhooks.rotate(_desk(), webhook)
    if as_json:
        print_json({"webhook": webhook, "secret": secret})
    else:
        tell(told("webhooks_added", id=webhook, secret=secret))


@app.command("remove", help=told("webhooks_remove"))
def remove(webhook: Id, *, as_json: Json = False) -> None:
    """Destroy one; nothing more is told there."""
    from fenshen.rights import webhooks

    desk = _desk()
    webhooks.get(desk, webhook)
    webhooks.remove(desk, webhook)
    if as_json:
        print_json({"webhook": webhook, "removed": True})
    else:
        tell(told("webhooks_removed"))


def _desk() -> Desk:
    from fenshen.rights import retention

    return retention.start(settings.load())


def _as_dict(each: Webhook) -> dict[str, Any]:
    row = each.row
    state = "disabled" if row.disabled_at else "failing" if row.failing_since else "enabled"
    return {
        "webhook": row.id,
        "url": each.url,
        "events": row.events.split(","),
        "state": state,
        "delivered_at": row.delivered_at,
        "failing_since": row.failing_since,
        "reason": row.reason,
    }
