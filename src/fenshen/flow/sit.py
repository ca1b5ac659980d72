"""A sitting: photos come in, a digital double is made, the photos are destroyed."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from fenshen.double import codec
from fenshen.double.build import build
from fenshen.double.double import FORMAT, OpenDouble
from fenshen.errors import FenshenError, PermitRefusedError
from fenshen.flow.take_away import TakeAway, taken_away
from fenshen.ids import DoubleId, PhotoId, SitterId, new_id
from fenshen.jobs.states import JobStoppedError
from fenshen.photos import sameness
from fenshen.photos.folder import PhotoFile
from fenshen.photos.inspect import Inspected, SetReport, inspect_set
from fenshen.portrait.likeness import LikenessMeter
from fenshen.progress import Progress
from fenshen.rights import audit, consent, receipts
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.custody import Custody, never
from fenshen.rights.desk import Desk
from fenshen.store import accounts, doubles
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


class AgeUnconfirmedError(SetRefusedError):
    """The sitter looks younger than 18, and nobody confirmed that they are not."""

    code = "age_unconfirmed"


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
    idle_days: int  # how long the double may lie unused
    not_opened: int  # photos that would have added too little: over-collection is a harm, so they stay closed
    receipt: Path
    taken_away: int = 0  # photos that the sitter took away, sealed, for a redo


def _nothing(_: Connection) -> None:
    """Guard nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForJob:
    """What a sitting must know when it is a job of the queue: it may be cut off and done again by another process."""

    double: DoubleId | None = None  # the id that its double shall have
    guard: Callable[[Connection], None] = _nothing  # asked in the transaction that registers the double
    spare: Callable[[BaseException], bool] = never  # after which errors the photos stay for another attempt


NO_JOB: Final = ForJob()


def nobody_to_ask(_code: str) -> bool:
    """Answer a question about the sitter's age when nobody is there to be asked: not confirmed."""
    return False


def sit(
    photos: Sequence[PhotoFile],
    sitter: SitterId,
    *,
    desk: Desk,
    progress: Progress,
    frontal: int | None = None,
    accept_few: bool = False,
    is_adult: Callable[[str], bool] = nobody_to_ask,
    instead_of: DoubleId | None = None,
    idle_days: int = doubles.IDLE_DAYS,
    take_away: TakeAway | None = None,
    on_photo: Callable[[Inspected], None] | None = None,
    job: ForJob = NO_JOB,
) -> Sitting:
    """1. ask the permits  2. seal and judge each photo  3. ask the age  4. build the double  5. seal it  6. destroy.

    photos: named and how to read each; nothing is read before the permits are there. Once there are enough
    (photos.enough), and beyond MOST_PHOTOS, the rest is never read. frontal: index of the frontal, which is opened
    first; else the studio chooses. is_adult: asked with a code of ``report.asks`` when the sitter looks young.
    instead_of: the sitter's double that this one is to follow; the photos must show the same person. idle_days: how
    long the double may lie unused. take_away: for the sitter, see ``taken_away``. job: when it is done later. The
    photos taken in die with the `with` block, however it ends. Raises ConsentRequiredError, PermitRefusedError,
    SetRefusedError, AlreadyMadeError, AnotherPersonError, DiskFullError and what ``taken_away`` raises.
    """
    watch = _Watch()
    inspecting = consent.require(desk, sitter, Purpose.INSPECT_PHOTOS)  # (1)
    building = consent.require(desk, sitter, Purpose.BUILD_DOUBLE)
    keeping = consent.require(desk, sitter, Purpose.KEEP_DOUBLE)
    with Custody(desk, sitter, spare=job.spare) as custody:
        kept: dict[int, PhotoId] = {}
        with watch.step("judge"):
            report = inspect_set(
                [_taker(custody, kept, n, photo, inspecting) for n, photo in enumerate(photos[:MOST_PHOTOS])],
                inspecting, desk.settings.models, frontal=frontal, progress=progress, on_photo=on_photo,
                stop_when_enough=True, clock=desk.clock,
            )  # (2)  # fmt: skip
            mark = _mark(report, desk)
            _refuse(report, mark, building, desk, instead_of=instead_of, accept_few=accept_few)
            _ask_age(report, sitter, desk, is_adult)  # (3)
        with watch.step("build"):
            openers = [_opener(custody, kept, n, building) for n in range(len(report.photos))]
            double = build(
                report, openers, building, desk.settings.models, progress=progress, clock=desk.clock
            )  # (4)
        with watch.step("keep"), taken_away(take_away, report, openers, building, desk.clock) as photos_taken:
            double_id = _keep(desk, keeping, double, mark, idle_days, job)  # (5)
    if (receipt := custody.receipt) is None:  # (6)
        raise AssertionError("a sitting without photos cannot have come this far")
    return Sitting(
        double=double_id,
        report=report,
        takes=tuple(take.photo for take in double.takes),
        seconds=watch.seconds,
        photos_destroyed=custody.count,
        idle_days=idle_days,
        not_opened=len(photos) - sum(photo.was_opened for photo in report.photos),
        receipt=receipt.path,
        taken_away=photos_taken,
    )


def _taker(
    custody: Custody, kept: dict[int, PhotoId], number: int, photo: PhotoFile, permit: Permit
) -> Callable[[], bytes]:
    """How to take one photo in: read it and seal it as it came, then show it to the judge."""

    def take() -> bytes:
        if photo.kept is not None:
            kept[number] = photo.kept
            return custody.get(photo.kept, permit)
        content = photo.read()
        try:
            kept[number] = custody.add(content, permit)
        except OSError as error:  # the vault's fault, not the photo's: an OSError would say the latter
            raise RuntimeError("a photo could not be sealed") from error
        return content

    return take


def _opener(
    custody: Custody, kept: Mapping[int, PhotoId], number: int, permit: Permit
) -> Callable[[], bytes]:
    return lambda: custody.get(kept[number], permit)


def _mark(report: SetReport, desk: Desk) -> str:
    """Give the mark of the photos that were opened, made with the studio's signing key.

    Ed25519 signs alike each time: the same set is known when it comes again, by this studio and nobody else.
    """
    digests = sorted(photo.digest for photo in report.photos if photo.digest)
    return sha256(desk.signer.sign(SET_MARK + b"".join(digests))).hexdigest()


def _ask_age(report: SetReport, sitter: SitterId, desk: Desk, is_adult: Callable[[str], bool]) -> None:
    """Ask once more when the sitter looks young. An estimate never refuses; that nobody answers for it does.

    Of whom a guardian spoke nobody asks: that they look young is no news.
    """
    for code in () if consent.is_minor(desk, sitter) else report.asks:
        if not is_adult(code):
            raise AgeUnconfirmedError(report=report)


def _refuse(
    report: SetReport, mark: str, permit: Permit, desk: Desk, *, instead_of: DoubleId | None, accept_few: bool
) -> None:
    """Refuse a set that was seen before, that is too thin, or that shows another person than the old double."""
    _refuse_twins(desk, mark, permit.sitter, instead_of)
    _refuse_thin(report, accept_few=accept_few)
    if instead_of is not None:
        _refuse_another(report, instead_of, permit.sitter, permit, desk)


def _refuse_twins(desk: Desk, mark: str, sitter: SitterId, instead_of: DoubleId | None) -> None:
    """Refuse photos that a double was made of already, for the same account: another's is none of their business."""
    with desk.store.begin() as connection:
        twin = doubles.made_of(connection, mark)
        is_ours = twin is not None and _account(connection, twin.sitter) == _account(connection, sitter)
    if twin is not None and is_ours and twin.id != instead_of:
        raise AlreadyMadeError(double=twin.id)


def _account(connection: Connection, sitter: SitterId) -> str | None:
    return accounts.account_of(connection, sitter)  # None for who works at the machine itself


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
    permit.check(Purpose.BUILD_DOUBLE, desk.clock.now(), sitter=sitter)
    frontal = report.photos[report.frontal or 0].embedding
    double = codec.unpack(desk.vault.get(sitter, DataClass.DOUBLE, old))
    meter = LikenessMeter(double, desk.settings.models)
    if frontal is None or meter.to_takes(frontal) < sameness.OTHER_THAN_MEAN:
        raise AnotherPersonError


def _keep(desk: Desk, permit: Permit, double: OpenDouble, mark: str, idle_days: int, job: ForJob) -> DoubleId:
    """Seal the double, then register it: a crash in between leaves sealed bytes that the sweep finds.

    Whether consent still stands is asked in the transaction that registers: after a withdrawal nothing is. Raises
    PermitRefusedError.
    """
    consent.still(desk, permit, Purpose.KEEP_DOUBLE)
    double_id, subject = job.double or DoubleId(new_id("double")), receipts.subject(desk, permit.sitter)
    desk.vault.put(permit.sitter, DataClass.DOUBLE, double_id, codec.pack(double))
    row = doubles.new(
        double_id, permit.sitter, desk.clock.now(), takes=len(double.takes), format_version=FORMAT,
        photo_set=mark, idle_days=idle_days,
    )  # fmt: skip
    try:
        with desk.store.begin() as connection:
            consent.still_within(connection, desk, permit, Purpose.KEEP_DOUBLE)
            job.guard(connection)
            doubles.add(connection, row)
            audit.record(desk, connection, AuditEvent.DOUBLE_MADE, subject=subject, takes=len(double.takes))
    except (PermitRefusedError, JobStoppedError):  # taken back while we sealed it
        desk.vault.delete(permit.sitter, DataClass.DOUBLE, double_id)
        raise
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
