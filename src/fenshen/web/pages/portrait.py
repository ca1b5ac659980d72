"""One portrait: how like oneself it is, what may be changed, and taking it home."""

import json
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from fenshen.engines.engine import MOST_PRESSES
from fenshen.flow.later import delete_portrait, order_of, picture_of, portrait_of, portraits_later
from fenshen.flow.portray import Order
from fenshen.ids import PortraitId
from fenshen.templates.adjusted import differing, standing
from fenshen.templates.adjusting import Asked
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Wish
from fenshen.web.page import language_of, page
from fenshen.web.way_in import Here, In, own

router = APIRouter(prefix="/portraits/{portrait}")
Mine = Annotated[PortraitId, Depends(own("portrait"))]
SIZES = (768, 1024, 1536, 2048)  # pixels of the shorter side
TURNS = {"left": -12.0, "right": 12.0}  # degrees
SMILES = {"calm": 0.0, "smile": 0.7}
SET: Final = "set_"  # before the name of a dial or a choice, in the form
MIME = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


@router.get("")
def show(request: Request, studio: Here, portrait: Mine) -> HTMLResponse:
    """Show a portrait, and what may be done with it."""
    row, facts = portrait_of(studio.desk, portrait)
    order, recipe = order_of(json.loads(row.wanted)), template(facts["template"])
    return page(
        "portrait", request, portrait=portrait, job=row, facts=facts, order=order, recipe=recipe,
        standing=standing(recipe, order.adjust), most=MOST_PRESSES, sizes=SIZES, turns=tuple(TURNS),
        smiles=tuple(SMILES),
    )  # fmt: skip


@router.get("/picture")
def picture(studio: Here, portrait: Mine, *, download: bool = False) -> Response:
    """Give the labelled file, to look at or to keep."""
    name, data = picture_of(studio.desk, portrait)
    headers = {"content-disposition": f'attachment; filename="fenshen-{name}"'} if download else {}
    return Response(data, media_type=MIME[name.rpartition(".")[2]], headers=headers)


async def turned(request: Request) -> Asked:
    """What the form says of the template's dials and choices: numbers and names."""
    asked: dict[str, float | str] = {}
    for field, value in (await request.form()).items():
        if field.startswith(SET) and isinstance(value, str):
            try:
                asked[field.removeprefix(SET)] = float(value)
            except ValueError:
                asked[field.removeprefix(SET)] = value
    return asked


@router.post("/again")
def again(
    request: Request,
    studio: Here,
    visitor: In,
    portrait: Mine,
    asked: Annotated[Asked, Depends(turned)],
    *,
    closer: Annotated[int, Form(ge=0, le=MOST_PRESSES)] = 0,
    beautify: Annotated[float, Form(ge=0, le=1)] = 0.3,
    turn: Annotated[Literal["", "left", "right"], Form()] = "",
    smile: Annotated[Literal["", "calm", "smile"], Form()] = "",
    size: Annotated[int, Form(ge=400, le=3072)] = 1024,
    another: Annotated[str, Form(max_length=4)] = "",
) -> Response:
    """Make it again, a little different. another: from another take, with another seed."""
    row, facts = portrait_of(studio.desk, portrait)
    wish: dict[str, Any] = ({"yaw": TURNS[turn]} if turn else {}) | (
        {"smile": SMILES[smile]} if smile else {}
    )
    order = Order(
        templates=(facts["template"],),
        seed=int(facts["seed"]) + (1 if another else 0),
        beautify=beautify,
        more_like_me=closer,
        short_side=size,
        wish=Wish.model_validate(wish) if wish else None,
        adjust=differing(template(facts["template"]), asked),
    )
    job = portraits_later(
        row.double, order, desk=studio.desk, account=visitor.account, language=language_of(request)
    )
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.post("/delete")
def delete(studio: Here, portrait: Mine) -> Response:
    """Destroy one portrait here; what was taken home stays there."""
    row, _ = portrait_of(studio.desk, portrait)
    delete_portrait(row, portrait, desk=studio.desk)
    return RedirectResponse(f"/jobs/{row.id}", 303)
