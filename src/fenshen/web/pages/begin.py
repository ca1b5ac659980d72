"""Consent before pixels: what happens is said first, each purpose is asked by itself, and nothing is ticked."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fenshen.accounts import sessions
from fenshen.flow import agree as flow
from fenshen.flow.album import open_album
from fenshen.flow.later import FOR_A_DOUBLE
from fenshen.rights import notices
from fenshen.rights.consent import AgeBand
from fenshen.rights.purposes import Purpose
from fenshen.web.limits import limited
from fenshen.web.page import language_of, page
from fenshen.web.way_in import Here, Perhaps, let_in

router = APIRouter()
ASKED = (Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE, Purpose.RENDER_PORTRAIT)
AGES = {"adult": AgeBand.ADULT, "teen": AgeBand.TEEN, "child": AgeBand.UNDER_14}
Text = Annotated[str, Form(max_length=20)]


@router.get("/begin")
def begin(request: Request, studio: Here, visitor: Perhaps) -> HTMLResponse:  # noqa: ARG001  (who is in is shown)
    """Say what happens to the photos, and ask."""
    return _form(request, studio, missing=(), given={})


@router.post("/begin", dependencies=[Depends(limited("begin", 20))])
def agree(
    request: Request,
    studio: Here,
    visitor: Perhaps,
    purpose: Annotated[list[Purpose] | None, Form()] = None,
    age: Text = "",
    who: Text = "",
    told: Text = "",
) -> Response:
    """1. see that all that is needed was answered  2. make a guest's account, if need be  3. note it  4. open an album.

    told: of a minor, that the child was asked; of somebody else, that they agreed themselves.
    """
    agreed = frozenset(purpose or ())
    missing = [each.value for each in FOR_A_DOUBLE if each not in agreed]
    missing += ["age"] if age not in AGES else []
    missing += ["who"] if age == "adult" and who not in {"self", "other"} else []
    missing += ["told"] if (age in {"teen", "child"} or who == "other") and told != "yes" else []
    if missing:  # (1)
        given = {"purposes": agreed, "age": age, "who": who, "told": told}
        return _form(request, studio, missing=missing, given=given, status=422)
    desk = studio.desk
    account = visitor.account if visitor else sessions.open_account(desk.store, desk.clock)  # (2)
    sitter, _ = flow.agree(
        desk, account, agreed, age=AGES[age], is_self=who == "self", language=language_of(request)
    )  # (3)
    album = open_album(desk, sitter, account)  # (4)
    answer = RedirectResponse(f"/albums/{album.id}", 303)
    if visitor is None:
        let_in(answer, studio, sessions.sign_in(desk.store, desk.clock, account, proved=False))
    return answer


def _form(
    request: Request, studio: Here, *, missing: Any, given: dict[str, Any], status: int = 200
) -> HTMLResponse:
    language = language_of(request)
    return page(
        "begin",
        request,
        status,
        common=notices.common(language),
        minors=notices.minors(language),
        purposes=[(each, notices.notice(each, language).text, each in FOR_A_DOUBLE) for each in ASKED],
        operator=studio.desk.settings.operator,
        missing=missing,
        given={"purposes": frozenset(), "age": "", "who": "", "told": "", **given},
    )
