"""Where a program wants to be told of what happens, instead of asking again and again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from fenshen.accounts.keys import Caller, Scope
from fenshen.ids import WebhookId
from fenshen.rights import webhooks
from fenshen.web.api.answers_webhooks import EventName, NewWebhook, Secret, Webhook
from fenshen.web.api.bodies import Listening
from fenshen.web.api.caller import may, own
from fenshen.web.api.once import FORGETFUL, Route
from fenshen.web.api.problem import problems
from fenshen.web.way_in import Here

router = APIRouter(prefix="/webhooks", route_class=Route, tags=["webhooks"])
ForWebhooks = Annotated[Caller, may(Scope.WEBHOOKS)]
Mine = Annotated[WebhookId, Path(), Depends(own("webhook"))]
HERE = problems(401, 403, 404)
SHOWN_ONCE = {
    FORGETFUL: True
}  # a secret is in no table, so that it is not in the idempotency key's memory either


@router.get("", responses=problems(401, 403))
def every(studio: Here, caller: ForWebhooks) -> list[Webhook]:
    """Give the account's webhooks, the oldest first, and how each fares."""
    return [_told(each) for each in webhooks.every(studio.desk, caller.account)]


@router.post("", status_code=201, responses=problems(401, 403, 409), openapi_extra=SHOWN_ONCE)
def create(studio: Here, caller: ForWebhooks, body: Listening) -> NewWebhook:
    """Register an https address on a host that the operator allows. The secret is shown this once."""
    made, secret = webhooks.register(studio.desk, caller.account, body.url, body.events)
    return NewWebhook(**_told(made).model_dump(), secret=secret)


@router.get("/{webhook}", responses=HERE)
def one(studio: Here, _: ForWebhooks, webhook: Mine) -> Webhook:
    """Tell how a webhook fares."""
    return _told(webhooks.get(studio.desk, webhook))


@router.post("/{webhook}/secret", responses=HERE, openapi_extra=SHOWN_ONCE)
def rotate(studio: Here, _: ForWebhooks, webhook: Mine) -> Secret:
    """Let another secret sign; for a day every delivery carries the signatures of both."""
    return Secret(secret=webhooks.rotate(studio.desk, webhook))


@router.post("/{webhook}/test", status_code=202, responses=problems(401, 403, 404, 409))
def test(studio: Here, _: ForWebhooks, webhook: Mine) -> EventName:
    """Send an event of type `test`, which means nothing."""
    return EventName(event=webhooks.test(studio.desk, webhook))


@router.post("/{webhook}/enable", responses=HERE)
def enable(studio: Here, _: ForWebhooks, webhook: Mine) -> Webhook:
    """Switch it on again, after it was disabled for failing; what happened meanwhile is not told."""
    return _told(webhooks.enable(studio.desk, webhook))


@router.delete("/{webhook}", status_code=204, responses=HERE)
def remove(studio: Here, _: ForWebhooks, webhook: Mine) -> Response:
    """Destroy a webhook, its address and its secret; what was on its way to it ends."""
    webhooks.remove(studio.desk, webhook)
    return Response(status_code=204)


def _told(each: webhooks.Webhook) -> Webhook:
    row = each.row
    return Webhook.model_validate(
        {
            "webhook": row.id, "url": each.url, "events": row.events.split(","), "created_at": row.created_at,
            "state": "disabled" if row.disabled_at else "failing" if row.failing_since else "enabled",
            "delivered_at": row.delivered_at, "failing_since": row.failing_since, "reason": row.reason,
        }
    )  # fmt: skip
