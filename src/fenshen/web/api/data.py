"""What is kept of oneself, over HTTP: to see, to take away, to take back, to destroy; and the proofs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from fenshen.accounts.keys import Caller, Scope
from fenshen.flow.leave import PATIENCE, take_everything
from fenshen.ids import ReceiptId, SitterId
from fenshen.rights import account_holdings, erasure, holdings, receipts
from fenshen.store import accounts
from fenshen.store import receipts as receipt_rows
from fenshen.web.api.answers import AccountHolding, Destroyed, Holding, Holdings, ReceiptName, Withdrawn
from fenshen.web.api.bodies import Withdrawing
from fenshen.web.api.caller import may, own
from fenshen.web.api.once import Route
from fenshen.web.api.problem import file_of, problems
from fenshen.web.way_in import Here

router = APIRouter(route_class=Route, tags=["data"])
ForData = Annotated[Caller, may(Scope.DATA)]
Sitter = Annotated[SitterId, Path(), Depends(own("sitter"))]
Given = Annotated[ReceiptId, Path(), Depends(own("receipt"))]
ZIP = file_of("application/zip", what="An archive, not encrypted")
PEM = file_of("application/x-pem-file", what="The public key")
SIGNED = file_of("application/json", what="The receipt, as it was signed")


@router.get("/data", responses=problems(401, 403))
def all_that_is_kept(studio: Here, caller: ForData) -> Holdings:
    """Tell all that is kept, read from the disk now."""
    desk = studio.desk
    with desk.store.begin() as connection:
        mine = accounts.sitters_of(connection, caller.account)
    own_rows = account_holdings.holdings_of(desk, caller.account)
    return Holdings(
        account=[AccountHolding(kind=each.kind, id=each.id, since=each.since) for each in own_rows],
        sitters={
            sitter: [
                Holding(kind=each.kind, id=each.id, bytes=each.bytes, expires_at=each.expires_at)
                for each in holdings.holdings(desk, sitter)
            ]
            for sitter in mine
        },
    )


@router.get("/data/export", response_class=Response, responses={**problems(401, 403), **ZIP})
def export(studio: Here, caller: ForData) -> Response:
    """Give everything in one archive, opened: keep it safe."""
    return Response(take_everything(studio.desk, caller.account), media_type="application/zip")


@router.post("/sitters/{sitter}/withdraw", responses=problems(401, 403, 404, 409))
def withdraw(studio: Here, _: ForData, sitter: Sitter, body: Withdrawing) -> Withdrawn:
    """Take consent back; what rested on it is destroyed. Without render_portrait the double stays."""
    done = erasure.withdraw(studio.desk, sitter, set(body.purposes), patience=PATIENCE)
    return Withdrawn(receipt=done.receipt.id, erased=done.erased.id if done.erased else None)


@router.delete("/sitters/{sitter}", responses=problems(401, 403, 404, 409))
def erase(studio: Here, _: ForData, sitter: Sitter) -> Destroyed:
    """Destroy everything of a person. The receipt comes with the answer: nobody knows later whose it was."""
    return Destroyed(receipt=erasure.erase(studio.desk, sitter, patience=PATIENCE).id)


@router.get("/receipts", responses=problems(401, 403))
def every(studio: Here, caller: ForData) -> list[ReceiptName]:
    """Give all receipts of everybody the account looks after, the oldest first."""
    with studio.desk.store.begin() as connection:
        mine = accounts.sitters_of(connection, caller.account)
        rows = [(sitter, row) for sitter in mine for row in receipt_rows.every(connection, sitter)]
    return [
        ReceiptName.model_validate({"receipt": row.id, "kind": row.kind, "sitter": sitter, "at": row.at})
        for sitter, row in rows
    ]


@router.get("/receipts/{receipt}", response_class=Response, responses={**problems(401, 403, 404), **SIGNED})
def receipt(studio: Here, _: ForData, receipt: Given) -> Response:
    """Give a receipt as it was signed; anybody can check it without the studio."""
    return Response(receipts.given(studio.desk, receipt).data, media_type="application/json")


@router.get("/studio.pub", response_class=Response, responses=PEM)
def public_key(studio: Here) -> Response:
    """Give the key that receipts and portraits are checked with; needs no key of yours."""
    return Response(studio.desk.signer.public_pem(), media_type="application/x-pem-file")
