"""Take everything away: one archive with all that the studio keeps of a person, opened."""

import io
import json
import zipfile
from dataclasses import asdict
from datetime import datetime

from fenshen.errors import NotFoundError
from fenshen.ids import SitterId
from fenshen.rights import audit, receipts
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.desk import Desk
from fenshen.rights.holdings import KINDS, holdings


def export(desk: Desk, sitter: SitterId) -> bytes:
    """Give a zip archive, in memory: ``holdings.json`` and what each kind of data exports, decrypted.

    Whoever writes it to a disk must tell the person that it is no longer encrypted. Raises NotFoundError.
    """
    held = holdings(desk, sitter)
    if not held:
        raise NotFoundError(kind="person", id=sitter)
    with desk.store.begin() as connection:
        subject = receipts.subject(desk, sitter)
        audit.record(desk, connection, AuditEvent.EXPORT_GIVEN, subject=subject, holdings=len(held))
    at = desk.clock.now().isoformat()
    inventory = {"sitter": sitter, "at": at, "holdings": [asdict(each) for each in held]}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("holdings.json", json.dumps(inventory, indent=1, default=datetime.isoformat) + "\n")
        for kind in KINDS:
            for name, content in kind.exported(desk, sitter):
                out.writestr(name, content)
    return archive.getvalue()
