"""The gallery: every template once on one sitter, small, labelled, and gone as one."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import Engine, RenderOptions, UnsuitedError
from fenshen.flow.likest import best_of
from fenshen.flow.portray import SOURCE_TYPES, Skipped, open_double
from fenshen.flow.send import Export, Outgoing, open_export
from fenshen.ids import DoubleId, SitterId
from fenshen.labels import register
from fenshen.labels.register import Made
from fenshen.labels.write import Format, LabelledPicture
from fenshen.portrait.likeness import LikenessMeter
from fenshen.rights import audit, consent, erasure, receipts
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.consent import Permit, Purpose
from fenshen.rights.desk import Desk
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Template

THUMBNAIL: Final = 320  # pixels of the short side: an invisible mark needs 200, the visible words 200
AS_ITS_TEMPLATE: Final = "each"  # in the register, instead of a design: every preview has its template's


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A small portrait that carries every label. As personal as a large one: whoever keeps it keeps it sealed."""

    template: str
    picture: LabelledPicture = field(repr=False)
    photo: int  # which of the sitter's photos it is made from, counted from 1
    seconds: float  # to render, measure and label


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gallery:
    """One run under way: what all its previews have in common."""

    double: OpenDouble
    meter: LikenessMeter
    engine: Engine
    export: Export
    options: RenderOptions
    number: str
    mark: int


def previews(
    double_id: DoubleId,
    names: Sequence[str],
    *,
    desk: Desk,
    engine: Engine,
    short_side: int = THUMBNAIL,
    format: Format = "WEBP",  # noqa: A002
) -> Iterator[Preview | Skipped]:
    """1. ask the permit  2. leave out what no minor is shown  3. enter the run  4. open the double  5. render each.

    The portraits that the templates would make of this sitter with nothing else asked, made small: the same take, the
    same light, the same second try when a portrait is too little like the sitter. They come in the order of `names`,
    each once; a template that does not suit the sitter comes as a Skipped with its reason. Nothing is written but the
    register and the log: what is given may be shown and kept sealed, and the caller keeps it.

    What it costs, on two cores: 1 s to open the double and read its takes, then a fifth of a second each. So it is
    called once for a double and its results kept, not at every look, in a thread or process that may take ten seconds;
    whoever stops asking stops the work. engine: `StudioEngine(Workbench())`, made for this run and dropped after it.
    Raises NotFoundError, ConsentRequiredError; PermitRefusedError once consent is taken back.
    """
    recipes = [template(name) for name in dict.fromkeys(names)]
    sitter = erasure.whose(desk, double_id)
    permit = consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)  # (1)
    young = consent.is_minor(desk, sitter)
    shown = [recipe for recipe in recipes if recipe.child_safe or not young]  # (2)
    if not shown:
        return
    export, number, mark = _enter(desk, sitter, double_id, len(shown), engine, format)  # (3)
    double = open_double(double_id, sitter, permit, desk=desk)  # (4)
    gallery = _Gallery(
        double=double, meter=LikenessMeter(double, desk.settings.models), engine=engine, export=export,
        options=RenderOptions(short_side=short_side), number=number, mark=mark,
    )  # fmt: skip
    for recipe in shown:  # (5)
        try:
            yield _preview(recipe, gallery, permit, desk)
        except UnsuitedError as why:
            yield Skipped(template=recipe.name, why=why)


def _enter(
    desk: Desk,
    sitter: SitterId,
    double_id: DoubleId,
    count: int,
    engine: Engine,
    format: Format,  # noqa: A002
) -> tuple[Export, str, int]:
    """Enter the run in register and log, under one number and one mark, before there is a picture.

    Looking puts the end of a double off no more than lying in a drawer does: its use is logged, not noted.
    """
    export = open_export(desk, sitter, double_id, kind="previews", engine=engine.card, format=format)
    number, mark = export.new_number(), register.new_mark(desk)
    card = engine.card
    register.enter_many(
        desk, export.id, produce_id=number, mark=mark, count=count, source_type=SOURCE_TYPES[card.origin].value,
        made=Made(
            kind="preview", template=None, engine=card.name, engine_version=card.version,
            label=AS_ITS_TEMPLATE, beautify=RenderOptions().beautify,
        ),
    )  # fmt: skip
    subject = receipts.subject(desk, sitter)
    with desk.store.begin() as connection:
        audit.record(desk, connection, AuditEvent.DOUBLE_USED, subject=subject, portraits=count)
    return export, number, mark


def _preview(recipe: Template, gallery: _Gallery, permit: Permit, desk: Desk) -> Preview:
    """Make one preview while consent stands. Raises UnsuitedError, PermitRefusedError, NoRoomForLabelError."""
    consent.still(desk, permit, Purpose.RENDER_PORTRAIT)
    start = time.perf_counter()
    shot = best_of(gallery.double, recipe, gallery.options, gallery.engine, gallery.meter)
    rendered = shot.rendered
    going = Outgoing(
        pixels=rendered.pixels, faces=rendered.faces, source_type=SOURCE_TYPES[rendered.origin],
        kind="preview", design=recipe.label, template=recipe.name, beautify=shot.options.beautify,
    )  # fmt: skip
    picture = gallery.export.labelled(going, gallery.number, gallery.mark)
    consent.still(desk, permit, Purpose.RENDER_PORTRAIT)
    return Preview(
        template=recipe.name,
        picture=picture,
        photo=rendered.photo,
        seconds=time.perf_counter() - start,
    )
