"""The gallery: every template as it would look on oneself, and what was chosen goes into the queue."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fenshen.engines.engine import LOW
from fenshen.errors import NotFoundError
from fenshen.flow.later import portraits_later, preview_of
from fenshen.flow.portray import Order
from fenshen.ids import DoubleId
from fenshen.rights import consent, erasure, notices
from fenshen.rights.purposes import Purpose
from fenshen.store import doubles
from fenshen.templates.catalogue import chosen, tags
from fenshen.vault.vault import DataClass
from fenshen.web.page import language_of, page
from fenshen.web.way_in import Here, In, own

router = APIRouter(prefix="/doubles/{double}")
SUITS = ("man", "woman", "anyone", "child")
SHOWN = (
    "corporate", "cv", "film", "black and white", "beauty", "travel", "season", "chinese", "festival", "painting",
    "minimal",
)  # tags that people look by  # fmt: skip
Mine = Annotated[DoubleId, Depends(own("double"))]


@router.get("")
def show(request: Request, studio: Here, double: Mine, tag: str = "", suits: str = "") -> HTMLResponse:
    """Show the templates, each on oneself as soon as that is made."""
    desk = studio.desk
    sitter = erasure.whose(desk, double)
    with desk.store.begin() as connection:
        row = doubles.get(connection, double)
    may_render = Purpose.RENDER_PORTRAIT in consent.agreed(desk, sitter)
    young = consent.is_minor(desk, sitter)
    offered = [
        each for each in chosen([tag] if tag in tags() else [], suits if suits in SUITS else None)
        if each.child_safe or not young
    ]  # fmt: skip
    here = set(desk.vault.objects(sitter, DataClass.PORTRAIT)) if may_render else set()
    return page(
        "gallery", request, double=row, offered=offered, tag=tag, suits=suits, tags=SHOWN, unsuited={},
        words=notices.notice(Purpose.RENDER_PORTRAIT, language_of(request)).text,
        may_render=may_render, ready={each.name for each in offered if preview_of(double, each.name) in here},
        low=LOW,
    )  # fmt: skip


@router.get("/previews/{template}")
def preview(studio: Here, double: Mine, template: str) -> Response:
    """Give a small portrait of oneself in a template, labelled. Raises NotFoundError while it is not made yet."""
    desk = studio.desk
    sitter = erasure.whose(desk, double)
    consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)
    name = preview_of(double, template)
    if name not in desk.vault.objects(sitter, DataClass.PORTRAIT):
        raise NotFoundError(kind="preview", id="")
    return Response(desk.vault.get(sitter, DataClass.PORTRAIT, name), media_type="image/jpeg")


@router.post("/portraits")
def order(
    studio: Here,
    visitor: In,
    double: Mine,
    template: Annotated[list[str] | None, Form()] = None,
    each: Annotated[int, Form(ge=1, le=6)] = 1,
    beautify: Annotated[float, Form(ge=0, le=1)] = LOW,
) -> Response:
    """Put the portraits that were chosen into the queue."""
    if not template:
        return RedirectResponse(f"/doubles/{double}?none=true", 303)
    wanted = Order(templates=tuple(dict.fromkeys(template)), each=each, beautify=beautify)
    job = portraits_later(double, wanted, desk=studio.desk, account=visitor.account)
    return RedirectResponse(f"/jobs/{job.id}", 303)
