"""Complaints and reports: from anybody, with a date by which they are answered.

Interim Measures for Generative AI Services, Art. 15 and Deep Synthesis Provisions, Art. 12: an entry that is easy to
find, a published process and time limit, an answer. Fifteen working days at most (App rules of 2019). What is written
is sealed under a key of its own; who has no account reads the answer with the code they were given.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Final

from fenshen.errors import FenshenError, NotFoundError
from fenshen.ids import AccountId, ComplaintId, SitterId, is_id, new_id
from fenshen.rights.desk import Desk
from fenshen.store import complaints
from fenshen.store.complaints import ComplaintRow
from fenshen.vault.vault import DataClass

WORKING_DAYS: Final = 15
LONGEST: Final = 4000  # characters
KEPT: Final = timedelta(days=184)  # after the answer
WEEKEND: Final = 5  # weekday() of a Saturday


class Topic(StrEnum):
    """What somebody may write about."""

    MY_FACE = "my_face"  # a portrait of me that I did not ask for
    MY_DATA = "my_data"  # what is kept of me, or was not destroyed
    PICTURE = "picture"  # a portrait that harms, deceives or breaks a law
    MINOR = "minor"  # a child's face
    SERVICE = "service"  # it does not work, or not as promised
    OTHER = "other"


class ComplaintState(StrEnum):
    """Where a complaint stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DECLINED = "declined"  # with reasons, in the answer


class ComplaintEmptyError(FenshenError):
    """Nothing was written, or more than can be read. Facts: ``limit``."""

    code = "complaint_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A complaint that has arrived."""

    id: ComplaintId
    code: str  # opens the answer; shown once
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """A complaint, opened."""

    row: ComplaintRow
    text: str
    answer: str | None


def file(desk: Desk, topic: Topic, text: str, *, account: AccountId | None = None) -> Filed:
    """Take a complaint in. Raises ComplaintEmptyError, DiskFullError."""
    words = text.strip()
    if not 0 < len(words) <= LONGEST:
        raise ComplaintEmptyError(limit=LONGEST)
    id_, code, now = ComplaintId(new_id("complaint")), secrets.token_urlsafe(18), desk.clock.now()
    desk.vault.put(SitterId(id_), DataClass.COMPLAINT, "text", json.dumps(words).encode())
    row = ComplaintRow(
        id=id_, account=account, topic=topic, state=ComplaintState.OPEN, code_hash=_hash(code), at=now,
        due_at=due(now),
    )  # fmt: skip
    with desk.store.begin() as connection:
        complaints.add(connection, row)
    return Filed(id=id_, code=code, due_at=row.due_at)


def answer(desk: Desk, id_: ComplaintId, state: ComplaintState, text: str) -> ComplaintRow:
    """Answer a complaint; with reasons, also when it is upheld. Raises NotFoundError, ComplaintEmptyError."""
    words = text.strip()
    if not 0 < len(words) <= LONGEST:
        raise ComplaintEmptyError(limit=LONGEST)
    _row(desk, id_)
    desk.vault.put(SitterId(id_), DataClass.COMPLAINT, "answer", json.dumps(words).encode())
    with desk.store.begin() as connection:
        complaints.answered(connection, id_, state, desk.clock.now())
    return _row(desk, id_)


def read(desk: Desk, id_: ComplaintId) -> Complaint:
    """Open a complaint. Raises NotFoundError."""
    row = _row(desk, id_)
    text = json.loads(desk.vault.get(SitterId(id_), DataClass.COMPLAINT, "text"))
    told = "answer" in desk.vault.objects(SitterId(id_), DataClass.COMPLAINT)
    reply = json.loads(desk.vault.get(SitterId(id_), DataClass.COMPLAINT, "answer")) if told else None
    return Complaint(row=row, text=text, answer=reply)


def read_by_code(desk: Desk, id_: ComplaintId, code: str) -> Complaint:
    """Open a complaint for whoever holds its code. Raises NotFoundError, also for a wrong code."""
    if not is_id(id_):
        raise NotFoundError(kind="complaint", id="")
    row = _row(desk, id_)
    if not compare_digest(row.code_hash, _hash(code)):
        raise NotFoundError(kind="complaint", id="")
    return read(desk, id_)


def destroy(desk: Desk, id_: ComplaintId) -> None:
    """Destroy a complaint and its answer."""
    desk.vault.destroy(SitterId(id_), DataClass.COMPLAINT)
    with desk.store.begin() as connection:
        complaints.remove(connection, id_)


def due(since: datetime) -> datetime:
    """Give the day an answer is due: so many working days on; holidays are counted as work, so it is rather early."""
    day, left = since, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < WEEKEND
    return day


def _row(desk: Desk, id_: ComplaintId) -> ComplaintRow:
    with desk.store.begin() as connection:
        row = complaints.get(connection, id_)
    if row is None:
        raise NotFoundError(kind="complaint", id="")
    return row


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
