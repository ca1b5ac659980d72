"""Carry out an erasure: an order first, then the destruction, a look, and the receipt.

An *order* is a row that says what is to go, and which receipt will certify it. It is written before anything is
destroyed, so whoever was told "begun" is erased even if the power fails: the next start carries the order out
(``resume``), and the receipt tells all that was found when it began.
"""

from collections.abc import Collection
from contextlib import suppress
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from fenshen.errors import NotFoundError, SealBrokenError
from fenshen.ids import ApplicationId, DoubleId, ReceiptId, SitterId, new_id
from fenshen.jobs import ends, outbox
from fenshen.jobs.outbox import Event
from fenshen.rights import audit, consent, label_free, receipts
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.desk import Desk
from fenshen.rights.holdings import KINDS, Holding
from fenshen.rights.purposes import Purpose
from fenshen.rights.receipts import Receipt, ReceiptKind
from fenshen.store import accounts, disk, doubles, erasures
from fenshen.store.erasures import ErasureRow, ItemRow
from fenshen.vault.keys import KeyUse, SitterBusyError
from fenshen.vault.vault import DataClass, Destroyed, ErasureFailedError

METHOD = "NIST SP 800-88r2 cryptographic erase: wrapped keys overwritten and unlinked; then blobs unlinked"
PERSON = "person"  # the scope of an order to erase everything; else a class of blobs, or a double's id
BY_LAW = "kept_by_law"  # an item that the law does not let go yet; the receipt names it
ORDER = "erasure_order"  # the kind that an open order itself is
NAMES = frozenset(kind.name for kind in KINDS)
KEYS = {"receipt_record": KeyUse.SUBJECT}  # kinds whose key has another name


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


def promise(
    desk: Desk, sitter: SitterId, scope: str, reason: Reason, *, taken_back: Collection[Purpose] = ()
) -> ErasureRow:
    """Promise an erasure, and take consents back with it."""
    subject = receipts.subject(desk, sitter)
    with desk.store.begin() as connection:
        consent.take_back(connection, desk, sitter, taken_back)
        return promise_within(connection, desk, sitter, scope, reason, subject)


def promise_within(
    connection: Connection, desk: Desk, sitter: SitterId, scope: str, reason: Reason, subject: str
) -> ErasureRow:
    """Promise an erasure in the caller's transaction. One that was promised before and is open is given again.

    Of a whole person: jobs that wait end here, and those at work are asked to stop.
    """
    for open_one in erasures.every(connection, sitter=sitter):
        if open_one.scope == scope:
            return open_one
    order = ErasureRow(
        id=new_id("erasure"),
        sitter=sitter,
        subject=subject,
        scope=scope,
        reason=reason.name,
        receipt=ReceiptId(new_id("receipt")),
        begun_at=desk.clock.now(),
    )
    erasures.add(connection, order)
    if scope == PERSON:
        ends.ask_to_stop(connection, sitter, None, desk.clock.now())
        _announce(connection, desk, order, sitter)
    audit.record(desk, connection, AuditEvent.ERASURE_BEGUN, subject=subject, reason=reason.name.lower())
    return order


def carry_out(desk: Desk, order: ErasureRow) -> Receipt:
    """1. note what there is  2. destroy it  3. empty the write-ahead log  4. look whether anything is left
    5. forget whose it was  6. sign the receipt and close the order, in one transaction.

    One run at a time; who comes second finds the receipt of the first. Repeating it after a crash goes on where it
    stopped.
    """  # noqa: D205  (six steps are one sentence)
    with disk.locked(desk.settings.home / ".erasures.lock"):
        with desk.store.begin() as connection:
            now = erasures.get(connection, order.id)
        if now is None:
            return receipts.kept(desk, order.receipt, ReceiptKind.ERASURE)
        if (sitter := now.sitter) is not None:
            _note(desk, now.id, _there(desk, sitter, now.scope))  # (1)
            _note(desk, now.id, list(_destroyed(desk, sitter, now.scope)))  # (2)
            desk.store.scrub()  # (3)
            _see_it_gone(desk, sitter, now.scope)  # (4)
            if now.scope == PERSON:
                with desk.store.begin() as connection:
                    erasures.anonymise(connection, now.id)  # (5)
                desk.store.scrub()
        return _certify(desk, now)  # (6)


def _note(desk: Desk, order: str, items: Collection[ItemRow]) -> None:
    with desk.store.begin() as connection:
        erasures.note(connection, order, items)


def _held(desk: Desk, sitter: SitterId, scope: str) -> list[Holding]:
    """Give what falls under an order; the order itself does not. What a damaged key hides cannot be listed."""
    found: list[Holding] = []
    for kind in KINDS:
        if kind.name != ORDER and (scope not in set(DataClass) or scope == kind.name):
            with suppress(SealBrokenError):
                found += kind.listed(desk, sitter)
    return [each for each in found if scope in {PERSON, each.kind, each.id}]


def _there(desk: Desk, sitter: SitterId, scope: str) -> list[ItemRow]:
    """Tell what an order is going to destroy: objects by kind, and each key."""
    stays = label_free.kept_by_law(desk, sitter) if scope == PERSON else []
    held = [each for each in _held(desk, sitter, scope) if each.id not in stays]
    items = [
        ItemRow(kind=kind, count=len(ours), bytes=sum(each.bytes for each in ours))
        for kind in dict.fromkeys(each.kind for each in held if each.kind in NAMES)
        if (ours := [each for each in held if each.kind == kind])
    ]
    # A double that is gone has no key to die: the one that is there seals the sitter's others.
    uses = set(KeyUse) if scope == PERSON else {KeyUse(each.kind) for each in held if each.key_id}
    for use in sorted(uses):
        with suppress(SealBrokenError):
            items += [ItemRow(kind=use, key_id=key.id) for key in desk.vault.keys.keys(sitter, use)]
    return items + [ItemRow(kind=BY_LAW, key_id=id_) for id_ in stays]


def _destroyed(desk: Desk, sitter: SitterId, scope: str) -> list[ItemRow]:
    """Destroy what an order names; give what was destroyed."""
    gone: dict[str, Destroyed] = {}
    if scope == PERSON:
        gone = {kind.name: kind.shredded(desk, sitter) for kind in KINDS}  # the pseudonym's key last
    elif scope in set(DataClass):
        gone = {scope: desk.vault.destroy(sitter, DataClass(scope))}
    else:
        with suppress(NotFoundError):  # a run was killed after the blob went and before its row did
            gone = {DataClass.DOUBLE: desk.vault.delete(sitter, DataClass.DOUBLE, scope)}
        with desk.store.begin() as connection:
            doubles.remove(connection, DoubleId(scope))
    counted = [
        ItemRow(kind=kind, count=what.count, bytes=what.bytes) for kind, what in gone.items() if what.count
    ]
    return counted + [
        ItemRow(kind=KEYS.get(kind, kind), key_id=key_id)
        for kind, what in gone.items()
        for key_id in what.key_ids
    ]


def _see_it_gone(desk: Desk, sitter: SitterId, scope: str) -> None:
    """Raise ErasureFailedError when anything of what was destroyed is still there."""
    if left := _held(desk, sitter, scope):
        raise ErasureFailedError(kind=left[0].kind)
    uses = set(KeyUse) if scope == PERSON else {KeyUse(scope)} if scope in set(DataClass) else set()
    if any(desk.vault.keys.holds(sitter, use) for use in uses):
        raise ErasureFailedError(kind="key")


def _certify(desk: Desk, order: ErasureRow) -> Receipt:
    with desk.store.begin() as connection:
        found = erasures.found(connection, order.id)
    stays = [ApplicationId(each.key_id) for each in found if each.kind == BY_LAW]
    gone = [each for each in found if each.kind != BY_LAW]
    facts: dict[str, Any] = {
        "objects": [
            {"kind": each.kind, "n": each.count, "bytes": each.bytes} for each in gone if not each.key_id
        ],
        "dek_ids": [each.key_id for each in gone if each.key_id],
        "method": METHOD,
        "reason": Reason[order.reason].value,
    }
    if stays:
        facts["kept"] = label_free.told_as_kept(desk, stays)

    with desk.store.begin() as connection:
        erasures.close(connection, order.id)
        if order.scope != PERSON and order.scope not in set(DataClass) and order.sitter is not None:
            _announce(connection, desk, order, order.sitter)
        outbox.confirm(connection, Event.ERASED, order.receipt, desk.clock.now())
        return receipts.issue(
            desk,
            ReceiptKind.ERASURE,
            None if order.scope == PERSON else order.sitter,
            facts,
            subject=order.subject,
            receipt_id=order.receipt,
            connection=connection,
        )


def destroy_uncertified(desk: Desk, sitter: SitterId) -> None:
    """Destroy everything of a sitter when no order can be written: a damaged log must not keep a face alive.

    Raises ErasureFailedError.
    """
    _destroyed(desk, sitter, PERSON)
    desk.store.scrub()
    _see_it_gone(desk, sitter, PERSON)


def resume(desk: Desk) -> list[Receipt]:
    """Carry out every order that a run was killed over. What a living run holds waits for the next start."""
    with desk.store.begin() as connection:
        orders = erasures.every(connection)
    given = []
    for order in orders:
        with suppress(SitterBusyError):
            if order.scope == PERSON and order.sitter is not None:
                desk.vault.hold(order.sitter)
            given.append(carry_out(desk, order))
    return given


def _announce(connection: Connection, desk: Desk, order: ErasureRow, sitter: SitterId) -> None:
    """Remember which account wants to be told; of a person nobody will know it when all is gone."""
    account = accounts.account_of(connection, sitter)
    if account is not None:
        body = {
            "receipt": order.receipt,
            "what": "person" if order.scope == PERSON else "double",
            "double": "" if order.scope == PERSON else order.scope,
        }
        outbox.announce(connection, account, Event.ERASED, order.receipt, body, desk.clock.now())
