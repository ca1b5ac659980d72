"""A portrait: double and template go in, a labelled picture goes out."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import LOW, Engine, Origin, RenderedPortrait, RenderOptions, UnsuitedError
from fenshen.flow.likest import best_of
from fenshen.flow.send import Export, Outgoing, Sent, check_size, open_export
from fenshen.ids import DoubleId, ExportId, SitterId
from fenshen.labels.write import Format, SourceType
from fenshen.portrait.closer import Pressed, Shot, come_closer
from fenshen.portrait.copy_guard import Copied, same_photo_again
from fenshen.portrait.likeness import Likeness, LikenessMeter
from fenshen.progress import Progress
from fenshen.rights import audit, consent, erasure, label_free, receipts
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.desk import Desk
from fenshen.store import doubles
from fenshen.templates.adjusted import adjusted
from fenshen.templates.adjusting import Asked
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Template, Wish
from fenshen.vault.vault import DataClass

SOURCE_TYPES: Final = {
    Origin.OWN_PIXELS: SourceType.COMPOSITE_SYNTHETIC,
    Origin.OWN_HEAD: SourceType.COMPOSITE_SYNTHETIC,
    Origin.OWN_FACE: SourceType.COMPOSITE_SYNTHETIC,
    Origin.OVER_GENERATED: SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA,
}  # docs/decisions/0005-source-type.md
ENDINGS: Final[dict[Format, str]] = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}


class NotForMinorsError(UnsuitedError):
    """The sitter is a minor, and this template is not a plain one. Facts: ``template``."""

    code = "not_for_minors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asked for."""

    templates: Sequence[str]
    each: int = 1  # portraits per template
    seed: int = 1
    short_side: int = 1024  # pixels
    format: Format = "JPEG"
    replace: bool = False  # whether portraits of an earlier run may be overwritten
    beautify: float = LOW  # see `RenderOptions.beautify`
    more_like_me: int = 0  # presses of "more like me", 0..MOST_PRESSES
    wish: Wish | None = None  # pose and expression instead of the templates'
    explain: bool = False  # whether the steps of the work leave too, labelled like portraits
    adjust: Asked = field(default_factory=dict)  # dials and options that every one of the templates offers
    label_free: bool = False  # whether the visible words are left out, as an application allows


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A template that cannot be made of this sitter's photos, and why."""

    template: str
    why: UnsuitedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A portrait that has left."""

    file: Path
    template: str
    photo: int  # which of the sitter's photos it is made from, counted from 1
    likeness: Likeness
    seconds: float  # to render, measure, label and write
    seed: int
    sent: Sent  # its number, its label
    export: ExportId  # the run it left with
    pressed: Pressed | None = None  # what "more like me" did, if it was asked
    copied: Copied | None = None  # whether it is only its photo again, where another pose was asked
    layers: tuple[Path, ...] = field(default=())  # the steps of the work, in their order


def portray(
    double_id: DoubleId,
    order: Order,
    folder: Path,
    *,
    desk: Desk,
    engine: Engine,
    progress: Progress,
    skipped: list[Skipped] | None = None,
) -> Iterator[Delivered]:
    """1. find template and double  2. ask the permits  3. open the double  4. make and send  5. note its use.

    Each is given as soon as it is written, and stays. skipped: receives the templates that do not suit the sitter;
    without it, or when none suits, an UnsuitedError is raised. Raises what `consent`, `label_free` and `Export` raise.
    """
    series = Series(double_id, order, desk=desk, engine=engine)  # (1) (2) (3)
    used: list[int] = []  # photos that served so far
    for number in range(series.total):
        progress.step("progress_rendering", number, series.total)
        try:
            made = series.make(number, used, series.file(number, folder))  # (4)
        except UnsuitedError as why:
            if skipped is None:
                raise
            skipped.append(Skipped(template=series.recipe(number).name, why=why))
            continue
        used.append(made.photo)
        yield made
    progress.step("progress_rendering", series.total, series.total)
    if skipped and not used:
        raise skipped[0].why
    series.note_use(len(used))  # (5)


class Series:
    """The portraits of one order, made one after another; the double is opened once for all."""

    def __init__(self, double_id: DoubleId, order: Order, *, desk: Desk, engine: Engine) -> None:
        """Find the templates and the double, ask the permits, open the double; raises as ``portray`` does."""
        check_size(len(order.templates) * order.each)
        recipes = [adjusted(template(name), order.adjust) for name in order.templates]
        self._order, self._desk, self._engine, self._double_id = order, desk, engine, double_id
        self.sitter = erasure.whose(desk, double_id)
        self._permit = consent.require(desk, self.sitter, Purpose.RENDER_PORTRAIT)
        self._places = [(recipe, number) for recipe in recipes for number in range(order.each)]
        self.total = len(self._places)
        free = label_free.require(desk, self.sitter) if order.label_free else None
        self.export = open_export(
            desk, self.sitter, double_id, kind="portraits", engine=engine.card,
            format=order.format, replace=order.replace, free=free,
        )  # fmt: skip
        self._double = open_double(double_id, self.sitter, self._permit, desk=desk)
        self._meter = LikenessMeter(self._double, desk.settings.models)

    def recipe(self, number: int) -> Template:
        """Give the template of a portrait, counted from 0."""
        return self._places[number][0]

    def file(self, number: int, folder: Path) -> Path:
        """Give the file of a portrait in a folder."""
        recipe, which = self._places[number]
        return folder / f"{_stem(recipe, which, self._order.each)}.{ENDINGS[self._order.format]}"

    def make(self, number: int, used: Sequence[int], file: Path) -> Delivered:
        """Make one portrait and send it. used: photos that served before, in their order. Raises UnsuitedError."""
        order, desk, double = self._order, self._desk, self._double
        recipe, which = self._places[number]
        here = tuple(used[len(used) - min(which, len(used)) :])  # of this template: each is of another photo
        consent.still(desk, self._permit, Purpose.RENDER_PORTRAIT)  # taken back meanwhile: no more portraits
        start, options = time.perf_counter(), _options(order, which, used, here)
        _refuse_to_minors(recipe, young=consent.is_minor(desk, self.sitter))
        shot = best_of(double, recipe, options, self._engine, self._meter)
        shot, pressed = _closer(shot, order, double, recipe, self._engine, self._meter)
        consent.still(desk, self._permit, Purpose.RENDER_PORTRAIT)
        sent = self.export.send(_going(shot.rendered, recipe, shot, kind="portrait"), file)
        layers = _explain(shot, double, recipe, self._engine, file, self.export) if order.explain else ()
        return Delivered(
            file=file,
            template=recipe.name,
            photo=shot.rendered.photo,
            likeness=self._meter.likeness(shot.seen, {shot.rendered.photo}),
            seconds=time.perf_counter() - start,
            seed=shot.options.seed,
            sent=sent,
            export=self.export.id,
            pressed=pressed,
            copied=_again(shot, double, desk) if order.wish else None,
            layers=layers,
        )

    def note_use(self, portraits: int) -> None:
        """Note that the double was used: it lives on from today."""
        _note_use(self._desk, self._double_id, self.sitter, portraits)


def _note_use(desk: Desk, double_id: DoubleId, sitter: SitterId, portraits: int) -> None:
    subject = receipts.subject(desk, sitter)
    with desk.store.begin() as connection:
        doubles.used(connection, double_id, desk.clock.now())
        audit.record(desk, connection, AuditEvent.DOUBLE_USED, subject=subject, portraits=portraits)


def _refuse_to_minors(recipe: Template, *, young: bool) -> None:
    if young and not recipe.child_safe:
        raise NotForMinorsError(template=recipe.name)


def _options(order: Order, number: int, used: Sequence[int], without: tuple[int, ...]) -> RenderOptions:
    """What the engine is asked for: the order's wishes, for its portrait of this number."""
    return RenderOptions(
        seed=order.seed + number,
        used=tuple(used),
        without=without,
        short_side=order.short_side,
        beautify=order.beautify,
        wish=order.wish,
    )


def _closer(
    shot: Shot, order: Order, double: OpenDouble, recipe: Template, engine: Engine, meter: LikenessMeter
) -> tuple[Shot, Pressed | None]:
    """What "more like me" makes of a portrait, when it was asked for."""
    if not order.more_like_me:
        return shot, None
    return come_closer(shot, order.more_like_me, double=double, template=recipe, engine=engine, meter=meter)


def _again(shot: Shot, double: OpenDouble, desk: Desk) -> Copied | None:
    """Whether a portrait of which another pose was asked is only its photo again."""
    take = next(take for take in double.takes if take.photo == shot.rendered.photo)
    return same_photo_again(shot.rendered.pixels, take, desk.settings.models)


def _explain(
    shot: Shot, double: OpenDouble, recipe: Template, engine: Engine, file: Path, export: Export
) -> tuple[Path, ...]:
    """Render the portrait once more with its layers, and let each leave with a label of its own."""
    shown = engine.render(double, recipe, replace(shot.options, explain=True))
    folder = file.with_name(f"{file.stem}-layers")
    files = []
    for number, layer in enumerate(shown.layers, 1):
        files.append(folder / f"{number}-{layer.name.removeprefix('layer_')}{file.suffix}")
        export.send(_going(replace(shown, pixels=layer.pixels), recipe, shot, kind="layer"), files[-1])
    return tuple(files)


def _going(rendered: RenderedPortrait, recipe: Template, shot: Shot, *, kind: str) -> Outgoing:
    """What leaves, and what the register says of how it came about."""
    return Outgoing(
        pixels=rendered.pixels,
        faces=rendered.faces,
        source_type=SOURCE_TYPES[rendered.origin],
        kind=kind,
        design=recipe.label,
        template=recipe.name,
        beautify=shot.options.beautify,
        closer=shot.options.closer,
    )


def open_double(double_id: DoubleId, sitter: SitterId, permit: Permit, *, desk: Desk) -> OpenDouble:
    """Unseal and unpack a double. Raises PermitRefusedError before a byte is read."""
    permit.check(Purpose.RENDER_PORTRAIT, desk.clock.now(), sitter=sitter)
    return codec.unpack(desk.vault.get(sitter, DataClass.DOUBLE, double_id))


def _stem(recipe: Template, number: int, each: int) -> str:
    return recipe.name if each == 1 else f"{recipe.name}-{number + 1}"
