"""Ask for long work: what must wait is sealed, a job goes into the queue, and a worker does it in its turn."""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from fenshen.engines.cards import STUDIO
from fenshen.errors import FenshenError, NotFoundError
from fenshen.flow.portray import ENDINGS, Order
from fenshen.flow.send import check_size
from fenshen.flow.sit import MOST_PHOTOS
from fenshen.ids import DoubleId, JobId, PhotoId, SitterId, new_id
from fenshen.jobs.queue import Limits, Queue, Wish
from fenshen.jobs.states import OPEN, WITH_PHOTOS, JobKind
from fenshen.photos.container import PhotoTooLargeError
from fenshen.photos.folder import PhotoFile
from fenshen.rights import consent, erasure
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.custody import Custody
from fenshen.rights.desk import Desk
from fenshen.store import doubles
from fenshen.store import jobs as rows
from fenshen.store.jobs import JobRow
from fenshen.templates.adjusted import check
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Wish as Pose
from fenshen.vault.keys import SitterBusyError
from fenshen.vault.vault import DataClass


class NotForLaterError(FenshenError):
    """What was asked for is for who sits at the machine, and cannot wait in the queue."""

    code = "not_for_later"


FOR_A_DOUBLE = (Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE)


def queue_of(desk: Desk, limits: Limits | None = None) -> Queue:
    """Give the queue of a studio."""
    return Queue(desk.store, desk.clock, limits, dict(desk.settings.lanes))


def double_later(
    photos: Sequence[PhotoFile],
    sitter: SitterId,
    *,
    desk: Desk,
    account: str | None = None,
    frontal: int | None = None,
    accept_few: bool = False,
    is_adult: bool = False,
    instead_of: DoubleId | None = None,
    idle_days: int = doubles.IDLE_DAYS,
) -> JobRow:
    """1. ask the permits  2. seal the photos, unseen  3. put the job into the queue.

    Nothing is judged here. If the queue takes no job the photos are destroyed at once. account: whose turn it takes,
    the sitter's own by default. is_adult: what is answered when the sitter looks young. Raises ConsentRequiredError,
    SitterBusyError when a job of this sitter waits already, DiskFullError, and what ``Queue.submit`` raises.
    """
    sealing = consent.require(desk, sitter, Purpose.INSPECT_PHOTOS)  # (1)
    permits = [consent.require(desk, sitter, purpose) for purpose in FOR_A_DOUBLE]
    with Custody(desk, sitter) as custody:
        if _waits(desk, sitter):
            custody.hand_over()  # the photos that are here are the other job's
            raise SitterBusyError
        ids: list[PhotoId] = []
        first = None  # where the frontal comes to stand
        for number, photo in enumerate(photos[:MOST_PHOTOS]):
            try:
                content = photo.read()
            except (OSError, PhotoTooLargeError):
                continue  # what cannot be read is no photo; the verdicts tell the rest
            first = len(ids) if number == frontal else first
            ids.append(custody.add(content, sealing))  # (2)

        def still(connection: Connection) -> None:
            for permit in permits:
                consent.still_within(connection, desk, permit, permit.purpose)

        wish = double_wish(
            ids, sitter, account=account or sitter, frontal=first, accept_few=accept_few, is_adult=is_adult,
            instead_of=instead_of, idle_days=idle_days,
        )  # fmt: skip
        row = queue_of(desk).submit(wish, also=still)  # (3)
        custody.hand_over()
    return row


def double_wish(
    photos: Sequence[PhotoId],
    sitter: SitterId,
    *,
    account: str,
    frontal: int | None,
    accept_few: bool,
    is_adult: bool,
    instead_of: DoubleId | None,
    idle_days: int,
) -> Wish:
    """Say what a job for a double is asked for. photos: sealed in the vault; frontal: which of them, from 0."""
    return Wish(
        kind=JobKind.DOUBLE if instead_of is None else JobKind.REDO,
        account=account,
        sitter=sitter,
        double=DoubleId(new_id("double")),
        units=len(photos),
        wanted={
            "photos": list(photos),
            "frontal": frontal,
            "accept_few": accept_few,
            "is_adult": is_adult,
            "instead_of": instead_of,
            "idle_days": idle_days,
        },
    )


def portraits_later(
    double: DoubleId, order: Order, *, desk: Desk, account: str | None = None, language: str | None = None
) -> JobRow:
    """Put a batch of portraits into the queue; they wait in the vault, sealed and labelled, until they are fetched.

    language: of the visible words; the studio's own by default. Raises NotForLaterError, NotFoundError,
    ConsentRequiredError, ExportTooLargeError, what ``adjusted.check`` and ``Queue.submit`` raise.
    """
    if order.explain or order.label_free:
        raise NotForLaterError
    check_size(len(order.templates) * order.each)
    for name in order.templates:
        if template(name).private and account is not None:  # whoever runs the studio keeps it for themselves
            raise NotFoundError(kind="template", id=name)
        check(template(name), order.adjust)
    sitter = erasure.whose(desk, double)
    permit = consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)
    wanted: dict[str, Any] = {name: value for name, value in asdict(order).items() if name in WANTED}
    if order.wish is not None:
        wanted["wish"] = order.wish.model_dump(exclude_unset=True)
    if order.adjust:
        wanted["adjust"] = dict(order.adjust)
    wish = Wish(
        kind=JobKind.PORTRAITS,
        account=account or sitter,
        sitter=sitter,
        double=double,
        units=len(order.templates) * order.each,
        engine=STUDIO.name,
        device=STUDIO.device,
        wanted={**wanted, "templates": list(order.templates), "language": language or desk.settings.language},
    )
    return queue_of(desk).submit(
        wish, also=lambda connection: consent.still_within(connection, desk, permit, permit.purpose)
    )


WANTED = frozenset({"each", "seed", "short_side", "format", "beautify", "more_like_me"})


def order_of(wanted: dict[str, Any]) -> Order:
    """Read an order back from what a job wants."""
    wish = Pose.model_validate(wanted["wish"]) if "wish" in wanted else None
    known = {name: wanted[name] for name in WANTED}
    return Order(templates=wanted["templates"], wish=wish, adjust=wanted.get("adjust", {}), **known)


def object_of(job: JobId, number: int) -> str:
    """Name the portrait of a job, counted from 0, as the vault knows it: the same however often it is tried."""
    return f"portrait_{job.removeprefix('job_')}_{number}"


def fetch(job: JobId, *, desk: Desk) -> list[tuple[str, bytes]]:
    """Give the portraits of a job that are in the vault: a name for a file, and the labelled file.

    They stay until ``done_with``. Raises NotFoundError and PermitRefusedError.
    """
    with desk.store.begin() as connection:
        row = rows.get(connection, job)
    if row is None or row.kind != JobKind.PORTRAITS:
        raise NotFoundError(kind="job", id=job)
    return portraits_of(row, consent.require(desk, row.sitter, Purpose.RENDER_PORTRAIT), desk=desk)


def portraits_of(
    row: JobRow, permit: Permit, *, desk: Desk, only: str | None = None
) -> list[tuple[str, bytes]]:
    """Open a job's portraits in the vault, or one: a name for a file, and the labelled file.

    Raises PermitRefusedError.
    """
    permit.check(Purpose.RENDER_PORTRAIT, desk.clock.now(), sitter=row.sitter)
    here = set(desk.vault.objects(row.sitter, DataClass.PORTRAIT))
    ending = ENDINGS[order_of(json.loads(row.wanted)).format]
    names = [name for number in range(row.units) if (name := object_of(row.id, number)) in here]
    names = names if only is None else [name for name in names if name == only]
    return [(f"{name}.{ending}", desk.vault.get(row.sitter, DataClass.PORTRAIT, name)) for name in names]


def picture_of(desk: Desk, portrait: str) -> tuple[str, bytes]:
    """Give one portrait: a name for a file, and the labelled file. Raises NotFoundError, ConsentRequiredError."""
    row, _ = portrait_of(desk, portrait)
    permit = consent.require(desk, row.sitter, Purpose.RENDER_PORTRAIT)
    for name, data in portraits_of(row, permit, desk=desk, only=portrait):
        return name, data
    raise NotFoundError(kind="portrait", id="")


def done_with(job: JobId, *, desk: Desk) -> None:
    """Destroy a job's portraits in the vault: the person has them now. Raises NotFoundError."""
    with desk.store.begin() as connection:
        row = rows.get(connection, job)
    if row is None:
        raise NotFoundError(kind="job", id=job)
    for name in {object_of(job, number) for number in range(row.units)} & set(
        desk.vault.objects(row.sitter, DataClass.PORTRAIT)
    ):
        desk.vault.delete(row.sitter, DataClass.PORTRAIT, name)


def previews_later(
    double: DoubleId,
    names: Sequence[str],
    *,
    desk: Desk,
    account: str | None = None,
    language: str | None = None,
) -> JobRow | None:
    """Put previews of some templates into the queue, unless some of this double are on their way: then None.

    Raises NotFoundError, ConsentRequiredError, and what ``Queue.submit`` raises.
    """
    sitter = erasure.whose(desk, double)
    permit = consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)
    with desk.store.begin() as connection:
        open_ones = [row for row in rows.every(connection, sitter) if row.state in OPEN]
    if any(row.kind == JobKind.PREVIEWS and row.double == double for row in open_ones):
        return None
    wish = Wish(
        kind=JobKind.PREVIEWS, account=account or sitter, sitter=sitter, double=double, units=len(names),
        engine=STUDIO.name, device=STUDIO.device,
        wanted={"templates": list(names), "language": language or desk.settings.language},
    )  # fmt: skip
    return queue_of(desk).submit(
        wish, also=lambda connection: consent.still_within(connection, desk, permit, permit.purpose)
    )


def delete_portrait(row: JobRow, portrait: str, *, desk: Desk) -> None:
    """Destroy one portrait of a job. One that is gone is fine. Raises NotFoundError for a portrait of another job."""
    if portrait not in {object_of(row.id, number) for number in range(row.units)}:
        raise NotFoundError(kind="portrait", id="")
    with suppress(NotFoundError):
        desk.vault.delete(row.sitter, DataClass.PORTRAIT, portrait)


def portrait_of(desk: Desk, portrait: str) -> tuple[JobRow, dict[str, Any]]:
    """Give the job that a portrait was made in, and what is known of it. Raises NotFoundError."""
    _, _, rest = portrait.partition("_")
    with desk.store.begin() as connection:
        row = rows.get(connection, JobId(f"job_{rest.partition('_')[0]}"))
    for facts in json.loads(row.result or "{}").get("portraits", ()) if row else ():
        if row is not None and facts.get("id") == portrait:
            return row, facts
    raise NotFoundError(kind="portrait", id="")


def preview_of(double: DoubleId, template: str) -> str:
    """Name the preview of a template on a double, as the vault knows it."""
    return f"preview_{double.removeprefix('double_')}_{template}"


def _waits(desk: Desk, sitter: SitterId) -> bool:
    with desk.store.begin() as connection:
        mine = rows.every(connection, sitter)
    return any(row.state in OPEN and row.kind in WITH_PHOTOS for row in mine)


def sealed_photos(ids: Sequence[str]) -> list[PhotoFile]:
    """Give photos that the vault holds as photos of a sitting; their names tell only their order."""
    return [PhotoFile(name=str(n), read=_never, kept=PhotoId(id_)) for n, id_ in enumerate(ids, 1)]


def _never() -> bytes:
    raise AssertionError("a sealed photo is read through its custody")
