"""All that the audit log can say: a closed list of events, and for each exactly which facts, of which kind.

Ids, counts, hashes and codes. What could be free text, a name or a measure of a face has no kind here, so it cannot be
entered; neither can a sitter's or a double's id. Who an entry is about stands there as the pseudonym of their receipts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Any

from fenshen.errors import FenshenError
from fenshen.rights import signed
from fenshen.rights.purposes import Purpose

VERSION = 1
LARGEST = (1 << 53) - 1  # every JSON reader keeps whole numbers up to here

Fact = str | int
Kind = Callable[[object], bool]


class AuditEvent(StrEnum):
    """What may have happened."""

    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    PHOTOS_DESTROYED = "photos_destroyed"
    DOUBLE_MADE = "double_made"
    DOUBLE_USED = "double_used"
    PORTRAIT_ISSUED = "portrait_issued"
    ERASURE_BEGUN = "erasure_begun"
    ERASURE_DONE = "erasure_done"
    EXPORT_GIVEN = "export_given"
    KEYS_ROTATED = "keys_rotated"
    BACKUP_MADE = "backup_made"
    RESTORED = "restored"
    LABEL_FREE_GRANTED = "label_free_granted"


class About(Enum):
    """Whether an event is about a person."""

    PERSON, PERHAPS, STUDIO = range(3)


class AuditFactRefusedError(FenshenError):
    """Somebody tried to enter what the log must not hold; nothing was entered. Facts: ``event``."""

    code = "audit_fact_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What an entry of one event consists of."""

    about: About = About.PERSON
    facts: Mapping[str, Kind]


def _shaped(pattern: str) -> Kind:
    exact = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and exact.fullmatch(value) is not None


def _one_of(codes: frozenset[str]) -> Kind:
    return lambda value: isinstance(value, str) and value in codes


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= LARGEST


REASONS = frozenset(  # the names of `erasure.Reason`, in small letters; a test compares them
    {"done", "failed", "abandoned", "expired", "asked", "withdrawn", "redone", "resumed"}
)
HASH = _shaped("[0-9a-f]{64}")
MOMENT = _shaped(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
RECEIPTED: Mapping[str, Kind] = MappingProxyType(
    {"receipt": _shaped("receipt_[0-9a-f]{16}"), "sha256": HASH}  # of the receipt's body, canonical
)

SHAPES: Mapping[AuditEvent, Shape] = MappingProxyType(
    {
        AuditEvent.CONSENT_GIVEN: Shape(facts=RECEIPTED),
        AuditEvent.CONSENT_REFUSED: Shape(
            about=About.PERHAPS, facts={"purpose": _one_of(frozenset(Purpose))}
        ),  # who refused at the first question has no pseudonym, and gets none
        AuditEvent.CONSENT_WITHDRAWN: Shape(facts=RECEIPTED),
        AuditEvent.PHOTOS_DESTROYED: Shape(facts=RECEIPTED),
        AuditEvent.DOUBLE_MADE: Shape(facts={"takes": _is_count}),
        AuditEvent.DOUBLE_USED: Shape(facts={"portraits": _is_count}),
        AuditEvent.PORTRAIT_ISSUED: Shape(facts={"portraits": _is_count, "marks": _is_count}),
        AuditEvent.ERASURE_BEGUN: Shape(facts={"reason": _one_of(REASONS)}),
        AuditEvent.ERASURE_DONE: Shape(facts=RECEIPTED),
        AuditEvent.EXPORT_GIVEN: Shape(facts={"holdings": _is_count}),
        AuditEvent.KEYS_ROTATED: Shape(about=About.STUDIO, facts={"keys": _is_count}),
        AuditEvent.BACKUP_MADE: Shape(about=About.STUDIO, facts={"sha256": HASH, "bytes": _is_count}),
        AuditEvent.RESTORED: Shape(  # up to where the log had come before, as far as was known
            about=About.STUDIO, facts={"size": _is_count, "root": HASH}
        ),
        AuditEvent.LABEL_FREE_GRANTED: Shape(facts={"portraits": _is_count, "notice_sha256": HASH}),
    }
)


def entry(n: int, event: AuditEvent, subject: str | None, at: str, facts: Mapping[str, Fact]) -> str:
    """Write entry number ``n`` as the text that is hashed and kept. Raises AuditFactRefusedError."""
    body = {"v": VERSION, "n": n, "event": str(event), "subject": subject, "at": at, "facts": dict(facts)}
    if not fits(body):
        raise AuditFactRefusedError(event=str(event))
    return signed.canonical(body).decode()


def fits(body: Mapping[str, Any]) -> bool:
    """Tell whether a parsed entry is one that the studio can have written: nothing missing, nothing more."""
    if set(body) != {"v", "n", "event", "subject", "at", "facts"} or not isinstance(body["event"], str):
        return False
    shape = SHAPES.get(body["event"])  # type: ignore[call-overload]  # a StrEnum is its text
    if shape is None or not isinstance(body["facts"], Mapping) or set(body["facts"]) != set(shape.facts):
        return False
    named = body["subject"] is not None
    return (
        type(body["v"]) is int
        and body["v"] == VERSION
        and _is_count(body["n"])
        and MOMENT(body["at"])
        and (not named or HASH(body["subject"]))
        and (shape.about is About.PERHAPS or named is (shape.about is About.PERSON))
        and all(kind(body["facts"][name]) for name, kind in shape.facts.items())
    )
