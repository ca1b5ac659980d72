"""One of everything that can be somebody's, made without a net and in no time."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fenshen.accounts import keys
from fenshen.accounts.keys import Scope
from fenshen.double import codec
from fenshen.flow import album as albums
from fenshen.flow import gather
from fenshen.flow.later import object_of, portraits_later
from fenshen.flow.portray import Order
from fenshen.flow.prepare_copy import archive_of, copy_later
from fenshen.ids import AlbumId, DoubleId, JobId, PhotoId, SitterId, new_id
from fenshen.jobs import ends
from fenshen.jobs.outbox import Event
from fenshen.jobs.states import JobState
from fenshen.rights import complaints, seats, webhooks
from fenshen.store import accounts, doubles, jobs, receipts
from fenshen.store import albums as album_rows
from fenshen.vault.vault import DataClass
from tests.fakes.takes import a_double

if TYPE_CHECKING:
    from fenshen.ids import AccountId
    from fenshen.rights.desk import Desk
    from tests.fakes.web import Visit

PHOTO = b"\xff\xd8\xff\xe0 no photo at all"  # refused when it is looked at, which is all that is asked of it
ARCHIVE = b"PK as if it were an archive"
PORTRAIT = b"\xff\xd8\xff\xe0 as if it were a portrait"


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """What one account has, by id."""

    account: AccountId
    sitter: SitterId
    album: AlbumId
    photo: PhotoId
    double: DoubleId
    job: JobId  # of portraits, done
    waiting: JobId
    portrait: str
    receipt: str
    complaint: str
    seat: str  # by an invitation that nobody has answered
    picture: str  # as if that group had had one made
    key: str  # the id of a key
    webhook: str
    archive: str  # of an export, packed
    secret: str  # what the key's holder shows

    def of(self, kind: str) -> str:
        """Give the id of a kind, as `accounts.own` names it."""
        return str(getattr(self, kind))


def furnish(visitor: Visit) -> Belongings:
    """Give a visitor who has agreed one of everything, and a key for all scopes."""
    desk, account, album = visitor.studio.desk, visitor.account, AlbumId(visitor.album)
    with desk.store.begin() as connection:
        (sitter,) = accounts.sitters_of(connection, account)
        receipt = receipts.every(connection, sitter)[0].id
    photo, _ = albums.take_in(desk, album, PHOTO)
    double = DoubleId(new_id("double"))
    desk.vault.put(sitter, DataClass.DOUBLE, double, codec.pack(a_double()))
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(double, sitter, desk.clock.now(), takes=2, format_version=1))
    job, portrait = _done(desk, double, account, sitter)
    waiting = portraits_later(double, Order(templates=["rembrandt"]), desk=desk, account=account).id
    seat, _ = gather.invite(desk, double, "couple", people=2, seat=1)
    picture = seats.picture_of(seat.id, job)
    desk.vault.put(sitter, DataClass.PORTRAIT, picture, PORTRAIT)
    secret, row = keys.make(desk.store, desk.clock, account, tuple(Scope), days=30)
    hooked, _ = webhooks.register(_allowing(desk), account, "https://hooks.example.com/fenshen", list(Event))
    letter = complaints.file(desk, complaints.Topic.OTHER, "Where is my portrait?", account=account)
    return Belongings(
        account=account, sitter=sitter, album=album, photo=photo, double=double, job=job, waiting=waiting,
        portrait=portrait, receipt=receipt, complaint=letter.id, key=row.id, secret=secret,
        webhook=hooked.row.id, archive=_packed(desk, account, sitter),
        seat=seat.id, picture=picture,
    )  # fmt: skip


def photos_of(visitor: Visit) -> list[PhotoId]:
    """Give the photos of a visitor's album."""
    with visitor.studio.desk.store.begin() as connection:
        return album_rows.photos_of(connection, AlbumId(visitor.album))


def _allowing(desk: Desk) -> Desk:
    """The same desk, of an operator who lets the studio speak to a host."""
    return replace(desk, settings=replace(desk.settings, webhook_hosts="hooks.example.com"))


def _packed(desk: Desk, account: AccountId, sitter: SitterId) -> str:
    """Let an export be done."""
    job = copy_later(desk, sitter, account=account).id
    name = archive_of(job)
    desk.vault.put(sitter, DataClass.ARCHIVE, name, ARCHIVE)
    with desk.store.begin() as connection:
        result = json.dumps({"archive": name, "bytes": 9, "things": 3})
        ends.end(connection, job, JobState.DONE, desk.clock.now(), only_from=JobState.WAITING, result=result)
    return name


def _done(desk: Desk, double: DoubleId, account: AccountId, sitter: SitterId) -> tuple[JobId, str]:
    """Let an order be done, with one portrait in the vault."""
    job = portraits_later(double, Order(templates=["rembrandt"]), desk=desk, account=account).id
    name = object_of(job, 0)
    desk.vault.put(sitter, DataClass.PORTRAIT, name, PORTRAIT)
    facts = {
        "id": name, "template": "rembrandt", "photo": 1, "likeness": 0.61, "likeness_percentile": 44.0, "seed": 1,
        "seconds": 0.5, "produce_id": "p1",
    }  # fmt: skip
    end = {
        "state": JobState.DONE, "result": json.dumps({"portraits": [facts]}), "ended_at": desk.clock.now(),
        "started_at": desk.clock.now(), "seconds": 0.5,
    }  # fmt: skip
    with desk.store.begin() as connection:
        jobs.move(connection, job, [JobState.WAITING], end)
    return job, name
