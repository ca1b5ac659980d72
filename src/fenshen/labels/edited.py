"""Photos that were edited and not made: ID photos and their print sheets. The other key to the door.

No AI drew anything on them, so they say what they are and no more (docs/decisions/0031): one IPTC term,
``algorithmicallyEnhanced``, or the stronger one that the photo came with. No visible words, no TC260 label (it would
say "made by AI", which is false), no invisible mark (it would alter the face), no credentials (larger than some
offices let the whole file be).
"""

from collections.abc import Callable, Sequence
from dataclasses import InitVar, dataclass, field
from io import BytesIO
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fenshen.labels import iptc, wild, xmp
from fenshen.labels.carry import marks_of
from fenshen.labels.container import take_apart, with_xmp
from fenshen.labels.pdf import Page, page_of
from fenshen.labels.profile import srgb
from fenshen.labels.size_search import Coded, within

EditedFormat = Literal["JPEG", "PDF"]
EDITED: Final = iptc.VOCABULARY + "algorithmicallyEnhanced"
BEST: Final = 95  # JPEG quality when nothing limits the file
FULL, HALF = 0, 2  # how often colour is sampled: at every pixel, or every second one in both directions
_MAKER = object()  # known to this file alone


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedPicture:
    """An encoded picture that says that it was edited. Only this file makes one."""

    data: bytes = field(repr=False)
    format: EditedFormat
    source_type: str  # full URI
    quality: int  # 1..100, of the JPEG or of those in the PDF
    size: tuple[int, int]  # width, height in pixels
    maker: InitVar[object] = None

    def __post_init__(self, maker: object) -> None:
        """Refuse to be made by anyone else."""
        if maker is not _MAKER:
            raise TypeError("an EditedPicture is made by labels.edited only")


def term_of(original: bytes) -> str:
    """The term under which an edit of this photo leaves: its own when that says that AI had a part, else EDITED.

    Raises PictureUnreadableError, MarksContradictError.
    """
    came_with = marks_of(original).source_type
    return came_with if came_with and iptc.says_ai(came_with) else EDITED


def mark_edited(
    rgb: NDArray[np.uint8],
    *,
    source_type: str,
    dpi: int,
    kb: tuple[int, int] | None = None,
    quality: int | None = None,
    least_quality: int = 60,
) -> EditedPicture:
    """1. encode so that the whole file fits  2. with dpi, profile and term  3. read the term back.

    rgb: (H, W, 3) uint8 sRGB. kb: least and most size of the file, where a kilobyte is 1000 bytes at most and 1024 at
    least. quality: taken if it fits, else the best that does. least_quality: below this, colour is sampled less often.
    A file that cannot be made small or large enough comes as near as it can; who asked has to look.
    """
    packet = xmp.packet(None, source_type)

    def coder(sampling: int) -> Callable[[int], bytes]:
        return lambda level: with_xmp(_jpeg(rgb, level, sampling, dpi), packet)  # (2)

    coded = within(coder(FULL), kb=kb, quality=quality or BEST)  # (1)
    if coded.quality < least_quality:
        coded = within(coder(HALF), kb=kb, quality=quality or BEST)
    return _made(coded, source_type, (rgb.shape[1], rgb.shape[0]))


def page_with(picture: EditedPicture, page: Page, places: Sequence[tuple[float, float]]) -> EditedPicture:
    """Put one edited picture on a page, as often as there are places. places: see `page_of`."""
    data = page_of(picture.data, picture.size, page, places, xmp.packet(None, picture.source_type))
    return EditedPicture(
        data=data,
        format="PDF",
        source_type=picture.source_type,
        quality=picture.quality,
        size=picture.size,
        maker=_MAKER,
    )


def _made(coded: Coded, source_type: str, size: tuple[int, int]) -> EditedPicture:
    if wild.claims(take_apart(coded.data)) != xmp.Claims(source_types=(source_type,)):  # (3)
        raise AssertionError("the term did not survive its own writing")
    return EditedPicture(
        data=coded.data,
        format="JPEG",
        source_type=source_type,
        quality=coded.quality,
        size=size,
        maker=_MAKER,
    )


def _jpeg(rgb: NDArray[np.uint8], quality: int, sampling: int, dpi: int) -> bytes:
    """Encode without metadata, thumbnail or date, but for resolution and profile."""
    out = BytesIO()
    image = Image.fromarray(np.ascontiguousarray(rgb))
    image.save(
        out,
        "JPEG",
        quality=quality,
        subsampling=sampling,
        optimize=True,
        dpi=(dpi, dpi),
        icc_profile=srgb(),
    )
    return out.getvalue()
