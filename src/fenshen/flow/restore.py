"""Bring back what was lost; never whoever was erased, never over what is here."""

import json
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy.exc import IntegrityError

from fenshen.clock import Clock
from fenshen.errors import FenshenError, SealBrokenError
from fenshen.flow.back_up import CLASSES, FORMAT, LIFE, NOBODY, context
from fenshen.ids import SitterId
from fenshen.progress import Progress
from fenshen.rights import audit, retention
from fenshen.rights.desk import Desk, open_desk
from fenshen.rights.erasure import WHOLE
from fenshen.rights.signed import fingerprint
from fenshen.settings import Settings
from fenshen.store import archive, disk, migrate, restoring
from fenshen.store import rows as tables
from fenshen.store.archive import Reader
from fenshen.store.rows import Rows
from fenshen.vault.keys import KeyUse
from fenshen.vault.seal import unseal
from fenshen.vault.vault import DataClass

RECEIPT: Final = re.compile(r"receipt_[0-9a-f]+\.json")


class KeysMissingError(FenshenError):
    """The studio's keys are not here; a backup holds none, and nothing of it opens without them."""

    code = "restore_without_keys"


class BackupTooOldError(FenshenError):
    """The backup has outlived its time. Facts: ``made``, ``days``."""

    code = "backup_too_old"


class BackupNewerError(FenshenError):
    """The backup was made by a newer release; nothing was taken from it."""

    code = "backup_newer"


class BackupOlderError(FenshenError):
    """The backup's tables are too old for this release to take them in."""

    code = "backup_older"


class StudioLivesError(FenshenError):
    """There are people in this studio; nobody said that a backup may be added to them. Facts: ``people``."""

    code = "restore_over_living"


@dataclass(slots=True, kw_only=True)
class Restored:
    """What a restore brought back. Counts only."""

    people_back: int = 0  # of whom something was missing here
    people_unchanged: int = 0
    people_gone: int = 0  # erased since: their keys are dead, and so is their part of the backup
    doubles: int = 0
    blobs: int = 0
    receipts: int = 0
    swept: int = 0  # receipts of what had outlived its time in the backup


@dataclass(slots=True, kw_only=True)
class _Person:
    """One person's part of a backup, while it is read."""

    sitter: SitterId
    rows: Rows = field(repr=False)
    present: dict[str, set[str]]  # blobs that are here, by living key
    added: int = 0  # blobs


def restore(
    settings: Settings, file: Path, *, progress: Progress, clock: Clock | None = None, may_add: bool = False
) -> Restored:
    """1. are the keys here?  2. verify all of it  3. refuse  4. mark  5. logs  6. people  7. the rest  8. sweep.

    What is here is never overwritten, so repeating is harmless; killed anywhere after 4, the next run of any verb
    refuses until the restore was run again or given up. may_add: people may be here already. Raises KeysMissingError,
    what ``archive.opened`` raises, BackupTooOldError, BackupNewerError, BackupOlderError, StudioLivesError,
    LogForkedError, DiskFullError.
    """
    if not (settings.home / "keys" / "names").exists():
        raise KeysMissingError  # (1)  else new keys would be made, to which every backup is foreign
    desk, restored = open_desk(settings, clock), Restored()
    key = desk.signer.public_key()
    with disk.locked(settings.home / ".restore.lock"), archive.opened(file, key, fingerprint(key)) as backup:
        _refuse(desk, backup, may_add=may_add)  # (2) (3)
        restoring.begin(settings)  # (4)
        _bring_logs(desk, backup)  # (5)
        _bring_people(desk, backup, restored, progress)  # (6)
        _bring_the_rest(desk, backup, restored)  # (7)
        desk.store.scrub()  # (8)
        restoring.end(settings)
    restored.swept = len(retention.sweep(desk))
    return restored


def give_up(settings: Settings, clock: Clock | None = None) -> None:
    """Do without the rest of a restore that was cut off. What it brought back without its rows is then destroyed."""
    with disk.locked(disk.private_folder(settings.home) / ".restore.lock"):
        restoring.end(settings)
    retention.start(settings, clock)


def _refuse(desk: Desk, backup: Reader, *, may_add: bool) -> None:
    about = backup.about
    if about["format"] != FORMAT or not migrate.is_known(about["tables"]):
        raise BackupNewerError
    if datetime.fromisoformat(about["usable_until"]) < desk.clock.now():
        raise BackupTooOldError(made=about["made_at"][:10], days=LIFE.days)
    with desk.store.begin() as connection:
        people = tables.count_people(connection)
    if people and not may_add and not restoring.is_unfinished(desk.settings):
        raise StudioLivesError(people=people)


def _bring_logs(desk: Desk, backup: Reader) -> None:
    """First of all: whatever this restore or a sweep writes to a log then comes after what the backup knows."""
    with desk.store.begin() as connection:
        tables.extend_log(connection, _of_nobody(desk, backup))
        audit.restored(desk, connection)  # where the log here had come further, as far as is known


def _bring_people(desk: Desk, backup: Reader, restored: Restored, progress: Progress) -> None:
    """Bring back each person of whom the pseudonym's key lives; the others cannot be opened by anybody.

    Person by person, blobs before rows: so a row never stands without its blob, which a sweep would take for an
    erasure that was cut off.
    """
    subjects, total = _subjects(desk), int(backup.about["people"])
    person, seen = None, 0
    for name, content in backup.members("people"):
        subject, _, rest = name.partition("/")
        if rest == "rows":
            _finish(desk, person, restored)
            progress.step("progress_restore", min(seen, total), total)
            seen += 1
            sitter = subjects.get(subject)
            restored.people_gone += sitter is None
            person = None if sitter is None else _person(desk, sitter, subject, content())
        elif person:
            _bring_blob(desk, person, rest.removeprefix("blobs/"), content)
    _finish(desk, person, restored)
    progress.step("progress_restore", total, total)


def _bring_blob(desk: Desk, person: _Person, name: str, content: Callable[[], bytes]) -> None:
    """Put a blob back when its key lives and it is not here."""
    key_id, _, object_name = name.partition("/")
    if object_name not in person.present.get(key_id, {object_name}):
        desk.vault.blobs.put(name, [content()])
        person.added += 1


def _person(desk: Desk, sitter: SitterId, subject: str, content: bytes) -> _Person:
    key = next(key for key in desk.vault.keys.keys(sitter, KeyUse.SUBJECT) if key.id == subject)
    alive = [key.id for kind in CLASSES for key in desk.vault.keys.keys(sitter, KeyUse(kind))]
    return _Person(
        sitter=sitter,
        rows=json.loads(unseal(content, key.secret, context(subject))),
        present={key_id: {blob.name for blob in desk.vault.blobs.listing(key_id)} for key_id in alive},
    )


def _finish(desk: Desk, person: _Person | None, restored: Restored) -> None:
    """Bring a person's rows back, in one transaction, once their blobs are here."""
    if person is None:
        return
    held = desk.vault.objects(person.sitter, DataClass.DOUBLE)
    with _naming_old_tables(), desk.store.begin() as connection:
        added = tables.add_missing(connection, _still_true(person.rows, held))
    restored.blobs += person.added
    restored.doubles += added.get("doubles", 0)
    restored.people_back += bool(added or person.added)
    restored.people_unchanged += not (added or person.added)


def _still_true(rows: Rows, held: Collection[str]) -> Rows:
    """Leave out what may have ended since: doubles that are not here, and consents that stand alone.

    Withdrawing consent to make or keep a double kills the person's keys: a living key says that those stand.
    A consent to render can be withdrawn by itself, and a database that was lost took that with it: ask again.
    """
    kept = {
        "doubles": [row for row in rows.get("doubles", ()) if row["id"] in held],
        "consents": [row for row in rows.get("consents", ()) if row["purpose"] in WHOLE],
    }
    return {**rows, **kept}


def _bring_the_rest(desk: Desk, backup: Reader, restored: Restored) -> None:
    """Bring nobody's rows back, and the receipts that are not here."""
    rows = tables.without_log(_of_nobody(desk, backup))
    with _naming_old_tables(), desk.store.begin() as connection:
        tables.add_missing(connection, rows)
    folder = disk.private_folder(desk.settings.home / "receipts")
    for name, content in backup.members("receipts"):
        if RECEIPT.fullmatch(name) and not (folder / name).exists():
            disk.write_durably(folder / name, content())
            restored.receipts += 1


def _of_nobody(desk: Desk, backup: Reader) -> Rows:
    (content,) = [content() for _, content in backup.members(NOBODY)]
    secret = desk.vault.keys.studio_secret("backup", 32)
    rows: Rows = json.loads(unseal(content, secret, context(NOBODY)))
    return rows


def _subjects(desk: Desk) -> dict[str, SitterId]:
    """Give whom each living key of a pseudonym belongs to. A damaged key keeps only its own person away."""
    found = {}
    for sitter in desk.vault.keys.people(KeyUse.SUBJECT):
        with suppress(SealBrokenError):
            found.update({key.id: sitter for key in desk.vault.keys.keys(sitter, KeyUse.SUBJECT)})
    return found


@contextmanager
def _naming_old_tables() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise BackupOlderError from None
