"""Invite others into one picture, wait for them, say yes by oneself, and have it made."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from fenshen.flow import gather
from fenshen.ids import DoubleId, GroupId, JobId, PictureId, SeatId, SitterId
from fenshen.rights import consent, erasure, together
from fenshen.rights import seats as seating
from fenshen.rights.consent import Purpose
from fenshen.store import jobs
from fenshen.store.seats import SeatRow
from fenshen.templates.group import group_template, groups
from fenshen.web.page import language_of, page
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here, In, own

router = APIRouter()
Double = Annotated[DoubleId, Depends(own("double"))]
Seat = Annotated[SeatId, Depends(own("seat"))]
Picture = Annotated[PictureId, Depends(own("picture"))]
Sitter = Annotated[SitterId, Depends(own("sitter"))]
PICK: Final = re.compile(r"([a-z][a-z0-9_]{0,39}):([2-6]):([1-6])")  # template, people, one's own seat


@router.get("/doubles/{double}/together")
def choose(request: Request, studio: Here, double: Double) -> HTMLResponse:
    """Show the templates for several, each with its seats."""
    return _choose(request, studio, double)


@router.post("/doubles/{double}/together")
def invite(
    request: Request, studio: Here, double: Double, pick: Annotated[str, Form(max_length=60)] = ""
) -> HTMLResponse:
    """Take one's own seat, and show the link for the others: once, because only its hash is kept."""
    found = PICK.fullmatch(pick)
    if found is None:
        return _choose(request, studio, double, status=422)
    name, people, seat = found.groups()
    row, code = gather.invite(studio.desk, double, name, people=int(people), seat=int(seat))
    return _invited(request, studio, row, code)


@router.get("/seats/{seat}")
def wait(request: Request, studio: Here, seat: Seat) -> HTMLResponse:
    """Show who sits and who has said yes, by seat; and what is to be done next."""
    row = gather.find(studio.desk, seat)
    return page(
        "room", request, room=gather.room(studio.desk, row), recipe=group_template(row.template),
        words=together.spoken(language_of(request), minor=consent.is_minor(studio.desk, row.sitter)),
    )  # fmt: skip


@router.get("/seats/{seat}/now")
def now(studio: Here, seat: Seat) -> JSONResponse:
    """Tell whether anything has changed: a page that shows another mark draws itself anew."""
    return JSONResponse({"mark": gather.room(studio.desk, gather.find(studio.desk, seat)).mark})


@router.post("/seats/{seat}/link")
def link(request: Request, studio: Here, seat: Seat) -> HTMLResponse:
    """Give the host a new link; the old one opens nothing any more."""
    row = gather.find(studio.desk, seat)
    return _invited(request, studio, row, gather.renew_link(studio.desk, row))


@router.post("/seats/{seat}/agree")
def agree(request: Request, studio: Here, seat: Seat) -> Response:
    """Say yes to be shown with the others."""
    gather.agree(studio.desk, gather.find(studio.desk, seat), language=language_of(request))
    return RedirectResponse(f"/seats/{seat}", 303)


@router.post("/seats/{seat}/leave")
def leave(studio: Here, seat: Seat) -> Response:
    """Say no, or take a yes back; the pictures that wait here go with it."""
    gather.leave(studio.desk, gather.find(studio.desk, seat))
    return RedirectResponse("/mine", 303)


@router.post("/seats/{seat}/picture")
def make(request: Request, studio: Here, visitor: In, seat: Seat) -> Response:
    """Put the picture into the queue. One that is on its way already is waited for."""
    row = gather.find(studio.desk, seat)
    job = gather.picture_later(studio.desk, row, account=visitor.account, language=language_of(request))
    return RedirectResponse(f"/jobs/{job.id}" if job else f"/seats/{seat}", 303)


@router.post("/sitters/{sitter}/together/withdraw")
def withdraw(studio: Here, sitter: Sitter, group: Annotated[str, Form(max_length=40)]) -> Response:
    """Take back a yes that was said at the command line. The group must be the sitter's own, or there is none."""
    together.withdraw(studio.desk, GroupId(group), sitter)
    return RedirectResponse("/mine", 303)


@router.get("/pictures/{picture}")
def show(request: Request, studio: Here, picture: Picture) -> HTMLResponse:
    """Show one's own copy of a picture."""
    row = _must_be_here(studio, picture)
    facts = _facts(studio, row, picture)
    return page(
        "picture", request, picture=picture, seat=row, facts=facts, recipe=group_template(row.template)
    )


@router.get("/pictures/{picture}/file")
def file(studio: Here, picture: Picture, *, download: bool = False) -> Response:
    """Give the labelled file, to look at or to keep."""
    row = _must_be_here(studio, picture)
    permit = consent.require(studio.desk, row.sitter, Purpose.RENDER_PORTRAIT)
    data = gather.picture(row, picture, permit, desk=studio.desk)
    headers = {"content-disposition": f'attachment; filename="fenshen-{picture}.jpg"'} if download else {}
    return Response(data, media_type="image/jpeg", headers=headers)


@router.post("/pictures/{picture}/delete")
def delete(studio: Here, picture: Picture) -> Response:
    """Destroy one's own copy; those of the others are theirs."""
    row = _must_be_here(studio, picture)
    gather.delete_picture(studio.desk, row, picture)
    return RedirectResponse(f"/seats/{row.id}", 303)


def _choose(request: Request, studio: Studio, double: DoubleId, *, status: int = 200) -> HTMLResponse:
    desk = studio.desk
    sitter = erasure.whose(desk, double)
    young = consent.is_minor(desk, sitter)
    return page(
        "together", request, status, double=double, missing=status != 200,  # noqa: PLR2004
        may_render=Purpose.RENDER_PORTRAIT in consent.agreed(desk, sitter),
        offered=[each for each in groups().values() if each.child_safe or not young],
    )  # fmt: skip


def _invited(request: Request, studio: Studio, row: SeatRow, code: str) -> HTMLResponse:
    recipe = group_template(row.template)
    return page("invited", request, seat=row, recipe=recipe, link=f"{studio.origin}/together#{code}")


def _must_be_here(studio: Studio, picture: PictureId) -> SeatRow:
    row = gather.find(studio.desk, seating.seat_of(picture))
    gather.must_be_here(studio.desk, row, picture)
    return row


def _facts(studio: Studio, row: SeatRow, picture: PictureId) -> dict[str, Any]:
    """What is known of it; how like themselves somebody is, only who asked for the picture is told."""
    with studio.desk.store.begin() as connection:
        job = jobs.get(connection, JobId(f"job_{picture.rpartition('_')[2]}"))
    return gather.told_of(job, row)
