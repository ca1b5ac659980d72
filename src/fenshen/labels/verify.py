"""What a picture says about itself, and what that proves. Never more than it proves.

Four marks are looked for: the visible words, the TC260 label, the IPTC source type, the studio's signature. A
file is *ours* only when it carries exactly one TC260 label, signed by this studio over exactly this picture.
"""

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

import numpy as np
from PIL import Image

from fenshen.labels import iptc, seen, signature, tc260, wild, xmp
from fenshen.labels.container import Container, PictureUnreadableError, take_apart
from fenshen.labels.visible import RGB8

LARGEST_PICTURE = 64_000_000  # pixels
LARGEST_FILE = 256 << 20  # bytes; for whoever reads the file before asking here
_FORMATS = ("JPEG", "PNG", "WEBP")


class State(StrEnum):
    """How a mark was found."""

    VALID = "valid"  # proved by the studio's signature
    PRESENT = "present"  # there and well formed; anyone could have written it
    FOREIGN = "foreign"  # another maker's
    ALTERED = "altered"  # does not fit the picture, or contradicts another mark
    DUPLICATE = "duplicate"  # more than one, which the standard forbids
    MALFORMED = "malformed"  # not what its format asks for
    UNCHECKED = "unchecked"  # there, but no key to check it with
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark and what it proves."""

    mark: str  # visible, tc260, iptc, signature
    state: State
    value: str = ""  # what it says, as found: words, producer and number, term

    @property
    def proves(self) -> str:
        """Code of the sentence that says what follows from it; words.say gives the sentence."""
        return f"mark_{self.mark}_{self.state.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All marks of a file; none at all for a picture that carries none."""

    ours: bool
    marks: tuple[Mark, ...]


def verify(data: bytes, *, public_key: bytes | None, producer: str | None = None) -> Verification:
    """Look for every mark and judge it. Needs no permit: no face is looked for, nothing is kept.

    public_key: the studio's, 32 raw bytes or PEM; without it nothing can be called ours. producer: the
    studio's name in its labels; a signed label under another name is then another studio's rather than
    altered. Raises PictureUnreadableError, PublicKeyInvalidError.
    """
    file = take_apart(data)
    claims = wild.claims(file)
    labels = [tc260.parse(text) for text in claims.aigc]
    signed = _signature(labels, file, public_key, producer)
    ours = signed.state is State.VALID
    marks = (
        _visible(data, file, ours=ours),
        _tc260(labels, signed),
        _iptc(claims, labels, signed),
        signed,
    )
    if all(mark.state is State.ABSENT for mark in marks):
        return Verification(ours=False, marks=())
    return Verification(ours=ours, marks=marks)


def _signature(
    labels: list[tc260.AigcLabel | None], file: Container, public_key: bytes | None, producer: str | None
) -> Mark:
    held = [label for label in labels if label and signature.from_code(label.reserved_code_1)]
    if not held:
        return Mark(mark="signature", state=State.ABSENT)
    if len(labels) > 1:
        return Mark(mark="signature", state=State.DUPLICATE)
    if public_key is None:
        return Mark(mark="signature", state=State.UNCHECKED)
    if held[0].conforms and signature.is_valid(held[0], file.digest, public_key):
        return Mark(mark="signature", state=State.VALID)
    foreign = producer is not None and held[0].content_producer != producer
    return Mark(mark="signature", state=State.FOREIGN if foreign else State.ALTERED)


def _tc260(labels: list[tc260.AigcLabel | None], signed: Mark) -> Mark:
    known = [label for label in labels if label]
    value = f"{known[0].content_producer} {known[0].produce_id}".strip() if known else ""
    if not labels:
        state = State.ABSENT
    elif len(labels) > 1:
        state = State.DUPLICATE
    elif not known or not known[0].conforms:
        state = State.MALFORMED
    elif signed.state is State.ABSENT:
        state = State.FOREIGN
    else:
        state = signed.state
    return Mark(mark="tc260", state=state, value=value)


def _iptc(claims: xmp.Claims, labels: list[tc260.AigcLabel | None], signed: Mark) -> Mark:
    made_by_ai = any(label and label.label == tc260.MADE_BY_AI for label in labels)
    value = " ".join(iptc.term(uri) or uri for uri in claims.source_types)
    if not claims.source_types:
        state = State.ABSENT
    elif len(set(claims.source_types)) > 1:
        state = State.DUPLICATE
    elif iptc.term(claims.source_types[0]) is None:
        state = State.MALFORMED
    elif made_by_ai and not iptc.says_ai(claims.source_types[0]):
        state = State.ALTERED
    else:
        state = State.FOREIGN if signed.state in {State.ABSENT, State.FOREIGN} else State.PRESENT
    return Mark(mark="iptc", state=state, value=value)


def _visible(data: bytes, file: Container, *, ours: bool) -> Mark:
    """Read the words in the picture itself; in formats the studio never writes they are not looked for."""
    language = None if file.kind == "OTHER" else seen.find(_pixels(data))
    if language is None:
        return Mark(mark="visible", state=State.ABSENT)
    return Mark(mark="visible", state=State.VALID if ours else State.PRESENT, value=language)


def _pixels(data: bytes) -> RGB8:
    try:
        image = Image.open(BytesIO(data), formats=_FORMATS)
        if image.width * image.height > LARGEST_PICTURE:
            raise PictureUnreadableError
        return np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, SyntaxError, ValueError, IndexError, Image.DecompressionBombError) as error:
        raise PictureUnreadableError from error
