"""What every way of signing in ends with, and what binds a question to the browser that was asked."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import Depends, Form, Request
from fastapi.responses import Response

from fenshen.accounts import ceremonies, guests, sessions
from fenshen.accounts.ceremonies import Asked
from fenshen.accounts.credentials import has_credential
from fenshen.accounts.passkeys import Passkeys, can_be_bound_to
from fenshen.accounts.passwords import Passwords
from fenshen.accounts.sessions import PROOF_HOLDS, Visitor
from fenshen.ids import AccountId
from fenshen.web.studio import Studio
from fenshen.web.way_in import let_in, studio_of

TICKET: Final = "fenshen_ticket"
THEN: Final = {"mine": "/mine", "add": "/sign-in/add"}  # where one goes after showing a credential
Choice = Annotated[Literal["", "bring", "leave"], Form()]  # what becomes of what a guest began
Answer = Annotated[str, Form(max_length=16384)]  # JSON of a browser's script
Then = Annotated[Literal["mine", "add"], Form()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways to sign in that this studio has itself."""

    passkeys: Passkeys
    passwords: Passwords


def ways_of(request: Request) -> Ways:
    """Give the ways to sign in of the studio that a request came to."""
    studio = studio_of(request)
    store, keys, clock = studio.desk.store, studio.desk.vault.keys, studio.desk.clock
    return Ways(
        passkeys=Passkeys(
            store=store, keys=keys, clock=clock, host=studio.origin.host, origin=str(studio.origin)
        ),
        passwords=Passwords(store=store, keys=keys, clock=clock),
    )


Here = Annotated[Ways, Depends(ways_of)]


def takes_passkeys(request: Request, studio: Studio) -> bool:
    """Tell whether passkeys work on this page: at the studio's own name, not at 127.0.0.1 beside it."""
    host = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]")
    return host == studio.origin.host and can_be_bound_to(host)


def passkey_address(studio: Studio) -> str:
    """Give the address at which passkeys work; empty if there is none."""
    return str(studio.origin) if can_be_bound_to(studio.origin.host) else ""


def enter(
    response: Response, studio: Studio, visitor: Visitor | None, account: AccountId, choice: str = ""
) -> None:
    """1. see what becomes of what a guest began  2. end the old session  3. open a new one, which has proved itself.

    Raises GuestUndecidedError.
    """
    store = studio.desk.store
    if visitor is not None and visitor.account != account:
        guests.must_have_decided(store, visitor, choice)  # (1)
        if choice != "leave":
            guests.bring(store, visitor, account)
    old = visitor.session if visitor else None
    let_in(
        response, studio, sessions.sign_in(store, studio.desk.clock, account, proved=True, old=old)
    )  # (2, 3)


def is_known(studio: Studio, visitor: Visitor) -> bool:
    """Tell whether anything opens the visitor's account besides this browser."""
    with studio.desk.store.look() as connection:
        return has_credential(connection, visitor.account)


def has_proved(studio: Studio, visitor: Visitor) -> bool:
    """Tell whether a credential was shown lately."""
    return visitor.proved_at is not None and studio.desk.clock.now() - visitor.proved_at <= PROOF_HOLDS


def give_ticket(response: Response, studio: Studio, asked: Asked) -> None:
    """Bind a question to this browser. Lax: it must come along when another service sends the browser back."""
    response.set_cookie(
        ticket_name(studio), asked.ticket, max_age=int(ceremonies.LASTS.total_seconds()), path="/", httponly=True,
        secure=studio.origin.is_secure, samesite="lax",
    )  # fmt: skip


def drop_ticket(response: Response, studio: Studio) -> None:
    """Take the ticket of an answered question away."""
    response.delete_cookie(
        ticket_name(studio), path="/", httponly=True, secure=studio.origin.is_secure, samesite="lax"
    )


def ticket_of(request: Request, studio: Studio) -> str | None:
    """Give the ticket that a browser holds."""
    return request.cookies.get(ticket_name(studio))


def ticket_name(studio: Studio) -> str:
    """Name the cookie, bound to this host where that can be."""
    return f"__Host-{TICKET}" if studio.origin.is_secure else TICKET
