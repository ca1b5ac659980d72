"""A copy of all that is kept of somebody, packed by a job: it waits sealed under their own key, for a day at most.

It dies with the person, and with any picture that is in it: the vault sees to that. Consent to keep the double covers
it; who has taken that back gets their copy at once instead (``fenshen rights export``, ``GET /data/export``).
"""

import json
from contextlib import suppress

from fenshen.errors import FenshenError, NotFoundError
from fenshen.flow.later import queue_of
from fenshen.ids import AccountId, DoubleId, JobId, SitterId
from fenshen.jobs.journal import Json
from fenshen.jobs.queue import Wish
from fenshen.jobs.states import OPEN, JobKind, JobStoppedError
from fenshen.jobs.worker import Work
from fenshen.rights import account_holdings, consent, export
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.holdings import KINDS, Holding, holdings
from fenshen.store import accounts
from fenshen.store import jobs as rows
from fenshen.store.jobs import JobRow
from fenshen.vault.vault import DataClass

MEGABYTE = 1 << 20
LARGE = 64 * MEGABYTE  # of sealed data; from here on nobody should wait in front of a page
STEP = "progress_packing"


class CopyOutdatedError(FenshenError):
    """Something was destroyed while the copy was packed; what was packed is destroyed, and it is begun anew."""

    code, retry = "copy_outdated", True


def size_of(desk: Desk, sitters: list[SitterId]) -> int:
    """Give how many bytes are kept of some people, sealed."""
    return sum(each.bytes for sitter in sitters for each in holdings(desk, sitter))


def copy_later(desk: Desk, sitter: SitterId, *, account: str | None = None) -> JobRow:
    """Put the packing of a copy into the queue; one that waits already is given instead.

    account: whose turn it takes, and whose own data goes with it; the sitter's by default. Raises NotFoundError,
    ConsentRequiredError, and what ``Queue.submit`` raises.
    """
    held = holdings(desk, sitter)
    if not held:
        raise NotFoundError(kind="person", id=sitter)
    permit = consent.require(desk, sitter, Purpose.KEEP_DOUBLE)
    with desk.store.begin() as connection:
        mine = rows.every(connection, sitter)
    for row in mine:
        if row.kind == JobKind.EXPORT and row.state in OPEN and row.account == (account or sitter):
            return row
    wish = Wish(
        kind=JobKind.EXPORT, account=account or sitter, sitter=sitter, double=DoubleId(""),
        units=1 + sum(each.bytes for each in held) // MEGABYTE, wanted={},
    )  # fmt: skip
    return queue_of(desk).submit(
        wish, also=lambda connection: consent.still_within(connection, desk, permit, permit.purpose)
    )


def prepare(desk: Desk, work: Work) -> Json:
    """Do the job: the archive is made once, under an id that is the same however often it is tried."""
    return work.once("copy", lambda: _packed_by(desk, work))


def _packed_by(desk: Desk, work: Work) -> Json:
    """1. ask the permit again, before each kind  2. pack  3. seal  4. look whether all that is in it is still there.

    What is in it and destroyed after (4) takes the copy along; what was destroyed before is found missing in (4). An
    archive that a dead worker left is packed anew, since it may have died before (4).
    """
    sitter, name = work.job.sitter, archive_of(work.job.id)
    permit = consent.require(desk, sitter, Purpose.KEEP_DOUBLE)  # (1)
    held = holdings(desk, sitter)

    def ask_again(number: int) -> None:
        consent.still(desk, permit, Purpose.KEEP_DOUBLE)
        work.step(STEP, number, len(KINDS))

    data = export.packed(desk, sitter, held, more=_of_account(desk, work.job), before_each=ask_again)  # (2)
    work.step(STEP, len(KINDS), len(KINDS))
    work.check()
    desk.vault.destroy(sitter, DataClass.ARCHIVE)  # one at a time is enough
    desk.vault.put(sitter, DataClass.ARCHIVE, name, data)  # (3)
    try:
        work.check()
    except JobStoppedError:  # the person was erased while we sealed
        desk.vault.destroy(sitter, DataClass.ARCHIVE)
        raise
    if _pictures(held) - _pictures(holdings(desk, sitter)):  # (4)
        desk.vault.destroy(sitter, DataClass.ARCHIVE)
        raise CopyOutdatedError
    return _told(desk, sitter, name)


def archive_of(job: JobId) -> str:
    """Name the archive of a job, as the vault knows it."""
    return f"archive_{job.removeprefix('job_')}"


def job_of(archive: str) -> JobId:
    """Give the job of an archive."""
    return JobId(f"job_{archive.removeprefix('archive_')}")


def is_here(desk: Desk, row: JobRow) -> bool:
    """Tell whether the archive of a job still waits to be fetched."""
    return archive_of(row.id) in desk.vault.objects(row.sitter, DataClass.ARCHIVE)


def fetch_copy(desk: Desk, job: JobId) -> bytes:
    """Give the archive of a job, opened, and note that it was given; it stays until its time is over.

    Raises NotFoundError and ConsentRequiredError.
    """
    row = _row(desk, job)
    data = copy_of(row, consent.require(desk, row.sitter, Purpose.KEEP_DOUBLE), desk=desk)
    export.note_given(desk, row.sitter, json.loads(row.result or "{}").get("things", 0))
    return data


def copy_of(row: JobRow, permit: Permit, *, desk: Desk) -> bytes:
    """Open the archive of a job. Raises PermitRefusedError, NotFoundError."""
    permit.check(Purpose.KEEP_DOUBLE, desk.clock.now(), sitter=row.sitter)
    return desk.vault.get(row.sitter, DataClass.ARCHIVE, archive_of(row.id))


def destroy_copy(desk: Desk, job: JobId) -> None:
    """Destroy the archive of a job before its time is over. One that is gone is fine. Raises NotFoundError."""
    row = _row(desk, job)
    with suppress(NotFoundError):
        desk.vault.delete(row.sitter, DataClass.ARCHIVE, archive_of(job))


def _row(desk: Desk, job: JobId) -> JobRow:
    with desk.store.begin() as connection:
        row = rows.get(connection, job)
    if row is None or row.kind != JobKind.EXPORT:
        raise NotFoundError(kind="job", id=job)
    return row


def _of_account(desk: Desk, job: JobRow) -> dict[str, bytes]:
    """Give what is kept of the account itself, when it is one that looks after this person."""
    with desk.store.begin() as connection:
        is_theirs = accounts.account_of(connection, job.sitter) == job.account
    return {"account.json": account_holdings.export_of(desk, AccountId(job.account))} if is_theirs else {}


def _pictures(held: list[Holding]) -> set[tuple[str, str]]:
    """Give which blobs there are, but archives."""
    return {(each.kind, each.id) for each in held if each.bytes and each.kind != DataClass.ARCHIVE}


def _told(desk: Desk, sitter: SitterId, name: str) -> Json:
    held = holdings(desk, sitter)
    sealed = sum(each.bytes for each in held if each.id == name)
    return {"archive": name, "bytes": sealed, "things": sum(each.id != name for each in held)}
