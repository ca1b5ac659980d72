"""What the API tells of webhooks."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fenshen.jobs.courier import Reason
from fenshen.jobs.outbox import Event


class Webhook(BaseModel):
    """Where an account wants to be told of what happens."""

    webhook: str
    url: str
    events: list[Event]
    created_at: datetime
    state: Annotated[
        Literal["enabled", "failing", "disabled"],
        Field(description="disabled: after three days of failing, or 410"),
    ]
    delivered_at: Annotated[datetime | None, Field(description="the last time that something arrived")]
    failing_since: datetime | None
    reason: Annotated[Reason | None, Field(description="why the last delivery failed")]


class NewWebhook(Webhook):
    """A webhook that was registered."""

    secret: Annotated[str, Field(description="`whsec_…`; shown this once")]


class Secret(BaseModel):
    """What signs from now on."""

    secret: Annotated[str, Field(description="`whsec_…`; shown this once")]


class EventName(BaseModel):
    """An event that is on its way."""

    event: Annotated[str, Field(description="what its `webhook-id` will be")]
