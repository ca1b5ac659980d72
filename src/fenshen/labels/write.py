"""Put every label on a portrait. What comes out is the only thing `deliver` accepts."""

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from PIL import Image

from fenshen.labels import c2pa_manifest, c2pa_native, png, signature, tc260, visible, wild, xmp
from fenshen.labels.c2pa_authority import Credentials
from fenshen.labels.c2pa_manifest import MARKS, Story, Trust
from fenshen.labels.container import MIMES, Container, take_apart, with_xmp
from fenshen.labels.invisible import Watermark, installed
from fenshen.labels.iptc import SourceType
from fenshen.labels.jumbf import is_tight
from fenshen.labels.lettering import Language
from fenshen.labels.profile import srgb

if TYPE_CHECKING:  # the database takes half a second, and whoever makes an ID photo needs none
    from fenshen.rights.label_free import LabelFreePermit

__all__ = ["Format", "LabelledPicture", "SourceType", "label"]

Format = Literal["JPEG", "PNG", "WEBP"]
Signer = Callable[[bytes], bytes]  # bytes -> 64-byte Ed25519 signature

_ENCODING: Final[dict[str, dict[str, int]]] = {
    "JPEG": {"quality": 92, "subsampling": 0},  # 4:4:4: gels and red lips keep their edges
    "WEBP": {"quality": 92, "method": 2},
}
_LARGE: Final = (
    4_000_000  # pixels above which WebP takes the quick way: as good, a third less time, little larger
)
_MAKER = object()  # known to this file alone
NOTHING_MORE: Final = Story()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPicture:
    """An encoded portrait that carries every label. Only `label` makes one."""

    data: bytes = field(repr=False)
    format: Format
    produce_id: str
    source_type: SourceType
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        """Refuse to be made by anyone else."""
        if maker is not _MAKER:
            raise TypeError("a LabelledPicture is made by labels.write.label only")


def label(
    rgb: visible.RGB8,
    *,
    format: Format,  # noqa: A002
    source_type: SourceType,
    producer: str,
    produce_id: str,
    language: Language,
    faces: Sequence[visible.FaceBox],
    signer: Signer | None,
    design: visible.Design = "corner",
    label_free: "LabelFreePermit | None" = None,
    mark: int | None = None,
    watermark: Watermark | None = None,
    credentials: Credentials | None = None,
    story: Story = NOTHING_MORE,
) -> LabelledPicture:
    """1. draw the visible label  2. weave in the invisible mark  3. encode  4. sign what was coded.

    5. add the metadata  6. last of all, sign the whole file (C2PA)  7. read it all back.

    rgb: (H, W, 3) uint8, sRGB. faces: boxes in pixels that the visible label must not touch. produce_id: from
    `tc260.new_produce_id`. design: of the visible label. label_free: leaves out the visible words, nothing else.
    mark: 48 bits that the pixels shall carry; watermark: what weaves them in, this build's own by default. Without a
    signer and credentials the label is complete but nobody can prove whose it is. story: what else the credentials
    tell. The picture is coded once and everything else is put beside it, so what was signed is what leaves. But for
    the ids and signatures of (6), the same arguments give the same bytes. Raises NoRoomForLabelError,
    MarkNoRoomError, ProducerRefusedError, ProducerPersonalError; ValueError for a mark that nobody can weave.
    """
    tc260.check_producer(producer)
    drawn = rgb if label_free else visible.draw(rgb, language=language, faces=faces, design=design)  # (1)
    if mark is not None:
        drawn = _woven(drawn, mark, watermark or installed())  # (2)
    coded = _encode(drawn, format)  # (3)
    digest = take_apart(coded).digest
    code = ""
    if signer is not None:  # (4)
        signed = signature.canonical(
            label=tc260.MADE_BY_AI, producer=producer, produce_id=produce_id, picture=digest
        )
        code = signature.as_code(signer(signed))
    written = tc260.first_write(producer=producer, produce_id=produce_id, reserved_code_1=code)
    data = with_xmp(coded, xmp.build(written, source_type))  # (5)
    if credentials is not None:
        said = c2pa_manifest.define(
            source_type=source_type, producer=producer, produce_id=produce_id, mark=mark, story=story
        )
        data = c2pa_native.sign(data, MIMES[format], said, credentials)  # (6)
    file = take_apart(data)  # (7)
    claims = xmp.Claims(aigc=(written.to_json(),), source_types=(source_type.uri,))
    if file.digest != digest or wild.claims(file) != claims:
        raise AssertionError("the labels did not survive their own writing")
    if credentials is not None:
        _check(data, file, mark=mark, source_type=source_type, story=story, anchor=credentials.anchor)
    return LabelledPicture(
        data=data, format=format, produce_id=produce_id, source_type=source_type, maker=_MAKER
    )


def _woven(rgb: visible.RGB8, mark: int, watermark: Watermark | None) -> visible.RGB8:
    """Weave the mark in. A picture that says it carries a mark carries one: without a weaver there is none to sell."""
    if watermark is None or not 0 <= mark < MARKS:
        raise ValueError("a mark has 48 bits and needs a watermark")
    return watermark.embed(rgb, mark)


def _check(
    data: bytes, file: Container, *, mark: int | None, source_type: SourceType, story: Story, anchor: str
) -> None:
    """Read the credentials back as a stranger with our root certificate would. AssertionError when they do not hold."""
    manifest = c2pa_native.read(data, file.mime, anchor)
    said = (manifest.source_types, manifest.watermark, manifest.consent, manifest.training)
    meant = ((source_type.uri,), mark, story.consent, False)
    sound = manifest.trust is Trust.OURS and file.is_c2pa_plain and is_tight(file.c2pa)
    if not sound or said != meant:
        raise AssertionError("the credentials did not survive their own writing")


def _encode(rgb: visible.RGB8, format: Format) -> bytes:  # noqa: A002
    """Encode without metadata, thumbnail or date, with a profile of half a kilobyte.

    The profile says sRGB. Screens guess that without it; print shops and wide-gamut editors do not.
    """
    if format == "PNG":
        return png.encode(rgb, srgb())
    out = BytesIO()
    image = Image.fromarray(np.ascontiguousarray(rgb))
    wishes = dict(_ENCODING[format])
    if format == "WEBP" and image.width * image.height > _LARGE:
        wishes["method"] = 0
    image.save(out, format, icc_profile=srgb(), **wishes)
    return out.getvalue()
