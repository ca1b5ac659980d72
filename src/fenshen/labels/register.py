"""The register of issued portraits: enter a picture before it leaves, and find its entry again.

The entry comes first and the file after it, so that a machine that stops in between leaves an entry without a file
and never a file without an entry. An entry says what left, when, of which engine; never whose face it shows.
"""

import secrets
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image

from fenshen import __version__
from fenshen.ids import ApplicationId, DoubleId, ExportId, SitterId, new_id
from fenshen.labels import fingerprint
from fenshen.labels.container import PictureUnreadableError
from fenshen.labels.layout import RGB8
from fenshen.labels.verify import LARGEST_PICTURE
from fenshen.labels.write import LabelledPicture
from fenshen.rights.desk import Desk
from fenshen.store import exports, issued
from fenshen.store.issued import IssuedRow

MARK_BITS: Final = 48
COPY: Final = (
    6  # differing bits of 64, at most, of the whole picture of a copy that was only recoded or resized
)
FIT: Final = 20  # differing bits of 256, at most, of the middle of a copy that was cropped
UNSEEN: Final = ""  # instead of a fingerprint, where one entry stands for many pictures
_ENOUGH: Final = 384  # pixels of a side: twice what a fingerprint looks at
_LOOKED_AT: Final = 24  # entries nearest at first sight that are then fitted closely


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What an entry says of how a picture came about."""

    kind: str  # portrait, layer, sheet, preview or together
    template: str | None
    engine: str
    engine_version: int
    label: str  # design of the visible label, or "none"
    beautify: float = 0.0
    closer: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An entry whose picture looks like the one at hand: similar, which is no proof."""

    row: IssuedRow
    distance: int  # differing bits: of 64 of the whole, or of 256 of the middle when it was cropped
    is_cropped: bool


def open_export(
    desk: Desk,
    *,
    kind: str,
    sitter: SitterId | None,
    double: DoubleId | None,
    application: ApplicationId | None = None,
) -> ExportId:
    """Note that files are about to leave together; give the export's id."""
    row = exports.ExportRow(
        id=ExportId(new_id("export")),
        at=desk.clock.now(),
        kind=kind,
        sitter=sitter,
        double=double,
        application=application,
    )
    with desk.store.begin() as connection:
        exports.add(connection, row)
    return row.id


def new_mark(desk: Desk) -> int:
    """Draw a watermark that no picture carries yet: 48 random bits, never 0."""
    with desk.store.begin() as connection:
        while True:
            mark = secrets.randbits(MARK_BITS)
            if mark and issued.by_mark(connection, _hex(mark)) is None:
                return mark


def enter(desk: Desk, export: ExportId, picture: LabelledPicture, mark: int, made: Made) -> IssuedRow:
    """Enter a finished picture; deliver it only afterwards."""
    small, (width, height) = _small(picture.data)
    print_ = fingerprint.of(small)
    row = IssuedRow(
        id=picture.produce_id,
        mark=_hex(mark),
        export=export,
        at=desk.clock.now(),
        kind=made.kind,
        template=made.template,
        engine=made.engine,
        engine_version=made.engine_version,
        software=__version__,
        source_type=picture.source_type.value,
        label=made.label,
        width=width,
        height=height,
        beautify=round(100 * made.beautify),
        closer=made.closer,
        whole=f"{print_.whole:016x}",
        middle=f"{print_.middle:064x}",
    )
    with desk.store.begin() as connection:
        issued.add(connection, row)
        exports.count_more(connection, export, 1)
    return row


def enter_many(
    desk: Desk, export: ExportId, *, produce_id: str, mark: int, count: int, source_type: str, made: Made
) -> IssuedRow:
    """Enter pictures that leave together under one number and one mark, before the first of them is made.

    count: how many leave at most. The entry has no size and no fingerprint: it is found by its number and its mark,
    never by its look. See docs/decisions/0041-previews-leave-as-one.md.
    """
    row = IssuedRow(
        id=produce_id,
        mark=_hex(mark),
        export=export,
        at=desk.clock.now(),
        kind=made.kind,
        template=made.template,
        engine=made.engine,
        engine_version=made.engine_version,
        software=__version__,
        source_type=source_type,
        label=made.label,
        width=0,
        height=0,
        beautify=round(100 * made.beautify),
        closer=made.closer,
        whole=UNSEEN,
        middle=UNSEEN,
    )
    with desk.store.begin() as connection:
        issued.add(connection, row)
        exports.count_more(connection, export, count)
    return row


def by_mark(desk: Desk, mark: int) -> IssuedRow | None:
    """Find the entry of a watermark."""
    with desk.store.begin() as connection:
        return issued.by_mark(connection, _hex(mark))


def by_produce_id(desk: Desk, produce_id: str) -> IssuedRow | None:
    """Find the entry of a number that stands in a label."""
    with desk.store.begin() as connection:
        return issued.by_id(connection, produce_id)


def near(desk: Desk, rgb: RGB8) -> list[Near]:
    """Find entries of pictures that look like this one, nearest first; none when nothing comes near.

    1. compare the whole: that finds what was recoded or resized  2. else look for the middle of each, as a crop may
    have left it. Portraits of one sitter from one photo look alike too: several entries may come, and none is proved.
    """
    with desk.store.begin() as connection:
        known = [each for each in issued.hashes(connection) if UNSEEN not in each]
    if not known:
        return []
    wholes = fingerprint.whole_distances(rgb, [int(whole, 16) for _, whole, _ in known])  # (1)
    if wholes.min() <= COPY:
        return _rows(
            desk, {known[n][0]: int(wholes[n]) for n in np.flatnonzero(wholes <= COPY)}, is_cropped=False
        )
    middles = [int(middle, 16) for _, _, middle in known]
    fits = fingerprint.closest_fits(rgb, middles, most=_LOOKED_AT)  # (2)
    return _rows(desk, {known[n][0]: bits for n, bits in fits.items() if bits <= FIT}, is_cropped=True)


def pixels(data: bytes) -> RGB8:
    """Decode a picture of a format the studio writes. Gives (H, W, 3) uint8, sRGB. Raises PictureUnreadableError."""
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            if image.width * image.height > LARGEST_PICTURE:
                raise PictureUnreadableError
            return np.asarray(image.convert("RGB"), np.uint8)
    except (OSError, SyntaxError, ValueError, IndexError, Image.DecompressionBombError) as error:
        raise PictureUnreadableError from error


def _small(data: bytes) -> tuple[RGB8, tuple[int, int]]:
    """Decode a picture just made, a JPEG only as far as a fingerprint needs; give it and its full width and height."""
    with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
        size = image.size
        image.draft("RGB", (_ENOUGH, _ENOUGH))
        return np.asarray(image.convert("RGB"), np.uint8), size


def _rows(desk: Desk, found: dict[str, int], *, is_cropped: bool) -> list[Near]:
    with desk.store.begin() as connection:
        rows = [row for id_ in found if (row := issued.by_id(connection, id_))]
    matches = [Near(row=row, distance=found[row.id], is_cropped=is_cropped) for row in rows]
    return sorted(matches, key=lambda match: match.distance)


def _hex(mark: int) -> str:
    if not 0 < mark < 1 << MARK_BITS:
        raise ValueError("a mark has 48 bits and is not 0")
    return f"{mark:012x}"
