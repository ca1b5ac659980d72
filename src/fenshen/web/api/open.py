"""What is the same for everybody: templates, what a picture is, what a code means; and letters to the studio."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse

from fenshen import words
from fenshen.accounts.keys import Caller, Scope
from fenshen.errors import NotFoundError
from fenshen.flow.verify_picture import as_dict, verify_picture
from fenshen.ids import ComplaintId
from fenshen.photos.container import MAX_BYTES
from fenshen.rights import complaints
from fenshen.store import complaints as complaint_rows
from fenshen.store.complaints import ComplaintRow
from fenshen.templates.catalogue import chosen, template
from fenshen.web.api.answers import Complaint, ComplaintName, Verification
from fenshen.web.api.bodies import Name, Writing
from fenshen.web.api.caller import may, own
from fenshen.web.api.once import Route, raw_body
from fenshen.web.api.problem import Problem, problems, told
from fenshen.web.api.template_answers import TemplateSummary, TemplateWhole
from fenshen.web.page import language_of, say
from fenshen.web.way_in import Here

router = APIRouter(route_class=Route)
Anybody = Annotated[Caller, may()]
ForComplaints = Annotated[Caller, may(Scope.COMPLAINTS)]
Mine = Annotated[ComplaintId, Path(), Depends(own("complaint"))]
Code = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,63}$")]


@router.get("/templates", tags=["templates"], responses=problems(401))
def templates(
    _: Anybody,
    tag: Annotated[list[Name] | None, Query(max_length=10)] = None,
    suits: Literal["man", "woman", "anyone", "child"] | None = None,
) -> list[TemplateSummary]:
    """Give the templates that have all of these tags and suit whom they are for."""
    return [
        TemplateSummary.model_validate(each.summary())
        for each in chosen(tag or (), suits)
        if not each.private
    ]


@router.get("/templates/{name}", tags=["templates"], responses=problems(401, 404))
def one_template(_: Anybody, name: Name) -> TemplateWhole:
    """Give one template."""
    return TemplateWhole.model_validate(template(name).model_dump())


@router.post(
    "/verify",
    tags=["verify"],
    responses=problems(401),
    openapi_extra=raw_body(MAX_BYTES, is_remembered=False),
)
async def verify(request: Request, studio: Here, _: Anybody) -> Verification:
    """Tell whether a picture is ours, and what each of its marks proves. Nothing of it is kept."""
    checked = await studio.lookers.run(verify_picture, await request.body())
    return Verification.model_validate(as_dict(checked, say(language_of(request))))


@router.post("/complaints", status_code=201, tags=["complaints"], responses=problems(401, 403, 507))
def write(studio: Here, caller: ForComplaints, body: Writing) -> ComplaintName:
    """Write to whoever runs the studio; there is an answer within fifteen working days."""
    filed = complaints.file(studio.desk, body.topic, body.text, account=caller.account)
    return _told(complaints.read(studio.desk, filed.id).row)


@router.get("/complaints", tags=["complaints"], responses=problems(401, 403))
def letters(studio: Here, caller: ForComplaints) -> list[ComplaintName]:
    """Give the account's letters, the most pressing first."""
    with studio.desk.store.begin() as connection:
        rows = complaint_rows.every(connection, account=caller.account)
    return [_told(row) for row in rows]


@router.get("/complaints/{complaint}", tags=["complaints"], responses=problems(401, 403, 404))
def letter(studio: Here, _: ForComplaints, complaint: Mine) -> Complaint:
    """Open a letter and its answer."""
    opened = complaints.read(studio.desk, complaint)
    return Complaint(**_told(opened.row).model_dump(), text=opened.text, answer=opened.answer)


@router.get(
    "/problems/{code}", tags=["problems"], response_class=JSONResponse,
    responses={200: {"model": Problem, "description": "The words of a code"}, **problems(404)},
)  # fmt: skip
def meaning(request: Request, code: Code) -> Any:
    """Say what a code means, in the language of Accept-Language; needs no key."""
    if words.fields(code, "en") < {"what", "why", "fix"}:
        raise NotFoundError(kind="code", id="")
    return told(request, 200, code)


def _told(row: ComplaintRow) -> ComplaintName:
    return ComplaintName.model_validate(
        {"complaint": row.id, "topic": row.topic, "state": row.state, "at": row.at, "due_at": row.due_at}
    )
