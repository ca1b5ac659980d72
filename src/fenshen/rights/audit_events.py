"""All that the audit log can say: a closed list of events, and for each exactly which facts, of which kind.

Ids, counts, hashes and codes. The whole log is one regular expression, made from the tables below: what could be free
text, a name or a measure of a face has no pattern in it, so it cannot be entered; neither can the id of a sitter or a
double. Who an entry is about stands there as the pseudonym of their receipts.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from fenshen.errors import FenshenError
from fenshen.rights import signed
from fenshen.rights.purposes import Purpose

VERSION = 1

Fact = str | int


class AuditEvent(StrEnum):
    """What may have happened."""

    CONSENT_GIVEN = "consent_given"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    PHOTOS_DESTROYED = "photos_destroyed"
    DOUBLE_MADE = "double_made"
    DOUBLE_USED = "double_used"
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
    facts: Mapping[str, str]  # name, and the pattern of its JSON


def _one_of(codes: Iterable[str]) -> str:
    return f'"(?:{"|".join(sorted(codes))})"'


REASONS = frozenset(  # the names of `erasure.Reason`, in small letters; a test compares them
    {"done", "failed", "abandoned", "expired", "asked", "withdrawn", "redone", "resumed"}
)
COUNT = "(?:0|[1-9][0-9]{0,14})"  # every JSON reader keeps whole numbers of fifteen digits
HASH = '"[0-9a-f]{64}"'
MOMENT = '"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"'
RECEIPTED: Mapping[str, str] = MappingProxyType(
    {"receipt": '"receipt_[0-9a-f]{16}"', "sha256": HASH}  # of the receipt's body, canonical
)
SUBJECTS = {About.PERSON: HASH, About.PERHAPS: f"(?:{HASH}|null)", About.STUDIO: "null"}

SHAPES: Mapping[AuditEvent, Shape] = MappingProxyType(
    {
        AuditEvent.CONSENT_GIVEN: Shape(facts=RECEIPTED),
        AuditEvent.CONSENT_REFUSED: Shape(
            about=About.PERHAPS, facts={"purpose": _one_of(Purpose)}
        ),  # who refused at the first question has no pseudonym, and gets none
        AuditEvent.CONSENT_WITHDRAWN: Shape(facts=RECEIPTED),
        AuditEvent.PHOTOS_DESTROYED: Shape(facts=RECEIPTED),
        AuditEvent.DOUBLE_MADE: Shape(facts={"takes": COUNT}),
        AuditEvent.DOUBLE_USED: Shape(facts={"portraits": COUNT}),
        AuditEvent.ERASURE_BEGUN: Shape(facts={"reason": _one_of(REASONS)}),
        AuditEvent.ERASURE_DONE: Shape(facts=RECEIPTED),
        AuditEvent.EXPORT_GIVEN: Shape(facts={"holdings": COUNT}),
        AuditEvent.KEYS_ROTATED: Shape(about=About.STUDIO, facts={"keys": COUNT}),
        AuditEvent.BACKUP_MADE: Shape(about=About.STUDIO, facts={"sha256": HASH, "bytes": COUNT}),
        AuditEvent.RESTORED: Shape(  # up to where the log had come before, as far as was known
            about=About.STUDIO, facts={"size": COUNT, "root": HASH}
        ),
        AuditEvent.LABEL_FREE_GRANTED: Shape(facts=RECEIPTED),
    }
)


def _pattern(event: AuditEvent, shape: Shape) -> str:
    """Write down one event's entries as they are spelled: canonical JSON, so names in order and no spaces."""
    facts = ",".join(f'"{name}":{shape.facts[name]}' for name in sorted(shape.facts))
    return rf'"event":"{event}","facts":\{{{facts}\}},"n":{COUNT},"subject":{SUBJECTS[shape.about]}'


GRAMMAR = re.compile(
    rf'\{{"at":{MOMENT},(?:{"|".join(_pattern(*each) for each in SHAPES.items())}),"v":{VERSION}\}}'
)  # all that can ever stand in the log


def entry(n: int, event: AuditEvent, subject: str | None, at: str, facts: Mapping[str, Fact]) -> str:
    """Write entry number ``n`` as the text that is hashed and kept. Raises AuditFactRefusedError."""
    body = {"v": VERSION, "n": n, "event": event, "subject": subject, "at": at, "facts": dict(facts)}
    try:
        text = signed.canonical(body).decode()
    except (TypeError, ValueError):
        text = ""
    if not fits(text, n):
        raise AuditFactRefusedError(event=str(event))
    return text


def fits(text: str, n: int) -> bool:
    """Tell whether a text is entry number ``n`` as the studio spells it: nothing missing, nothing more."""
    return GRAMMAR.fullmatch(text) is not None and f',"n":{n},"subject":' in text
