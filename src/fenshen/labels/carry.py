"""Marks of a picture that others made: carried over when it leaves again, so that none is stripped silently.

China's labelling measures forbid deleting or hiding a label (标识办法, Art. 10), and the EU's Code of Practice says
the same of marks met on the way in. Who passes a picture on is its *propagator*: maker, number and the maker's
security code stay as they are, the propagator's fields become ours (GB 45438-2025, Annex E).

What is not carried: a C2PA manifest, because it is bound to the very bytes it came with and may hold the maker's
pictures. What it says of the picture's origin goes into the IPTC term, where any reader finds it.
"""

from dataclasses import dataclass, replace
from typing import Final

from fenshen.errors import FenshenError
from fenshen.labels import c2pa_native, iptc, tc260, wild, xmp
from fenshen.labels.container import take_apart, with_xmp

_STRONGEST_FIRST: Final = (
    iptc.SourceType.TRAINED_ALGORITHMIC_MEDIA,
    iptc.SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA,
    iptc.SourceType.COMPOSITE_SYNTHETIC,
)


class MarksContradictError(FenshenError):
    """The file carries several labels, or a damaged one; none of them may be dropped, and one must be."""

    code = "marks_contradict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The marks a picture came with, as far as another file can carry them."""

    label: tc260.AigcLabel | None = None
    source_type: str | None = None  # full URI

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to carry."""
        return self.label is None and self.source_type is None


def marks_of(data: bytes) -> Carried:
    """Read the marks of a file that came from somebody. Nothing is trusted: what is claimed is carried as claimed.

    Raises PictureUnreadableError, MarksContradictError.
    """
    file = take_apart(data)
    claims = wild.claims(file)
    labels = {tc260.parse(text) for text in claims.aigc}
    if len(labels) > 1 or any(label is None or not label.conforms for label in labels):
        raise MarksContradictError
    manifest = c2pa_native.read(data, file.mime, anchor="") if file.c2pa_parts else None
    terms = (*claims.source_types, *(manifest.source_types if manifest else ()))
    return Carried(label=next(iter(labels), None), source_type=_strongest(terms))


def carry_over(coded: bytes, marks: Carried, *, propagator: str, propagate_id: str) -> bytes:
    """Put the marks a picture came with into the file in which it leaves again.

    coded: JPEG, PNG or WebP without a packet (see `container.with_xmp`). propagate_id: from `tc260.new_produce_id`.
    The previous propagator's security code covers the previous propagator's number, so it goes with it.
    Raises ProducerRefusedError, ProducerPersonalError.
    """
    tc260.check_producer(propagator)
    if marks.is_empty:
        return coded
    label = marks.label and replace(
        marks.label, content_propagator=propagator, propagate_id=propagate_id, reserved_code_2=""
    )
    return with_xmp(coded, xmp.packet(label, marks.source_type))


def _strongest(terms: tuple[str, ...]) -> str | None:
    """Choose the term that says most about AI; one that says nothing of it only when there is no other."""
    found = [name for uri in terms if (name := iptc.term(uri))]
    said = [name for name in _STRONGEST_FIRST if name in found] or found
    return iptc.VOCABULARY + said[0] if said else None
