"""Sign in: a passkey first, a password second. And show once more that it is oneself, before what is grave."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from fenshen.accounts import guests
from fenshen.accounts.guests import GuestUndecidedError
from fenshen.accounts.passwords import PasswordWrongError
from fenshen.accounts.sessions import Visitor
from fenshen.errors import FenshenError
from fenshen.store import credentials
from fenshen.web.entering import (
    THEN,
    Answer,
    Choice,
    Here,
    Then,
    drop_ticket,
    enter,
    give_ticket,
    is_known,
    passkey_address,
    takes_passkeys,
    ticket_of,
)
from fenshen.web.limits import limited
from fenshen.web.page import page
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here as TheStudio
from fenshen.web.way_in import In, Perhaps

router = APIRouter()
OFTEN = [Depends(limited("sign-in", 30))]
Login = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=1000)]


@router.get("/sign-in")
def sign_in(request: Request, studio: TheStudio, visitor: Perhaps) -> Response:
    """Show the ways in; who is known is in already."""
    if visitor is not None and is_known(studio, visitor):
        return RedirectResponse("/mine", 303)
    return _page(request, studio, visitor)


@router.post("/sign-in/password", dependencies=OFTEN)
def by_password(
    request: Request,
    studio: TheStudio,
    ways: Here,
    visitor: Perhaps,
    login: Login = "",
    password: Password = "",
    guest: Choice = "",
) -> Response:
    """Sign in by name and password."""
    answer = RedirectResponse("/mine", 303)
    try:
        guests.must_have_decided(studio.desk.store, visitor, guest)
        enter(answer, studio, visitor, ways.passwords.whose(login, password), guest)
    except (PasswordWrongError, GuestUndecidedError) as error:
        return _page(request, studio, visitor, refused=error, login=login, choice=guest)
    return answer


@router.post("/sign-in/passkey/options", dependencies=OFTEN)
def passkey_options(studio: TheStudio, ways: Here, visitor: Perhaps, guest: Choice = "") -> Response:
    """Ask the browser for a passkey of ours, whichever it has."""
    guests.must_have_decided(studio.desk.store, visitor, guest)
    asked, options = ways.passkeys.ask("enter")
    response = Response(options, media_type="application/json")
    give_ticket(response, studio, asked)
    return response


@router.post("/sign-in/passkey", dependencies=OFTEN)
def by_passkey(
    request: Request, studio: TheStudio, ways: Here, visitor: Perhaps, answer: Answer = "", guest: Choice = ""
) -> Response:
    """Sign in by passkey."""
    guests.must_have_decided(studio.desk.store, visitor, guest)
    account = ways.passkeys.whose("enter", ticket_of(request, studio), answer)
    response = JSONResponse({"next": "/mine"})
    enter(response, studio, visitor, account, guest)
    drop_ticket(response, studio)
    return response


@router.get("/sign-in/again")
def again(request: Request, studio: TheStudio, visitor: In, then: str = "mine") -> Response:
    """Ask for a credential once more; who has none adds one."""
    if not is_known(studio, visitor):
        return RedirectResponse("/sign-in/add", 303)
    return _again(request, studio, visitor, then if then in THEN else "mine")


@router.post("/sign-in/again/password", dependencies=OFTEN)
def again_by_password(
    request: Request, studio: TheStudio, ways: Here, visitor: In, password: Password = "", then: Then = "mine"
) -> Response:
    """Show it by the password."""
    try:
        ways.passwords.prove(visitor.account, password)
    except PasswordWrongError as error:
        return _again(request, studio, visitor, then, refused=error)
    answer = RedirectResponse(THEN[then], 303)
    enter(answer, studio, visitor, visitor.account)
    return answer


@router.post("/sign-in/again/passkey/options", dependencies=OFTEN)
def again_options(studio: TheStudio, ways: Here, visitor: In) -> Response:
    """Ask the browser for a passkey of this account."""
    asked, options = ways.passkeys.ask("again", visitor.account)
    response = Response(options, media_type="application/json")
    give_ticket(response, studio, asked)
    return response


@router.post("/sign-in/again/passkey", dependencies=OFTEN)
def again_by_passkey(
    request: Request, studio: TheStudio, ways: Here, visitor: In, answer: Answer = "", then: Then = "mine"
) -> Response:
    """Show it by a passkey."""
    ways.passkeys.whose("again", ticket_of(request, studio), answer, account=visitor.account)
    response = JSONResponse({"next": THEN[then]})
    enter(response, studio, visitor, visitor.account)
    drop_ticket(response, studio)
    return response


def _page(
    request: Request,
    studio: Studio,
    visitor: Visitor | None,
    *,
    refused: FenshenError | None = None,
    login: str = "",
    choice: str = "",
) -> HTMLResponse:
    return page(
        "sign_in", request, 422 if refused else 200, refused=refused, login=login, choice=choice,
        people=guests.begun(studio.desk.store, visitor), **_where(request, studio),
    )  # fmt: skip


def _again(
    request: Request, studio: Studio, visitor: Visitor, then: str, *, refused: FenshenError | None = None
) -> HTMLResponse:
    with studio.desk.store.begin() as connection:
        has_passkey = bool(credentials.passkeys_of(connection, visitor.account))
        has_password = credentials.password_of(connection, visitor.account) is not None
        there = {row.provider for row in credentials.identities_of(connection, visitor.account)}
    where = _where(request, studio)
    where["elsewhere"] = [each for each in where["elsewhere"] if each.name in there]
    return page(
        "again", request, 422 if refused else 200, refused=refused, then=then,
        has_passkey=has_passkey, has_password=has_password, **where,
    )  # fmt: skip


def _where(request: Request, studio: Studio) -> dict[str, Any]:
    return {
        "passkeys": takes_passkeys(request, studio),
        "address": passkey_address(studio),
        "elsewhere": list(request.app.state.elsewhere.values()),
    }
