"""Destroy what is kept of a person, look whether it is gone, and sign a receipt that says so."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum

from fenshen.errors import NotFoundError
from fenshen.ids import DoubleId, SitterId
from fenshen.rights import consent, label_free, receipts
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.holdings import KINDS, holdings
from fenshen.rights.receipts import Receipt, ReceiptKind
from fenshen.store import doubles
from fenshen.vault.keys import KeyUse
from fenshen.vault.vault import DataClass, Destroyed, ErasureFailedError

METHOD = "NIST SP 800-88r2 cryptographic erase: wrapped keys overwritten and unlinked; then blobs unlinked"
WHOLE = frozenset({Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE})


class Reason(StrEnum):
    """Why something was destroyed; stands in the receipt."""

    DONE = "purpose achieved"
    FAILED = "purpose cannot be achieved"
    ABANDONED = "the run that brought it was cut off"
    EXPIRED = "retention ended"
    ASKED = "the person asked"
    WITHDRAWN = "consent withdrawn"
    REDONE = "made anew from other photos"
    RESUMED = "an erasure that was cut off is finished"


def whose(desk: Desk, id_: str) -> SitterId:
    """Tell which sitter an id belongs to: a double's, or a sitter's own. Raises NotFoundError."""
    if id_.startswith("double_"):
        with desk.store.begin() as connection:
            return doubles.get(connection, DoubleId(id_)).sitter
    if holdings(desk, SitterId(id_)):
        return SitterId(id_)
    raise NotFoundError(kind="person", id=id_)


def erase(desk: Desk, sitter: SitterId, *, reason: Reason = Reason.ASKED) -> Receipt:
    """Destroy everything the studio keeps of a sitter.

    1. say who it was, and what the law keeps, while that can still be said
    2. destroy each kind, the pseudonym's key last
    3. empty the write-ahead log  4. look whether anything is left  5. sign the receipt.
    Repeating it after a crash goes on where it stopped. Raises NotFoundError when nothing is kept,
    LegalTermError for what the law keeps, SitterBusyError while another run holds this sitter's photos,
    ErasureFailedError when something is still there.
    """
    label_free.check_may_be_erased(desk, sitter)
    if not holdings(desk, sitter):
        raise NotFoundError(kind="person", id=sitter)
    desk.vault.hold(sitter)  # a run that is at work with the photos must end first
    subject, kept = receipts.subject(desk, sitter), label_free.kept_by_law(desk, sitter)  # (1)
    destroyed = {kind.name: kind.shredded(desk, sitter) for kind in KINDS}  # (2)
    desk.store.scrub()  # (3)
    if left := holdings(desk, sitter):  # (4)
        raise ErasureFailedError(kind=left[0].kind)
    if any(desk.vault.keys.keys(sitter, use) for use in KeyUse):
        raise ErasureFailedError(kind="key")
    return _receipt(desk, None, destroyed, reason, subject, kept)  # (5)


def erase_double(desk: Desk, double_id: DoubleId, *, reason: Reason = Reason.ASKED) -> Receipt:
    """Destroy one double; with the last one goes everything else the studio keeps of the sitter.

    Raises NotFoundError, SitterBusyError, ErasureFailedError.
    """
    with desk.store.begin() as connection:
        sitter = doubles.get(connection, double_id).sitter
        is_last = len(doubles.every(connection, sitter=sitter)) == 1
    if is_last:
        return erase(desk, sitter, reason=reason)
    destroyed = Destroyed(count=0, bytes=0, key_ids=())
    with suppress(NotFoundError):  # a run was killed after the blob went and before its row did
        destroyed = desk.vault.delete(sitter, DataClass.DOUBLE, double_id)
    with desk.store.begin() as connection:
        doubles.remove(connection, double_id)
    desk.store.scrub()
    return _receipt(desk, sitter, {DataClass.DOUBLE: destroyed}, reason, receipts.subject(desk, sitter))


def destroy(desk: Desk, sitter: SitterId, data_class: DataClass, *, reason: Reason) -> Receipt | None:
    """Destroy all blobs of one class of a sitter. Gives no receipt when there was nothing to destroy."""
    destroyed = desk.vault.destroy(sitter, data_class)
    if not destroyed.key_ids:
        return None
    return _receipt(desk, sitter, {data_class: destroyed}, reason, receipts.subject(desk, sitter))


def withdraw(desk: Desk, sitter: SitterId, purposes: Collection[Purpose]) -> Receipt | None:
    """Take consent back, at once, and destroy what rested on it.

    Without consent to inspect, build or keep there is no double, so everything goes. Without consent to
    render, the portraits in the vault go. Gives no receipt when nothing rested on it.
    """
    consent.withdraw(desk, sitter, purposes)
    if WHOLE & frozenset(purposes):
        return erase(desk, sitter, reason=Reason.WITHDRAWN)
    return destroy(desk, sitter, DataClass.PORTRAIT, reason=Reason.WITHDRAWN)


def _receipt(
    desk: Desk,
    sitter: SitterId | None,
    destroyed: Mapping[str, Destroyed],
    reason: Reason,
    subject: str,
    kept: Sequence[Mapping[str, str]] = (),
) -> Receipt:
    facts: dict[str, object] = {
        "objects": [
            {"kind": str(kind), "n": what.count, "bytes": what.bytes}
            for kind, what in destroyed.items()
            if what.count or what.key_ids
        ],
        "dek_ids": [key_id for what in destroyed.values() for key_id in what.key_ids],
        "method": METHOD,
        "reason": reason.value,
    }
    if kept:
        facts["kept"] = list(kept)
    return receipts.issue(desk, ReceiptKind.ERASURE, sitter, facts, subject=subject)
