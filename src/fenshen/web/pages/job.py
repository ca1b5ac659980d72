"""While somebody waits: how many are before them, when it will be ready, what happens now; then what came of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from fenshen.errors import NotFoundError
from fenshen.flow import prepare_copy
from fenshen.ids import JobId, ReceiptId
from fenshen.jobs.queue import Place
from fenshen.jobs.states import OPEN, JobKind
from fenshen.jobs.stream import told
from fenshen.rights import receipts
from fenshen.rights.lifetimes import life_of
from fenshen.rights.receipts import ReceiptKind
from fenshen.templates.catalogue import catalogue
from fenshen.web.page import page, render
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here, own

router = APIRouter(prefix="/jobs/{job}")
Mine = Annotated[JobId, Depends(own("job"))]
EVERY = 0.7  # seconds between two looks
ALIVE = 15.0  # seconds without news after which the line is kept open with a word


@router.get("")
def show(request: Request, studio: Here, job: Mine) -> Response:
    """Show where a job stands, or what came of it."""
    place = studio.queue.place(job)
    row = place.job
    facts = {"place": place, "kind": row.kind, "result": json.loads(row.result or "{}")}
    if row.state in OPEN:
        return page("job", request, **facts)
    if row.state == "done" and row.kind == JobKind.PORTRAITS:
        titles = {name: recipe.title for name, recipe in catalogue().items()}
        return page("set", request, shots=facts["result"]["portraits"], titles=titles, **facts)
    if row.state == "done" and row.kind == JobKind.GROUP:
        return RedirectResponse(f"/pictures/{facts['result']['picture']}", 303)
    if row.state == "done" and row.kind == JobKind.EXPORT:
        return page(
            "archive",
            request,
            is_here=prepare_copy.is_here(studio.desk, row),
            life=life_of("archive"),
            **facts,
        )
    return page("job_over", request, photos_gone=_destroyed(studio, facts["result"]), **facts)


@router.get("/events", response_class=EventSourceResponse)
async def events(request: Request, studio: Here, job: Mine) -> AsyncIterator[ServerSentEvent]:
    """Send the same as it changes; the last event says that it is over."""
    shown: Any = None
    quiet = 0.0
    while not await request.is_disconnected():
        try:
            place = await run_in_threadpool(studio.queue.place, job)
        except NotFoundError:  # the person was erased
            break
        if place.ready is None:
            break
        if (now := told(place)) != shown:
            shown, quiet = now, 0.0
            html = await run_in_threadpool(_drawn, request, place)
            yield ServerSentEvent(raw_data=" ".join(html.split()))
        elif (quiet := quiet + EVERY) >= ALIVE:
            quiet = 0.0
            yield ServerSentEvent(comment="still here")
        await asyncio.sleep(EVERY)
    yield ServerSentEvent(raw_data="over", event="over")


@router.get("/now")
def now(request: Request, studio: Here, job: Mine) -> HTMLResponse:
    """Give what the stream would say now, for a line on which streams are held up; nothing when it is over."""
    place = studio.queue.place(job)
    return HTMLResponse("" if place.ready is None else _drawn(request, place))


@router.post("/stop")
def stop(studio: Here, job: Mine) -> Response:
    """End a job; photos that waited with it are destroyed."""
    studio.queue.stop(job)
    return RedirectResponse(f"/jobs/{job}", 303)


def _drawn(request: Request, place: Place) -> str:
    return render("job_now", request, place=place)


def _destroyed(studio: Studio, result: dict[str, Any]) -> dict[str, Any] | None:
    """Read the receipt of the photos' destruction, as it was signed."""
    if not result.get("receipt"):
        return None
    try:
        given = receipts.kept(studio.desk, ReceiptId(result["receipt"]), ReceiptKind.ERASURE)
    except NotFoundError:  # an operator may have moved it
        return None
    return {"id": given.id, "count": result.get("photos_destroyed", 0), "body": json.loads(given.data)}
