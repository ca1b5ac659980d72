"""Put every label on a portrait. What comes out is the only thing `deliver` accepts."""

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from io import BytesIO
from typing import Final, Literal

import numpy as np
from PIL import Image, ImageCms

from fenshen.labels import signature, tc260, visible, wild, xmp
from fenshen.labels.container import take_apart, with_xmp
from fenshen.labels.iptc import SourceType
from fenshen.labels.lettering import Language
from fenshen.rights.label_free import LabelFreePermit

__all__ = ["Format", "LabelledPicture", "SourceType", "label"]

Format = Literal["JPEG", "PNG", "WEBP"]
Signer = Callable[[bytes], bytes]  # bytes -> 64-byte Ed25519 signature

_ENCODING: Final[dict[Format, dict[str, int]]] = {
    "JPEG": {"quality": 92, "subsampling": 0},  # 4:4:4: gels and red lips keep their edges
    "PNG": {"compress_level": 1},  # 6 saves an eighth and takes three times as long
    "WEBP": {"quality": 92, "method": 2},
}
_MAKER = object()  # known to this file alone


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
    label_free: LabelFreePermit | None = None,
) -> LabelledPicture:
    """1. draw the visible label  2. encode  3. sign what was coded  4. add the metadata  5. read it all back.

    rgb: (H, W, 3) uint8, sRGB. faces: boxes in pixels that the visible label must not touch. produce_id: from
    `tc260.new_produce_id`. design: of the visible label. label_free: leaves out the visible words and nothing else.
    Without a signer the label is complete but nobody can prove whose it is.
    The picture is coded once and the packet put in afterwards, so what was signed is what leaves.
    Raises NoRoomForLabelError, ProducerRefusedError, ProducerPersonalError.
    """
    tc260.check_producer(producer)
    drawn = rgb if label_free else visible.draw(rgb, language=language, faces=faces, design=design)  # (1)
    coded = _encode(drawn, format)  # (2)
    digest = take_apart(coded).digest
    code = ""
    if signer is not None:  # (3)
        signed = signature.canonical(
            label=tc260.MADE_BY_AI, producer=producer, produce_id=produce_id, picture=digest
        )
        code = signature.as_code(signer(signed))
    written = tc260.first_write(producer=producer, produce_id=produce_id, reserved_code_1=code)
    data = with_xmp(coded, xmp.build(written, source_type))  # (4)
    file = take_apart(data)  # (5)
    claims = xmp.Claims(aigc=(written.to_json(),), source_types=(source_type.uri,))
    if file.digest != digest or wild.claims(file) != claims:
        raise AssertionError("the labels did not survive their own writing")
    return LabelledPicture(
        data=data, format=format, produce_id=produce_id, source_type=source_type, maker=_MAKER
    )


def _encode(rgb: visible.RGB8, format: Format) -> bytes:  # noqa: A002
    """Encode without metadata, thumbnail or date, with a profile of half a kilobyte.

    The profile says sRGB. Screens guess that without it; print shops and wide-gamut editors do not.
    """
    out = BytesIO()
    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.save(out, format, icc_profile=_srgb(), **_ENCODING[format])
    return out.getvalue()


def _srgb() -> bytes:
    """Little CMS's own sRGB profile, without the date of its making (bytes 24 to 35), which tells the hour."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + bytes(12) + profile[36:]
