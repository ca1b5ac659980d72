"""Complaints and reports: two clicks from every page, for anybody, with the day by which there is an answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from fenshen.ids import ComplaintId
from fenshen.rights import complaints
from fenshen.rights.complaints import LONGEST, WORKING_DAYS, ComplaintEmptyError, Topic
from fenshen.web.limits import limited
from fenshen.web.page import page
from fenshen.web.way_in import Here, Perhaps, own

router = APIRouter()
Mine = Annotated[ComplaintId, Depends(own("complaint"))]


@router.get("/complain")
def form(request: Request, visitor: Perhaps) -> HTMLResponse:  # noqa: ARG001  (who is in is shown)
    """Say how complaints are dealt with, and take one in."""
    return _form(request)


@router.post("/complain", dependencies=[Depends(limited("complain", 6))])
def send(
    request: Request,
    studio: Here,
    visitor: Perhaps,
    topic: Annotated[Topic, Form()] = Topic.OTHER,
    text: Annotated[str, Form(max_length=LONGEST * 2)] = "",
) -> Response:
    """Take a letter in, and give the code that opens the answer."""
    try:
        filed = complaints.file(studio.desk, topic, text, account=visitor.account if visitor else None)
    except ComplaintEmptyError:
        return _form(request, topic=topic, text=text, status=422)
    return page("complained", request, filed=filed)


@router.post("/complaints/read", dependencies=[Depends(limited("read", 12))])
def read(
    request: Request,
    studio: Here,
    visitor: Perhaps,  # noqa: ARG001  (who is in is shown)
    number: Annotated[str, Form(max_length=40)],
    code: Annotated[str, Form(max_length=64)],
) -> HTMLResponse:
    """Show a letter and its answer to whoever holds its code."""
    letter = complaints.read_by_code(studio.desk, ComplaintId(number.strip()), code.strip())
    return page("letter", request, letter=letter)


@router.get("/complaints/{complaint}")
def mine(request: Request, studio: Here, complaint: Mine) -> HTMLResponse:
    """Show a letter and its answer to whose account it came from."""
    return page("letter", request, letter=complaints.read(studio.desk, complaint))


def _form(
    request: Request, *, topic: Topic = Topic.MY_FACE, text: str = "", status: int = 200
) -> HTMLResponse:
    return page(
        "complain", request, status, topics=tuple(Topic), topic=topic, text=text, longest=LONGEST,
        days=WORKING_DAYS, failed=status != 200,  # noqa: PLR2004
    )  # fmt: skip
