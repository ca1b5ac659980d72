"""``fenshen double create``: photos in, a digital double out, the photos destroyed."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from fenshen import settings
from fenshen.cli import check_folder
from fenshen.cli.consent_question import age_question, can_ask, days_to_keep, ensure_consent
from fenshen.cli.photo_secret import Bundle, Code, Passphrase, given_away, photos_of
from fenshen.cli.screen import Json, bars, new_app, print_json, tell, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fenshen.flow.sit import Sitting
    from fenshen.flow.take_away import TakeAway
    from fenshen.ids import SitterId
    from fenshen.photos.folder import PhotoFile
    from fenshen.progress import Progress
    from fenshen.rights.desk import Desk

app = new_app()

Id = Annotated[str, typer.Argument(metavar="ID", help=told("double_id"))]
Folder = Annotated[Path, typer.Argument(metavar="DIR|BUNDLE", help=told("double_folder"))]
Frontal = Annotated[str | None, typer.Option("--frontal", metavar="FILE", help=told("double_frontal"))]
Adult = Annotated[bool, typer.Option("--adult", help=told("option_adult"))]
Consent = Annotated[bool, typer.Option("--consent", help=told("option_consent"))]
Sure = Annotated[bool, typer.Option("--confirm-adult", help=told("option_confirm_adult"))]
Guardian = Annotated[
    Literal["under-14", "14-17"] | None, typer.Option("--guardian-of", help=told("option_guardian_of"))
]
Few = Annotated[bool, typer.Option("--few", help=told("option_few"))]


Later = Annotated[bool, typer.Option("--later", help=told("option_later"))]
KeepDays = Annotated[int | None, typer.Option("--keep-days", min=1, max=365, help=told("option_keep_days"))]


@app.command("create", help=told("double_create"))
def create(
    folder: Folder,
    *,
    frontal: Frontal = None,
    adult: Adult = False,
    consent: Consent = False,
    guardian_of: Guardian = None,
    few: Few = False,
    confirm_adult: Sure = False,
    keep_days: KeepDays = None,
    later: Later = False,
    take_away: Bundle = None,
    passphrase_file: Passphrase = None,
    code_file: Code = None,
    as_json: Json = False,
) -> None:
    """Make a double of a new sitter from a folder of photos, or from a bundle taken away earlier."""
    from fenshen.flow.sit import sit
    from fenshen.ids import SitterId, new_id
    from fenshen.rights import retention
    from fenshen.rights.consent import Purpose

    photos, chosen = listed(folder, frontal, passphrase_file, code_file, as_json=as_json)
    desk = retention.start(settings.load())
    sitter = SitterId(new_id("sitter"))
    ensure_consent(
        desk,
        sitter,
        [Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE],
        optional=[Purpose.RENDER_PORTRAIT],
        adult_flag=adult,
        consent_flag=consent,
        interactive=can_ask(as_json=as_json),
        guardian_of=guardian_of,
    )
    days = keep_days or days_to_keep(interactive=can_ask(as_json=as_json) and not consent)
    if later:
        queue_up(
            photos, sitter, desk, take_away, frontal=chosen, accept_few=few, is_adult=confirm_adult,
            idle_days=days, as_json=as_json,
        )  # fmt: skip
        return
    with given_away(take_away, passphrase_file, code_file, as_json=as_json) as away:
        with verdicts_shown(photos, as_json=as_json), bars(as_json=as_json) as progress:
            sitting = sit(
                photos, sitter, desk=desk, progress=progress, frontal=chosen, accept_few=few, take_away=away,
                idle_days=days,
                is_adult=asked_age(desk, sitter, progress, adult_flag=confirm_adult, as_json=as_json),
            )  # fmt: skip
        show_sitting(sitting, away, as_json=as_json)


@app.command("redo", help=told("double_redo"))
def redo_double(
    double: Id,
    folder: Folder,
    *,
    frontal: Frontal = None,
    adult: Adult = False,
    consent: Consent = False,
    guardian_of: Guardian = None,
    few: Few = False,
    confirm_adult: Sure = False,
    later: Later = False,
    take_away: Bundle = None,
    passphrase_file: Passphrase = None,
    code_file: Code = None,
    as_json: Json = False,
) -> None:
    """Make a sitter's double anew from other photos; the old one is destroyed."""
    from fenshen.flow.redo import redo
    from fenshen.ids import DoubleId
    from fenshen.rights import erasure, retention
    from fenshen.rights.consent import Purpose

    photos, chosen = listed(folder, frontal, passphrase_file, code_file, as_json=as_json)
    desk = retention.start(settings.load())
    sitter = erasure.whose(desk, double)
    ensure_consent(
        desk,
        sitter,
        [Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE],
        adult_flag=adult,
        consent_flag=consent,
        interactive=can_ask(as_json=as_json),
        guardian_of=guardian_of,
    )
    if later:
        queue_up(
            photos, sitter, desk, take_away, frontal=chosen, accept_few=few, is_adult=confirm_adult,
            instead_of=DoubleId(double), as_json=as_json,
        )  # fmt: skip
        return
    with given_away(take_away, passphrase_file, code_file, as_json=as_json) as away:
        with verdicts_shown(photos, as_json=as_json), bars(as_json=as_json) as progress:
            redone = redo(
                DoubleId(double), photos, desk=desk, progress=progress, frontal=chosen, accept_few=few,
                is_adult=asked_age(desk, sitter, progress, adult_flag=confirm_adult, as_json=as_json),
                take_away=away,
            )  # fmt: skip
        show_sitting(redone.sitting, away, as_json=as_json, erased=redone.erased.path)


def queue_up(
    photos: Sequence[PhotoFile],
    sitter: SitterId,
    desk: Desk,
    take_away: Path | None,
    *,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Seal the photos and put the job into the queue. Raises NotForLaterError for what only works at once."""
    from fenshen.cli.jobs import submitted
    from fenshen.flow.later import NotForLaterError, double_later

    if take_away is not None:
        raise NotForLaterError
    submitted(desk, double_later(photos, sitter, desk=desk, **wanted), as_json=as_json)


def asked_age(
    desk: Desk, sitter: SitterId, progress: Progress, *, adult_flag: bool, as_json: bool
) -> Callable[[str], bool]:
    """How to ask about the age of this sitter, of whom a guardian may have spoken already."""
    from fenshen.rights import consent

    return age_question(
        progress,
        adult_flag=adult_flag,
        interactive=can_ask(as_json=as_json),
        guardian_agreed=consent.is_minor(desk, sitter),
    )


def listed(
    source: Path,
    frontal: str | None,
    passphrase_file: Path | None = None,
    code_file: Path | None = None,
    *,
    as_json: bool = True,
) -> tuple[list[PhotoFile], int | None]:
    """List a folder or a bundle. A frontal that was named goes first, so that it is opened however many there are."""
    from fenshen.photos.folder import find_frontal, list_photos

    is_bundle = source.is_file()
    photos = (
        photos_of(source, passphrase_file, code_file, as_json=as_json) if is_bundle else list_photos(source)
    )
    if frontal is None:
        return photos, 0 if is_bundle else None  # a bundle's first is the frontal that was used
    photos.insert(0, photos.pop(find_frontal(photos, Path(frontal).name)))
    return photos, 0


@contextmanager
def verdicts_shown(photos: Sequence[PhotoFile], *, as_json: bool) -> Iterator[None]:
    """When a set is refused, show what was found in each photo before the refusal is told."""
    from fenshen.flow.sit import SetRefusedError

    try:
        yield
    except SetRefusedError as refusal:
        if as_json:
            refusal.details = {"photos": check_folder.as_dict(photos, refusal.report)["photos"]}
        else:
            check_folder.show_report([photo.name for photo in photos], refusal.report)
        raise


def show_sitting(
    sitting: Sitting, away: TakeAway | None = None, *, as_json: bool, erased: Path | None = None
) -> None:
    """Say what came of a sitting."""
    total = sum(sitting.seconds.values())
    if as_json:
        print_json(
            {
                "double": sitting.double,
                "takes": len(sitting.takes),
                "seconds": round(total, 2),
                "steps": {name: round(value, 2) for name, value in sitting.seconds.items()},
                "accepted": sitting.report.accepted,
                "score": sitting.report.score,
                "photos_destroyed": sitting.photos_destroyed,
                "not_opened": sitting.not_opened,
                "receipt": sitting.receipt,
                "keep_days": sitting.idle_days,
                **({"erased": erased} if erased else {}),
                **({"take_away": as_taken(sitting, away)} if away else {}),
            }
        )
        return
    tell(
        told("double_made", double=sitting.double, takes=len(sitting.takes), seconds=f"{total:.1f}"),
        style="bold",
    )
    if sitting.not_opened:
        tell(told("double_not_opened", count=sitting.not_opened))
    tell(told("double_photos_gone", count=sitting.photos_destroyed, receipt=str(sitting.receipt)))
    if erased:
        tell(told("double_old_gone", receipt=str(erased)))
    if away:
        tell(told("take_away_written", count=sitting.taken_away, file=str(away.file)))
    tell(told("double_what_next", double=sitting.double))


def as_taken(sitting: Sitting, away: TakeAway) -> dict[str, object]:
    """Say what the bundle is, for machines. What opens it is never among it."""
    return {
        "file": away.file,
        "photos": sitting.taken_away,
        "bytes": away.file.stat().st_size,
        "opens_with": away.secret.kind,
    }
