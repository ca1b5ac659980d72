"""What a worker does when a group presses "make it": one picture, and a copy of it under each person's own key."""

from pathlib import Path
from typing import Any

from fenshen.errors import FenshenError, NotFoundError
from fenshen.flow.portray_group import GroupDelivered, GroupEngine, GroupOrder, portray_group
from fenshen.ids import DoubleId, SeatId
from fenshen.jobs.worker import Work
from fenshen.labels.write import LabelledPicture
from fenshen.rights import seats as seating
from fenshen.rights import together
from fenshen.rights.desk import Desk
from fenshen.store import doubles, seats
from fenshen.store.seats import SeatRow
from fenshen.vault.vault import DataClass


class SeatDoubleGoneError(FenshenError):
    """Whoever sits there has no double any more. Facts: ``seat``, from 1."""

    code = "seat_double_gone"


def make(work: Work, *, desk: Desk, engine: GroupEngine) -> dict[str, Any]:
    """1. see who sits where  2. render  3. keep a copy for each  4. ask once more, or destroy them again.

    What is told of it speaks of who asked alone: how like themselves the others are is theirs to know. Raises
    NotFoundError when they left, SeatDoubleGoneError, and what `portray_group` raises.
    """
    everybody, mine = _seated(desk, SeatId(work.wanted["seat"]))  # (1)
    ids = [_double_of(desk, each) for each in everybody]

    def keep(picture: LabelledPicture, _: Path) -> None:  # (3)
        work.check()
        together.require(desk, [each.sitter for each in everybody], mine.template)
        for each in everybody:
            name = seating.picture_of(each.id, work.job.id)
            desk.vault.put(each.sitter, DataClass.PORTRAIT, name, picture.data)

    order = GroupOrder(template=mine.template, seed=int(work.wanted["seed"]))
    work.step("progress_rendering", 0, 1)
    made = portray_group(ids, order, Path(mine.template), desk=desk, engine=engine, keep=keep)  # (2)
    try:
        together.require(desk, [each.sitter for each in everybody], mine.template)  # (4)
    except FenshenError:  # whoever left while we wrote may have looked before a copy was there
        for each in everybody:
            seating.destroy_pictures(desk, each)
        raise
    work.step("progress_rendering", 1, 1)
    return _told(made, mine, work)


def _seated(desk: Desk, seat: SeatId) -> tuple[list[SeatRow], SeatRow]:
    with desk.store.begin() as connection:
        mine = seats.find(connection, seat)
        everybody = seats.of_invitation(connection, mine.invitation) if mine else []
    if mine is None or len(everybody) != mine.people:
        raise NotFoundError(kind="group", id="")
    return everybody, mine


def _double_of(desk: Desk, row: SeatRow) -> DoubleId:
    """Give the double somebody chose, or their newest: one that was made anew has another id."""
    with desk.store.begin() as connection:
        theirs = [each.id for each in doubles.every(connection, sitter=row.sitter)]
    if not theirs:
        raise SeatDoubleGoneError(seat=row.n)
    return row.double if row.double in theirs else theirs[-1]


def _told(made: GroupDelivered, mine: SeatRow, work: Work) -> dict[str, Any]:
    like = next(each.likeness for each in made.people if each.seat == mine.n)
    return {
        "picture": seating.picture_of(mine.id, work.job.id),
        "template": made.template,
        "likeness": like.value,
        "likeness_percentile": like.percentile,
        "seed": made.seed,
        "seconds": round(made.seconds, 3),
        "produce_id": made.sent.produce_id,
    }
