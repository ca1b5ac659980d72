"""Is this picture ours? Every mark, its state and what that proves, and what the register knows of it.

One answer for the command line, the pages and the HTTP API. Nothing of the picture is kept, no face is looked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from fenshen.labels import register, trace
from fenshen.labels.c2pa_operator import anchors
from fenshen.labels.container import PictureUnreadableError
from fenshen.labels.verify import LARGEST_FILE, Verification, verify
from fenshen.rights.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the register knows of a picture, and by what it knows it: never whose face it is."""

    evidence: str
    produce_id: str
    kind: str
    template: str  # "-" when there was none
    engine: str
    at: str  # UTC, to the minute


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found out about a picture."""

    found: Verification
    record: Record | None  # None when the register does not know it


def verify_picture(
    desk: Desk, data: bytes, *, anchor: str | None = None, receipt: bytes | None = None
) -> Checked:
    """Judge a picture against this studio: its key, its name, its credentials, its register.

    anchor: root certificates (PEM) to trust instead of this studio's. receipt: a consent receipt that it may be bound
    to. Raises PictureUnreadableError.
    """
    if len(data) > LARGEST_FILE:
        raise PictureUnreadableError
    found = verify(
        data,
        public_key=desk.signer.public_pem(),
        producer=desk.settings.producer,
        anchor=anchors(desk.settings) if anchor is None else anchor,
        receipt=receipt,
        known=partial(_is_known, desk),
    )
    return Checked(found=found, record=_record(desk, data))


def verdict(found: Verification) -> str:
    """Choose the one sentence, as a code, which never says more than the marks prove together."""
    if not found.ours:
        return "verify_not_ours" if found.marks else "verify_no_marks"
    if found.intact:
        return "verify_ours"
    around = next(mark.state for mark in found.marks if mark.mark == "c2pa")
    return "verify_ours_picture" if around in {"absent", "unchecked", "expired"} else "verify_ours_changed"


def as_dict(checked: Checked, told: Callable[[str], str]) -> dict[str, Any]:
    """Give the answer as programs get it. told: puts a code into words of one language."""
    marks = [
        {"mark": m.mark, "state": m.state, "proves": told(m.proves), "code": m.proves, "value": m.value}
        for m in checked.found.marks
    ]
    record = checked.record
    return {
        "ours": checked.found.ours,
        "intact": checked.found.intact,
        "marks": marks,
        "record": record and facts_of(record),
    }


def facts_of(record: Record) -> dict[str, str]:
    """Give a record as a table, for words and for programs."""
    return {
        "evidence": record.evidence,
        "produce_id": record.produce_id,
        "kind": record.kind,
        "template": record.template,
        "engine": record.engine,
        "at": record.at,
    }


def _is_known(desk: Desk, mark: int) -> bool:
    return register.by_mark(desk, mark) is not None


def _record(desk: Desk, data: bytes) -> Record | None:
    (tie,) = trace.trace(desk, [data], reader=trace.watermark_reader).ties
    row = register.by_produce_id(desk, tie.produce_id) if tie.produce_id else None
    if row is None:
        return None
    return Record(
        evidence=tie.evidence.value, produce_id=row.id, kind=row.kind, template=row.template or "-",
        engine=row.engine, at=f"{row.at:%Y-%m-%d %H:%M}Z",
    )  # fmt: skip
