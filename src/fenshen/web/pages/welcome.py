"""The first page, and how it all works."""

from importlib.resources import files

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from fenshen.rights import notices
from fenshen.rights.account_holdings import LIVES
from fenshen.rights.lifetimes import LIFETIMES
from fenshen.rights.purposes import Purpose
from fenshen.store import accounts, doubles
from fenshen.web.page import language_of, page
from fenshen.web.way_in import Here, Perhaps

router = APIRouter()


@router.get("/")
def welcome(request: Request, studio: Here, visitor: Perhaps) -> HTMLResponse:
    """Show what this is, with examples; who has a double goes on to it."""
    waiting = None
    if visitor is not None:
        with studio.desk.store.look() as connection:
            mine = accounts.sitters_of(connection, visitor.account)
            found = [row.id for sitter in mine for row in doubles.every(connection, sitter=sitter)]
        waiting = f"/doubles/{found[-1]}" if len(found) == 1 else "/mine" if mine else None
    return page("welcome", request, waiting=waiting)


@router.get("/how")
def how(request: Request, studio: Here, visitor: Perhaps) -> HTMLResponse:  # noqa: ARG001  (who is in is shown)
    """Say in plain words what happens to photos, how long each thing is kept, and what a portrait carries."""
    language = language_of(request)
    return page(
        "how",
        request,
        common=notices.common(language),
        purposes=[(purpose, notices.notice(purpose, language).text) for purpose in Purpose],
        lifetimes=LIFETIMES,
        lives=LIVES,
        operator=studio.desk.settings.operator,
    )


@router.get("/offline")
def offline(request: Request) -> HTMLResponse:
    """Say that there is no line; the one page a browser keeps, the same for everybody."""
    request.state.visitor = None
    return page("refusal", request, code="web_offline", facts={})


@router.get("/service-worker.js")
def service_worker() -> FileResponse:
    """Give the script that keeps what is the same for everybody; it must lie at the top to see all pages."""
    file = str(files("fenshen.web") / "static" / "service-worker.js")
    return FileResponse(file, media_type="text/javascript", headers={"cache-control": "no-cache"})
