"""Be in one picture: a host invites by a link, each takes a seat on their own device, and says yes by themselves.

A link holds a code of 128 random bits, of which the studio keeps the hash. Whoever has it sees a template and which
seats are free: nobody's name, face or id. When every seat is taken the group is proposed (`rights/together`), and only
then is anybody's yes noted, because only then is it known how many they are; each says it from their own account.
"""

import json
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from fenshen.engines.cards import STUDIO
from fenshen.errors import FenshenError, NotFoundError
from fenshen.flow.later import queue_of
from fenshen.flow.portray import NotForMinorsError
from fenshen.flow.portray_group import SeatsError
from fenshen.ids import DoubleId, InvitationId, PictureId, SeatId, SitterId, new_id
from fenshen.jobs.queue import Wish
from fenshen.jobs.states import JobKind
from fenshen.rights import consent, erasure, together
from fenshen.rights import seats as seating
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.receipts import Receipt
from fenshen.rights.together import SamePersonTwiceError, TogetherNotAgreedError
from fenshen.store import seats
from fenshen.store import together as parts
from fenshen.store.jobs import JobRow
from fenshen.store.seats import InvitationRow, SeatRow
from fenshen.templates.group import GroupTemplate, group_template
from fenshen.vault.vault import DataClass

OPEN_FOR: Final = timedelta(days=7)  # until every seat must be taken
CODE: Final = 16  # random bytes
LONGEST_CODE: Final = 64  # characters that are looked at


class InvitationOverError(FenshenError):
    """The link opens nothing: never made, used up, taken back, or its time is over. All are answered alike."""

    code = "invitation_over"


class SeatTakenError(FenshenError):
    """Somebody was quicker, or there is no such seat. Facts: ``seat``, from 1."""

    code = "seat_taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One seat, as everybody who waits may see it: never whose it is."""

    n: int
    is_mine: bool
    is_taken: bool
    has_agreed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What somebody who waits is shown."""

    seat: SeatRow
    places: tuple[Place, ...]
    stage: str  # waiting (for people), asking (for a yes), whole, or broken: somebody has left
    is_asked: bool  # whether this person's own yes is missing
    is_making: bool
    pictures: tuple[PictureId, ...]  # this person's own copies

    @property
    def mark(self) -> str:
        """What changes when anything does that is shown."""
        told = (self.stage, self.places, self.is_asked, self.is_making, self.pictures, self.seat.expires_at)
        return sha256(repr(told).encode()).hexdigest()[:16]


def invite(desk: Desk, double: DoubleId, template: str, *, people: int, seat: int) -> tuple[SeatRow, str]:
    """Open an invitation and sit down on one's own seat; give that and the link's code, which nobody can read again.

    One that this person has opened before and nobody has answered is replaced. Raises NotFoundError, SeatsError,
    SeatTakenError, ConsentRequiredError, NotForMinorsError.
    """
    recipe, sitter, now = group_template(template), erasure.whose(desk, double), desk.clock.now()
    if recipe.layout(people) is None:
        raise SeatsError(template=template, people=people, seats=" / ".join(map(str, recipe.seats)))
    if not 1 <= seat <= people:
        raise SeatTakenError(seat=seat)
    must_suit(desk, sitter, recipe)
    code = secrets.token_urlsafe(CODE)
    row = InvitationRow(
        id=InvitationId(new_id("invitation")), code_hash=hash_of(code), template=template, people=people, at=now,
        expires_at=now + OPEN_FOR,
    )  # fmt: skip
    with desk.store.begin() as connection:
        for each in seats.every(connection, sitter):
            if each.is_host and len(seats.of_invitation(connection, each.invitation)) == 1:
                seats.stand_up(connection, each)
        seats.open_invitation(connection, row)
        mine = SeatId(new_id("seat"))
        seats.take(
            connection, mine, invitation=row.id, n=seat, sitter=sitter, double=double, is_host=True, now=now
        )
    return find(desk, mine), code


def invited(desk: Desk, code: str) -> tuple[InvitationRow, list[SeatRow]]:
    """Give what a link opens, and which seats are taken. Raises InvitationOverError."""
    with desk.store.begin() as connection:
        row = seats.by_code(connection, hash_of(code[:LONGEST_CODE]))
        if row is None or row.expires_at <= desk.clock.now():
            raise InvitationOverError
        return row, seats.of_invitation(connection, row.id)


def renew_link(desk: Desk, row: SeatRow) -> str:
    """Give the host a new code; the old one opens nothing any more. Raises InvitationOverError."""
    code = secrets.token_urlsafe(CODE)
    with desk.store.begin() as connection:
        if not row.is_host or not seats.renew_code(connection, row.invitation, hash_of(code)):
            raise InvitationOverError
    return code


def sit_down(desk: Desk, code: str, double: DoubleId, seat: int, *, language: str) -> SeatRow:
    """Take a seat; with the last one the group is proposed, and this person's yes noted: they just read the words.

    Raises InvitationOverError, SeatTakenError, SamePersonTwiceError, ConsentRequiredError, NotForMinorsError.
    """
    row, _ = invited(desk, code)
    sitter = erasure.whose(desk, double)
    must_suit(desk, sitter, group_template(row.template))
    mine = SeatId(new_id("seat"))
    with desk.store.begin() as connection:
        there = {each.n: each.sitter for each in seats.of_invitation(connection, row.id)}
        if seats.by_code(connection, hash_of(code)) is None:  # taken back while we looked
            raise InvitationOverError
        for n, other in there.items():
            if other == sitter:
                raise SamePersonTwiceError(first=n, second=seat)
        if seat in there or not 1 <= seat <= row.people:
            raise SeatTakenError(seat=seat)
        seats.take(
            connection, mine, invitation=row.id, n=seat, sitter=sitter, double=double, is_host=False,
            now=desk.clock.now(),
        )  # fmt: skip
    taken = settled(desk, find(desk, mine))
    if taken.group is not None:
        together.agree(desk, taken.group, sitter, language=language)
    return taken


def settled(desk: Desk, row: SeatRow) -> SeatRow:
    """Propose the group once every seat is taken. Safe to repeat: who is second changes nothing."""
    with desk.store.begin() as connection:
        everybody = seats.of_invitation(connection, row.invitation)
    if row.group is None and len(everybody) == row.people:
        group = together.propose(desk, [each.sitter for each in everybody], [row.template])
        until = desk.clock.now() + together.STANDS
        with desk.store.begin() as connection:
            if not seats.close(connection, row.invitation, group, until):
                for each in everybody:
                    parts.withdraw(connection, group, each.sitter)
        return find(desk, row.id)
    return row


def agree(desk: Desk, row: SeatRow, *, language: str) -> Receipt:
    """Note this person's yes to be shown with the others. Raises NotFoundError when there is no group to agree to."""
    if row.group is None:
        raise NotFoundError(kind="group", id="")
    return together.agree(desk, row.group, row.sitter, language=language)


def leave(desk: Desk, row: SeatRow) -> Receipt | None:
    """Take a yes back, or say no, or stop inviting; gives a receipt when there was anything to agree to."""
    if row.group is not None:
        with desk.store.begin() as connection:
            has_part = any(each.group == row.group for each in parts.every(connection, row.sitter))
        if has_part:
            return together.withdraw(desk, row.group, row.sitter)
    seating.stand_up(desk, row)
    return None


def room(desk: Desk, row: SeatRow) -> Room:
    """Tell where it stands, for one of those who wait."""
    row = settled(desk, row)
    with desk.store.begin() as connection:
        there = {each.n: each for each in seats.of_invitation(connection, row.invitation)}
        rows = parts.of_group(connection, row.group) if row.group else []
    said = {part.sitter for part in rows if part.agreed_at is not None}
    places = tuple(
        Place(n=n, is_mine=n == row.n, is_taken=n in there, has_agreed=n in there and there[n].sitter in said)
        for n in range(1, row.people + 1)
    )
    stage = "waiting" if row.group is None else "asking"
    if row.group and len(rows) < row.people:
        stage = "broken"
    elif row.group and len(said) == row.people:
        stage = "whole" if _is_whole(desk, row, [there[n].sitter for n in sorted(there)]) else "broken"
    return Room(
        seat=row, places=places, stage=stage, is_asked=stage == "asking" and row.sitter not in said,
        is_making=bool(row.group and seating.jobs_of(desk, row.group)),
        pictures=tuple(seating.pictures_of(desk, row)),
    )  # fmt: skip


def picture_later(desk: Desk, row: SeatRow, *, account: str, language: str) -> JobRow | None:
    """Put the picture into the queue, unless one of this group is on its way: then None.

    The job names nobody but who asked for it. Raises TogetherNotAgreedError, ConsentRequiredError, and what
    ``Queue.submit`` raises.
    """
    here = room(desk, row)
    if here.stage != "whole":
        raise TogetherNotAgreedError(
            seat=next((place.n for place in here.places if not place.has_agreed), row.n)
        )
    if here.is_making:
        return None
    permit = consent.require(desk, row.sitter, Purpose.RENDER_PORTRAIT)
    wish = Wish(
        kind=JobKind.GROUP, account=account, sitter=row.sitter, double=row.double, units=row.people,
        engine=STUDIO.name, device=STUDIO.device,
        wanted={
            "group": row.group, "seat": row.id, "language": language, "seed": len(here.pictures) + 1,
        },
    )  # fmt: skip
    return queue_of(desk).submit(
        wish, also=lambda connection: consent.still_within(connection, desk, permit, permit.purpose)
    )


def picture(row: SeatRow, name: str, permit: Permit, *, desk: Desk) -> bytes:
    """Open one person's own copy: the labelled file. Raises PermitRefusedError, NotFoundError."""
    permit.check(Purpose.RENDER_PORTRAIT, desk.clock.now(), sitter=row.sitter)
    return desk.vault.get(row.sitter, DataClass.PORTRAIT, name)


def must_be_here(desk: Desk, row: SeatRow, name: str) -> None:
    """Raise NotFoundError unless this is one of the person's copies, and in the vault still."""
    if name not in seating.pictures_of(desk, row):
        raise NotFoundError(kind="picture", id="")


def delete_picture(desk: Desk, row: SeatRow, name: str) -> None:
    """Destroy one person's own copy. One that is gone is fine."""
    with suppress(NotFoundError):
        desk.vault.delete(row.sitter, DataClass.PORTRAIT, name)


def told_of(job: JobRow | None, row: SeatRow) -> dict[str, Any]:
    """Give what the job says of a picture: to who asked for it; the others find nothing about anybody in it."""
    return json.loads(job.result or "{}") if job is not None and job.sitter == row.sitter else {}


def find(desk: Desk, seat: SeatId) -> SeatRow:
    """Give a seat that somebody has taken. Raises NotFoundError."""
    with desk.store.begin() as connection:
        row = seats.find(connection, seat)
    if row is None or row.expires_at <= desk.clock.now():
        raise NotFoundError(kind="seat", id="")
    return row


def must_suit(desk: Desk, sitter: SitterId, recipe: GroupTemplate) -> None:
    """Raise ConsentRequiredError or NotForMinorsError unless this person may sit in a picture of this template."""
    consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)
    if not recipe.child_safe and consent.is_minor(desk, sitter):
        raise NotForMinorsError(template=recipe.name)


def hash_of(code: str) -> str:
    """Give what is kept of a code: 128 random bits need no salt."""
    return sha256(code.encode()).hexdigest()


def _is_whole(desk: Desk, row: SeatRow, sitters: list[SitterId]) -> bool:
    """Tell whether everybody's yes stands: in the words of today, and nobody has left a seat."""
    try:
        together.require(desk, sitters, row.template)
    except FenshenError:
        return False
    return True
