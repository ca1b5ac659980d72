"""Photos come in one by one and are judged as they come; then they are sent off together, or given up."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from fenshen.flow import album as albums
from fenshen.flow.album import Album, AlbumFullError
from fenshen.flow.sit import FEWEST_PHOTOS
from fenshen.ids import AlbumId, PhotoId, new_id
from fenshen.jobs import redress
from fenshen.jobs.states import JobKind
from fenshen.photos.container import LIMITS
from fenshen.photos.coverage import EXPRESSIONS, LIGHTS, POSES, Place
from fenshen.photos.percentile import reference
from fenshen.photos.report import Inspected, SetReport
from fenshen.store.doubles import IDLE_DAYS, MOST_IDLE_DAYS
from fenshen.web.intake import Door, NoPhotoError, body_of, files_of
from fenshen.web.page import page, render
from fenshen.web.prices import Thing, price_of
from fenshen.web.studio import Studio
from fenshen.web.thumbnails import small
from fenshen.web.way_in import Here, own

router = APIRouter(prefix="/albums/{album}")
Mine = Annotated[AlbumId, Depends(own("album"))]
Photo = Annotated[PhotoId, Depends(own("photo"))]
SET_OF_PHOTOS = "multipart/form-data"
Upload = Annotated[str, Path(pattern=r"^photo_[0-9a-f]{16}$")]
Part = Annotated[int, Path(ge=0, lt=albums.MOST_PARTS)]
Parts = Annotated[int, Path(ge=1, le=albums.MOST_PARTS)]


def door_of(request: Request) -> Door:
    """Give the one door of this server."""
    door: Door = request.app.state.door
    return door


TheDoor = Annotated[Door, Depends(door_of)]


@router.get("")
async def show(request: Request, studio: Here, album: Mine, whole: bool = False) -> HTMLResponse:  # noqa: FBT001, FBT002
    """Show the album; whole: when all is judged, for who has no JavaScript."""
    here = await run_in_threadpool(albums.album, studio.desk, album)
    if whole:
        await asyncio.gather(*(studio.lookers.look_at(here.row.sitter, photo) for photo in here.photos))
    told, cards = judged(studio, here)
    return await run_in_threadpool(
        page, "album", request, album=here.row, photos=here.photos, cards=cards, **summary_of(here, told)
    )


@router.post("/photos")
async def add(request: Request, studio: Here, album: Mine, door: TheDoor) -> Response:
    """Seal a photo, sent as it is; or the photos of a form."""
    refuse_when_enough(studio, await run_in_threadpool(albums.album, studio.desk, album))
    if request.headers.get("content-type", "").startswith(SET_OF_PHOTOS):
        async with files_of(request, door) as (contents, _):
            for content in contents:
                await run_in_threadpool(albums.take_in, studio.desk, album, content)
        return RedirectResponse(f"/albums/{album}?whole=true", 303)
    async with body_of(request, door) as content:
        if not content:
            raise NoPhotoError
        photo, number = await run_in_threadpool(albums.take_in, studio.desk, album, content)
    return JSONResponse({"photo": photo, "number": number}, 201)


@router.post("/uploads")
def begin_upload(album: Mine) -> JSONResponse:  # noqa: ARG001  (it must be theirs)
    """Name a photo that is about to come in parts."""
    return JSONResponse({"upload": new_id("photo"), "largest": albums.LARGEST_PART}, 201)


@router.get("/uploads/{upload}")
def parts(studio: Here, album: Mine, upload: Upload) -> JSONResponse:
    """Tell which parts have come."""
    return JSONResponse({"parts": albums.parts_of(studio.desk, album, PhotoId(upload))})


@router.put("/uploads/{upload}/{part}")
async def add_part(
    request: Request, studio: Here, album: Mine, door: TheDoor, upload: Upload, part: Part
) -> Response:
    """Seal one part."""
    async with body_of(request, door, most=albums.LARGEST_PART) as content:
        await run_in_threadpool(albums.take_part, studio.desk, album, PhotoId(upload), part, content)
    return Response(status_code=204)


@router.post("/uploads/{upload}/{parts}")
def end_upload(studio: Here, album: Mine, upload: Upload, parts: Parts) -> JSONResponse:
    """Put the parts together."""
    photo, number = albums.join(studio.desk, album, PhotoId(upload), parts)
    return JSONResponse({"photo": photo, "number": number}, 201)


@router.get("/photos/{photo}/verdict")
async def verdict(request: Request, studio: Here, album: Mine, photo: Photo) -> JSONResponse:
    """Judge a photo, and say how the set stands with it: each card that may have changed, and the summary."""
    here = await run_in_threadpool(albums.album, studio.desk, album)
    await studio.lookers.look_at(here.row.sitter, photo)
    return await run_in_threadpool(drawn, request, studio, here)


@router.get("/photos/{photo}/small")
async def thumbnail(studio: Here, album: Mine, photo: Photo) -> Response:
    """Give a small picture of a photo, to whom it belongs, and not to be kept."""
    here = await run_in_threadpool(albums.album, studio.desk, album)
    return Response(await studio.lookers.run(small, here.row.sitter, photo), media_type="image/jpeg")


@router.post("/photos/{photo}/drop")
def drop(request: Request, studio: Here, album: Mine, photo: Photo) -> Response:
    """Take a photo out and destroy it."""
    albums.drop(studio.desk, album, photo)
    studio.lookers.forget((photo,))
    return _after(request, studio, album)


@router.post("/photos/{photo}/frontal")
def name_frontal(request: Request, studio: Here, album: Mine, photo: Photo) -> Response:
    """Make a photo the one that the others are compared with."""
    albums.name_frontal(studio.desk, album, photo)
    return _after(request, studio, album)


@router.get("/price")
def price(request: Request, studio: Here, album: Mine) -> HTMLResponse:
    """Say what it costs and how long it will take, before anything is asked for."""
    here = albums.album(studio.desk, album)
    told, _ = judged(studio, here)
    kind = JobKind.REDO if here.row.instead_of else JobKind.DOUBLE
    thing: Thing = "redo" if kind is JobKind.REDO else "double"
    with studio.desk.store.look() as connection:
        is_owed = redress.is_owed(connection, here.row.account, kind)
    return page(
        "price", request, album=here.row, price=price_of(thing, is_owed=is_owed), told=told, fewest=FEWEST_PHOTOS,
        days=IDLE_DAYS, most_days=MOST_IDLE_DAYS, ready=studio.queue.outlook("double", len(here.photos)),
    )  # fmt: skip


@router.post("/send")
def send(
    studio: Here,
    album: Mine,
    few: Annotated[str, Form(max_length=4)] = "",
    adult: Annotated[str, Form(max_length=4)] = "",
    days: Annotated[int, Form(ge=1, le=MOST_IDLE_DAYS)] = IDLE_DAYS,
) -> Response:
    """Put the photos into the queue."""
    photos = albums.album(studio.desk, album).photos
    job = albums.send_off(
        studio.desk, album, accept_few=few == "yes", is_adult=adult == "yes", idle_days=days
    )
    studio.lookers.forget(photos)
    return RedirectResponse(f"/jobs/{job.id}", 303)


@router.post("/give-up")
def give_up(request: Request, studio: Here, album: Mine) -> HTMLResponse:
    """Destroy the photos, and show the proof."""
    photos = albums.album(studio.desk, album).photos
    receipt = albums.give_up(studio.desk, album)
    studio.lookers.forget(photos)
    return page("given_up", request, receipt=receipt.id if receipt else None, count=len(photos))


def refuse_when_enough(studio: Studio, here: Album) -> None:
    """Take no photo that would add too little: to keep it would only be more of a face to guard."""
    told, _ = judged(studio, here)
    if len(told.photos) == len(here.photos) and albums.is_enough(told):
        raise AlbumFullError(limit=len(here.photos))


def judged(studio: Studio, here: Album) -> tuple[SetReport, dict[PhotoId, Inspected]]:
    """Judge as a set what was looked at so far; give the report, and what is known of each photo."""
    known = {photo: seen for photo in here.photos if (seen := studio.lookers.seen(photo))}
    named = here.row.frontal
    frontal = list(known).index(named) if named in known else None
    told = albums.report(studio.desk, here.row.sitter, list(known.values()), frontal)
    return told, dict(zip(known, told.photos, strict=True))


def drawn(request: Request, studio: Studio, here: Album) -> JSONResponse:
    """Draw each card and the summary anew."""
    told, cards = judged(studio, here)
    facts: dict[str, Any] = {"album": here.row, "photos": here.photos, "cards": cards, "limits": LIMITS}
    html = {
        photo: render("album_card", request, photo=photo, number=n, seen=cards[photo], **facts)
        for n, photo in enumerate(here.photos, 1)
        if photo in cards
    }
    facts |= summary_of(here, told)
    return JSONResponse(
        {"cards": html, "summary": render("album_summary", request, **facts), "enough": facts["enough"]}
    )


def summary_of(here: Album, told: SetReport) -> dict[str, Any]:
    """What the page says of the set."""
    found = told.coverage.photos
    rows = [
        (
            mood,
            [
                (pose, [(light, len(found.get(Place(pose, mood, light), ()))) for light in LIGHTS])
                for pose in POSES
            ],
        )
        for mood in EXPRESSIONS
    ]
    return {
        "told": told, "rows": rows, "poses": POSES, "sets": sum(reference()), "limits": LIMITS,
        "waiting": len(here.photos) - len(told.photos), "enough": albums.is_enough(told),
        "fewest": FEWEST_PHOTOS,
    }  # fmt: skip


def _after(request: Request, studio: Studio, album: AlbumId) -> Response:
    if request.headers.get("accept") == "application/json":
        return drawn(request, studio, albums.album(studio.desk, album))
    return RedirectResponse(f"/albums/{album}?whole=true", 303)
