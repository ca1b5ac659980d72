"""Standing up: who leaves a picture of several takes along what rested on their yes.

The pictures that wait in the vault lie under each person's own key, one copy for each. They show everybody, so when one
leaves, all these copies go, not only that person's. What somebody took home stays where it is.
"""

import json
from contextlib import suppress
from typing import Final

from fenshen.errors import NotFoundError, SealBrokenError
from fenshen.ids import GroupId, JobId, PictureId, SeatId, SitterId
from fenshen.jobs.queue import Queue
from fenshen.jobs.states import JobKind
from fenshen.rights.desk import Desk
from fenshen.store import jobs, seats
from fenshen.store.jobs import JobRow
from fenshen.store.seats import SeatRow
from fenshen.vault.vault import DataClass, Destroyed

PICTURE: Final = "together"  # what the vault's names of such pictures begin with


def picture_of(seat: SeatId, job: JobId) -> PictureId:
    """Name one person's copy of a picture, as the vault knows it: the same however often the job is tried."""
    return PictureId(f"{PICTURE}_{seat.removeprefix('seat_')}_{job.removeprefix('job_')}")


def seat_of(picture: str) -> SeatId:
    """Tell whose seat a copy belongs to; an id of nothing for what names none."""
    kind, _, rest = picture.partition("_")
    return SeatId(f"seat_{rest.partition('_')[0]}" if kind == PICTURE else "")


def pictures_of(desk: Desk, row: SeatRow) -> list[PictureId]:
    """Give one person's own copies that are in the vault."""
    here = desk.vault.objects(row.sitter, DataClass.PORTRAIT)
    return sorted(PictureId(name) for name in here if seat_of(name) == row.id)


def jobs_of(desk: Desk, group: GroupId) -> list[JobRow]:
    """Give the jobs for pictures of a group that wait or are at work, whoever asked for them."""
    with desk.store.begin() as connection:
        found = jobs.open_ones(connection, JobKind.GROUP)
    return [row for row in found if json.loads(row.wanted)["group"] == group]


def leave(desk: Desk, sitter: SitterId, group: GroupId | None = None) -> Destroyed:
    """Let a person stand up: from one group's seat, or from all. Their yes must have been taken back before.

    1. stop the jobs  2. destroy the pictures that wait, everybody's copy  3. forget the seat.
    """
    with desk.store.begin() as connection:
        mine = [row for row in seats.every(connection, sitter) if group is None or row.group == group]
    for row in mine:
        stand_up(desk, row)
    return Destroyed(count=len(mine), bytes=0, key_ids=())


def stand_up(desk: Desk, row: SeatRow) -> None:
    """Leave one seat; see `leave`."""
    if row.group is not None:
        queue = Queue(desk.store, desk.clock)
        for job in jobs_of(desk, row.group):
            queue.stop(job.id)  # (1)
    with desk.store.begin() as connection:
        everybody = seats.of_invitation(connection, row.invitation)
    for each in everybody:
        destroy_pictures(desk, each)  # (2)
    with desk.store.begin() as connection:
        seats.stand_up(connection, row)  # (3)


def destroy_pictures(desk: Desk, row: SeatRow) -> None:
    """Destroy one person's copies. A key of theirs that is damaged opens nothing, and is no reason to stop."""
    with suppress(SealBrokenError):
        for name in pictures_of(desk, row):
            with suppress(NotFoundError):  # gone already
                desk.vault.delete(row.sitter, DataClass.PORTRAIT, name)
