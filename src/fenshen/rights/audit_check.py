"""Check the whole audit log: every entry, every hash, the signed head, and what others kept of it earlier.

What it cannot see by itself: a database put back, together with the file beside it, to a state that was once signed.
Only who kept a later head or a later receipt can tell; that is what they are for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import Connection

from fenshen.errors import FenshenError
from fenshen.rights import audit, audit_events, audit_head, merkle, receipt_check
from fenshen.rights.audit import AuditDamagedError, AuditRolledBackError
from fenshen.rights.audit_head import HeadUnreadableError, TreeHead
from fenshen.rights.desk import Desk
from fenshen.store import audit as rows

Levels = Sequence[Sequence[bytes]]


class AuditForkedError(FenshenError):
    """The log does not begin with what was once signed: somebody was shown another one. Facts: ``size``."""

    code = "audit_forked"


class AuditHeadMissingError(FenshenError):
    """The newest head should lie outside the database too, and does not."""

    code = "audit_head_missing"


class ReceiptNotInLogError(FenshenError):
    """A genuine receipt of this studio names an entry that its log does not have. Facts: ``receipt`` (its id)."""

    code = "receipt_not_in_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLog:
    """A log that is what was signed."""

    head: TreeHead
    since: int | None  # entries that a head kept earlier covers
    receipts: int | None  # how many were looked up


def verify(
    desk: Desk, *, since: TreeHead | None = None, receipts: Iterable[bytes] | None = None
) -> CheckedLog:
    """Check the log as it stands in the database.

    1. every entry has its number, its closed shape, its one spelling  2. every kept hash is the one computed anew, and
    none is missing or too many  3. the head is signed and covers just these entries  4. the head kept outside is a
    state of this log, and not a later one  5. so is ``since``  6. every receipt's entry stands at its place, and the
    head in it is a state of this log.
    Raises AuditDamagedError, AuditRolledBackError, AuditForkedError, AuditHeadMissingError, HeadForgedError,
    HeadUnreadableError, ReceiptNotInLogError, and what ``receipt_check.verify`` raises.
    """
    with desk.store.begin() as connection:
        texts = list(_entries(connection))  # (1)
        levels = merkle.levels([merkle.leaf_hash(text.encode()) for text in texts])
        _check_nodes(connection, levels)  # (2)
        head = audit.head(desk, connection)
        if head.size != len(texts) or head.root != merkle.root(levels, len(texts)).hex():
            raise AuditDamagedError(part="head", n=head.size)  # (3)
        outside = audit.kept_outside(desk.settings)
    if outside is None and texts:
        raise AuditHeadMissingError
    for kept in (outside, since):
        if kept is not None:
            audit_head.check(kept, desk.signer.public_key())
            _check_earlier(levels, len(texts), kept)  # (4), (5)
    looked_up = None if receipts is None else _check_receipts(desk, texts, levels, receipts)  # (6)
    return CheckedLog(head=head, since=since.size if since else None, receipts=looked_up)


def exported(desk: Desk) -> Iterator[bytes]:
    """Give the log for outsiders, line by line: each entry exactly as it was hashed, and last the signed head.

    Raises AuditDamagedError.
    """
    with desk.store.begin() as connection:
        for text in _entries(connection):
            yield text.encode() + b"\n"
        yield audit.head(desk, connection).as_line()


def grown(desk: Desk, connection: Connection, earlier: TreeHead, head: TreeHead) -> list[str]:
    """Give the proof, in hex, that the log under ``head`` begins with all that ``earlier`` covered (RFC 9162, 2.1.4).

    Raises HeadForgedError, AuditRolledBackError, AuditForkedError, AuditDamagedError.
    """
    audit_head.check(earlier, desk.signer.public_key())
    if earlier.size > head.size:
        raise AuditRolledBackError(kept=earlier.size, found=head.size)
    proof = audit.consistency(connection, earlier.size, head.size)
    roots = bytes.fromhex(earlier.root), bytes.fromhex(head.root)
    if not merkle.extends(earlier.size, roots[0], head.size, roots[1], [bytes.fromhex(h) for h in proof]):
        raise AuditForkedError(size=earlier.size)
    return proof


def read_head(data: bytes) -> TreeHead:
    """Read a head that somebody kept: alone, or as the last line of an exported log. Raises HeadUnreadableError."""
    try:
        return audit_head.read(data)
    except HeadUnreadableError:
        return audit_head.read(data.rstrip(b"\n").rpartition(b"\n")[2])


def _entries(connection: Connection) -> Iterator[str]:
    kept: Sequence[tuple[int, object]] = rows.every_entry(connection)  # what was altered may be of any type
    for expected, (n, text) in enumerate(kept):
        if n != expected or not isinstance(text, str) or not audit_events.fits(text, n):
            raise AuditDamagedError(part="entry", n=expected)
        yield text


def _check_nodes(connection: Connection, levels: Levels) -> None:
    """Compare every kept hash with the one computed anew; both come level by level, in order."""
    computed = [
        (level, n, value.hex()) for level, hashes in enumerate(levels) for n, value in enumerate(hashes)
    ]
    kept = rows.every_node(connection)
    if kept != computed:
        pairs = zip_longest(kept, computed)
        differing = next(one or other for one, other in pairs if one != other)
        raise AuditDamagedError(part="node", n=differing[1])


def _check_earlier(levels: Levels, size: int, kept: TreeHead) -> None:
    """See that a head kept earlier is a state this log went through."""
    if kept.size > size:
        raise AuditRolledBackError(kept=kept.size, found=size)
    if merkle.root(levels, kept.size).hex() != kept.root:
        raise AuditForkedError(size=kept.size)


def _check_receipts(desk: Desk, texts: Sequence[str], levels: Levels, receipts: Iterable[bytes]) -> int:
    """See that each receipt's entry is in the log, and that its head is a state of it; give how many."""
    count, key = 0, desk.signer.public_pem()
    for data in receipts:
        found = receipt_check.verify(data, key)
        log = found.log
        if log.index >= len(texts) or texts[log.index] != log.entry:
            raise ReceiptNotInLogError(receipt=str(found.body["id"]))
        _check_earlier(levels, len(texts), log.head)
        count += 1
    return count
