"""A template as somebody wants it: their dials and choices, held against what the template offers."""

import json
from collections.abc import Sequence
from typing import Final

from fenshen.errors import FenshenError
from fenshen.templates.adjust import Choice, Dial
from fenshen.templates.adjusting import Asked, moved
from fenshen.templates.recipe import Template

NOTHING: Final[Asked] = {}


class AdjustUnknownError(FenshenError):
    """The template offers nothing of this name. Facts: ``template``, ``name``, ``offered``."""

    code = "adjust_unknown"


class AdjustRangeError(FenshenError):
    """The number is outside of the range that the template offers. Facts: ``template``, ``name``, both ends."""

    code = "adjust_range"


class AdjustOptionError(FenshenError):
    """The template does not offer this option. Facts: ``template``, ``name``, ``options``."""

    code = "adjust_option"


class AdjustUnreadableError(FenshenError):
    """What was given is no NAME=VALUE."""

    code = "adjust_unreadable"
    exit_status = 2


def adjusted(template: Template, asked: Asked) -> Template:
    """The template with its dials turned and its options chosen; the template itself when nothing differs.

    The result offers nothing to adjust any more. Raises AdjustUnknownError, AdjustRangeError, AdjustOptionError.
    """
    check(template, asked)
    facts = template.model_dump(mode="json", exclude={"adjust"})
    changed = moved(facts, template.adjust, asked)
    if changed == facts:
        return template
    made = Template.model_validate_json(json.dumps(changed), strict=True)
    return made if template.folder is None else made.lying_in(template.folder)


def check(template: Template, asked: Asked) -> None:
    """Raise what is wrong with what was asked of a template, before any work is done."""
    for name, value in asked.items():
        what = template.adjust.get(name)
        if what is None:
            raise AdjustUnknownError(
                template=template.name, name=_short(name), offered=", ".join(template.adjust) or "-"
            )
        if isinstance(what, Dial):
            if isinstance(value, str) or not what.minimum <= value <= what.maximum:
                raise AdjustRangeError(
                    template=template.name,
                    name=name,
                    minimum=f"{what.minimum:g}",
                    maximum=f"{what.maximum:g}",
                )
        elif value not in _options(what):
            raise AdjustOptionError(template=template.name, name=name, options=", ".join(_options(what)))


def read(given: Sequence[str]) -> dict[str, float | str]:
    """Read what was typed as NAME=VALUE; the last of a name counts. Raises AdjustUnreadableError."""
    asked: dict[str, float | str] = {}
    for each in given:
        name, sign, value = (part.strip() for part in each.partition("="))
        if not (name and sign and value):
            raise AdjustUnreadableError
        asked[name] = _number(value)
    return asked


def standing(template: Template, asked: Asked) -> dict[str, float | str]:
    """Where each dial and choice stands, what was not asked for at its default."""
    return {
        name: asked.get(name, what.default if isinstance(what, Dial) else what.options[0].name)
        for name, what in template.adjust.items()
    }


def differing(template: Template, asked: Asked) -> dict[str, float | str]:
    """What is not the default anyway, of all that a page sends. What is unknown stays, to be refused."""
    usual = standing(template, {})
    return {name: value for name, value in asked.items() if usual.get(name) != value}


def _options(what: Choice) -> list[str]:
    return [each.name for each in what.options]


def _number(value: str) -> float | str:
    try:
        return float(value)
    except ValueError:
        return value


def _short(name: str) -> str:
    plain = "".join(char if char.isprintable() else "?" for char in name)
    return plain[:40]
