"""All that is kept of oneself, now; to take away, to take back, to destroy."""

import base64
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fenshen.accounts import sessions
from fenshen.accounts.credentials import has_credential
from fenshen.flow import prepare_copy
from fenshen.flow.album import open_album
from fenshen.flow.leave import PATIENCE, leave, take_everything
from fenshen.ids import DoubleId, ReceiptId, SitterId
from fenshen.rights import account_holdings, consent, erasure, holdings, receipts
from fenshen.rights.purposes import Purpose
from fenshen.rights.receipts import Receipt
from fenshen.store import accounts, albums, complaints, doubles, jobs, seats, together
from fenshen.store import receipts as receipt_rows
from fenshen.templates.group import titles
from fenshen.web.page import language_of, page
from fenshen.web.way_in import Here, In, let_out, must_have_proved, own

router = APIRouter()
Sitter = Annotated[SitterId, Depends(own("sitter"))]
Mine = Annotated[DoubleId, Depends(own("double"))]
Packed = Annotated[str, Depends(own("archive"))]
Given = Annotated[ReceiptId, Depends(own("receipt"))]
WORD = Annotated[str, Form(max_length=20)]


@router.get("/mine")
def mine(request: Request, studio: Here, visitor: In) -> HTMLResponse:
    """Show what is kept, read from the disk now."""
    desk = studio.desk
    with desk.store.look() as connection:
        sitters = accounts.sitters_of(connection, visitor.account)
        people: list[dict[str, Any]] = [
            {
                "sitter": sitter,
                "doubles": doubles.every(connection, sitter=sitter),
                "jobs": [row for row in jobs.every(connection, sitter) if row.state != "cancelled"],
                "albums": albums.of_sitter(connection, sitter),
                "seats": seats.every(connection, sitter),
                "groups": together.every(connection, sitter),
                "receipts": receipt_rows.every(connection, sitter),
            }
            for sitter in sitters
        ]
        letters = complaints.every(connection, account=visitor.account)
        known = has_credential(connection, visitor.account)
    for person in people:
        person["agreed"] = consent.agreed(desk, person["sitter"])
    return page(
        "mine", request, people=people, account=account_holdings.holdings_of(desk, visitor.account),
        letters=letters, known=known, purposes=tuple(Purpose), titles=titles(),
    )  # fmt: skip


@router.get("/sitters/{sitter}/held")
def held(request: Request, studio: Here, sitter: Sitter) -> HTMLResponse:
    """List every single thing that is kept of a person, as the disk has it now."""
    return page("held", request, held=holdings.holdings(studio.desk, sitter))


@router.get("/receipts/{receipt}")
def receipt(studio: Here, receipt: Given) -> Response:
    """Give a receipt to keep; anybody can check it without the studio."""
    return _file(receipts.given(studio.desk, receipt).data, f"{receipt}.json", "application/json")


@router.get("/studio.pub")
def public_key(studio: Here) -> Response:
    """Give the key that receipts and portraits are checked with."""
    return _file(studio.desk.signer.public_pem(), "studio.pub", "application/x-pem-file")


@router.post("/mine/export")
def export(studio: Here, visitor: In) -> Response:
    """Give everything in one archive, opened; when it is large, let a job pack it, an archive for each person."""
    must_have_proved(studio, visitor)
    desk = studio.desk
    with desk.store.look() as connection:
        mine = accounts.sitters_of(connection, visitor.account)
    may_wait = all(Purpose.KEEP_DOUBLE in consent.agreed(desk, sitter) for sitter in mine)
    if may_wait and prepare_copy.size_of(desk, mine) >= prepare_copy.LARGE:
        rows = [prepare_copy.copy_later(desk, sitter, account=visitor.account) for sitter in mine]
        return RedirectResponse(f"/jobs/{rows[0].id}" if len(rows) == 1 else "/mine", 303)
    return _file(take_everything(studio.desk, visitor.account), "fenshen.zip", "application/zip")


@router.get("/archives/{archive}")
def archive(studio: Here, visitor: In, archive: Packed) -> Response:
    """Give an archive that a job has packed, opened."""
    must_have_proved(studio, visitor)
    data = prepare_copy.fetch_copy(studio.desk, prepare_copy.job_of(archive))
    return _file(data, "fenshen.zip", "application/zip")


@router.post("/archives/{archive}/destroy")
def destroy_archive(studio: Here, archive: Packed) -> Response:
    """Destroy an archive before its time is over."""
    job = prepare_copy.job_of(archive)
    prepare_copy.destroy_copy(studio.desk, job)
    return RedirectResponse(f"/jobs/{job}", 303)


@router.post("/sitters/{sitter}/withdraw")
def withdraw(
    request: Request, studio: Here, sitter: Sitter, purpose: Annotated[Purpose, Form()]
) -> HTMLResponse:
    """Take consent to one purpose back; what rested on it is destroyed."""
    done = erasure.withdraw(studio.desk, sitter, [purpose], patience=PATIENCE)
    return _gone(request, [done.receipt, *([done.erased] if done.erased else [])], "withdrawn")


@router.post("/sitters/{sitter}/agree")
def agree(request: Request, studio: Here, sitter: Sitter, purpose: Annotated[Purpose, Form()]) -> Response:
    """Agree to a purpose that one had said no to, or whose words have changed."""
    desk = studio.desk
    young = consent.is_minor(desk, sitter)
    consent.grant(
        desk, sitter, [purpose], adult=not young, is_self=False, language=language_of(request),
        minor=consent.age_of(desk, sitter) if young else None,
    )  # fmt: skip
    return RedirectResponse("/mine", 303)


@router.post("/sitters/{sitter}/erase")
def erase(request: Request, studio: Here, visitor: In, sitter: Sitter, sure: WORD = "") -> Response:
    """Destroy everything of a person, and show the proof."""
    must_have_proved(studio, visitor)
    if sure != "yes":
        return page("sure", request, action=f"/sitters/{sitter}/erase", what="person")
    return _gone(request, [erasure.erase(studio.desk, sitter, patience=PATIENCE)], "erased")


@router.post("/sitters/{sitter}/album")
def another_album(studio: Here, visitor: In, sitter: Sitter) -> Response:
    """Begin anew with photos, for a person who has none waiting."""
    return RedirectResponse(f"/albums/{open_album(studio.desk, sitter, visitor.account).id}", 303)


@router.post("/doubles/{double}/redo")
def redo(studio: Here, visitor: In, double: Mine) -> Response:
    """Make a double anew from better photos: the old one dies when the new one is there."""
    sitter = erasure.whose(studio.desk, double)
    album = open_album(studio.desk, sitter, visitor.account, instead_of=double)
    return RedirectResponse(f"/albums/{album.id}", 303)


@router.post("/doubles/{double}/keep")
def keep(studio: Here, double: Mine, days: Annotated[int, Form(ge=1, le=doubles.MOST_IDLE_DAYS)]) -> Response:
    """Choose how long a double may lie unused."""
    with studio.desk.store.begin() as connection:
        doubles.keep_for(connection, double, days, studio.desk.clock.now())
    return RedirectResponse("/mine", 303)


@router.post("/mine/leave")
def leave_all(request: Request, studio: Here, visitor: In, sure: WORD = "") -> Response:
    """Destroy everything and the account with it."""
    must_have_proved(studio, visitor)
    if sure != "yes":
        return page("sure", request, action="/mine/leave", what="account")
    given = leave(studio.desk, visitor.account)
    request.state.visitor = None
    answer = _gone(request, given, "left")
    let_out(answer, studio)
    return answer


@router.post("/sign-out")
def sign_out(studio: Here, visitor: In) -> Response:
    """End this session."""
    sessions.sign_out(studio.desk.store, visitor.session)
    answer = RedirectResponse("/", 303)
    let_out(answer, studio)
    return answer


def _gone(request: Request, given: Sequence[Receipt], what: str) -> HTMLResponse:
    """Show receipts whose owner the studio does not know any more: this page is where they are taken."""
    shown = [(each.id, base64.b64encode(each.data).decode()) for each in given]
    return page("gone", request, receipts=shown, what=what)


def _file(data: bytes, name: str, kind: str) -> Response:
    return Response(data, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})
