"""Somebody was invited: what it is, which seat, the words, and a yes or no on a device of their own.

The code of a link stands behind its ``#``: browsers send that part to nobody, so it is in no log, ours or a proxy's,
and in no Referer. A script moves it into a form, whose body is not logged either; without scripts people paste it. From
then on a cookie holds it, so that who must make a double first finds back.
"""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fenshen.accounts.own import must_own
from fenshen.accounts.sessions import Visitor
from fenshen.flow import gather
from fenshen.flow.gather import InvitationOverError
from fenshen.ids import DoubleId
from fenshen.rights import consent, together
from fenshen.rights.consent import Purpose
from fenshen.store import accounts, doubles
from fenshen.templates.group import group_template
from fenshen.web.limits import limited
from fenshen.web.page import INVITATION, language_of, page
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here, In, Perhaps, forget_invitation

router = APIRouter(prefix="/together")
OFTEN = [Depends(limited("invitation", 30))]
FOR: Final = int(gather.OPEN_FOR.total_seconds())  # seconds that the cookie lives


@router.get("")
def open_link(request: Request, studio: Here, visitor: Perhaps) -> HTMLResponse:  # noqa: ARG001  (who is in is shown)
    """Take the code from where only the browser sees it."""
    return page("opening", request)


@router.post("", dependencies=OFTEN)
def remember(studio: Here, code: Annotated[str, Form(max_length=400)] = "") -> Response:
    """Look whether the code opens anything, and let the browser keep it. A whole link may be pasted."""
    code = code.strip().rpartition("#")[2]
    gather.invited(studio.desk, code)
    answer = RedirectResponse("/together/seat", 303)
    answer.set_cookie(
        INVITATION, code, max_age=FOR, path="/", httponly=True, secure=studio.origin.is_secure, samesite="lax"
    )
    return answer


@router.get("/seat", dependencies=OFTEN)
def ask(request: Request, studio: Here, visitor: Perhaps) -> Response:
    """Say what it is, and ask; who has no double yet is shown the way to one."""
    try:
        row, taken = gather.invited(studio.desk, request.cookies.get(INVITATION, ""))
    except InvitationOverError as error:
        answer: Response = page("refusal", request, 410, code=error.code, facts={})
        forget_invitation(answer, studio)
        return answer
    recipe, mine = group_template(row.template), _doubles_of(studio, visitor)
    return page(
        "invitation", request, row=row, recipe=recipe, doubles=[each for each in mine if each["may"]],
        unasked=[each for each in mine if not each["may"]],
        free=[n for n in range(1, row.people + 1) if n not in {each.n for each in taken}],
        taken=len(taken), days=together.STANDS.days,
        words=together.spoken(language_of(request), minor=any(each["young"] for each in mine)),
    )  # fmt: skip


@router.post("/sit", dependencies=OFTEN)
def sit(
    request: Request,
    studio: Here,
    visitor: In,
    double: Annotated[str, Form(max_length=40)],
    seat: Annotated[int, Form(ge=1, le=6)],
) -> Response:
    """Take a seat with a double of one's own; who takes the last has said yes with it."""
    with studio.desk.store.begin() as connection:
        must_own(connection, visitor.account, "double", double)
    code = request.cookies.get(INVITATION, "")
    row = gather.sit_down(studio.desk, code, DoubleId(double), seat, language=language_of(request))
    answer = RedirectResponse(f"/seats/{row.id}", 303)
    forget_invitation(answer, studio)
    return answer


@router.post("/no")
def refuse(request: Request, studio: Here, visitor: Perhaps) -> Response:  # noqa: ARG001  (who is in is shown)
    """Say no: nothing is noted, and the browser forgets the code."""
    answer = page("declined", request)
    forget_invitation(answer, studio)
    return answer


def _doubles_of(studio: Studio, visitor: Visitor | None) -> list[dict[str, Any]]:
    """Give a visitor's doubles, and whether portraits may be made of them."""
    if visitor is None:
        return []
    desk = studio.desk
    with desk.store.begin() as connection:
        sitters = accounts.sitters_of(connection, visitor.account)
        rows = [row for sitter in sitters for row in doubles.every(connection, sitter=sitter)]
    return [
        {
            "id": row.id,
            "person": sitters.index(row.sitter) + 1,
            "made": row.created_at,
            "may": Purpose.RENDER_PORTRAIT in consent.agreed(desk, row.sitter),
            "young": consent.is_minor(desk, row.sitter),
        }
        for row in rows
    ]
