"""Signed receipts: what was agreed to, what was destroyed. A stranger can check one with the public key.

A receipt is JSON without anything personal. Its subject is HMAC-SHA256 of the sitter's id under a random key
of that sitter: someone's receipts can be told to belong together, until that key is destroyed with the rest.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from fenshen.ids import ReceiptId, SitterId, new_id
from fenshen.rights.desk import Desk
from fenshen.rights.receipt_check import KIND_OF_MESSAGE, VERSION, canonical, fingerprint
from fenshen.store import disk
from fenshen.store import receipts as register
from fenshen.vault.keys import KeyUse


class ReceiptKind(StrEnum):
    """What a receipt may state."""

    CONSENT = "consent"
    ERASURE = "erasure"
    LABEL_FREE = "label_free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt that was given."""

    id: ReceiptId
    kind: ReceiptKind
    path: Path
    data: bytes  # the file's content


def issue(
    desk: Desk, kind: ReceiptKind, sitter: SitterId | None, facts: Mapping[str, Any], *, subject: str
) -> Receipt:
    """Sign and keep a receipt.

    1. name, subject, moment and key  2. sign the canonical form  3. write the file, durably  4. register it.
    ``sitter`` is None for one who has just been erased. ``facts`` hold strings, whole numbers, lists and
    tables of these. Raises DiskFullError.
    """
    receipt_id, now = ReceiptId(new_id("receipt")), desk.clock.now()
    body = {
        **facts,
        "v": VERSION,
        "type": kind.value,
        "id": receipt_id,
        "subject": subject,
        "at": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "key": fingerprint(desk.signer.public_key()),
    }  # (1)
    signature = desk.signer.sign(KIND_OF_MESSAGE + canonical(body))  # (2)
    signed = {**body, "sig": "ed25519:" + b64encode(signature).decode()}
    data = json.dumps(signed, indent=1, sort_keys=True, ensure_ascii=True).encode() + b"\n"
    path = disk.private_folder(desk.settings.home / "receipts") / f"{receipt_id}.json"
    disk.write_durably(path, data)  # (3)
    with desk.store.begin() as connection:
        register.add(connection, register.ReceiptRow(id=receipt_id, kind=kind, sitter=sitter, at=now))  # (4)
    return Receipt(id=receipt_id, kind=kind, path=path, data=data)


def subject(desk: Desk, sitter: SitterId) -> str:
    """Give the sitter's pseudonym in receipts, making its key at first use."""
    key = desk.vault.keys.key(sitter, KeyUse.SUBJECT, create=True)
    return hmac.new(key.secret, b"fenshen receipt subject 1\n" + sitter.encode(), "sha256").hexdigest()
