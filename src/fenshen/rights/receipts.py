"""Signed receipts: what was agreed to, what was destroyed. A stranger can check one with the public key.

A receipt is JSON without anything personal. Its subject is HMAC-SHA256 of the sitter's id under a random key
of that sitter: someone's receipts can be told to belong together, until that key is destroyed with the rest.
Each receipt stands in the audit log by its hash, and carries the proof that it does: the studio cannot give two
people two pasts, nor forget what it once signed.
"""

import hmac
import json
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from fenshen.errors import NotFoundError
from fenshen.ids import ReceiptId, SitterId, new_id
from fenshen.rights import audit, signed
from fenshen.rights.audit import Entered
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.desk import Desk
from fenshen.rights.receipt_check import KIND_OF_MESSAGE, VERSION
from fenshen.store import audit as log
from fenshen.store import disk
from fenshen.store import receipts as register
from fenshen.store.database import once_kept
from fenshen.vault.keys import KeyUse


class ReceiptKind(StrEnum):
    """What a receipt may state."""

    CONSENT = "consent"
    WITHDRAWAL = "withdrawal"
    ERASURE = "erasure"
    LABEL_FREE = "label_free"
    TOGETHER = "together"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt that was given."""

    id: ReceiptId
    kind: ReceiptKind
    path: Path  # there as soon as the transaction is kept
    data: bytes  # the file's content


def issue(
    desk: Desk,
    kind: ReceiptKind,
    sitter: SitterId | None,
    facts: Mapping[str, Any],
    *,
    subject: str,
    receipt_id: ReceiptId | None = None,
    connection: Connection | None = None,
) -> Receipt:
    """Sign and keep a receipt.

    1. name, subject, moment and key  2. enter its hash in the audit log, and get the proof of that  3. sign the
    canonical form of all of it  4. write the file, durably, under a name that nobody takes for a receipt
    5. register it  6. once log and register are kept, give the file its name.
    Killed between 5 and 6 it is named by ``settle``; killed earlier, nobody has seen it and the log does not know it.
    ``sitter`` is None for one who has just been erased. ``facts`` hold strings, whole numbers, lists and
    tables of these. ``receipt_id``: promised before. With ``connection`` all is part of that transaction. Raises
    DiskFullError and those of ``audit.record``.
    """
    receipt_id, now = receipt_id or ReceiptId(new_id("receipt")), desk.clock.now()
    body = {
        **facts,
        "v": VERSION,
        "type": kind.value,
        "id": receipt_id,
        "subject": subject,
        "at": audit.moment(now),
        "key": signed.fingerprint(desk.signer.public_key()),
    }  # (1)
    path = disk.private_folder(desk.settings.home / "receipts") / f"{receipt_id}.json"
    with nullcontext(connection) if connection else desk.store.begin() as kept:
        digest = sha256(signed.canonical(body)).hexdigest()
        entered = audit.record(
            desk, kept, _event(kind, facts), subject=subject, receipt=receipt_id, sha256=digest
        )
        whole = {**body, "log": _proof(kept, entered)}  # (2)
        signature = desk.signer.sign(KIND_OF_MESSAGE + signed.canonical(whole))  # (3)
        whole["sig"] = signed.signature_text(signature)
        data = json.dumps(whole, indent=1, sort_keys=True, ensure_ascii=True).encode() + b"\n"
        disk.write_durably(_waiting(path), data)  # (4)
        register.add(kept, register.ReceiptRow(id=receipt_id, kind=kind, sitter=sitter, at=now))  # (5)
        once_kept(kept, receipt_id, lambda: _name(path))  # (6)
    return Receipt(id=receipt_id, kind=kind, path=path, data=data)


def settle(desk: Desk, before: datetime) -> None:
    """Finish what a killed run began: name the receipts that were kept, drop those that nobody ever had.

    Alone with the log, so that no living run is between its steps 4 and 5. Half-written files go when they
    were begun before ``before``.
    """
    folder = desk.settings.home / "receipts"
    if any(folder.glob(".*.json.waiting")):
        with desk.store.begin() as connection:
            log.alone(connection)
            for waiting in folder.glob(".*.json.waiting"):
                path = folder / waiting.name.removeprefix(".").removesuffix(".waiting")
                if register.is_registered(connection, ReceiptId(path.stem)):
                    _name(path)
                else:
                    waiting.unlink(missing_ok=True)
    for place in (folder, audit.outside_file(desk.settings).parent):
        disk.forget_parts(place, before)


def kept(desk: Desk, receipt_id: ReceiptId, kind: ReceiptKind) -> Receipt:
    """Give a receipt that was given before. Raises NotFoundError when its file is gone."""
    path = desk.settings.home / "receipts" / f"{receipt_id}.json"
    try:
        return Receipt(id=receipt_id, kind=kind, path=path, data=path.read_bytes())
    except FileNotFoundError:
        raise NotFoundError(kind="receipt", id=receipt_id) from None


def given(desk: Desk, receipt_id: ReceiptId) -> Receipt:
    """Give a receipt of a sitter whom the studio still knows. Raises NotFoundError."""
    with desk.store.begin() as connection:
        sitter = register.whose(connection, receipt_id)
        rows = register.every(connection, sitter) if sitter else []
    for row in rows:
        if row.id == receipt_id:
            return kept(desk, receipt_id, ReceiptKind(row.kind))
    raise NotFoundError(kind="receipt", id=receipt_id)


def subject(desk: Desk, sitter: SitterId) -> str:
    """Give the sitter's pseudonym in receipts, making its key at first use."""
    key = desk.vault.keys.key(sitter, KeyUse.SUBJECT, create=True)
    return hmac.new(key.secret, b"fenshen receipt subject 1\n" + sitter.encode(), "sha256").hexdigest()


def _event(kind: ReceiptKind, facts: Mapping[str, Any]) -> AuditEvent:
    """Tell as what a receipt stands in the log."""
    if kind in {ReceiptKind.CONSENT, ReceiptKind.TOGETHER}:
        return AuditEvent.CONSENT_GIVEN
    if kind is ReceiptKind.LABEL_FREE:
        return AuditEvent.LABEL_FREE_GRANTED
    if kind is ReceiptKind.WITHDRAWAL:
        return AuditEvent.CONSENT_WITHDRAWN
    kinds = {each["kind"] for each in facts.get("objects", ())}
    return AuditEvent.PHOTOS_DESTROYED if kinds == {"photo"} else AuditEvent.ERASURE_DONE


def _proof(connection: Connection, entered: Entered) -> dict[str, Any]:
    """Give what proves that an entry is in the log, from nothing but itself and the public key."""
    return {
        "index": entered.n,
        "entry": entered.text,
        "proof": audit.inclusion(connection, entered.n, entered.head.size),
        "head": entered.head.as_table(),
    }


def _waiting(path: Path) -> Path:
    return path.with_name(f".{path.name}.waiting")


def _name(path: Path) -> None:
    with suppress(FileNotFoundError):  # `settle`, in another process, was quicker
        _waiting(path).replace(path)
    disk.sync_folder(path.parent)
