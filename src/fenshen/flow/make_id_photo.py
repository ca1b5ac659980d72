"""An ID photo: one photo goes in, the same photo cropped to an office's size goes out. Nothing is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from fenshen.clock import Clock
from fenshen.errors import FenshenError
from fenshen.labels.deliver import deliver
from fenshen.labels.edited import EditedPicture, mark_edited, page_with, term_of
from fenshen.labels.pdf import Page
from fenshen.photos.decode import Photo, decode, must_cover_photos
from fenshen.photos.inspect import PhotoUnreadableError
from fenshen.portrait import id_photo
from fenshen.portrait.id_checks import check_file
from fenshen.portrait.id_photo import IdPhoto, Wanted
from fenshen.portrait.id_sizes import IdSize, backgrounds
from fenshen.portrait.id_subject import Looked, Subject, look
from fenshen.portrait.print_sheet import DPI, Sheet, lay_out, paint
from fenshen.rights.consent import Permit

LOOK_AT: Final = 1600  # px of the longer side at which photos are measured
Keep = Callable[[EditedPicture, Path], object]
JPEG_NAMES: Final = frozenset({".jpg", ".jpeg"})
DOUBTFUL_SIZES: Final = frozenset({"conflict", "unverified"})


class IdPhotoUnfitError(FenshenError):
    """The photo cannot become an ID photo; ``details`` names every reason."""

    code = "id_photo_unfit"

    def __init__(self, reasons: Sequence[str]) -> None:
        """Remember the reasons, keys of the words."""
        super().__init__()
        self.reasons = tuple(reasons)
        self.details = {"reasons": list(reasons)}


class IdPhotoNotJpegError(FenshenError):
    """The file's name does not end like a JPEG's, which is what offices take."""

    code = "id_photo_not_jpeg"
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asked for."""

    wanted: Wanted
    kb: tuple[int, int] | None = None  # least and most size of the file; None: as the size's rule says
    paper: str | None = None  # of a print sheet
    replace: bool = False  # whether files that are there may be overwritten


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """An ID photo that has left."""

    file: Path
    photo: IdPhoto
    faults: tuple[str, ...]  # codes of broken rules, of the picture and of its file
    warnings: tuple[str, ...]  # codes
    length: int  # bytes
    quality: int  # of the JPEG
    source_type: str  # what the file says of its making
    sheet: Sheet | None = None
    sheet_files: tuple[Path, ...] = field(default=())


def make_id_photo(
    read: Callable[[], bytes],
    permit: Permit,
    order: Order,
    target: Path,
    *,
    models: Path,
    clock: Clock,
    keep: Keep | None = None,
) -> Taken:
    """1. ask the permit  2. decode and look  3. refuse  4. decode larger if needed, make  5. mark, deliver  6. sheet.

    read: how to read the photo. keep: what takes each marked file, instead of the folder of `target`. Raises
    PermitRefusedError before it is read, PhotoUnreadableError, IdPhotoUnfitError, IdNoRoomError, IdFaceLostError,
    PaperUnknownError, PaperTooSmallError, what `decode` and `deliver` raise.
    """
    must_cover_photos(permit, clock)  # (1)
    if target.suffix.lower() not in JPEG_NAMES:
        raise IdPhotoNotJpegError
    size = order.wanted.size
    sheet = lay_out(size.mm, order.paper) if order.paper else None
    data = _read(read)
    small = decode(data, permit, longest_edge=LOOK_AT, clock=clock)  # (2)
    looked = look(small, models)
    subject = _fit(looked)  # (3)
    photo, subject = _large_enough(small, subject, size, data, permit, clock)  # (4)
    made = id_photo.make(photo, subject, order.wanted, models)
    term = term_of(data)
    coded = mark_edited(
        made.pixels,
        source_type=term,
        dpi=size.dpi,
        kb=order.kb or size.kb,
        quality=size.jpeg_quality,
        least_quality=size.least_quality or 60,
    )
    keep = keep or partial(deliver, replace=order.replace)
    keep(coded, target)  # (5)
    files = _deliver_sheet(sheet, made, term, target, order, keep) if sheet else ()  # (6)
    length = len(coded.data)
    return Taken(
        file=target,
        photo=made,
        faults=(*made.faults, *check_file(size, kb=order.kb, length=length, quality=coded.quality)),
        warnings=(*looked.doubtful, *made.warnings, *_of_the_order(order.wanted)),
        length=length,
        quality=coded.quality,
        source_type=term,
        sheet=sheet,
        sheet_files=files,
    )


def _read(read: Callable[[], bytes]) -> bytes:
    try:
        return read()
    except OSError as error:
        raise PhotoUnreadableError from error


def _fit(looked: Looked) -> Subject:
    if looked.unfit or looked.subject is None:
        raise IdPhotoUnfitError(looked.unfit or ("no_face",))
    return looked.subject


def _large_enough(
    small: Photo, subject: Subject, size: IdSize, data: bytes, permit: Permit, clock: Clock
) -> tuple[Photo, Subject]:
    """Decode again, larger, when the size needs more pixels than were looked at and the file has them."""
    needed = id_photo.needed_scale(subject, size)
    if needed <= 1 or small.scale == 1:
        return small, subject
    edge = round(max(small.pixels.shape[:2]) * needed)
    large = decode(data, permit, longest_edge=edge, clock=clock)
    return large, subject.scaled(large.scale / small.scale)


def _deliver_sheet(
    sheet: Sheet, made: IdPhoto, term: str, target: Path, order: Order, keep: Keep
) -> tuple[Path, ...]:
    """Let the sheet leave as a picture of 300 dpi and as a page that is exact to the millimetre."""
    painted = mark_edited(paint(sheet, made.pixels), source_type=term, dpi=DPI)
    best = mark_edited(made.pixels, source_type=term, dpi=order.wanted.size.dpi)
    page = page_with(best, Page(size=sheet.size, picture=sheet.photo, marks=sheet.marks), sheet.places)
    leaving: dict[str, EditedPicture] = {".jpg": painted, ".pdf": page}
    files = {ending: target.with_name(f"{target.stem}-{sheet.paper}{ending}") for ending in leaving}
    for ending, picture in leaving.items():
        keep(picture, files[ending])
    return tuple(files.values())


def _of_the_order(wanted: Wanted) -> tuple[str, ...]:
    """What is doubtful about the order itself. That authorities forbid edits is always told."""
    size, colour = wanted.size, wanted.background
    allowed = [backgrounds()[name] for name in size.backgrounds]
    there = {
        "id_background_other": bool(allowed) and colour is not None and colour not in allowed,
        "id_size_doubtful": size.evidence in DOUBTFUL_SIZES,
        "id_exposed": wanted.exposure != 0,
        f"id_edits_{size.edits}": True,
    }
    return tuple(code for code, is_there in there.items() if is_there)
