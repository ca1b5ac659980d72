"""API keys: made for a part of what an account may do, shown once, ended at any time; and where programs are told."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fenshen.accounts import keys
from fenshen.accounts.keys import LONGEST_LIFE, Scope
from fenshen.accounts.sessions import Visitor
from fenshen.rights import webhooks
from fenshen.web.page import page
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here, In, must_have_proved, own

router = APIRouter()
Mine = Annotated[str, Depends(own("key"))]
Told = Annotated[str, Depends(own("webhook"))]
DAYS = 90  # suggested


@router.get("/keys")
def show(request: Request, studio: Here, visitor: In) -> HTMLResponse:
    """Show the keys there are: what each is for, until when, when it was last used. Never a key itself."""
    return _page(request, studio, visitor)


@router.post("/keys")
def make(
    request: Request,
    studio: Here,
    visitor: In,
    scope: Annotated[list[Scope] | None, Form(max_length=len(Scope))] = None,
    days: Annotated[int, Form(ge=1, le=LONGEST_LIFE)] = DAYS,
) -> HTMLResponse:
    """Make a key, and show it this once."""
    must_have_proved(studio, visitor)
    if not scope:
        return _page(request, studio, visitor, status=422, nothing=True)
    made, _ = keys.make(studio.desk.store, studio.desk.clock, visitor.account, scope, days=days)
    return _page(request, studio, visitor, made=made)


@router.post("/keys/{key}/revoke")
def revoke(studio: Here, key: Mine) -> Response:
    """End a key, at once."""
    keys.revoke(studio.desk.store, key)
    return RedirectResponse("/keys", 303)


@router.post("/webhooks/{webhook}/enable")
def enable(studio: Here, webhook: Told) -> Response:
    """Tell a program again of what happens."""
    webhooks.enable(studio.desk, webhook)
    return RedirectResponse("/keys", 303)


@router.post("/webhooks/{webhook}/remove")
def remove(studio: Here, webhook: Told) -> Response:
    """Tell a program of nothing more."""
    webhooks.remove(studio.desk, webhook)
    return RedirectResponse("/keys", 303)


def _page(
    request: Request,
    studio: Studio,
    visitor: Visitor,
    *,
    status: int = 200,
    made: str | None = None,
    nothing: bool = False,
) -> HTMLResponse:
    rows = keys.every(studio.desk.store, visitor.account)
    return page(
        "keys", request, status, keys=[(row, sorted(keys.scopes_of(row))) for row in rows], scopes=tuple(Scope),
        days=DAYS, most=LONGEST_LIFE, made=made, nothing=nothing,
        webhooks=webhooks.every(studio.desk, visitor.account),
    )  # fmt: skip
