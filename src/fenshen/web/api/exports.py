"""Everything of a person in one archive, over HTTP: packed by a job, fetched while it waits."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from fenshen.accounts.keys import Caller, Scope
from fenshen.flow.prepare_copy import copy_later, destroy_copy, fetch_copy, job_of
from fenshen.ids import SitterId
from fenshen.web.api.answers import Job
from fenshen.web.api.caller import may, own
from fenshen.web.api.data import ZIP
from fenshen.web.api.jobs import told
from fenshen.web.api.once import Route
from fenshen.web.api.problem import problems
from fenshen.web.way_in import Here

router = APIRouter(route_class=Route, tags=["data"])
ForData = Annotated[Caller, may(Scope.DATA)]
Sitter = Annotated[SitterId, Path(), Depends(own("sitter"))]
Packed = Annotated[str, Path(), Depends(own("archive"))]
HERE = problems(401, 403, 404)


@router.post("/sitters/{sitter}/export", status_code=202, responses=problems(401, 403, 404, 503))
def pack(studio: Here, caller: ForData, sitter: Sitter) -> Job:
    """Have everything of a person packed; the job's `archive` waits sealed for a day, or until something in it dies."""
    row = copy_later(studio.desk, sitter, account=caller.account)
    return told(studio.queue.place(row.id))


@router.get("/archives/{archive}", response_class=Response, responses={**HERE, **ZIP})
def fetch(studio: Here, _: ForData, archive: Packed) -> Response:
    """Give an archive, opened: keep it safe."""
    return Response(fetch_copy(studio.desk, job_of(archive)), media_type="application/zip")


@router.delete("/archives/{archive}", status_code=204, responses=HERE)
def destroy(studio: Here, _: ForData, archive: Packed) -> Response:
    """Destroy an archive here before its time is over."""
    destroy_copy(studio.desk, job_of(archive))
    return Response(status_code=204)
