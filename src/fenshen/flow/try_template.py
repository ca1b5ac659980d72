"""What a template looks like before anybody's face is in it: small, labelled, on a person who does not exist."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fenshen.engines.engine import Engine, Origin, RenderedPortrait, RenderOptions, UnsuitedError
from fenshen.errors import FenshenError
from fenshen.flow.portray import SOURCE_TYPES, Skipped
from fenshen.flow.preview import THUMBNAIL
from fenshen.flow.send import Export, Outgoing, Sent, open_model_export
from fenshen.labels.deliver import TargetExistsError
from fenshen.labels.write import Format
from fenshen.people import double_of
from fenshen.portrait.sheet import contact_sheet
from fenshen.rights.desk import Desk
from fenshen.templates.recipe import Template

FORMATS: Final[dict[str, Format]] = {".webp": "WEBP", ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
SHEET: Final = "contact-sheet.jpg"  # no template can be called so


class PreviewNotPictureError(FenshenError):
    """The name for a preview does not end like a picture's. Facts: ``endings``."""

    code = "preview_not_picture"
    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A preview that has left."""

    template: str
    file: Path
    sent: Sent
    origin: Origin


def check_preview(file: Path, *, replace: bool = False) -> Format:
    """Give the format that a preview's name asks for. Raises PreviewNotPictureError, TargetExistsError."""
    if file.exists() and not replace:
        raise TargetExistsError
    if file.suffix.lower() not in FORMATS:
        raise PreviewNotPictureError(endings=", ".join(FORMATS))
    return FORMATS[file.suffix.lower()]


def try_template(recipe: Template, file: Path, *, desk: Desk, engine: Engine, replace: bool = False) -> Tried:
    """1. render the template on who suits it  2. label, enter, deliver. On two cores: half a second.

    Raises PreviewNotPictureError, UnsuitedError when it suits neither person, what `Export.send` raises.
    """
    export = open_model_export(
        desk, engine=engine.card, format=check_preview(file, replace=replace), replace=replace
    )
    return _sent(export, recipe, modelled(recipe, engine), file)


def try_templates(
    recipes: Sequence[Template], folder: Path, *, desk: Desk, engine: Engine, replace: bool = False
) -> Iterator[Tried | Skipped]:
    """Each template on who suits it, as NAME.jpg; and all of them on one contact sheet, in the order given.

    Raises what `Export.send` raises.
    """
    export = open_model_export(desk, engine=engine.card, format="JPEG", replace=replace)
    made: list[Tried] = []
    for recipe in recipes:
        try:
            rendered = modelled(recipe, engine)
        except UnsuitedError as why:
            yield Skipped(template=recipe.name, why=why)
            continue
        made.append(_sent(export, recipe, rendered, folder / f"{recipe.name}.jpg"))
        yield made[-1]
    if len(made) > 1:
        shown = [(each.file.read_bytes(), each.sent.picture) for each in made]
        sheet = contact_sheet(shown, cell=(THUMBNAIL, THUMBNAIL * 3 // 2))
        generated = any(each.origin is Origin.OVER_GENERATED for each in made)
        source = SOURCE_TYPES[Origin.OVER_GENERATED if generated else engine.card.origin]
        going = Outgoing(pixels=sheet, faces=(), source_type=source, kind="sheet", design="caption")
        export.send(going, folder / SHEET)


def modelled(recipe: Template, engine: Engine) -> RenderedPortrait:
    """Render a template small on the bundled person it is for, or else on the other one. Raises UnsuitedError."""
    people = ("omar", "anna") if recipe.suits == ("man",) else ("anna", "omar")
    options = RenderOptions(short_side=THUMBNAIL)
    try:
        return engine.render(double_of(people[0]), recipe, options)
    except UnsuitedError:
        return engine.render(double_of(people[1]), recipe, options)


def _sent(export: Export, recipe: Template, rendered: RenderedPortrait, file: Path) -> Tried:
    going = Outgoing(
        pixels=rendered.pixels, faces=rendered.faces, source_type=SOURCE_TYPES[rendered.origin], kind="preview",
        design=recipe.label, template=recipe.name, beautify=RenderOptions().beautify,
    )  # fmt: skip
    return Tried(template=recipe.name, file=file, sent=export.send(going, file), origin=rendered.origin)
