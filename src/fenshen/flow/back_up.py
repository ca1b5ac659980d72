"""A backup: all that is kept, so sealed that whoever is erased afterwards is erased in the backup too.

What is in it opens only with keys that are not in it. Blobs are sealed with their sitter's keys as they lie in the
vault; a sitter's rows are sealed with the key of their pseudonym, which dies with the last of them. So a backup needs
nobody to go through it when a person is erased, and a lost one shows nothing. See docs/decisions/0024.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from fenshen.errors import NotFoundError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.progress import Progress
from fenshen.rights import audit
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.desk import Desk
from fenshen.rights.signed import fingerprint
from fenshen.store import rows as tables
from fenshen.store.archive import Writer
from fenshen.store.database import NEWEST
from fenshen.store.new_file import new_file
from fenshen.store.rows import Rows
from fenshen.vault.keys import DataKey, KeyUse
from fenshen.vault.seal import bind, seal
from fenshen.vault.vault import DataClass

FORMAT: Final = 1
LIFE: Final = timedelta(days=30)  # no longer than a double that nobody uses
CLASSES: Final = (DataClass.DOUBLE, DataClass.PORTRAIT)  # a photo is never in a backup: it lives for one run
NOBODY: Final = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What a backup holds. Counts only."""

    file: Path
    bytes: int
    made_at: datetime
    usable_until: datetime
    people: int
    left_out: int  # people whose key was damaged, or who were erased while we wrote
    doubles: int
    blobs: int
    receipts: int


def back_up(desk: Desk, target: Path, *, progress: Progress) -> Backup:
    """1. read all rows, at one moment  2. say what this is  3. each person: rows, blobs  4. the rest  5. sign.

    Other runs may go on meanwhile. A blob that comes later is not in it; a row whose blob went is told at the restore
    to be without one. No key is in it, and nothing that opens one. One blob is in memory at a time. Raises
    FileExistsAlreadyError, FileUnwritableError, DiskFullError, having left nothing.
    """
    with desk.store.begin() as connection:
        people, nobody = tables.by_sitter(connection)  # (1)
    now, counted = desk.clock.now(), {"blobs": 0, "doubles": 0, "people": 0}
    with new_file(target) as file:
        archive = Writer(file, _about(desk, now, len(people)))  # (2)
        for number, (sitter, rows) in enumerate(people.items()):
            progress.step("progress_backup", number, len(people))
            for name, content in _of_person(desk, SitterId(sitter), rows):  # (3)
                archive.add(name, content)
                counted["people"] += name.endswith("/rows")
                counted["blobs"] += "/blobs/" in name
                counted["doubles"] += len(rows.get("doubles", ())) if name.endswith("/rows") else 0
        progress.step("progress_backup", len(people), len(people))
        secret = desk.vault.keys.studio_secret("backup", 32)
        archive.add(f"{NOBODY}/rows", sealed_rows(nobody, secret, NOBODY))  # (4)
        receipts = sorted((desk.settings.home / "receipts").glob("receipt_*.json"))
        for receipt in receipts:
            archive.add(f"receipts/{receipt.name}", receipt.read_bytes())
        digest = archive.digest
        archive.end(desk.signer.sign)  # (5)
    size = target.stat().st_size
    with desk.store.begin() as connection:
        audit.record(desk, connection, AuditEvent.BACKUP_MADE, sha256=digest, bytes=size)
    return Backup(
        file=target, bytes=size, made_at=now, usable_until=now + LIFE, people=counted["people"],
        left_out=len(people) - counted["people"], doubles=counted["doubles"], blobs=counted["blobs"],
        receipts=len(receipts),
    )  # fmt: skip


def sealed_rows(rows: Rows, key: bytes, whose: str) -> bytes:
    """Seal rows with the key of whom they are about, bound to that key's name."""
    return seal(json.dumps(rows, ensure_ascii=True).encode(), key, context(whose))


def context(whose: str) -> bytes:
    """Give what sealed rows are bound to. whose: id of the key of the person's pseudonym, or NOBODY."""
    return bind("fenshen backup rows 1", whose)


def _about(desk: Desk, now: datetime, people: int) -> dict[str, Any]:
    """Say what this is, for whoever finds it: nothing about anybody."""
    return {
        "what": "backup of a Fenshen studio; opens only with the studio's keys, which are not in it",
        "format": FORMAT,
        "made_at": now.isoformat(),
        "usable_until": (now + LIFE).isoformat(),
        "studio": fingerprint(desk.signer.public_key()),
        "tables": NEWEST,
        "people": people,
        "holds": ["rows", *CLASSES, "receipts"],
        "holds_not": ["photos", "jobs", "keys", "weights", "settings"],
    }


def _of_person(desk: Desk, sitter: SitterId, rows: Rows) -> Iterator[tuple[str, bytes | memoryview]]:
    """Give what a person's part of the archive holds; nothing when their key is damaged or gone."""
    subject = _subject(desk, sitter)
    if subject is None:
        return
    yield f"people/{subject.id}/rows", sealed_rows(rows, subject.secret, subject.id)
    for data_class in CLASSES:
        with suppress(SealBrokenError):  # that class cannot be opened here either
            for key in desk.vault.keys.keys(sitter, KeyUse(data_class)):
                for blob in desk.vault.blobs.listing(key.id):
                    with suppress(NotFoundError):  # erased while we wrote
                        content = desk.vault.blobs.get(f"{key.id}/{blob.name}")
                        yield f"people/{subject.id}/blobs/{key.id}/{blob.name}", content


def _subject(desk: Desk, sitter: SitterId) -> DataKey | None:
    """Find the key of a person's pseudonym, without making one: of somebody just erased there must be none."""
    try:
        return desk.vault.keys.key(sitter, KeyUse.SUBJECT)
    except (NotFoundError, SealBrokenError):
        return None
