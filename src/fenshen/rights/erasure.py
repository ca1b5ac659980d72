"""Ask for erasure, in whole or in part, or take consent back. ``destruction`` carries it out."""

import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from fenshen.errors import DiskFullError, NotFoundError
from fenshen.ids import DoubleId, SitterId
from fenshen.jobs import ends
from fenshen.jobs.states import JobKind
from fenshen.rights import consent, label_free, receipts, seats
from fenshen.rights.audit import AuditUnfitError
from fenshen.rights.desk import Desk
from fenshen.rights.destruction import PERSON, Reason, carry_out, destroy_uncertified, promise, promise_within
from fenshen.rights.holdings import holdings
from fenshen.rights.purposes import Purpose
from fenshen.rights.receipts import Receipt, ReceiptKind
from fenshen.store import doubles
from fenshen.vault.keys import KeyUse, SitterBusyError
from fenshen.vault.vault import DataClass

__all__ = ["Reason", "Withdrawal", "destroy", "erase", "erase_double", "whose", "withdraw"]

WHOLE = frozenset({Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE})
OF_PORTRAITS = (JobKind.PORTRAITS, JobKind.PREVIEWS, JobKind.GROUP)
BEAT = 0.1  # seconds between two looks whether another run has ended


class ErasureWaitsError(SitterBusyError):
    """Another run still holds this sitter's photos. The order stands: that run stops at its next step."""

    code = "erasure_waits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What came of taking consent back."""

    receipt: Receipt  # that it was taken back
    erased: Receipt | None  # of what rested on it; None when nothing did


def whose(desk: Desk, id_: str) -> SitterId:
    """Tell which sitter an id belongs to: a double's, or a sitter's own. Raises NotFoundError."""
    if id_.startswith("double_"):
        with desk.store.begin() as connection:
            return doubles.get(connection, DoubleId(id_)).sitter
    if holdings(desk, SitterId(id_)):
        return SitterId(id_)
    raise NotFoundError(kind="person", id=id_)


def erase(desk: Desk, sitter: SitterId, *, reason: Reason = Reason.ASKED, patience: float = 0) -> Receipt:
    """Destroy everything the studio keeps of a sitter; their consents stand no more from the first step on.

    patience: seconds to wait for a run that is at work with the photos; it stops at its next photo or picture.
    What nobody asked for (a time that ran out, say) leaves a run at work alone. Raises NotFoundError when nothing
    is kept, LegalTermError for what the law keeps, ErasureWaitsError when that run did not end in time (the next
    start finishes what was ordered), ErasureFailedError when something is still there, AuditUnfitError when the audit
    log cannot take it: all is gone then, too, but nobody can certify it.
    """
    label_free.check_may_be_erased(desk, sitter)
    if not holdings(desk, sitter):
        raise NotFoundError(kind="person", id=sitter)
    if reason is not Reason.ASKED:
        _wait_for(desk, sitter, patience)
    try:
        order = promise(desk, sitter, PERSON, reason, taken_back=tuple(Purpose))
    except AuditUnfitError:
        _wait_for(desk, sitter, patience)
        destroy_uncertified(desk, sitter)
        raise
    _wait_for(desk, sitter, patience)
    return carry_out(desk, order)


def erase_double(desk: Desk, double_id: DoubleId, *, reason: Reason = Reason.ASKED) -> Receipt:
    """Destroy one double; with the last one goes everything else the studio keeps of the sitter.

    Raises NotFoundError, ErasureWaitsError, ErasureFailedError.
    """
    with desk.store.begin() as connection:
        sitter = doubles.get(connection, double_id).sitter
        is_last = len(doubles.every(connection, sitter=sitter)) == 1
    if is_last:
        return erase(desk, sitter, reason=reason)
    return carry_out(desk, promise(desk, sitter, double_id, reason))


def destroy(desk: Desk, sitter: SitterId, data_class: DataClass, *, reason: Reason) -> Receipt | None:
    """Destroy all blobs of one class of a sitter. Gives no receipt when there was nothing to destroy.

    Raises DiskFullError when there was no room for the order or the receipt, and AuditUnfitError when the log cannot
    take them; the blobs are gone all the same.
    """
    if not desk.vault.keys.holds(sitter, KeyUse(data_class)):
        desk.vault.destroy(sitter, data_class)  # lets go of a sitter whose first photo never came
        return None
    try:
        order = promise(desk, sitter, data_class, reason)
    except (DiskFullError, AuditUnfitError):
        desk.vault.destroy(sitter, data_class)
        raise
    return carry_out(desk, order)


def withdraw(
    desk: Desk, sitter: SitterId, purposes: Collection[Purpose], *, patience: float = 0
) -> Withdrawal:
    """Take consent back, at once, and destroy what rested on it.

    1. from now on there are no permits, and runs at work stop  2. certify that  3. destroy: without consent to
    inspect, build or keep there is no double, so everything goes; without consent to render, the portraits in the
    vault go. Raises NotFoundError when nothing of the sitter is kept, and what ``erase`` raises.
    """
    if not holdings(desk, sitter):
        raise NotFoundError(kind="person", id=sitter)
    facts = {"purposes": [{"purpose": purpose} for purpose in sorted(purposes)]}
    subject, whole = receipts.subject(desk, sitter), bool(WHOLE & frozenset(purposes))
    with desk.store.begin() as connection:
        consent.take_back(connection, desk, sitter, purposes)  # (1)
        ends.ask_to_stop(connection, sitter, OF_PORTRAITS, desk.clock.now())
        receipt = receipts.issue(
            desk, ReceiptKind.WITHDRAWAL, sitter, facts, subject=subject, connection=connection
        )  # (2)
        order = promise_within(connection, desk, sitter, PERSON, Reason.WITHDRAWN, subject) if whole else None
    if Purpose.RENDER_PORTRAIT in purposes:
        seats.leave(desk, sitter)
    if order is None:
        gone = destroy(desk, sitter, DataClass.PORTRAIT, reason=Reason.WITHDRAWN)
        return Withdrawal(receipt=receipt, erased=gone)
    _wait_for(desk, sitter, patience)
    return Withdrawal(receipt=receipt, erased=carry_out(desk, order))  # (3)


def _wait_for(desk: Desk, sitter: SitterId, patience: float) -> None:
    """Take the lease on a sitter's photos, so that a run that is at work with them ends first."""
    for _ in range(round(patience / BEAT)):
        with suppress(SitterBusyError):
            return desk.vault.hold(sitter)
        time.sleep(BEAT)
    try:
        return desk.vault.hold(sitter)
    except SitterBusyError:
        raise ErasureWaitsError from None
