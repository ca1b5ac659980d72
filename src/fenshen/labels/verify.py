"""What a picture says about itself, and what that proves. Never more than it proves.

Six marks are looked for: the visible words, the TC260 label, the IPTC source type, the studio's signature, C2PA
content credentials and the invisible mark; the credentials may also speak of training and of consent. A file is
*ours* only when it carries exactly one TC260 label, signed by this studio over exactly this picture; it is *intact*
when the credentials, which cover every byte, are ours too.
"""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from fenshen.labels import c2pa_judge, iptc, seen, signature, tc260, wild, xmp
from fenshen.labels.c2pa_judge import Known
from fenshen.labels.c2pa_manifest import Manifest, Trust
from fenshen.labels.container import Container, PictureUnreadableError, take_apart
from fenshen.labels.findings import Mark, State
from fenshen.labels.invisible import Watermark, installed
from fenshen.labels.visible import RGB8

__all__ = ["LARGEST_FILE", "Mark", "State", "Verification", "verify"]

LARGEST_PICTURE = 64_000_000  # pixels
LARGEST_FILE = 256 << 20  # bytes; for whoever reads the file before asking here
_FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """All marks of a file; none at all for a picture that carries none."""

    ours: bool  # this studio signed exactly this picture
    marks: tuple[Mark, ...]
    intact: bool = False  # ours, and not a byte of the file has changed since it left


def verify(
    data: bytes,
    *,
    public_key: bytes | None,
    producer: str | None = None,
    anchor: str = "",
    known: Known | None = None,
    watermark: Watermark | None = None,
    receipt: bytes | None = None,
) -> Verification:
    """Look for every mark and judge it. Needs no permit: no face is looked for, nothing is kept, nothing is fetched.

    public_key: the studio's, 32 raw bytes or PEM; without it nothing can be called ours. producer: the
    studio's name in its labels; a signed label under another name is then another studio's rather than
    altered. anchor: root certificates (PEM) whose credentials are ours. known: whether the studio's register has
    an invisible mark. watermark: what reads such marks, this build's own by default. receipt: a consent receipt
    that the portrait may be bound to. Raises PictureUnreadableError, PublicKeyInvalidError.
    """
    file = take_apart(data)
    claims = wild.claims(file)
    labels = [tc260.parse(text) for text in claims.aigc]
    signed = _signature(labels, file, public_key, producer)
    manifest = c2pa_judge.manifest_of(data, file, anchor)
    ours = signed.state is State.VALID
    rgb = None if file.kind == "OTHER" else _pixels(data)
    credentials = c2pa_judge.credentials(manifest, anchor)
    marks = [
        _visible(rgb, ours=ours),
        _tc260(labels, signed),
        _iptc(claims, labels, signed, manifest),
        signed,
        credentials,
        c2pa_judge.watermark(rgb, manifest, watermark or installed(), known),
    ]
    if manifest is not None:
        marks += [c2pa_judge.training(manifest), c2pa_judge.consent(manifest, receipt)]
    if all(mark.state is State.ABSENT for mark in marks):
        return Verification(ours=False, marks=())
    good = {State.VALID, State.PRESENT, State.ABSENT, State.UNCHECKED}
    sound = all(mark.state in good for mark in marks if mark.mark != "consent")
    return Verification(
        ours=ours, marks=tuple(marks), intact=ours and sound and credentials.state is State.VALID
    )


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


def _iptc(
    claims: xmp.Claims, labels: list[tc260.AigcLabel | None], signed: Mark, manifest: Manifest | None
) -> Mark:
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
    elif manifest is not None and manifest.trust is Trust.OURS:
        state = State.VALID if claims.source_types[0] in manifest.source_types else State.ALTERED
    else:
        state = State.FOREIGN if signed.state in {State.ABSENT, State.FOREIGN} else State.PRESENT
    return Mark(mark="iptc", state=state, value=value)


def _visible(rgb: RGB8 | None, *, ours: bool) -> Mark:
    """Read the words in the picture itself; in formats the studio never writes they are not looked for."""
    language = None if rgb is None else seen.find(rgb)
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
