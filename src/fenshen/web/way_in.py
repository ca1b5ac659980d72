"""Who is asking, and whether what they ask about is theirs: every route takes these, and a test walks through all."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.responses import Response

from fenshen.accounts import sessions
from fenshen.accounts.credentials import has_credential
from fenshen.accounts.own import must_own
from fenshen.accounts.sessions import SignedOutError, Visitor
from fenshen.web.page import INVITATION
from fenshen.web.studio import Studio

SESSION: Final = "fenshen_session"


def studio_of(request: Request) -> Studio:
    """Give the studio that a request came to."""
    studio: Studio = request.app.state.studio
    return studio


def cookie_name(studio: Studio) -> str:
    """Name the cookie: over https its prefix binds it to this host and to https (RFC 6265bis, 4.1.3)."""
    return f"__Host-{SESSION}" if studio.origin.is_secure else SESSION


def perhaps_in(request: Request) -> Visitor | None:
    """Tell who is in, if anybody."""
    if not hasattr(request.state, "visitor"):
        studio = studio_of(request)
        key = request.cookies.get(cookie_name(studio))
        request.state.visitor = sessions.visitor(studio.desk.store, studio.desk.clock, key)
    visitor: Visitor | None = request.state.visitor
    return visitor


def must_be_in(request: Request) -> Visitor:
    """Tell who is in. Raises SignedOutError."""
    visitor = perhaps_in(request)
    if visitor is None:
        raise SignedOutError
    return visitor


def own(kind: str) -> Callable[[Request], Any]:
    """Give the id of this kind in a route's path, if it is the visitor's. Raises SignedOutError, NotFoundError."""

    def theirs(request: Request) -> str:
        visitor, id_ = must_be_in(request), str(request.path_params[kind])
        with studio_of(request).desk.store.look() as connection:
            must_own(connection, visitor.account, kind, id_)
        return id_

    theirs.kind = kind  # type: ignore[attr-defined]  # a test reads it
    return theirs


def must_have_proved(studio: Studio, visitor: Visitor) -> None:
    """Raise ProofNeededError unless who has a credential showed it lately: before what is grave."""
    with studio.desk.store.look() as connection:
        known = has_credential(connection, visitor.account)
    visitor.must_have_proved(studio.desk.clock.now(), has_credential=known)


def let_in(response: Response, studio: Studio, key: str) -> None:
    """Give a browser the key of its session."""
    response.set_cookie(
        cookie_name(studio), key, max_age=int(sessions.LONGEST.total_seconds()), path="/", httponly=True,
        secure=studio.origin.is_secure, samesite="lax",
    )  # fmt: skip


def let_out(response: Response, studio: Studio) -> None:
    """Take a browser's key away, and all that the site left in the browser."""
    response.delete_cookie(
        cookie_name(studio), path="/", httponly=True, secure=studio.origin.is_secure, samesite="lax"
    )
    forget_invitation(response, studio)
    response.headers["clear-site-data"] = '"cache", "storage"'


def forget_invitation(response: Response, studio: Studio) -> None:
    """Let a browser forget the code of an invitation."""
    response.delete_cookie(
        INVITATION, path="/", httponly=True, secure=studio.origin.is_secure, samesite="lax"
    )


Here = Annotated[Studio, Depends(studio_of)]
In = Annotated[Visitor, Depends(must_be_in)]
Perhaps = Annotated[Visitor | None, Depends(perhaps_in)]
