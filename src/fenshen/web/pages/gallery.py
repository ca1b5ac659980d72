"""The gallery: every template as it would look on oneself, and what was chosen goes into the queue."""

import json
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from fenshen.engines.engine import LOW
from fenshen.errors import NotFoundError
from fenshen.flow.later import portraits_later, preview_of, previews_later
from fenshen.flow.portray import Order
from fenshen.ids import AccountId, DoubleId
from fenshen.jobs.states import OPEN, JobKind, LaneUnservedError, QueueFullError, TooManyJobsError
from fenshen.rights import consent, erasure, notices
from fenshen.rights.purposes import Purpose
from fenshen.store import doubles, jobs
from fenshen.templates.catalogue import catalogue, chosen, tags
from fenshen.vault.vault import DataClass
from fenshen.web.page import language_of, page
from fenshen.web.page import say as told_in
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here, In, own

router = APIRouter(prefix="/doubles/{double}")
SUITS = ("man", "woman", "anyone", "child")
SHOWN = (
    "corporate", "cv", "film", "black and white", "beauty", "travel", "season", "chinese", "festival", "painting",
    "minimal",
)  # tags that people look by  # fmt: skip
Mine = Annotated[DoubleId, Depends(own("double"))]


@router.get("")
def show(
    request: Request, studio: Here, visitor: In, double: Mine, tag: str = "", suits: str = ""
) -> HTMLResponse:
    """Show the templates, each on oneself as soon as that is made."""
    desk = studio.desk
    sitter = erasure.whose(desk, double)
    with desk.store.look() as connection:
        row = doubles.get(connection, double)
    may_render = Purpose.RENDER_PORTRAIT in consent.agreed(desk, sitter)
    young = consent.is_minor(desk, sitter)
    offered = [
        each for each in chosen([tag] if tag in tags() else [], suits if suits in SUITS else None)
        if (each.child_safe or not young) and not each.private
    ]  # fmt: skip
    ready, unsuited = set[str](), dict[str, str]()
    if may_render:
        ready, unsuited, _ = _previews(studio, double)
        _make_missing(
            studio, visitor.account, double, ready | set(unsuited), young=young, language=language_of(request)
        )
    return page(
        "gallery", request, double=row, offered=offered, tag=tag, suits=suits, tags=SHOWN, unsuited=unsuited,
        words=notices.notice(Purpose.RENDER_PORTRAIT, language_of(request)).text,
        may_render=may_render, ready=ready,
        low=LOW,
    )  # fmt: skip


@router.get("/previews")
def how_far(request: Request, studio: Here, double: Mine) -> JSONResponse:
    """Tell which previews are there, which templates do not suit, and whether no more are to come."""
    ready, unsuited, over = _previews(studio, double)
    say = told_in(language_of(request))
    return JSONResponse(
        {
            "ready": sorted(ready),
            "unsuited": {name: say(code) for name, code in unsuited.items()},
            "over": over,
        }
    )


@router.get("/previews/{template}")
def preview(studio: Here, double: Mine, template: str) -> Response:
    """Give a small portrait of oneself in a template, labelled. Raises NotFoundError while it is not made yet."""
    desk = studio.desk
    sitter = erasure.whose(desk, double)
    consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)
    name = preview_of(double, template)
    if name not in desk.vault.objects(sitter, DataClass.PORTRAIT):
        raise NotFoundError(kind="preview", id="")
    return Response(desk.vault.get(sitter, DataClass.PORTRAIT, name), media_type="image/webp")


@router.post("/portraits")
def order(
    request: Request,
    studio: Here,
    visitor: In,
    double: Mine,
    template: Annotated[list[str] | None, Form()] = None,
    each: Annotated[int, Form(ge=1, le=6)] = 1,
    beautify: Annotated[float, Form(ge=0, le=1)] = LOW,
) -> Response:
    """Put the portraits that were chosen into the queue."""
    if not template:
        return RedirectResponse(f"/doubles/{double}", 303)
    wanted = Order(templates=tuple(dict.fromkeys(template)), each=each, beautify=beautify)
    job = portraits_later(
        double, wanted, desk=studio.desk, account=visitor.account, language=language_of(request)
    )
    return RedirectResponse(f"/jobs/{job.id}", 303)


def _previews(studio: Studio, double: DoubleId) -> tuple[set[str], dict[str, str], bool]:
    """Give the templates that have a preview, those that do not suit with their codes, and whether that is all."""
    desk = studio.desk
    sitter = erasure.whose(desk, double)
    here = set(desk.vault.objects(sitter, DataClass.PORTRAIT))
    with desk.store.look() as connection:
        mine = [row for row in jobs.every(connection, sitter) if row.double == double]
    runs = [row for row in mine if row.kind == JobKind.PREVIEWS]
    unsuited: dict[str, str] = {}
    for row in runs:
        unsuited |= json.loads(row.result or "{}").get("unsuited", {})
    ready = {name for name in catalogue() if preview_of(double, name) in here}
    return ready, unsuited, not any(row.state in OPEN for row in runs)


def _make_missing(
    studio: Studio, account: AccountId, double: DoubleId, there: set[str], *, young: bool, language: str
) -> None:
    """Let the previews that are not there be made; a queue that is full is no reason to show no gallery."""
    missing = [
        name
        for name, each in catalogue().items()
        if name not in there and not each.private and (each.child_safe or not young)
    ]
    if missing:
        with suppress(LaneUnservedError, QueueFullError, TooManyJobsError):
            previews_later(double, missing, desk=studio.desk, account=account, language=language)
