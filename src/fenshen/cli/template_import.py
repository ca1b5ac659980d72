"""``fenshen templates import FILE``: a template of one's own from a portrait, and nothing of whose portrait it was."""

from __future__ import annotations

from enum import StrEnum
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fenshen import settings
from fenshen.cli.consent_question import can_ask
from fenshen.cli.screen import Json, print_json, show_table, tell, told
from fenshen.errors import FenshenError

if TYPE_CHECKING:
    from fenshen.flow.import_template import Imported, Named


class TemplateNameUnfitError(FenshenError):
    """A name, a title or whatever else was given cannot stand in a recipe. Facts: ``field``."""

    code = "template_words_unfit"
    exit_status = 2


class ReleaseGiven(StrEnum):
    """What may be said of the person in the picture, as `templates/assets.py` has it."""

    YES = "yes"
    NO = "no"
    NONE_NEEDED = "none-needed"


SAID: dict[ReleaseGiven, Literal["yes", "no", "none needed"]] = {
    ReleaseGiven.YES: "yes", ReleaseGiven.NO: "no", ReleaseGiven.NONE_NEEDED: "none needed"
}  # fmt: skip

File = Annotated[Path, typer.Argument(metavar="FILE", help=told("import_file"))]
Name = Annotated[str | None, typer.Option("--name", help=told("import_name"))]
TitleEn = Annotated[str | None, typer.Option("--title-en", help=told("import_title_en"))]
TitleZh = Annotated[str | None, typer.Option("--title-zh", help=told("import_title_zh"))]
Licence = Annotated[str | None, typer.Option("--licence", metavar="SPDX", help=told("import_licence"))]
Source = Annotated[str | None, typer.Option("--source", help=told("import_source"))]
Release = Annotated[ReleaseGiven | None, typer.Option("--release", help=told("import_release"))]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help=told("import_tag"))]
CarryMarks = Annotated[bool, typer.Option("--carry-marks", help=told("import_carry_marks"))]

Preview = Annotated[Path | None, typer.Option("--preview", metavar="FILE", help=told("import_preview"))]


def import_picture(
    file: File,
    *,
    name: Name = None,
    title_en: TitleEn = None,
    title_zh: TitleZh = None,
    licence: Licence = None,
    source: Source = None,
    release: Release = None,
    tag: Tags = None,
    carry_marks: CarryMarks = False,
    preview: Preview = None,
    as_json: Json = False,
) -> None:
    """Make a template of one's own picture."""
    from fenshen.clock import SystemClock
    from fenshen.engines.studio.engine import StudioEngine
    from fenshen.flow.import_template import import_template
    from fenshen.flow.keep_template import check_licence, check_name, free_name, keep_template
    from fenshen.flow.try_template import check_preview, try_template
    from fenshen.photos.folder import read_photo
    from fenshen.rights.consent import Purpose, for_this_run
    from fenshen.rights.desk import open_desk
    from fenshen.templates.packs import PREVIEW

    if preview is not None:
        check_preview(preview)
    studio, clock, start = settings.load(), SystemClock(), perf_counter()
    if can_ask(as_json=as_json):
        licence, source, release = _asked(licence, source, release)
        start = perf_counter()
    chosen = name or free_name(studio)
    named = named_as(chosen, title_en, title_zh, licence, source, release, tag or [], carry_marks=carry_marks)
    check_name(chosen, studio)
    check_licence(named.licence)
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    made = import_template(partial(read_photo, file), permit, named, models=studio.models, clock=clock)
    folder = keep_template(made, settings=studio, clock=clock)
    recipe = made.template.lying_in(folder)
    target = preview or folder / PREVIEW
    tried = try_template(recipe, target, desk=open_desk(studio, clock), engine=StudioEngine())
    seconds = round(perf_counter() - start, 2)
    if as_json:
        print_json(as_dict(made, folder, tried.file, seconds))
    else:
        show(made, folder, tried.file, seconds)


def named_as(
    name: str,
    title_en: str | None,
    title_zh: str | None,
    licence: str | None,
    source: str | None,
    release: ReleaseGiven | None,
    tags: list[str],
    *,
    carry_marks: bool,
) -> Named:
    """What a person says of the template, checked as a recipe would be. Raises TemplateNameUnfitError."""
    from pydantic import TypeAdapter, ValidationError

    from fenshen.flow.import_template import Named
    from fenshen.templates.assets import NO_LICENCE
    from fenshen.templates.data import Name as NameOf
    from fenshen.templates.data import Sentence
    from fenshen.templates.recipe import Words

    given = {"licence": licence or NO_LICENCE, "source": source or "own picture"}
    title = {"zh": title_zh or f"自制模板 {name}", "en": title_en or f"My template {name}"}
    about = {
        "zh": "由自己的照片导入：取其背景、光线与构图。",
        "en": "From a picture of one's own: its background, light and frame.",
    }
    try:
        TypeAdapter(NameOf).validate_python(name)
        for each in (*given.values(), *tags):
            TypeAdapter(Sentence).validate_python(each)
        words, description = Words(**title), Words(**about)
    except ValidationError as error:
        raise TemplateNameUnfitError(field=str(error.errors()[0]["type"])) from None
    return Named(
        name=name, title=words, description=description, tags=tuple(tags), carry_marks=carry_marks,
        release=SAID[release or ReleaseGiven.NO],
        **given,
    )  # fmt: skip


def as_dict(made: Imported, folder: Path, preview: Path, seconds: float) -> dict[str, object]:
    """Give what was made as ``--json`` prints it."""
    recipe = made.template
    return {
        "template": recipe.name,
        "folder": folder,
        "preview": preview,
        "private": recipe.private,
        "licence": recipe.licence,
        "model_release": recipe.assets[0].model_release,
        "ai": None if recipe.assets[0].ai is None else recipe.assets[0].ai.model_dump(),
        "aspect": recipe.aspect,
        "face_height": recipe.framing.face_height,
        "pose": recipe.wish.model_dump(include={"yaw", "roll", "smile"}),
        "lights": [
            lamp.model_dump(include={"azimuth", "elevation", "intensity", "kelvin"})
            for lamp in recipe.rig.lights
        ],
        "seconds": seconds,
    }


def show(made: Imported, folder: Path, preview: Path, seconds: float) -> None:
    """Say what was read from the picture, what was kept, and what may be done with it."""
    recipe, key = made.template, made.template.rig.lights[0]
    rows = [
        (told("import_frame"), f"{recipe.aspect:g}, {recipe.framing.face_height:.0%}"),
        (told("import_pose"), f"{recipe.wish.yaw:+.0f}°"),
        (told("import_light"), f"{key.azimuth:+.0f}° / {key.elevation:+.0f}°, {key.kelvin:.0f} K"),
        (told("templates_licence"), recipe.licence),
    ]
    show_table(["", ""], rows, title=recipe.name)
    tell(told("import_kept"), style="dim")
    if recipe.private:
        tell(told("import_private"), style="yellow")
    if recipe.assets[0].ai is not None:
        tell(told("import_marks_carried"), style="yellow")
    tell(told("import_next", name=recipe.name, seconds=f"{seconds:.1f}"))
    tell(f"→ {folder}", style="bold green")
    tell(f"→ {preview}", style="bold green")


def _asked(
    licence: str | None, source: str | None, release: ReleaseGiven | None
) -> tuple[str | None, str | None, ReleaseGiven | None]:
    """Ask what only a person can know; an empty answer leaves the careful default."""
    if licence is None:
        licence = input(f"{told('import_ask_licence')} ").strip() or None
    if source is None:
        source = input(f"{told('import_ask_source')} ").strip() or None
    if release is None:
        answer = input(f"{told('import_ask_release')} ").strip().lower()
        release = next((each for each in ReleaseGiven if each.value == answer), ReleaseGiven.NO)
    return licence, source, release
