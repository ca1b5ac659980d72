"""Doubles and portraits over HTTP."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from fenshen.accounts.keys import Caller, Scope
from fenshen.flow.album import open_album
from fenshen.flow.later import delete_portrait, picture_of, portrait_of, portraits_later
from fenshen.flow.portray import Order
from fenshen.ids import DoubleId, JobId, PortraitId
from fenshen.rights import erasure
from fenshen.store import accounts, doubles
from fenshen.store.doubles import DoubleRow
from fenshen.vault.vault import DataClass
from fenshen.web.api.answers import AlbumName, Destroyed, Double, Job, LeftOut, Portrait, Portraits
from fenshen.web.api.bodies import Keeping, Ordering
from fenshen.web.api.caller import may, own
from fenshen.web.api.jobs import told as told_of_job
from fenshen.web.api.once import Route
from fenshen.web.api.problem import file_of, problems
from fenshen.web.pages.portrait import MIME
from fenshen.web.way_in import Here

router = APIRouter(route_class=Route)
ForDoubles = Annotated[Caller, may(Scope.DOUBLES)]
ForPortraits = Annotated[Caller, may(Scope.PORTRAITS)]
Mine = Annotated[DoubleId, Path(), Depends(own("double"))]
Ordered = Annotated[JobId, Path(), Depends(own("job"))]
Made = Annotated[PortraitId, Path(), Depends(own("portrait"))]
HERE = problems(401, 403, 404)
PICTURE = file_of(*MIME.values(), what="The labelled file")


@router.get("/doubles", tags=["doubles"], responses=problems(401, 403))
def every(studio: Here, caller: ForDoubles) -> list[Double]:
    """Give all doubles of the account."""
    with studio.desk.store.begin() as connection:
        mine = accounts.sitters_of(connection, caller.account)
        rows = [row for sitter in mine for row in doubles.every(connection, sitter=sitter)]
    return [_told(row) for row in rows]


@router.get("/doubles/{double}", tags=["doubles"], responses=HERE)
def one(studio: Here, _: ForDoubles, double: Mine) -> Double:
    """Give one double: numbers and moments, nothing of the face."""
    return _told(_row(studio, double))


@router.post(
    "/doubles/{double}/album", status_code=201, tags=["doubles"], responses=problems(401, 403, 404, 409)
)
def redo(studio: Here, caller: ForDoubles, double: Mine) -> AlbumName:
    """Begin an album to make a double anew: the old one dies when the new one is there."""
    sitter = erasure.whose(studio.desk, double)
    row = open_album(studio.desk, sitter, caller.account, instead_of=double)
    return AlbumName(album=row.id, sitter=row.sitter)


@router.put("/doubles/{double}/keep", tags=["doubles"], responses=HERE)
def keep(studio: Here, _: ForDoubles, double: Mine, body: Keeping) -> Double:
    """Choose how long a double may lie unused, counted from now."""
    with studio.desk.store.begin() as connection:
        doubles.keep_for(connection, double, body.days, studio.desk.clock.now())
    return _told(_row(studio, double))


@router.delete("/doubles/{double}", tags=["doubles"], responses=problems(401, 403, 404, 409))
def erase(studio: Here, _: ForDoubles, double: Mine) -> Destroyed:
    """Destroy a double; with the last one goes everything else that is kept of the sitter."""
    return Destroyed(receipt=erasure.erase_double(studio.desk, double).id)


@router.post(
    "/doubles/{double}/portraits", status_code=202, tags=["portraits"], responses=problems(401, 403, 404, 503)
)
def order(studio: Here, caller: ForPortraits, double: Mine, body: Ordering) -> Job:
    """Put portraits into the queue; they wait in the vault, sealed and labelled, for seven days."""
    wanted = Order(
        templates=tuple(dict.fromkeys(body.templates)), each=body.each, seed=body.seed, short_side=body.short_side,
        format=body.format, beautify=body.beautify, more_like_me=body.more_like_me, adjust=body.adjust,
    )  # fmt: skip
    row = portraits_later(double, wanted, desk=studio.desk, account=caller.account)
    return told_of_job(studio.queue.place(row.id))


@router.get("/jobs/{job}/portraits", tags=["portraits"], responses=HERE)
def portraits(studio: Here, _: ForPortraits, job: Ordered) -> Portraits:
    """Give the portraits of an order; none while it waits."""
    row = studio.queue.place(job).job
    made = json.loads(row.result or "{}").get("portraits", ())
    here = frozenset(studio.desk.vault.objects(row.sitter, DataClass.PORTRAIT))
    return Portraits(
        portraits=[_shown(each, here) for each in made if "id" in each],
        left_out=[LeftOut(template=each["template"], code=each["code"]) for each in made if "code" in each],
    )


@router.get("/portraits/{portrait}", tags=["portraits"], responses=HERE)
def portrait(studio: Here, _: ForPortraits, portrait: Made) -> Portrait:
    """Tell what is known of a portrait."""
    row, facts = portrait_of(studio.desk, portrait)
    return _shown(facts, frozenset(studio.desk.vault.objects(row.sitter, DataClass.PORTRAIT)))


@router.get(
    "/portraits/{portrait}/file", tags=["portraits"], response_class=Response, responses={**HERE, **PICTURE}
)
def file(studio: Here, _: ForPortraits, portrait: Made) -> Response:
    """Give the labelled file."""
    name, data = picture_of(studio.desk, portrait)
    return Response(data, media_type=MIME[name.rpartition(".")[2]])


@router.delete("/portraits/{portrait}", status_code=204, tags=["portraits"], responses=HERE)
def delete(studio: Here, _: ForPortraits, portrait: Made) -> Response:
    """Destroy one portrait here; what was fetched is yours to keep."""
    row, _facts = portrait_of(studio.desk, portrait)
    delete_portrait(row, portrait, desk=studio.desk)
    return Response(status_code=204)


def _row(studio: Here, double: DoubleId) -> DoubleRow:
    with studio.desk.store.begin() as connection:
        return doubles.get(connection, double)


def _told(row: DoubleRow) -> Double:
    return Double(
        double=row.id, sitter=row.sitter, created_at=row.created_at, last_used_at=row.last_used_at,
        expires_at=row.expires_at, keep_days=row.idle_days, takes=row.takes,
    )  # fmt: skip


def _shown(facts: dict[str, object], here: frozenset[str]) -> Portrait:
    told = {
        name: facts.get(name) for name in ("template", "likeness", "likeness_percentile", "seconds", "seed")
    }
    return Portrait.model_validate({**told, "portrait": facts["id"], "is_here": facts["id"] in here})
