"""A portrait of several people: their doubles and a template with seats go in, one labelled picture goes out."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import LOW, EngineCard, RenderedGroup, RenderOptions
from fenshen.errors import ConsentRequiredError, FenshenError
from fenshen.flow.likest import LIKE_ENOUGH, TRIES, FaceLostError
from fenshen.flow.portray import ENDINGS, SOURCE_TYPES, NotForMinorsError, open_double
from fenshen.flow.send import Keep, Outgoing, Sent, open_group_export
from fenshen.ids import DoubleId, ExportId, SitterId
from fenshen.labels.write import Format
from fenshen.portrait.likeness import Likeness, LikenessMeter
from fenshen.rights import audit, consent, erasure, receipts, together
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.together import TogetherPermit
from fenshen.store import doubles
from fenshen.templates.group import GroupTemplate, Layout, group_template
from fenshen.vision.arrays import RGB

AROUND: Final = 0.45  # of a face's box, to each side: what the detector wants to see of a head


class SeatsError(FenshenError):
    """The template has no layout for so many people. Facts: ``template``, ``people``, ``seats``."""

    code = "group_seats"


class SeatConsentError(FenshenError):
    """Who is to sit on this seat has not agreed to portraits. Facts: ``seat``, from 1; ``purpose``."""

    code = "seat_consent_missing"


class GroupEngine(Protocol):
    """Turns several doubles and a template with seats into a picture. Promises what `Engine` promises."""

    @property
    def card(self) -> EngineCard:
        """What this engine is."""
        ...

    def render(
        self,
        doubles: Sequence[OpenDouble],
        template: GroupTemplate,
        layout: Layout,
        options: RenderOptions,
        without: Sequence[tuple[int, ...]] = (),
        /,
    ) -> RenderedGroup:
        """Make one picture; the doubles are in the order of the layout's seats.

        without: by seat, photos not to be used as long as there are others.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOrder:
    """What a person asked for."""

    template: str
    seed: int = 1
    short_side: int = 1024  # pixels
    format: Format = "JPEG"
    replace: bool = False  # whether a picture of an earlier run may be overwritten
    beautify: float = LOW  # for everybody alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One person in the picture. Nobody's name, only the seat."""

    seat: int  # counted from 1
    photo: int  # which of that sitter's photos
    likeness: Likeness


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDelivered:
    """A portrait of several people that has left."""

    file: Path
    template: str
    people: tuple[Shown, ...]
    seconds: float
    seed: int
    sent: Sent
    export: ExportId


def portray_group(
    double_ids: Sequence[DoubleId],
    order: GroupOrder,
    folder: Path,
    *,
    desk: Desk,
    engine: GroupEngine,
    keep: Keep | None = None,
) -> GroupDelivered:
    """1. find template and people  2. ask everybody's permits  3. open the doubles  4. render  5. measure.

    6. ask again, and send  7. note the use. double_ids: in the order of the seats. keep: where the picture goes, if not
    into the folder. Every person must stand by two things now: their consent to portraits, and their yes to be shown
    with exactly these people in this template. Raises NotFoundError, SeatsError, SamePersonTwiceError, GroupSizeError,
    SeatConsentError, TogetherNotAgreedError, NotForMinorsError, FaceLostError; PermitRefusedError when somebody takes
    consent back meanwhile; what `Export.send` raises.
    """
    start = time.perf_counter()
    recipe = group_template(order.template)  # (1)
    layout = recipe.layout(len(double_ids))
    if layout is None:
        raise SeatsError(
            template=recipe.name, people=len(double_ids), seats=" / ".join(map(str, recipe.seats))
        )
    sitters = [erasure.whose(desk, double_id) for double_id in double_ids]
    together.check_seats(sitters)
    permits = _permits(desk, sitters)  # (2)
    agreed = together.require(desk, sitters, recipe.name)
    if not recipe.child_safe and any(consent.is_minor(desk, sitter) for sitter in sitters):
        raise NotForMinorsError(template=recipe.name)
    opened = [open_double(*each, desk=desk) for each in zip(double_ids, sitters, permits, strict=True)]  # (3)
    _still(desk, permits, agreed)
    options = RenderOptions(seed=order.seed, short_side=order.short_side, beautify=order.beautify)
    rendered, people = likest(
        opened,
        recipe,
        layout,
        options,
        engine=engine,
        measure=lambda picture: _measured(picture, opened, recipe, desk),
    )  # (4) (5)
    export = open_group_export(desk, sitters, engine=engine.card, format=order.format, replace=order.replace)
    export = replace(export, keep=keep or export.keep)
    _still(desk, permits, agreed)
    file = folder / f"{recipe.name}.{ENDINGS[order.format]}"
    going = Outgoing(
        pixels=rendered.pixels, faces=rendered.faces, source_type=SOURCE_TYPES[rendered.origin],
        kind="together", design=recipe.label, template=recipe.name, beautify=order.beautify,
    )  # fmt: skip
    sent = export.send(going, file)  # (6)
    _note_use(desk, double_ids, sitters)  # (7)
    return GroupDelivered(
        file=file, template=recipe.name, people=people, seconds=time.perf_counter() - start, seed=order.seed,
        sent=sent, export=export.id,
    )  # fmt: skip


def likest(
    opened: Sequence[OpenDouble],
    recipe: GroupTemplate,
    layout: Layout,
    options: RenderOptions,
    *,
    engine: GroupEngine,
    measure: Callable[[RenderedGroup], tuple[Shown, ...]],
) -> tuple[RenderedGroup, tuple[Shown, ...]]:
    """Render; whoever is less like themselves than nearly all their photos gets another photo, the others keep theirs.

    If that helps one and harms another, a third picture takes each person's better photo. Raises FaceLostError when no
    face can be read at the first try.
    """
    rendered = engine.render(opened, recipe, layout, options)
    people = measure(rendered)
    weak = [
        _is_little_like(each) and len(double.takes) > 1 for each, double in zip(people, opened, strict=True)
    ]
    if not any(weak):
        return rendered, people
    tries, asked = (
        [(rendered, people)],
        [
            (each.photo,) if another else _all_but(double, each.photo)
            for each, double, another in zip(people, opened, weak, strict=True)
        ],
    )
    for _ in range(TRIES - 1):
        try:
            picture = engine.render(opened, recipe, layout, options, asked)
            tries.append((picture, measure(picture)))
        except FaceLostError:
            break
        best = [max(same, key=_value).photo for same in zip(*(shown for _, shown in tries), strict=True)]
        for picture, shown in tries:
            if picture.photos == tuple(best):
                return picture, shown
        asked = [_all_but(double, photo) for double, photo in zip(opened, best, strict=True)]
    return tries[0]


def _is_little_like(shown: Shown) -> bool:
    return shown.likeness.percentile is not None and shown.likeness.percentile < LIKE_ENOUGH


def _value(shown: Shown) -> float:
    return shown.likeness.value


def _all_but(double: OpenDouble, photo: int) -> tuple[int, ...]:
    return tuple(take.photo for take in double.takes if take.photo != photo)


def _permits(desk: Desk, sitters: Sequence[SitterId]) -> list[Permit]:
    """Everybody's permit to have portraits made; says whose is missing by the seat. Raises SeatConsentError."""
    permits = []
    for seat, sitter in enumerate(sitters, 1):
        try:
            permits.append(consent.require(desk, sitter, Purpose.RENDER_PORTRAIT))
        except ConsentRequiredError:
            raise SeatConsentError(seat=seat, purpose=Purpose.RENDER_PORTRAIT) from None
    return permits


def _still(desk: Desk, permits: Sequence[Permit], agreed: TogetherPermit) -> None:
    """Ask everybody anew. Raises PermitRefusedError, TogetherNotAgreedError."""
    for permit in permits:
        consent.still(desk, permit, Purpose.RENDER_PORTRAIT)
    together.still(desk, agreed)


def _measured(
    rendered: RenderedGroup, opened: Sequence[OpenDouble], recipe: GroupTemplate, desk: Desk
) -> tuple[Shown, ...]:
    """How like each person is, one to one with their own double. Raises FaceLostError when a face cannot be read."""
    people = []
    for seat, (box, photo, double) in enumerate(zip(rendered.faces, rendered.photos, opened, strict=True), 1):
        meter = LikenessMeter(double, desk.settings.models)
        seen = meter.see(around(rendered.pixels, box))
        if seen is None:
            raise FaceLostError(template=recipe.name)
        people.append(Shown(seat=seat, photo=photo, likeness=meter.likeness(seen, {photo})))
    return tuple(people)


def around(pixels: RGB, box: tuple[float, float, float, float]) -> RGB:
    """One head of a picture (H, W, 3): a face's box and some of what is around it."""
    x, y, width, height = box
    left, top = max(0, round(x - AROUND * width)), max(0, round(y - AROUND * height))
    right, bottom = round(x + (1 + AROUND) * width), round(y + (1 + AROUND) * height)
    return np.ascontiguousarray(pixels[top:bottom, left:right])


def _note_use(desk: Desk, double_ids: Sequence[DoubleId], sitters: Sequence[SitterId]) -> None:
    for double_id, sitter in zip(double_ids, sitters, strict=True):
        subject = receipts.subject(desk, sitter)
        with desk.store.begin() as connection:
            doubles.used(connection, double_id, desk.clock.now())
            audit.record(desk, connection, AuditEvent.DOUBLE_USED, subject=subject, portraits=1)
