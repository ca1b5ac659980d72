"""Out to a service that knows somebody, and back. Only where the operator has named one."""

from hmac import compare_digest
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from fenshen.accounts import ceremonies, elsewhere, guests, identities, sessions
from fenshen.accounts.ceremonies import CeremonyOverError
from fenshen.accounts.elsewhere import Elsewhere
from fenshen.accounts.sessions import SignedOutError, Visitor
from fenshen.errors import NotFoundError
from fenshen.ids import AccountId
from fenshen.web.entering import (
    THEN,
    Choice,
    Then,
    drop_ticket,
    enter,
    give_ticket,
    is_known,
    ticket_of,
)
from fenshen.web.page import page
from fenshen.web.pages.sign_in import OFTEN
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here, Perhaps, must_have_proved

router = APIRouter()
AimGiven = Annotated[Literal["enter", "add", "again"], Form()]


@router.post("/sign-in/elsewhere/{service}", dependencies=OFTEN)
def go(
    request: Request,
    studio: Here,
    visitor: Perhaps,
    service: str,
    aim: AimGiven = "enter",
    guest: Choice = "",
    then: Then = "mine",
) -> Response:
    """Say what the other service learns, and where the way goes; the browser holds what the answer must fit."""
    known = _service(request, service)
    account = None if aim == "enter" else _who(visitor).account
    if aim == "enter":
        guests.must_have_decided(studio.desk.store, visitor, guest)
    elif aim == "add":
        must_have_proved(studio, _who(visitor))
    desk = studio.desk
    note = f"{aim} {then} {guest}".encode()
    asked = ceremonies.ask(desk.store, desk.clock, known.name, account=account, challenge=note)
    address = known.way_out(elsewhere.secrets_of(desk.vault.keys, asked.ticket), _back(studio, known))
    answer = page("leaving", request, address=address, service=known.host)
    give_ticket(answer, studio, asked)
    return answer


@router.get("/sign-in/back/{service}", dependencies=OFTEN)
def back(request: Request, studio: Here, visitor: Perhaps, service: str) -> Response:
    """1. does the answer fit what this browser was asked  2. who is it there  3. and here.

    Raises CeremonyOverError, ElsewhereDownError, ElsewhereRefusedError, IdentityTakenError.
    """
    known, desk, ticket = _service(request, service), studio.desk, ticket_of(request, studio) or ""
    secrets = elsewhere.secrets_of(desk.vault.keys, ticket)
    if not compare_digest(request.query_params.get("state", "").encode(), secrets.state.encode()):
        raise CeremonyOverError
    asked = ceremonies.answered(desk.store, desk.clock, ticket, known.name)  # (1)
    aim, then, choice = asked.challenge.decode().split(" ")
    if asked.account is not None and asked.account != _who(visitor).account:
        raise CeremonyOverError
    who = known.subject(secrets, _back(studio, known), request.query_params, desk.clock)  # (2)
    hashed = elsewhere.subject_hash(desk.vault.keys, *who)
    account = asked.account or _account(studio, visitor, known, hashed, choice)  # (3)
    if aim == "add":
        must_have_proved(studio, _who(visitor))
        identities.bind(desk.store, desk.clock, account, known, hashed)
    elif aim == "again" and identities.opens(desk.store, hashed) != account:
        raise elsewhere.ElsewhereRefusedError(service=known.host)
    answer = RedirectResponse({"enter": "/mine", "add": "/sign-in/add"}.get(aim, THEN[then]), 303)
    enter(answer, studio, visitor, account, choice)
    drop_ticket(answer, studio)
    return answer


def _account(
    studio: Studio, visitor: Visitor | None, service: Elsewhere, hashed: str, choice: str
) -> AccountId:
    """Give the account that somebody elsewhere opens: theirs, else the guest's they are in, else a new one."""
    store, clock = studio.desk.store, studio.desk.clock
    if found := identities.opens(store, hashed):
        return found
    if visitor is not None and choice != "leave" and not is_known(studio, visitor):
        account = visitor.account
    else:
        account = sessions.open_account(store, clock)
    identities.bind(store, clock, account, service, hashed)
    return account


def _service(request: Request, name: str) -> Elsewhere:
    found: Elsewhere | None = request.app.state.elsewhere.get(name)
    if found is None:
        raise NotFoundError(kind="service", id="")
    return found


def _who(visitor: Visitor | None) -> Visitor:
    if visitor is None:
        raise SignedOutError
    return visitor


def _back(studio: Studio, service: Elsewhere) -> str:
    return f"{studio.origin}/sign-in/back/{service.name}"
