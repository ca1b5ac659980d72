"""Whose is what: the one place where an id that came from outside is compared with who asks.

What belongs to somebody else and what does not exist are answered alike, so that nobody learns which ids there are.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from fenshen.errors import NotFoundError
from fenshen.ids import AccountId, AlbumId, ComplaintId, DoubleId, JobId, PhotoId, SeatId, SitterId, is_id
from fenshen.store import accounts, albums, api_keys, complaints, doubles, jobs, receipts, seats, webhooks

Lookup = Callable[[Connection, str], str | None]


def must_own(connection: Connection, account: AccountId, kind: str, id_: str) -> None:
    """Raise NotFoundError unless this account looks after what the id names. kind: one of OWNERS."""
    owner = OWNERS[kind](connection, id_) if is_id(id_) else None
    if owner is None or owner != account:
        raise NotFoundError(kind=kind, id="")


def _of_sitter(connection: Connection, id_: str) -> str | None:
    return accounts.account_of(connection, SitterId(id_))


def _of_double(connection: Connection, id_: str) -> str | None:
    row = doubles.find(connection, DoubleId(id_))
    return None if row is None else _of_sitter(connection, row.sitter)


def _of_album(connection: Connection, id_: str) -> str | None:
    row = albums.get(connection, AlbumId(id_))
    return None if row is None else row.account


def _of_photo(connection: Connection, id_: str) -> str | None:
    album = albums.album_of(connection, PhotoId(id_))
    return None if album is None else _of_album(connection, album)


def _of_job(connection: Connection, id_: str) -> str | None:
    """A job is whose account it was put in for, and whose sitter it is about: both must agree."""
    row = jobs.get(connection, JobId(id_))
    if row is None or _of_sitter(connection, row.sitter) != row.account:
        return None
    return row.account


def _of_archive(connection: Connection, id_: str) -> str | None:
    """An archive is named after its job; see ``flow/prepare_copy.archive_of``."""
    return _of_job(connection, f"job_{id_.removeprefix('archive_')}")


def _of_portrait(connection: Connection, id_: str) -> str | None:
    """A portrait is named after its job; see ``flow/later.object_of``."""
    parts = id_.split("_")
    return _of_job(connection, f"job_{parts[1]}") if len(parts) == 3 else None  # noqa: PLR2004


def _of_seat(connection: Connection, id_: str) -> str | None:
    row = seats.find(connection, SeatId(id_))
    return None if row is None else _of_sitter(connection, row.sitter)


def _of_picture(connection: Connection, id_: str) -> str | None:
    """A copy of a picture of several is named after the seat of whose it is; see ``rights/seats.picture_of``."""
    parts = id_.split("_")
    return _of_seat(connection, f"seat_{parts[1]}") if len(parts) == 3 else None  # noqa: PLR2004


def _of_receipt(connection: Connection, id_: str) -> str | None:
    sitter = receipts.whose(connection, id_)
    return None if sitter is None else _of_sitter(connection, sitter)


def _of_complaint(connection: Connection, id_: str) -> str | None:
    row = complaints.get(connection, ComplaintId(id_))
    return None if row is None else row.account


def _of_key(connection: Connection, id_: str) -> str | None:
    row = api_keys.find(connection, id_)
    return None if row is None else row.account


def _of_webhook(connection: Connection, id_: str) -> str | None:
    row = webhooks.get(connection, id_)
    return None if row is None else row.account


OWNERS: Mapping[str, Lookup] = {
    "sitter": _of_sitter,
    "double": _of_double,
    "album": _of_album,
    "photo": _of_photo,
    "job": _of_job,
    "archive": _of_archive,
    "portrait": _of_portrait,
    "seat": _of_seat,
    "picture": _of_picture,
    "receipt": _of_receipt,
    "complaint": _of_complaint,
    "key": _of_key,
    "webhook": _of_webhook,
}
