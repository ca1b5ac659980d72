"""Two things for anybody, at once: is this picture ours, and an ID photo. Nothing of either is kept."""

import base64

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from fenshen.flow.verify_picture import facts_of, verdict
from fenshen.portrait import id_sizes
from fenshen.portrait.print_sheet import PAPERS
from fenshen.web.at_the_window import checked, id_photos
from fenshen.web.intake import files_of
from fenshen.web.limits import limited
from fenshen.web.page import page
from fenshen.web.pages.album import TheDoor
from fenshen.web.way_in import Here, Perhaps

router = APIRouter()
KINDS = {".jpg": "image/jpeg", ".pdf": "application/pdf"}


@router.get("/verify")
def verify_form(request: Request, visitor: Perhaps) -> HTMLResponse:  # noqa: ARG001  (who is in is shown)
    """Ask for a picture."""
    return page("verify", request, checked=None)


@router.post("/verify", dependencies=[Depends(limited("verify", 20))])
async def verify(request: Request, studio: Here, door: TheDoor, visitor: Perhaps) -> HTMLResponse:  # noqa: ARG001
    """Say what each mark of a picture is, and what it proves."""
    async with files_of(request, door, "picture") as (files, _):
        told = await studio.lookers.run(checked, files[0])
    return await run_in_threadpool(
        page, "verify", request, checked=told, verdict=verdict(told.found),
        record=told.record and facts_of(told.record),
    )  # fmt: skip


@router.get("/id-photo")
def id_form(request: Request, visitor: Perhaps) -> HTMLResponse:  # noqa: ARG001  (who is in is shown)
    """Ask for a photo, a size and a background."""
    return _id_page(request)


@router.post("/id-photo", dependencies=[Depends(limited("id photo", 20))])
async def id_photo(request: Request, studio: Here, door: TheDoor, visitor: Perhaps) -> HTMLResponse:  # noqa: ARG001
    """Make it at once; the page that comes back is the only place where it is."""
    async with files_of(request, door) as (files, form):
        given = {name: str(form.get(name, ""))[:40] for name in ("size", "background", "paper", "agreed")}
        if given["agreed"] != "yes":
            return await run_in_threadpool(_id_page, request, given=given, status=422, unasked=True)
        made = await studio.lookers.run(
            id_photos, files[0], given["size"], given["background"], given["paper"] or None
        )
    shown = {
        name: f"data:{KINDS[name[name.rindex('.') :]]};base64,{base64.b64encode(data).decode()}"
        for name, data in made.files.items()
    }
    return await run_in_threadpool(_id_page, request, given=given, made=made, shown=shown)


def _id_page(
    request: Request,
    *,
    given: dict[str, str] | None = None,
    status: int = 200,
    unasked: bool = False,
    **facts: object,
) -> HTMLResponse:
    made = {"made": None, "shown": {}, **facts}
    return page(
        "id_photo", request, status, sizes=id_sizes.sizes(), backgrounds=tuple(id_sizes.backgrounds()),
        papers=tuple(PAPERS), recorded=id_sizes.recorded(), unasked=unasked,
        given={"size": "one_inch", "background": "white", "paper": "", **(given or {})}, **made,
    )  # fmt: skip
