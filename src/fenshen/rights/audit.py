"""The audit log: append-only, a Merkle tree (RFC 9162), each state signed. What was entered stays, or is missed.

``record`` enters an event in the transaction of the very change that it tells of: both are kept, or neither. Before the
studio signs a longer log it looks at the one it finds: a tree whose newest part does not lead to the last signed root,
or that is shorter than the head kept outside the database, is never signed again. Reads and writes are O(log n).

About whom an entry is stands there as the pseudonym of their receipts (``receipts.subject``). With the pseudonym's key
their erasure destroys what ties these entries to a person; the entries stay, for they are the proof of the erasure.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from fenshen.errors import DiskFullError, FenshenError
from fenshen.rights import audit_events, audit_head, merkle
from fenshen.rights.audit_events import AuditEvent, Fact
from fenshen.rights.audit_head import HeadForgedError, HeadUnreadableError, TreeHead
from fenshen.rights.desk import Desk
from fenshen.rights.merkle import Span
from fenshen.settings import Settings
from fenshen.store import audit as rows
from fenshen.store import disk
from fenshen.store.audit import HeadRow
from fenshen.store.database import once_kept


class AuditUnfitError(FenshenError):
    """The audit log cannot be gone on with; nothing is signed until somebody looked. A class for each reason."""


class AuditDamagedError(AuditUnfitError):
    """The audit log is not what was signed. Facts: ``part`` (entry, node or head), ``n`` (which)."""

    code = "audit_damaged"


class AuditRolledBackError(AuditUnfitError):
    """The log in the database is shorter than the head kept outside it. Facts: ``kept``, ``found`` (entries)."""

    code = "audit_rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """An entry that was made, and the state of the log with it."""

    n: int
    text: str  # exactly what was hashed
    head: TreeHead


def record(
    desk: Desk, connection: Connection, event: AuditEvent, *, subject: str | None = None, **facts: Fact
) -> Entered:
    """Enter an event, in the caller's transaction.

    1. be alone  2. look whether the log is the one last signed  3. write the entry in its one form  4. add its leaf and
    what that completes  5. sign the new head  6. keep them  7. once all is kept, keep the head outside too.
    Raises AuditFactRefusedError, AuditDamagedError, AuditRolledBackError, having entered nothing.
    """
    rows.alone(connection)  # (1)
    size, known = _last_signed(desk, connection)  # (2)
    return _append(desk, connection, size, known, event, subject, facts)


def restored(desk: Desk, connection: Connection) -> Entered | None:
    """Enter that an older database was put back on purpose, so that the log may go on from there.

    It says up to where the log had come as far as is known here. Heads and receipts of the lost part stay signed, and
    whoever holds one will see that this log does not have it. Gives None when nothing was lost.
    """
    rows.alone(connection)
    kept = _usable_outside(desk)
    if kept is None or kept.size <= _size(connection):
        return None
    size, known = _last_signed(desk, connection, may_be_shorter=True)
    facts: dict[str, Fact] = {"size": kept.size, "root": kept.root}
    return _append(desk, connection, size, known, AuditEvent.RESTORED, None, facts, may_go_back=True)


def head(desk: Desk, connection: Connection) -> TreeHead:
    """Give the newest signed head; of a log without entries, one signed now. Raises AuditDamagedError."""
    return _kept_head(desk, connection) or audit_head.sign(
        desk.signer, size=0, root=merkle.EMPTY, at=moment(desk.clock.now())
    )


def inclusion(connection: Connection, n: int, size: int) -> list[str]:
    """Give the proof, in hex, that entry ``n`` is in the log of ``size`` entries (RFC 9162, 2.1.3)."""
    return _hashes(connection, merkle.inclusion_spans(n, size))


def consistency(connection: Connection, old: int, new: int) -> list[str]:
    """Give the proof, in hex, that the log of ``new`` entries begins with that of ``old`` (2.1.4)."""
    return _hashes(connection, merkle.consistency_spans(old, new)) if old else []


def outside_file(settings: Settings) -> Path:
    """Tell where the newest head lies outside the database."""
    return settings.home / "audit" / "head.json"


def kept_outside(settings: Settings) -> TreeHead | None:
    """Give the head kept outside the database; None when there is none. Raises HeadUnreadableError."""
    try:
        return audit_head.read(outside_file(settings).read_bytes())
    except FileNotFoundError:
        return None


def moment(at: datetime) -> str:
    """Write a moment as it stands in entries, heads and receipts: UTC, to the second."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _append(
    desk: Desk,
    connection: Connection,
    size: int,
    known: dict[merkle.Place, bytes],
    event: AuditEvent,
    subject: str | None,
    facts: dict[str, Fact],
    *,
    may_go_back: bool = False,
) -> Entered:
    at = moment(desk.clock.now())
    text = audit_events.entry(size, event, subject, at, facts)  # (3)
    new = merkle.completed(merkle.leaf_hash(text.encode()), size, known)  # (4)
    root = merkle.fold([(known | new)[place] for place in merkle.places((0, size + 1))])
    signed = audit_head.sign(desk.signer, size=size + 1, root=root, at=at)  # (5)
    table = {name: value for name, value in signed.as_table().items() if name != "v"}
    rows.add(connection, size, text, new, HeadRow(**table))  # (6)
    once_kept(connection, "audit head", lambda: _keep_outside(desk, signed, may_go_back=may_go_back))  # (7)
    return Entered(n=size, text=text, head=signed)


def _last_signed(
    desk: Desk, connection: Connection, *, may_be_shorter: bool = False
) -> tuple[int, dict[merkle.Place, bytes]]:
    """Give the log's size and the places its root is folded from, having seen that they are what was signed."""
    found, outside = _kept_head(desk, connection), _usable_outside(desk)
    size = found.size if found else 0
    if outside and outside.size > size and not may_be_shorter:
        raise AuditRolledBackError(kept=outside.size, found=size)
    known = _places(connection, [(0, size)]) if size else {}
    if found and merkle.fold(list(known.values())).hex() != found.root:
        raise AuditDamagedError(part="node", n=size)
    return size, known


def _kept_head(desk: Desk, connection: Connection) -> TreeHead | None:
    """Give the head in the database, its signature checked."""
    found = rows.heads(connection)
    if len(found) > 1:
        raise AuditDamagedError(part="head", n=len(found))
    try:
        signed = [audit_head.of_table({"v": audit_head.VERSION, **asdict(row)}) for row in found]
        for each in signed:
            audit_head.check(each, desk.signer.public_key())
    except (HeadUnreadableError, HeadForgedError):
        raise AuditDamagedError(part="head", n=0) from None
    return signed[0] if signed else None


def _usable_outside(desk: Desk) -> TreeHead | None:
    """Give the head kept outside, if it is ours; a damaged one is told by the check, and replaced by the next."""
    try:
        kept = kept_outside(desk.settings)
        if kept:
            audit_head.check(kept, desk.signer.public_key())
    except (HeadUnreadableError, HeadForgedError):
        return None
    return kept


def _size(connection: Connection) -> int:
    return max((row.size for row in rows.heads(connection)), default=0)


def _places(connection: Connection, spans: Sequence[Span]) -> dict[merkle.Place, bytes]:
    """Read the places of some spans, in their order. Raises AuditDamagedError when one is missing."""
    wanted = [place for span in spans for place in merkle.places(span)]
    found: dict[merkle.Place, Any] = dict(rows.nodes(connection, wanted))
    try:
        return {place: bytes.fromhex(found[place]) for place in wanted}
    except (KeyError, ValueError, TypeError):
        raise AuditDamagedError(part="node", n=len(wanted)) from None


def _hashes(connection: Connection, spans: Sequence[Span]) -> list[str]:
    known = _places(connection, spans)
    return [merkle.fold([known[place] for place in merkle.places(span)]).hex() for span in spans]


def _keep_outside(desk: Desk, signed: TreeHead, *, may_go_back: bool) -> None:
    """Write the newest head beside the database; a head that another process kept meanwhile may be newer.

    Whole or not at all, but not pushed to the disk: after a power cut an older head may lie there, which notices a
    little less, and heals with the next entry. So does one that a full disk left. The database itself is pushed.
    """
    path = outside_file(desk.settings)
    part = path.with_name(".head.json.part")
    with suppress(DiskFullError), disk.naming_a_full_disk():
        disk.private_folder(path.parent)
        with disk.locked(path.with_name(".lock")):
            there = _usable_outside(desk)
            if may_go_back or there is None or there.size < signed.size:
                part.write_bytes(signed.as_line())
                part.chmod(disk.PRIVATE_FILE)
                part.replace(path)
