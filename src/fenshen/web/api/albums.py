"""Albums over HTTP: photos come in one by one, are judged, and are sent off together."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from fenshen.accounts.keys import Caller, Scope
from fenshen.accounts.own import must_own
from fenshen.flow import album as albums
from fenshen.flow.album import Album
from fenshen.ids import AlbumId, PhotoId, SitterId, new_id
from fenshen.photos.container import MAX_BYTES
from fenshen.photos.telling import as_dict
from fenshen.web.api.answers import AlbumName, Destroyed, Job, NewPhoto, NewUpload, Parts, Report
from fenshen.web.api.bodies import Joining, Naming, NewAlbum, Sending
from fenshen.web.api.caller import may, own
from fenshen.web.api.jobs import told as told_of_job
from fenshen.web.api.once import Route, raw_body
from fenshen.web.api.problem import problems
from fenshen.web.intake import NoPhotoError
from fenshen.web.pages.album import judged, refuse_when_enough
from fenshen.web.studio import Studio
from fenshen.web.way_in import Here

router = APIRouter(prefix="/albums", route_class=Route, tags=["albums"])
ForPhotos = Annotated[Caller, may(Scope.PHOTOS)]
Mine = Annotated[AlbumId, Path(description="of an album that is open"), Depends(own("album"))]
Photo = Annotated[PhotoId, Path(), Depends(own("photo"))]
Upload = Annotated[str, Path(pattern=r"^photo_[0-9a-f]{16}$")]
HERE = problems(401, 403, 404)
"""What every route of an album may answer."""


@router.post("", status_code=201, responses=problems(401, 403, 404, 409))
def begin(studio: Here, caller: ForPhotos, body: NewAlbum) -> AlbumName:
    """Begin an album; an open one of the same sitter is gone on with."""
    sitter = SitterId(body.sitter)
    with studio.desk.store.begin() as connection:
        must_own(connection, caller.account, "sitter", sitter)
    row = albums.open_album(studio.desk, sitter, caller.account)
    return AlbumName(album=row.id, sitter=row.sitter)


@router.get("/{album}", responses=HERE)
async def report(
    studio: Here,
    _: ForPhotos,
    album: Mine,
    wait: Annotated[bool, Query(description="until every photo was judged")] = True,  # noqa: FBT002  a query is named
) -> Report:
    """Judge the photos, each and as a set: what ``fenshen check --json`` tells."""
    here = await run_in_threadpool(albums.album, studio.desk, album)
    if wait:
        await asyncio.gather(*(studio.lookers.look_at(here.row.sitter, photo) for photo in here.photos))
    return await run_in_threadpool(_told, studio, here)


@router.post(
    "/{album}/photos",
    status_code=201,
    responses=problems(401, 403, 404, 409, 507),
    openapi_extra=raw_body(MAX_BYTES),
)
async def add(request: Request, studio: Here, _: ForPhotos, album: Mine) -> NewPhoto:
    """Seal a photo, sent as it is, up to 30 MB. It is judged when somebody asks for the report."""
    await run_in_threadpool(_refuse_when_enough, studio, album)
    content = await request.body()
    if not content:
        raise NoPhotoError
    photo, number = await run_in_threadpool(albums.take_in, studio.desk, album, content)
    return NewPhoto(photo=photo, number=number)


@router.post("/{album}/uploads", status_code=201, responses=HERE)
def begin_upload(_: ForPhotos, album: Mine) -> NewUpload:  # noqa: ARG001  (it must be theirs)
    """Name a photo that is about to come in parts, for a line that breaks."""
    return NewUpload(upload=new_id("photo"), largest=albums.LARGEST_PART)


@router.get("/{album}/uploads/{upload}", responses=HERE)
def parts(studio: Here, _: ForPhotos, album: Mine, upload: Upload) -> Parts:
    """Tell which parts have come, so that only the others are sent again."""
    return Parts(parts=albums.parts_of(studio.desk, album, PhotoId(upload)))


@router.put(
    "/{album}/uploads/{upload}/{part}", status_code=204, responses=problems(401, 403, 404, 409, 507),
    openapi_extra=raw_body(albums.LARGEST_PART),
)  # fmt: skip
async def add_part(
    request: Request,
    studio: Here,
    _: ForPhotos,
    album: Mine,
    upload: Upload,
    part: Annotated[int, Path(ge=0, lt=albums.MOST_PARTS)],
) -> Response:
    """Seal one part, counted from 0; the same part again replaces itself."""
    content = await request.body()
    if not content:
        raise NoPhotoError
    await run_in_threadpool(albums.take_part, studio.desk, album, PhotoId(upload), part, content)
    return Response(status_code=204)


@router.post("/{album}/uploads/{upload}", status_code=201, responses=problems(401, 403, 404, 409, 507))
def end_upload(studio: Here, _: ForPhotos, album: Mine, upload: Upload, body: Joining) -> NewPhoto:
    """Put the parts together."""
    _refuse_when_enough(studio, album)
    photo, number = albums.join(studio.desk, album, PhotoId(upload), body.parts)
    return NewPhoto(photo=photo, number=number)


@router.delete("/{album}/photos/{photo}", status_code=204, responses=HERE)
def drop(studio: Here, _: ForPhotos, album: Mine, photo: Photo) -> Response:
    """Take a photo out and destroy it."""
    albums.drop(studio.desk, album, photo)
    studio.lookers.forget((photo,))
    return Response(status_code=204)


@router.put("/{album}/frontal", status_code=204, responses=HERE)
def name_frontal(studio: Here, caller: ForPhotos, album: Mine, body: Naming) -> Response:
    """Make a photo the one that the others are compared with."""
    with studio.desk.store.begin() as connection:
        must_own(connection, caller.account, "photo", body.photo)
    albums.name_frontal(studio.desk, album, PhotoId(body.photo))
    return Response(status_code=204)


@router.post("/{album}/send", status_code=202, responses=problems(401, 403, 404, 409, 503))
def send(studio: Here, _: Annotated[Caller, may(Scope.DOUBLES)], album: Mine, body: Sending) -> Job:
    """Put the photos into the queue; from then on they are the job's, and its address is ``/jobs/{job}``."""
    photos = albums.album(studio.desk, album).photos
    row = albums.send_off(
        studio.desk, album, accept_few=body.accept_few, is_adult=body.is_adult, idle_days=body.keep_days
    )
    studio.lookers.forget(photos)
    return told_of_job(studio.queue.place(row.id))


@router.delete("/{album}", responses=problems(401, 403, 404, 409))
def give_up(studio: Here, _: ForPhotos, album: Mine) -> Destroyed:
    """Destroy the photos; the receipt proves it."""
    photos = albums.album(studio.desk, album).photos
    receipt = albums.give_up(studio.desk, album)
    studio.lookers.forget(photos)
    return Destroyed(receipt=receipt.id if receipt else None)


def _refuse_when_enough(studio: Studio, album: AlbumId) -> None:
    refuse_when_enough(studio, albums.album(studio.desk, album))


def _told(studio: Studio, here: Album) -> Report:
    found, cards = judged(studio, here)
    facts: dict[str, Any] = as_dict(list(cards), found)
    return Report(
        album=here.row.id, sitter=here.row.sitter, opened_at=here.row.opened_at, frontal=here.row.frontal,
        waiting=len(here.photos) - len(found.photos), enough=albums.is_enough(found), **facts,
    )  # fmt: skip
