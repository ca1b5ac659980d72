"""A sitting: photos come in, a digital double is made, the photos are destroyed."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from fenshen.double import codec
from fenshen.double.build import build
from fenshen.double.double import FORMAT, OpenDouble
from fenshen.errors import FenshenError
from fenshen.ids import DoubleId, PhotoId, SitterId, new_id
from fenshen.photos import sameness
from fenshen.photos.container import PhotoRefusedError
from fenshen.photos.folder import PhotoFile
from fenshen.photos.inspect import Inspected, SetReport, inspect_set
from fenshen.portrait.likeness import LikenessMeter
from fenshen.progress import Progress
from fenshen.rights import consent
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.custody import Custody
from fenshen.rights.desk import Desk
from fenshen.store import doubles
from fenshen.vault.vault import DataClass

SET_MARK: Final = b"fenshen photo set 1\n"
MOST_PHOTOS: Final = 31  # a frontal and thirty more: further photos add risk, not likeness
FEWEST_PHOTOS: Final = 5  # accepted ones; fewer only when the sitter says that they know what it means


class SetRefusedError(FenshenError):
    """The photos as a set cannot become a double; `report` says of each one why."""

    def __init__(self, report: SetReport, **facts: str | float) -> None:
        """Keep the report for who must show it; it is no part of the words."""
        super().__init__(**facts)
        self.report = report


class TooFewPhotosError(SetRefusedError):
    """Fewer usable photos than a good double needs. Facts: ``usable``, ``fewest``, ``missing``."""

    code = "too_few_photos"


class NoFrontalError(SetRefusedError):
    """No photo shows the face from the front well enough to be the reference."""

    code = "no_frontal"


class AlreadyMadeError(FenshenError):
    """A double of these very photos exists; a second would only be more of a face to guard. Facts: ``double``."""

    code = "already_made"


class AnotherPersonError(FenshenError):
    """The new photos do not show the sitter of the double that they are to replace. It was left as it was."""

    code = "another_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """What came of a sitting. `report` names faults by photo; no face is in it."""

    double: DoubleId
    report: SetReport = field(repr=False)
    takes: tuple[int, ...]  # photo numbers, counted from 1
    seconds: Mapping[str, float]  # by step
    photos_destroyed: int
    not_opened: int  # photos beyond what a double can use: over-collection is a harm, so they stay closed
    receipt: Path


def sit(
    photos: Sequence[PhotoFile],
    sitter: SitterId,
    *,
    desk: Desk,
    progress: Progress,
    frontal: int | None = None,
    accept_few: bool = False,
    instead_of: DoubleId | None = None,
    on_photo: Callable[[Inspected], None] | None = None,
) -> Sitting:
    """1. ask the permits  2. seal the photos  3. judge  4. build the double  5. seal it  6. destroy the photos.

    photos: named and how to read each; nothing is read before the permits are there, and photos beyond MOST_PHOTOS
    never. frontal: index of the frontal, else the studio chooses. instead_of: the sitter's double that this one is to
    follow; the photos must show the same person. The photos die with the `with` block, whether it
    ends well or not, and the receipt says so. Raises ConsentRequiredError, TooFewPhotosError, NoFrontalError,
    AlreadyMadeError, AnotherPersonError, DiskFullError and the refusals of weights.
    """
    opened = photos[:MOST_PHOTOS]
    watch = _Watch()
    inspecting = consent.require(desk, sitter, Purpose.INSPECT_PHOTOS)  # (1)
    building = consent.require(desk, sitter, Purpose.BUILD_DOUBLE)
    consent.require(desk, sitter, Purpose.KEEP_DOUBLE)
    with Custody(desk, sitter) as custody:
        with watch.step("seal"):
            kept, mark = _take_in(opened, custody, inspecting, desk, progress)  # (2)
            _refuse_twins(desk, mark, instead_of)
        readers = [_reader(custody, photo, inspecting) for photo in kept]
        with watch.step("judge"):
            report = inspect_set(
                readers, inspecting, desk.settings.models, frontal=frontal, progress=progress, on_photo=on_photo,
                clock=desk.clock,
            )  # (3)  # fmt: skip
            _refuse_thin(report, accept_few=accept_few)
            if instead_of is not None:
                _refuse_another(report, instead_of, sitter, building, desk)
        with watch.step("build"):
            openers = [_reader(custody, photo, building) for photo in kept]
            double = build(
                report, openers, building, desk.settings.models, progress=progress, clock=desk.clock
            )  # (4)
        with watch.step("keep"):
            double_id = _keep(desk, sitter, double, mark)  # (5)
    receipt = custody.receipt  # (6)
    if receipt is None:
        raise AssertionError("a sitting without photos cannot have come this far")
    return Sitting(
        double=double_id,
        report=report,
        takes=tuple(take.photo for take in double.takes),
        seconds=watch.seconds,
        photos_destroyed=custody.count,
        not_opened=len(photos) - len(opened),
        receipt=receipt.path,
    )


def _take_in(
    photos: Sequence[PhotoFile], custody: Custody, permit: Permit, desk: Desk, progress: Progress
) -> tuple[list[PhotoId | FenshenError | OSError], str]:
    """Read and seal every photo as it came; what cannot be read stays in the list as its refusal.

    Also gives the set's mark, made with the studio's signing key (Ed25519 signs alike each time): the same set is
    known when it comes again, by this studio and nobody else.
    """
    kept: list[PhotoId | FenshenError | OSError] = []
    digests = []
    for count, photo in enumerate(photos, 1):
        try:
            content = photo.read()
        except (OSError, PhotoRefusedError) as refusal:
            kept.append(refusal)
            continue
        finally:
            progress.step("progress_sealing", count, len(photos))
        digests.append(sha256(content).digest())
        kept.append(custody.add(content, permit))
    return kept, sha256(desk.signer.sign(SET_MARK + b"".join(sorted(digests)))).hexdigest()


def _reader(custody: Custody, photo: PhotoId | FenshenError | OSError, permit: Permit) -> Callable[[], bytes]:
    def read() -> bytes:
        if isinstance(photo, Exception):
            raise photo
        return custody.get(photo, permit)

    return read


def _refuse_twins(desk: Desk, mark: str, instead_of: DoubleId | None) -> None:
    with desk.store.begin() as connection:
        twin = doubles.made_of(connection, mark)
    if twin is not None and twin.id != instead_of:
        raise AlreadyMadeError(double=twin.id)


def _refuse_thin(report: SetReport, *, accept_few: bool) -> None:
    if report.frontal is None or not report.photos[report.frontal].verdict.is_usable:
        raise NoFrontalError(report=report)
    if len(report.usable) < FEWEST_PHOTOS and not accept_few:
        usable = len(report.usable)
        raise TooFewPhotosError(
            report=report, usable=usable, fewest=FEWEST_PHOTOS, missing=FEWEST_PHOTOS - usable
        )


def _refuse_another(report: SetReport, old: DoubleId, sitter: SitterId, permit: Permit, desk: Desk) -> None:
    """Compare the new frontal with the old double's takes, one to one and in memory."""
    permit.check(Purpose.BUILD_DOUBLE, desk.clock.now())
    frontal = report.photos[report.frontal or 0].embedding
    double = codec.unpack(desk.vault.get(sitter, DataClass.DOUBLE, old))
    meter = LikenessMeter(double, desk.settings.models)
    if frontal is None or meter.to_takes(frontal) < sameness.OTHER_THAN_MEAN:
        raise AnotherPersonError


def _keep(desk: Desk, sitter: SitterId, double: OpenDouble, mark: str) -> DoubleId:
    """Seal the double, then register it: a crash in between leaves sealed bytes that the sweep finds."""
    double_id = DoubleId(new_id("double"))
    desk.vault.put(sitter, DataClass.DOUBLE, double_id, codec.pack(double))
    row = doubles.new(
        double_id, sitter, desk.clock.now(), takes=len(double.takes), format_version=FORMAT, photo_set=mark
    )
    with desk.store.begin() as connection:
        doubles.add(connection, row)
    return double_id


class _Watch:
    """Seconds by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
