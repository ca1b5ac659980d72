"""Whence did these files leak? Three kinds of evidence, each called what it is.

*signature*: the file still carries the studio's signed label, which proves the entry. *mark*: the watermark alone
survived; that somebody else's picture decodes to a registered one by chance has the probability stated below.
*similar*: only the look of it; a hint, no proof. Nothing is kept of the files.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fenshen.ids import ExportId
from fenshen.labels import register, tc260, watermark, wild
from fenshen.labels.container import PictureUnreadableError, take_apart
from fenshen.labels.layout import RGB8
from fenshen.labels.register import Near
from fenshen.labels.verify import verify
from fenshen.rights.desk import Desk
from fenshen.store import exports, issued
from fenshen.store.exports import ExportRow

_AS_MUCH: Final = 2  # differing bits that tell nothing apart

Reader = Callable[[RGB8], int | None]  # reads a watermark out of pixels; None when there is none


class Evidence(StrEnum):
    """What ties a file to an export."""

    SIGNATURE = "signature"
    MARK = "mark"
    SIMILAR = "similar"
    NONE = "none"
    UNREADABLE = "unreadable"  # no picture


TIES = (Evidence.SIGNATURE, Evidence.MARK, Evidence.SIMILAR)  # strongest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One file and the export it is tied to."""

    evidence: Evidence
    export: ExportId | None = None  # None also when pictures of several exports look as much like it
    produce_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """An export, and how many of the files are tied to it by what."""

    export: ExportRow
    files: Counter[Evidence]

    @property
    def proved(self) -> int:
        """How many files are tied to it by more than their look."""
        return self.files[Evidence.SIGNATURE] + self.files[Evidence.MARK]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """What a set of files says about where it left."""

    suspects: tuple[Suspect, ...]  # most proved files first
    ties: tuple[Tie, ...]  # one for each file, in order
    registered: int  # pictures in the register
    bound: float  # probability, at most, that any of these files decodes to a registered mark by chance

    @property
    def ambiguous(self) -> int:
        """Count the files that look as much like pictures of several exports."""
        return sum(tie.evidence is Evidence.SIMILAR and tie.export is None for tie in self.ties)

    def count(self, evidence: Evidence) -> int:
        """Count the files of one kind of evidence."""
        return sum(tie.evidence is evidence for tie in self.ties)


def trace(desk: Desk, files: Iterable[bytes], *, reader: Reader | None) -> Traced:
    """Tie each file to the export it left with, by the strongest evidence it has, and count.

    The bound is analytic, not measured: marks are 48 random bits, so a decode that is random hits one of N registered
    marks with probability N / 2^48, and one of M files does so with M times that at most (union bound).
    """
    ties = tuple(_tie(desk, data, reader) for data in files)
    with desk.store.begin() as connection:
        registered = len(issued.hashes(connection))
        rows = {tie.export: exports.get(connection, tie.export) for tie in ties if tie.export}
    suspects = [
        Suspect(export=row, files=Counter(tie.evidence for tie in ties if tie.export == row.id))
        for row in rows.values()
        if row is not None
    ]
    suspects.sort(key=lambda each: (each.proved, each.files.total()), reverse=True)
    bound = min(1.0, len(ties) * registered / 2**register.MARK_BITS)
    return Traced(suspects=tuple(suspects), ties=ties, registered=registered, bound=bound)


def _tie(desk: Desk, data: bytes, reader: Reader | None) -> Tie:
    try:
        rgb = register.pixels(data)
    except PictureUnreadableError:
        return Tie(evidence=Evidence.UNREADABLE)
    if row := _signed(desk, data):
        return Tie(evidence=Evidence.SIGNATURE, export=row.export, produce_id=row.id)
    mark = reader(rgb) if reader else None
    if mark and (row := register.by_mark(desk, mark)):
        return Tie(evidence=Evidence.MARK, export=row.export, produce_id=row.id)
    return _alike(register.near(desk, rgb))


def _alike(near: list[Near]) -> Tie:
    """Tie a file by its look, to an export only when no other export has a picture that looks as much like it."""
    if not near:
        return Tie(evidence=Evidence.NONE)
    best = [match.row for match in near if match.distance <= near[0].distance + _AS_MUCH]
    if len({row.export for row in best}) > 1:
        return Tie(evidence=Evidence.SIMILAR)
    return Tie(evidence=Evidence.SIMILAR, export=best[0].export, produce_id=best[0].id)


def _signed(desk: Desk, data: bytes) -> issued.IssuedRow | None:
    """Find the entry of a label that this studio's signature proves."""
    if not verify(data, public_key=desk.signer.public_pem()).ours:
        return None
    (label,) = (tc260.parse(text) for text in wild.claims(take_apart(data)).aigc)
    return register.by_produce_id(desk, label.produce_id) if label else None


def watermark_reader(rgb: RGB8) -> int | None:
    """Read the studio's own watermark."""
    found = watermark.find(rgb)
    return found.mark if found else None
