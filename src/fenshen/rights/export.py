"""Take everything away: one archive with all that the studio keeps of a person, opened."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from fenshen.errors import NotFoundError
from fenshen.ids import SitterId
from fenshen.rights import audit, receipts
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.desk import Desk
from fenshen.rights.holdings import KINDS, Holding, holdings


def export(desk: Desk, sitter: SitterId) -> bytes:
    """Give a zip archive, in memory: ``holdings.json`` and what each kind of data exports, decrypted.

    Whoever writes it to a disk must tell the person that it is no longer encrypted. Raises NotFoundError.
    """
    held = holdings(desk, sitter)
    if not held:
        raise NotFoundError(kind="person", id=sitter)
    note_given(desk, sitter, len(held))
    return packed(desk, sitter, held)


def note_given(desk: Desk, sitter: SitterId, things: int) -> None:
    """Note in the audit log that a copy of so many things was given."""
    with desk.store.begin() as connection:
        subject = receipts.subject(desk, sitter)
        audit.record(desk, connection, AuditEvent.EXPORT_GIVEN, subject=subject, holdings=things)


def packed(
    desk: Desk,
    sitter: SitterId,
    held: Sequence[Holding],
    *,
    more: Mapping[str, bytes] | None = None,
    before_each: Callable[[int], None] = lambda _: None,
) -> bytes:
    """Pack the archive, in memory. more: further files; before_each: called with the number of each kind, from 0."""
    at = desk.clock.now().isoformat()
    inventory = {"sitter": sitter, "at": at, "holdings": [asdict(each) for each in held]}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("holdings.json", json.dumps(inventory, indent=1, default=datetime.isoformat) + "\n")
        for number, kind in enumerate(KINDS):
            before_each(number)
            for name, content in kind.exported(desk, sitter):
                out.writestr(name, content)
        for name, content in (more or {}).items():
            out.writestr(name, content)
    return archive.getvalue()
