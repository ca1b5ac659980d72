"""An album: photos come in one by one, each judged as it comes, and wait sealed until they are sent off.

What the web studio does before a sitting. An album that nobody comes back to is given up and its photos destroyed
with a receipt (``rights/lifetimes``); nothing of a photo but its number is kept beside it.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import Connection

from fenshen.errors import FenshenError, NotFoundError
from fenshen.flow.later import FOR_A_DOUBLE, double_wish, queue_of
from fenshen.flow.sit import MOST_PHOTOS
from fenshen.ids import AccountId, AlbumId, DoubleId, PhotoId, SitterId, new_id
from fenshen.jobs.states import WITH_PHOTOS
from fenshen.photos import enough
from fenshen.photos.container import LIMITS, MAX_BYTES, PhotoTooLargeError
from fenshen.photos.inspect import inspect, judged_together
from fenshen.photos.report import Inspected, SetReport
from fenshen.rights import consent, erasure
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.erasure import Reason
from fenshen.rights.receipts import Receipt
from fenshen.store import albums, doubles, jobs
from fenshen.store.albums import AlbumRow
from fenshen.store.jobs import JobRow
from fenshen.vault.keys import SitterBusyError
from fenshen.vault.vault import DataClass

LARGEST_PART: Final = 4 << 20  # bytes
MOST_PARTS: Final = MAX_BYTES // (1 << 16)  # nobody sends less than 64 KiB at a time
TRIES, BEAT = 40, 0.05  # a sweep holds a sitter's photos for a moment at most


class AlbumFullError(FenshenError):
    """More photos would add too little; to keep them would only be more of a face to guard. Facts: ``limit``."""

    code = "album_full"


class PartMissingError(FenshenError):
    """A photo that came in parts is not whole. Facts: ``part``, counted from 0."""

    code = "part_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Album:
    """An album and its photos, in the order they came."""

    row: AlbumRow
    photos: tuple[PhotoId, ...]

    @property
    def frontal(self) -> int | None:
        """Which photo was named the frontal, counted from 0."""
        return self.photos.index(self.row.frontal) if self.row.frontal in self.photos else None


def open_album(
    desk: Desk, sitter: SitterId, account: AccountId, *, instead_of: DoubleId | None = None
) -> AlbumRow:
    """Begin an album; an open one of the same sitter is gone on with. Raises ConsentRequiredError."""
    for purpose in FOR_A_DOUBLE:
        consent.require(desk, sitter, purpose)
    now = desk.clock.now()
    with desk.store.begin() as connection:
        for old in albums.of_sitter(connection, sitter):
            return old
        row = AlbumRow(
            id=AlbumId(new_id("album")), sitter=sitter, account=account, opened_at=now, touched_at=now,
            instead_of=instead_of,
        )  # fmt: skip
        albums.add(connection, row)
    return row


def album(desk: Desk, id_: AlbumId) -> Album:
    """Give an album. Raises NotFoundError when it was sent off or given up."""
    with desk.store.look() as connection:
        row = albums.get(connection, id_)
        if row is None:
            raise NotFoundError(kind="album", id="")
        return Album(row=row, photos=tuple(albums.photos_of(connection, id_)))


def take_in(desk: Desk, id_: AlbumId, content: bytes) -> tuple[PhotoId, int]:
    """Seal a photo as it came, unseen; give its id and number.

    1. ask the permit  2. seal  3. note it, if the album is still there; else destroy it. Raises NotFoundError,
    AlbumFullError, PhotoTooLargeError, ConsentRequiredError, DiskFullError.
    """
    if len(content) > MAX_BYTES:
        raise PhotoTooLargeError(**LIMITS)
    here = _room(desk, id_)
    permit = consent.require(desk, here.row.sitter, Purpose.INSPECT_PHOTOS)  # (1)
    photo, now = PhotoId(new_id("photo")), desk.clock.now()
    _seal(desk, here.row.sitter, photo, content)  # (2)
    with desk.store.begin() as connection:
        consent.still_within(connection, desk, permit, permit.purpose)
        if albums.get(connection, id_) is not None:
            return photo, albums.add_photo(connection, id_, photo, now)  # (3)
    if not _is_waited_for(desk, here.row.sitter):  # else it goes with the photos of the job
        _destroy_photos(desk, here.row.sitter)
    raise NotFoundError(kind="album", id="")


def take_part(desk: Desk, id_: AlbumId, upload: PhotoId, part: int, content: bytes) -> None:
    """Seal one part of a photo that comes in parts; the same part again replaces itself. Raises as ``take_in``."""
    here = _room(desk, id_)
    if len(content) > LARGEST_PART or not 0 <= part < MOST_PARTS:
        raise PhotoTooLargeError(**LIMITS)
    consent.require(desk, here.row.sitter, Purpose.INSPECT_PHOTOS)
    _seal(desk, here.row.sitter, f"{upload}.{part}", content)
    with desk.store.begin() as connection:
        albums.touch(connection, id_, desk.clock.now())


def parts_of(desk: Desk, id_: AlbumId, upload: PhotoId) -> list[int]:
    """Tell which parts of a photo have come, so that only the others are sent again."""
    here = album(desk, id_)
    names = desk.vault.objects(here.row.sitter, DataClass.PHOTO)
    return sorted(int(name.rpartition(".")[2]) for name in names if name.startswith(f"{upload}."))


def join(desk: Desk, id_: AlbumId, upload: PhotoId, parts: int) -> tuple[PhotoId, int]:
    """Put a photo together whose parts have all come. Raises PartMissingError and what ``take_in`` raises."""
    here = album(desk, id_)
    consent.require(desk, here.row.sitter, Purpose.INSPECT_PHOTOS)
    content = bytearray()
    for part in range(parts):
        try:
            content += desk.vault.get(here.row.sitter, DataClass.PHOTO, f"{upload}.{part}")
        except NotFoundError:
            raise PartMissingError(part=part) from None
        if len(content) > MAX_BYTES:
            raise PhotoTooLargeError(**LIMITS)
    return take_in(desk, id_, bytes(content))


def look_at(desk: Desk, sitter: SitterId, photo: PhotoId) -> Inspected:
    """Open one photo of an album and judge it by itself. Raises ConsentRequiredError, NotFoundError."""
    permit = consent.require(desk, sitter, Purpose.INSPECT_PHOTOS)
    data = desk.vault.get(sitter, DataClass.PHOTO, photo)
    return inspect(data, permit, desk.settings.models, clock=desk.clock)


def report(desk: Desk, sitter: SitterId, seen: Sequence[Inspected], frontal: int | None = None) -> SetReport:
    """Judge what was looked at as a set. frontal: which was named, counted from 0.

    A sitter who looks young is asked about, unless a guardian spoke for them: then that is no news.
    """
    told = judged_together([replace(one, index=n) for n, one in enumerate(seen)], frontal=frontal)
    return replace(told, asks=()) if told.asks and consent.is_minor(desk, sitter) else told


def is_enough(told: SetReport) -> bool:
    """Whether a further photo would add too little to ask for it, or to take it in."""
    measured = [photo.measures for photo in told.usable if photo.measures]
    return len(told.photos) >= MOST_PHOTOS or (told.frontal is not None and enough.is_enough(measured))


def drop(desk: Desk, id_: AlbumId, photo: PhotoId) -> None:
    """Take a photo out and destroy it. Raises NotFoundError."""
    here = album(desk, id_)
    if photo not in here.photos:
        raise NotFoundError(kind="photo", id="")
    with desk.store.begin() as connection:
        albums.remove_photo(connection, id_, photo, desk.clock.now())
    with suppress(NotFoundError):
        desk.vault.delete(here.row.sitter, DataClass.PHOTO, photo)
    desk.vault.let_go(here.row.sitter)


def send_off(
    desk: Desk,
    id_: AlbumId,
    *,
    accept_few: bool = False,
    is_adult: bool = False,
    idle_days: int = doubles.IDLE_DAYS,
) -> JobRow:
    """Put the album's photos into the queue; from then on they are the job's. Gives the job.

    Both in one transaction, so that the photos always have somebody who waits for them. Raises NotFoundError,
    ConsentRequiredError, PermitRefusedError, and what ``Queue.submit`` raises, having changed nothing.
    """
    here = album(desk, id_)
    permits = [consent.require(desk, here.row.sitter, purpose) for purpose in FOR_A_DOUBLE]

    def hand_over(connection: Connection) -> None:
        for permit in permits:
            consent.still_within(connection, desk, permit, permit.purpose)
        if albums.get(connection, id_) is None:
            raise NotFoundError(kind="album", id="")
        albums.remove(connection, id_)

    wish = double_wish(
        here.photos, here.row.sitter, account=here.row.account, frontal=here.frontal, accept_few=accept_few,
        is_adult=is_adult, instead_of=here.row.instead_of, idle_days=idle_days,
    )  # fmt: skip
    return queue_of(desk).submit(wish, also=hand_over)


def give_up(desk: Desk, id_: AlbumId) -> Receipt | None:
    """Forget an album and destroy its photos; give the receipt, or None when there were none."""
    here = album(desk, id_)
    with desk.store.begin() as connection:
        albums.remove(connection, id_)
    return _destroy_photos(desk, here.row.sitter)


def _room(desk: Desk, id_: AlbumId) -> Album:
    here = album(desk, id_)
    if len(here.photos) >= MOST_PHOTOS:
        raise AlbumFullError(limit=MOST_PHOTOS)
    return here


def _seal(desk: Desk, sitter: SitterId, name: str, content: bytes) -> None:
    """Seal and let go at once: the album, not this process, is who waits for the photo."""
    for left in reversed(range(TRIES)):
        try:
            return desk.vault.put(sitter, DataClass.PHOTO, name, content)
        except SitterBusyError:
            if not left:
                raise
            time.sleep(BEAT)
        finally:
            desk.vault.let_go(sitter)
    return None


def _is_waited_for(desk: Desk, sitter: SitterId) -> bool:
    with desk.store.begin() as connection:
        return sitter in jobs.open_sitters(connection, WITH_PHOTOS) | albums.open_sitters(connection)


def _destroy_photos(desk: Desk, sitter: SitterId) -> Receipt | None:
    return erasure.destroy(desk, sitter, DataClass.PHOTO, reason=Reason.ABANDONED)


def name_frontal(desk: Desk, id_: AlbumId, photo: PhotoId) -> None:
    """Make a photo the one that the others are compared with. Raises NotFoundError."""
    if photo not in album(desk, id_).photos:
        raise NotFoundError(kind="photo", id="")
    with desk.store.begin() as connection:
        albums.name_frontal(connection, id_, photo, desk.clock.now())
