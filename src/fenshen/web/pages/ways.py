"""The ways to sign in to one's account: add one, remove one, end the sessions of other browsers."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from fenshen.accounts.passwords import (
    ADVISED,
    LONGEST,
    SHORTEST,
    LoginUnusableError,
    PasswordWeakError,
    PasswordWrongError,
)
from fenshen.accounts.sessions import Visitor
from fenshen.errors import FenshenError
from fenshen.store import accounts, credentials
from fenshen.web.entering import (
    Answer,
    Here,
    drop_ticket,
    enter,
    give_ticket,
    has_proved,
    passkey_address,
    takes_passkeys,
    ticket_of,
)
from fenshen.web.page import page
from fenshen.web.pages.sign_in import OFTEN, Login, Password
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here as TheStudio
from fenshen.web.way_in import In, must_have_proved

router = APIRouter()
Kind = Annotated[Literal["passkey", "password", "identity"], Form()]
Which = Annotated[str, Form(max_length=512)]
Sure = Annotated[str, Form(max_length=20)]


@router.get("/sign-in/add")
def ways(request: Request, studio: TheStudio, visitor: In) -> HTMLResponse:
    """Show what opens the account, and what else could."""
    return _page(request, studio, visitor)


@router.post("/sign-in/add/passkey/options", dependencies=OFTEN)
def passkey_options(studio: TheStudio, ways: Here, visitor: In) -> Response:
    """Ask the browser to make a passkey."""
    must_have_proved(studio, visitor)
    asked, options = ways.passkeys.ask_new(visitor.account)
    response = Response(options, media_type="application/json")
    give_ticket(response, studio, asked)
    return response


@router.post("/sign-in/add/passkey", dependencies=OFTEN)
def add_passkey(
    request: Request, studio: TheStudio, ways: Here, visitor: In, answer: Answer = ""
) -> Response:
    """Note the passkey; a guest's account becomes one that lasts."""
    must_have_proved(studio, visitor)
    ways.passkeys.add(visitor.account, ticket_of(request, studio), answer)
    response = JSONResponse({"next": "/sign-in/add"})
    enter(response, studio, visitor, visitor.account)
    drop_ticket(response, studio)
    return response


@router.post("/sign-in/add/password", dependencies=OFTEN)
def add_password(
    request: Request, studio: TheStudio, ways: Here, visitor: In, login: Login = "", password: Password = ""
) -> Response:
    """Note a name and a password."""
    must_have_proved(studio, visitor)
    try:
        ways.passwords.set(visitor.account, login, password, session=visitor.session)
    except (LoginUnusableError, PasswordWeakError) as error:
        return _page(request, studio, visitor, refused=error)
    return _back(studio, visitor)


@router.post("/sign-in/add/password/change", dependencies=OFTEN)
def change_password(
    request: Request, studio: TheStudio, ways: Here, visitor: In, old: Password = "", password: Password = ""
) -> Response:
    """Put a new password in place of the old one, which is asked for; the sessions of other browsers end."""
    try:
        ways.passwords.change(visitor.account, old, password, session=visitor.session)
    except (PasswordWrongError, PasswordWeakError) as error:
        return _page(request, studio, visitor, refused=error)
    return _back(studio, visitor)


@router.post("/sign-in/add/remove", dependencies=OFTEN)
def remove(
    request: Request, studio: TheStudio, visitor: In, kind: Kind, which: Which = "", sure: Sure = ""
) -> Response:
    """Remove a way to sign in; the last one only after asking. The sessions of other browsers end."""
    must_have_proved(studio, visitor)
    with studio.desk.store.begin() as connection:
        count = len(credentials.passkeys_of(connection, visitor.account))
        count += len(credentials.identities_of(connection, visitor.account))
        count += credentials.password_of(connection, visitor.account) is not None
    if count == 1 and sure != "yes":
        more = {"kind": kind, "which": which}
        return page(
            "sure", request, action="/sign-in/add/remove", what="last_way", more=more, back="/sign-in/add"
        )
    with studio.desk.store.begin() as connection:
        if kind == "passkey":
            credentials.remove_passkey(connection, visitor.account, which)
        elif kind == "identity":
            credentials.remove_identity(connection, visitor.account, which)
        else:
            credentials.remove_password(connection, visitor.account)
        accounts.end_sessions(connection, visitor.account, but=[visitor.session])
    studio.desk.store.scrub()
    return RedirectResponse("/sign-in/add", 303)


@router.post("/sign-in/add/others")
def end_others(studio: TheStudio, visitor: In) -> Response:
    """End the sessions of all other browsers."""
    must_have_proved(studio, visitor)
    with studio.desk.store.begin() as connection:
        accounts.end_sessions(connection, visitor.account, but=[visitor.session])
    return RedirectResponse("/sign-in/add", 303)


def _back(studio: Studio, visitor: Visitor) -> Response:
    answer = RedirectResponse("/sign-in/add", 303)
    enter(answer, studio, visitor, visitor.account)
    return answer


def _page(
    request: Request, studio: Studio, visitor: Visitor, *, refused: FenshenError | None = None
) -> HTMLResponse:
    with studio.desk.store.begin() as connection:
        passkeys = credentials.passkeys_of(connection, visitor.account)
        password = credentials.password_of(connection, visitor.account)
        identities = credentials.identities_of(connection, visitor.account)
        sessions = accounts.sessions_of(connection, visitor.account)
    known = bool(passkeys or password or identities)
    services = request.app.state.elsewhere
    return page(
        "ways", request, 422 if refused else 200, refused=refused, known=known,
        may=not known or has_proved(studio, visitor), rows=passkeys, password=password, identities=identities,
        sessions=sessions, here_session=visitor.session, passkeys=takes_passkeys(request, studio),
        address=passkey_address(studio), services=services, shortest=SHORTEST, advised=ADVISED, longest=LONGEST,
        elsewhere=[each for each in services.values() if each.name not in {row.provider for row in identities}],
    )  # fmt: skip
