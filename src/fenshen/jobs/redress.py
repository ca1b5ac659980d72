"""What somebody is owed when the studio itself failed: the port that a payment provider hangs on. See decision 0048.

A job is parked in one transaction; in the same one this is asked, once, and its answer is written on the job. So the
effect happens exactly once for each job, and its key is the job's id.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from sqlalchemy import Connection

from fenshen.ids import JobId
from fenshen.jobs import outbox
from fenshen.jobs.states import JobKind, JobState
from fenshen.store import jobs as rows
from fenshen.store import webhooks
from fenshen.store.jobs import JobRow

PAID_FOR: Final = frozenset({JobKind.DOUBLE, JobKind.REDO, JobKind.PORTRAITS, JobKind.GROUP})


class Owed(StrEnum):
    """What an account may be owed for a job."""

    FREE_REDO = "free_redo"  # the next job of the kind costs nothing and goes first
    REFUND = "refund"  # whoever takes the money was told to give it back


class Redress(Protocol):
    """Decides what is owed for a job that the studio failed at, and sees to it that it is given.

    Asked once for each job, in the transaction that parks it. It may write through that connection and must reach
    nothing else: what it writes is kept with the job's end, or neither is. Raises nothing.
    """

    def grant(self, connection: Connection, row: JobRow, now: datetime, /) -> Owed:
        """Give what is owed. row: as it was just before it was parked."""
        ...


class FreeRedo:
    """The studio's own: one more of the same kind, for nothing."""

    def grant(self, connection: Connection, row: JobRow, now: datetime, /) -> Owed:  # noqa: ARG002
        """Nothing more is to be written: the job's own row says it."""
        return Owed.FREE_REDO


class RefundDue:
    """For who takes money: the operator's own webhook is told, through the outbox, which order is to be paid back."""

    def grant(self, connection: Connection, row: JobRow, now: datetime, /) -> Owed:
        """Write ``refund.due`` into the outbox."""
        body = {"job": row.id, "kind": row.kind, "units": row.units, "account": row.account}
        outbox.note(connection, outbox.OPERATOR, outbox.REFUND_DUE, row.id, body, now)
        return Owed.REFUND


def in_force(connection: Connection) -> Redress:
    """Give the redress of this studio: a refund where the operator's webhook listens for it, else a free redo."""
    listening = webhooks.listening(connection, outbox.OPERATOR, outbox.REFUND_DUE)
    return RefundDue() if listening else FreeRedo()


def granted(connection: Connection, row: JobRow, state: JobState, now: datetime) -> Mapping[str, str]:
    """Give what is to be written on a job that ends in this state, besides the end."""
    if state is not JobState.PARKED or JobKind(row.kind) not in PAID_FOR:
        return {}
    return {"redress": in_force(connection).grant(connection, row, now)}


def is_owed(connection: Connection, account: str, kind: JobKind) -> bool:
    """Tell whether an account's next job of a kind is free because the studio failed at one before."""
    return rows.owed(connection, account, kind, Owed.FREE_REDO) is not None


def redeem(connection: Connection, job: JobRow) -> JobId | None:
    """Set a new job off against one that the studio failed at; give that one. Each is redeemed once."""
    row = rows.owed(connection, job.account, job.kind, Owed.FREE_REDO)
    if row is None:
        return None
    rows.move(connection, row.id, [JobState.PARKED], {"redeemed": job.id})
    return row.id
