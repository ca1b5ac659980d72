"""Whether an ID photo keeps its size's rule, measured on the finished picture. Pure: numbers in, findings out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fenshen.portrait.id_head import Head
from fenshen.portrait.id_sizes import IdSize, Measure

MEASURES: Final[tuple[Measure, ...]] = (
    "head_height",
    "head_width",
    "face_width",
    "crown_to_top",
    "eyes_to_bottom",
    "chin_to_bottom",
    "off_centre",
)
ROUNDING: Final = 0.5  # px that a measure may lie outside of a limit: pixels are whole
KB: Final = 1000, 1024  # bytes; who counts in which is not said, so both must hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure of the finished picture, and what the rule says of it."""

    measure: Measure
    px: float
    mm: float
    low: float | None = None  # px; None: no limit on this side
    high: float | None = None
    keeps: bool | None = None  # None: the rule does not limit it

    @property
    def code(self) -> str:
        """Key of the words for it, and its code when it fails."""
        return f"id_{self.measure}"


def measures_of(head: Head, size: IdSize) -> dict[Measure, float]:
    """Every measure in pixels. head: in pixels of the finished picture."""
    width, height = size.px
    return {
        "head_height": head.height,
        "head_width": head.head_width,
        "face_width": head.face_width,
        "crown_to_top": head.crown,
        "eyes_to_bottom": height - head.eyes,
        "chin_to_bottom": height - head.chin,
        "off_centre": abs(head.middle - width / 2),
    }


def check_head(head: Head, size: IdSize) -> tuple[Measured, ...]:
    """Hold every measure against the rule."""
    found = measures_of(head, size)
    return tuple(_held(name, found[name], size) for name in MEASURES)


def check_file(size: IdSize, *, kb: tuple[int, int] | None, length: int, quality: int) -> tuple[str, ...]:
    """Codes of what is wrong with the file. kb: limits asked for, else the size's. length: bytes."""
    faults = []
    limits = kb or size.kb
    if limits and length < limits[0] * KB[1]:
        faults.append("id_file_small")
    if limits and length > limits[1] * KB[0]:
        faults.append("id_file_large")
    if size.least_quality is not None and quality < size.least_quality:
        faults.append("id_quality")
    return tuple(faults)


def faults_of(measured: Sequence[Measured]) -> tuple[str, ...]:
    """Codes of the measures that break the rule."""
    return tuple(each.code for each in measured if each.keeps is False)


def _held(name: Measure, px: float, size: IdSize) -> Measured:
    span = size.span(name)
    limit = size.limits.get(name)
    mm = px / size.px_per_mm
    if span is None or limit is None:
        return Measured(measure=name, px=px, mm=mm)
    low = None if limit.low is None else span[0]
    high = None if limit.high is None else span[1]
    keeps = span[0] - ROUNDING <= px <= span[1] + ROUNDING
    return Measured(measure=name, px=px, mm=mm, low=low, high=high, keeps=keeps)
