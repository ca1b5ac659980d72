"""Rows of albums: photos that came in one by one and wait, sealed, until they are sent off."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from fenshen.ids import AccountId, AlbumId, DoubleId, PhotoId, SitterId
from fenshen.store import account_tables as t


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumRow:
    """One album."""

    id: AlbumId
    sitter: SitterId
    account: AccountId
    opened_at: datetime
    touched_at: datetime
    frontal: PhotoId | None = None
    instead_of: DoubleId | None = None


def add(connection: Connection, row: AlbumRow) -> None:
    """Note a new album."""
    connection.execute(insert(t.albums).values(asdict(row)))


def get(connection: Connection, album: AlbumId) -> AlbumRow | None:
    """Give an album."""
    found = connection.execute(select(t.albums).where(t.albums.c.id == album)).first()
    return AlbumRow(**found._mapping) if found else None  # noqa: SLF001  SQLAlchemy's way


def of_sitter(connection: Connection, sitter: SitterId) -> list[AlbumRow]:
    """Give a sitter's albums."""
    rows = connection.execute(select(t.albums).where(t.albums.c.sitter == sitter))
    return [AlbumRow(**row._mapping) for row in rows]  # noqa: SLF001  SQLAlchemy's way


def open_sitters(connection: Connection) -> set[SitterId]:
    """Give every sitter whose album waits."""
    return set(connection.execute(select(t.albums.c.sitter)).scalars())


def add_photo(connection: Connection, album: AlbumId, photo: PhotoId, now: datetime) -> int:
    """Note a photo at the end of an album; give its number, counted from 1."""
    last = select(func.max(t.album_photos.c.n)).where(t.album_photos.c.album == album)
    number = (connection.execute(last).scalar() or 0) + 1
    connection.execute(insert(t.album_photos).values(photo=photo, album=album, n=number))
    touch(connection, album, now)
    return int(number)


def photos_of(connection: Connection, album: AlbumId) -> list[PhotoId]:
    """Give an album's photos in their order."""
    query = select(t.album_photos.c.photo).where(t.album_photos.c.album == album)
    return list(connection.execute(query.order_by(t.album_photos.c.n)).scalars())


def album_of(connection: Connection, photo: PhotoId) -> AlbumId | None:
    """Tell in which album a photo is."""
    query = select(t.album_photos.c.album).where(t.album_photos.c.photo == photo)
    return connection.execute(query).scalar()


def remove_photo(connection: Connection, album: AlbumId, photo: PhotoId, now: datetime) -> None:
    """Take a photo out of an album."""
    connection.execute(delete(t.album_photos).where(t.album_photos.c.photo == photo))
    connection.execute(
        update(t.albums).where(t.albums.c.id == album, t.albums.c.frontal == photo).values(frontal=None)
    )
    touch(connection, album, now)


def touch(connection: Connection, album: AlbumId, now: datetime) -> None:
    """Note that somebody is at work with an album."""
    connection.execute(update(t.albums).where(t.albums.c.id == album).values(touched_at=now))


def name_frontal(connection: Connection, album: AlbumId, photo: PhotoId, now: datetime) -> None:
    """Note which photo is to be the frontal."""
    connection.execute(update(t.albums).where(t.albums.c.id == album).values(frontal=photo, touched_at=now))


def remove(connection: Connection, album: AlbumId) -> None:
    """Forget an album: its photos are a job's now, or gone. One that is not there is fine."""
    connection.execute(delete(t.album_photos).where(t.album_photos.c.album == album))
    connection.execute(delete(t.albums).where(t.albums.c.id == album))


def forget(connection: Connection, sitter: SitterId) -> int:
    """Forget a sitter's albums; give how many."""
    mine = of_sitter(connection, sitter)
    for row in mine:
        remove(connection, row.id)
    return len(mine)


def give_up(connection: Connection, *, touched_before: datetime, opened_before: datetime) -> int:
    """Forget the albums nobody came back to, and those that are open for too long; give how many."""
    old = (t.albums.c.touched_at < touched_before) | (t.albums.c.opened_at < opened_before)
    found = list(connection.execute(select(t.albums.c.id).where(old)).scalars())
    for album in found:
        remove(connection, album)
    return len(found)
