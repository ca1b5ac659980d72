"""The whole journey at once: photos, a double, a portrait of each template, two sheets, and what is still kept."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import Engine, Origin
from fenshen.flow.portray import SOURCE_TYPES, Delivered, Order, Skipped, open_double, portray
from fenshen.flow.redo import redo
from fenshen.flow.send import Export, Outgoing, open_export
from fenshen.flow.sit import AlreadyMadeError, Sitting, nobody_to_ask, sit
from fenshen.ids import DoubleId, SitterId
from fenshen.photos.folder import PhotoFile
from fenshen.portrait.sheet import contact_sheet, takes_sheet
from fenshen.progress import Progress
from fenshen.rights import consent, erasure
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.holdings import Holding, holdings
from fenshen.rights.receipts import Receipt
from fenshen.vision.arrays import RGB

SHEETS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """The double that an earlier run made of the same photos."""

    double: DoubleId
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """All that a run has to show."""

    sitter: SitterId
    sitting: Sitting
    erased: Erased | None
    portraits: tuple[Delivered, ...]
    skipped: tuple[Skipped, ...]  # templates that do not suit the sitter
    contact: Path
    takes: Path
    spread: tuple[float, ...] = field(repr=False)  # each photo's likeness to the takes, ascending
    held: tuple[Holding, ...]  # what the studio keeps of the sitter now
    seconds: Mapping[str, float]  # by step


def demonstrate(
    photos: Sequence[PhotoFile],
    sitter: SitterId,
    folder: Path,
    order: Order,
    *,
    desk: Desk,
    engine: Engine,
    progress: Progress,
    frontal: int | None = None,
    accept_few: bool = False,
    again: bool = False,
    is_adult: Callable[[str], bool] = nobody_to_ask,
) -> Demonstration:
    """1. sit  2. make the portraits  3. put them on one sheet  4. the double's takes on another  5. see what is kept.

    again: a double that an earlier run made of the same photos is made anew and then erased; else AlreadyMadeError.
    What leaves goes to ``folder``: ``portraits/``, ``contact.jpg``, ``double.jpg``. Raises what `sit` and `portray`
    raise; what was written by then stays.
    """
    sitting, erased = _sit(
        photos, sitter, desk, progress, frontal, accept_few=accept_few, again=again, is_adult=is_adult
    )  # (1)
    sitter = erasure.whose(desk, sitting.double)  # of an earlier run, when a double was made anew
    start = time.perf_counter()
    skipped: list[Skipped] = []
    portraits = tuple(
        portray(
            sitting.double,
            order,
            folder / "portraits",
            desk=desk,
            engine=engine,
            progress=progress,
            skipped=skipped,
        )
    )  # (2)
    rendered = time.perf_counter()
    permit = consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)
    double = open_double(sitting.double, sitter, permit, desk=desk)
    export = open_export(desk, sitter, sitting.double, kind="sheets", engine=engine.card)
    contact, takes = _sheets(folder, portraits, double, export, progress)  # (3, 4)
    ended = time.perf_counter()
    return Demonstration(
        sitter=sitter,
        sitting=sitting,
        erased=erased,
        portraits=portraits,
        skipped=tuple(skipped),
        contact=contact,
        takes=takes,
        spread=double.spread,
        held=tuple(holdings(desk, sitter)),  # (5)
        seconds={**sitting.seconds, "portraits": rendered - start, "sheets": ended - rendered},
    )


def _sit(
    photos: Sequence[PhotoFile],
    sitter: SitterId,
    desk: Desk,
    progress: Progress,
    frontal: int | None,
    *,
    accept_few: bool,
    again: bool,
    is_adult: Callable[[str], bool],
) -> tuple[Sitting, Erased | None]:
    """Sit; when there is a double of these very photos and `again` is asked for, make that one anew."""
    try:
        sitting = sit(
            photos, sitter, desk=desk, progress=progress, frontal=frontal, accept_few=accept_few,
            is_adult=is_adult,
        )  # fmt: skip
    except AlreadyMadeError as twin:
        if not again:
            raise
        double = DoubleId(str(twin.facts["double"]))
    else:
        return sitting, None
    if not consent.agreed(desk, erasure.whose(desk, double)) >= frozenset(
        Purpose
    ):  # words or terms changed since
        gone = Erased(double=double, receipt=erasure.erase_double(desk, double))
        sitting = sit(
            photos, sitter, desk=desk, progress=progress, frontal=frontal, accept_few=accept_few,
            is_adult=is_adult,
        )  # fmt: skip
        return sitting, gone
    redone = redo(
        double,
        photos,
        desk=desk,
        progress=progress,
        frontal=frontal,
        accept_few=accept_few,
        is_adult=is_adult,
    )
    return redone.sitting, Erased(double=double, receipt=redone.erased)


def _sheets(
    folder: Path, portraits: Sequence[Delivered], double: OpenDouble, export: Export, progress: Progress
) -> tuple[Path, Path]:
    """Put the portraits on one sheet and the double's takes on another; give where they are."""
    contact, takes = folder / "contact.jpg", folder / "double.jpg"
    progress.step("progress_sheets", 0, SHEETS)
    _send(contact_sheet([(each.file.read_bytes(), each.sent.picture) for each in portraits]), contact, export)
    progress.step("progress_sheets", 1, SHEETS)
    _send(takes_sheet(double.takes), takes, export)
    progress.step("progress_sheets", SHEETS, SHEETS)
    return contact, takes


def _send(sheet: RGB, target: Path, export: Export) -> None:
    """Let a sheet go, labelled and entered like every picture that leaves."""
    going = Outgoing(
        pixels=sheet, faces=(), source_type=SOURCE_TYPES[Origin.OWN_PIXELS], kind="sheet", design="caption"
    )
    export.send(going, target)
