"""The templates this studio has: packs are folders, a template is a file. The studio's own, and those of its owner."""

from collections.abc import Collection
from functools import cache
from importlib import resources
from pathlib import Path

from fenshen import settings
from fenshen.errors import FenshenError, NotFoundError
from fenshen.templates import packs
from fenshen.templates.reading import parsed
from fenshen.templates.recipe import Template


class TemplateInvalidError(FenshenError):
    """A template's file says something the studio does not understand. Facts: ``template``, ``field``."""

    code = "template_invalid"


@cache
def shipped() -> dict[str, Template]:
    """Every built-in template by name, in the order a gallery shows them. Raises TemplateInvalidError."""
    files = [file for pack in shipped_packs() for file in pack.iterdir()]
    files = sorted((file for file in files if file.name.endswith(".toml")), key=str)
    recipes = [read(file.read_text("utf-8"), file.name) for file in files]
    return {recipe.name: recipe for recipe in recipes}


def shipped_packs() -> list[Path]:
    """The folders of the built-in packs, sorted."""
    folder = Path(str(resources.files("fenshen.templates"))) / "packs"
    return sorted(pack for pack in folder.iterdir() if pack.is_dir())


def catalogue() -> dict[str, Template]:
    """Every template by name: the built-in ones, then those of one's own packs (FENSHEN_TEMPLATES).

    A pack with a fault is left out whole; `fenshen templates check` tells why. No name of one's own hides a built-in
    one.
    """
    own = packs.own(settings.load().template_folder, frozenset(shipped()))
    return shipped() | {recipe.name: recipe for recipe in own}


def left_out() -> int:
    """How many of one's own packs have faults and are not in the catalogue."""
    return packs.faulty(settings.load().template_folder, frozenset(shipped()))


def for_everybody() -> list[str]:
    """Names of the templates that no sitter is refused: those that leave them their own clothes."""
    return [recipe.name for recipe in shipped().values() if recipe.plate is None]


def showcase() -> list[str]:
    """Names of the templates of the first pack that no sitter is refused: what a demonstration has time for."""
    folder = resources.files("fenshen.templates") / "packs" / "first_light"
    first = {
        file.name.split("_", 1)[1].removesuffix(".toml") for file in folder.iterdir() if "_" in file.name
    }
    return [name for name in for_everybody() if name in first]


def chosen(tags: Collection[str], suits: str | None) -> list[Template]:
    """Templates that have all of these tags and suit whom they are for; what suits anyone suits all but a child."""

    def fits(recipe: Template) -> bool:
        grown_up = suits not in {None, "child"} and "anyone" in recipe.suits
        return suits is None or suits in recipe.suits or grown_up

    return [recipe for recipe in catalogue().values() if set(tags) <= set(recipe.tags) and fits(recipe)]


def tags() -> list[str]:
    """Every tag there is, sorted."""
    return sorted({tag for recipe in catalogue().values() for tag in recipe.tags})


def template(name: str) -> Template:
    """One template. Raises NotFoundError."""
    found = catalogue().get(name)
    if found is None:
        raise NotFoundError(kind="template", id=name)
    return found


def read(text: str, name: str) -> Template:
    """Parse a template's TOML. Raises TemplateInvalidError that names the first faulty field."""
    recipe, wrong = parsed(text)
    if recipe is None:
        raise TemplateInvalidError(template=name, field=wrong[0].at)
    return recipe
