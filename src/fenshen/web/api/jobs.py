"""Jobs over HTTP: where one stands, as it changes, and an end to it."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from fenshen.accounts.keys import Caller, Scope
from fenshen.errors import NotFoundError
from fenshen.ids import JobId
from fenshen.jobs.queue import Place
from fenshen.jobs.stream import told as shown_of
from fenshen.store import jobs as rows
from fenshen.web.api.answers import Job
from fenshen.web.api.caller import may, own
from fenshen.web.api.once import Route
from fenshen.web.api.problem import problems
from fenshen.web.pages.job import ALIVE, EVERY
from fenshen.web.way_in import Here

router = APIRouter(prefix="/jobs", route_class=Route, tags=["jobs"])
Watching = Annotated[Caller, may(Scope.DOUBLES, Scope.PORTRAITS, Scope.DATA)]
Mine = Annotated[JobId, Path(), Depends(own("job"))]


@router.get("", responses=problems(401, 403))
def jobs(studio: Here, caller: Watching) -> list[Job]:
    """Give the account's jobs, the oldest first."""
    with studio.desk.store.begin() as connection:
        mine = rows.of_account(connection, caller.account)
    return [told(studio.queue.place(row.id)) for row in mine]


@router.get("/{job}", responses=problems(401, 403, 404))
def job(studio: Here, _: Watching, job: Mine) -> Job:
    """Tell where a job stands: how many are before it, and between which moments it will be ready."""
    return told(studio.queue.place(job))


@router.get("/{job}/events", response_class=EventSourceResponse, responses=problems(401, 403, 404))
async def events(request: Request, studio: Here, _: Watching, job: Mine) -> AsyncIterator[ServerSentEvent]:
    """Send the same as it changes; the last event, ``over``, has its end."""
    shown: Any = None
    quiet = 0.0
    while not await request.is_disconnected():
        try:
            place = await run_in_threadpool(studio.queue.place, job)
        except NotFoundError:  # the person was erased
            return
        is_over = place.ready is None
        if is_over or (now := shown_of(place)) != shown:
            shown, quiet = None if is_over else now, 0.0
            yield ServerSentEvent(data=told(place), event="over" if is_over else "place")
            if is_over:
                return
        elif (quiet := quiet + EVERY) >= ALIVE:
            quiet = 0.0
            yield ServerSentEvent(comment="still here")
        await asyncio.sleep(EVERY)


@router.delete("/{job}", responses=problems(401, 403, 404))
def stop(studio: Here, _: Watching, job: Mine) -> Job:
    """End a job that waits; one at work stops at its next step. Photos that waited with it are destroyed."""
    studio.queue.stop(job)
    return told(studio.queue.place(job))


def told(place: Place) -> Job:
    """Give a place as programs get it."""
    row, ready = place.job, place.ready
    result: dict[str, Any] = json.loads(row.result or "{}")
    return Job.model_validate(
        {
            "job": row.id, "kind": row.kind, "state": row.state, "sitter": row.sitter, "double": row.double,
            "step": row.step, "done": row.done, "total": row.total, "ahead": place.ahead,
            "earliest": ready and ready.earliest, "latest": ready and ready.latest, "code": row.code,
            "receipt": result.get("receipt"), "archive": result.get("archive"),
        }
    )  # fmt: skip
