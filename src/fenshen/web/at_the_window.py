"""What is done for somebody who waits at the window and leaves nothing: in a looker, in memory, and forgotten."""

from dataclasses import dataclass, field
from pathlib import Path

from fenshen.flow.make_id_photo import IdPhotoUnfitError, Order, make_id_photo
from fenshen.flow.verify_picture import Checked, verify_picture
from fenshen.labels.edited import EditedPicture
from fenshen.portrait import id_sizes
from fenshen.portrait.id_checks import Measured
from fenshen.portrait.id_photo import Wanted
from fenshen.rights.consent import Purpose, for_this_run
from fenshen.rights.desk import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class IdPhotos:
    """An ID photo and its sheets, and what was measured; or why there are none."""

    files: dict[str, bytes] = field(default_factory=dict, repr=False)  # by name
    measured: tuple[Measured, ...] = ()
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unfit: tuple[str, ...] = ()  # reasons; then nothing else is here


def id_photos(desk: Desk, data: bytes, size: str, background: str, paper: str | None) -> IdPhotos:
    """Make an ID photo of a photo that its owner brought, by a permit for this once.

    Raises IdSizeUnknownError, BackgroundUnknownError and what ``make_id_photo`` raises.
    """
    files: dict[str, bytes] = {}

    def keep(picture: EditedPicture, target: Path) -> None:
        files[target.name] = picture.data

    chosen = id_sizes.size(size)
    order = Order(wanted=Wanted(size=chosen, background=id_sizes.background(background)), paper=paper)
    permit = for_this_run(Purpose.INSPECT_PHOTOS, desk.clock)
    try:
        taken = make_id_photo(
            lambda: data, permit, order, Path(f"{chosen.name}.jpg"), models=desk.settings.models,
            clock=desk.clock, keep=keep,
        )  # fmt: skip
    except IdPhotoUnfitError as unfit:
        return IdPhotos(unfit=unfit.reasons)
    return IdPhotos(
        files=files, measured=tuple(taken.photo.measured), faults=taken.faults, warnings=taken.warnings
    )


def checked(desk: Desk, data: bytes) -> Checked:
    """Say what a picture tells about itself. Raises PictureUnreadableError."""
    return verify_picture(desk, data)
