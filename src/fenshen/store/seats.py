"""Rows of invitations to be in one picture, and of the seats that people have taken by them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from fenshen.ids import DoubleId, GroupId, InvitationId, SeatId, SitterId
from fenshen.store.account_tables import invitations, seats


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationRow:
    """One invitation. It names nobody: who belongs to it stands in the seats."""

    id: InvitationId
    code_hash: str | None  # of the link; None once every seat is taken
    template: str
    people: int
    at: datetime
    expires_at: datetime
    group: GroupId | None = None  # proposed when every seat was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRow:
    """One person's seat, with what the invitation says."""

    id: SeatId
    invitation: InvitationId
    n: int  # from 1
    sitter: SitterId
    double: DoubleId
    is_host: bool
    taken_at: datetime
    template: str
    people: int
    group: GroupId | None
    expires_at: datetime


def open_invitation(connection: Connection, row: InvitationRow) -> None:
    """Note a new invitation."""
    values = {column.name: getattr(row, column.name) for column in invitations.columns}
    connection.execute(insert(invitations).values(values))


def by_code(connection: Connection, code_hash: str) -> InvitationRow | None:
    """Give the invitation that a link opens."""
    found = connection.execute(select(invitations).where(invitations.c.code_hash == code_hash)).first()
    return None if found is None else InvitationRow(**found._mapping)  # noqa: SLF001  SQLAlchemy's way


def renew_code(connection: Connection, invitation: InvitationId, code_hash: str) -> bool:
    """Let another link open an invitation that has a seat left; tell whether there was one."""
    ours = update(invitations).where(invitations.c.id == invitation, invitations.c.code_hash.is_not(None))
    return connection.execute(ours.values(code_hash=code_hash)).rowcount == 1


def close(connection: Connection, invitation: InvitationId, group: GroupId, expires_at: datetime) -> bool:
    """Note which group came of it; the link opens nothing any more. Tell whether it was the first to."""
    ours = update(invitations).where(invitations.c.id == invitation, invitations.c.group.is_(None))
    values = {"group": group, "code_hash": None, "expires_at": expires_at}
    return connection.execute(ours.values(values)).rowcount == 1


def take(
    connection: Connection,
    id_: SeatId,
    *,
    invitation: InvitationId,
    n: int,
    sitter: SitterId,
    double: DoubleId,
    is_host: bool,
    now: datetime,
) -> None:
    """Note that somebody has taken a seat."""
    values = {
        "id": id_, "invitation": invitation, "n": n, "sitter": sitter, "double": double, "is_host": is_host,
        "taken_at": now,
    }  # fmt: skip
    connection.execute(insert(seats).values(values))


def find(connection: Connection, seat: SeatId) -> SeatRow | None:
    """Give a seat that somebody has taken."""
    found = _rows(connection, seats.c.id == seat)
    return found[0] if found else None


def of_invitation(connection: Connection, invitation: InvitationId) -> list[SeatRow]:
    """Give the seats that are taken, by their number."""
    return _rows(connection, seats.c.invitation == invitation)


def every(connection: Connection, sitter: SitterId) -> list[SeatRow]:
    """Give a person's own seats; nobody else's."""
    return _rows(connection, seats.c.sitter == sitter)


def stand_up(connection: Connection, row: SeatRow) -> None:
    """Forget a seat. One that is free is fine.

    Before a group came of it an invitation ends with its host, later with the last who leaves.
    """
    connection.execute(delete(seats).where(seats.c.id == row.id))
    if (row.is_host and row.group is None) or not of_invitation(connection, row.invitation):
        connection.execute(delete(seats).where(seats.c.invitation == row.invitation))
        connection.execute(delete(invitations).where(invitations.c.id == row.invitation))


def forget_old(connection: Connection, now: datetime) -> int:
    """Forget invitations whose time is over, and their seats; give how many."""
    old = select(invitations.c.id).where(invitations.c.expires_at <= now)
    connection.execute(delete(seats).where(seats.c.invitation.in_(old)))
    return connection.execute(delete(invitations).where(invitations.c.expires_at <= now)).rowcount


def _rows(connection: Connection, which: ColumnElement[bool]) -> list[SeatRow]:
    said = (invitations.c.template, invitations.c.people, invitations.c.group, invitations.c.expires_at)
    joined = seats.join(invitations, seats.c.invitation == invitations.c.id)
    query = select(seats, *said).select_from(joined).where(which).order_by(seats.c.invitation, seats.c.n)
    return [SeatRow(**found._mapping) for found in connection.execute(query)]  # noqa: SLF001  SQLAlchemy's way
