"""From the text of a recipe to a template, and from what is wrong with it to faults that a person can mend."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from fenshen.templates.lines import line_of
from fenshen.templates.recipe import Template

MOST_TOLD: Final = 20  # faults of one recipe: more are of one kind
KINDS: Final[Mapping[str, str]] = {
    "extra_forbidden": "field_unknown",
    "missing": "field_missing",
    "literal_error": "field_choice",
    "union_tag_invalid": "field_choice",
    "union_tag_not_found": "field_missing",
    "string_pattern_mismatch": "field_form",
    "plate": "field_plate",
    "assets": "field_assets",
}
RANGES: Final = ("greater_than", "less_than", "too_short", "too_long", "finite_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """One thing that is wrong, where, and the code of the words that say how to mend it."""

    code: str
    file: str
    at: str = ""  # the field, as rig.lights.0.azimuth
    facts: Mapping[str, str | float] = field(default_factory=dict)
    line: int = 0  # of the file, from 1; 0 = of the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What the reader says of one field."""

    code: str
    at: str
    wants: str = ""  # what would do, as the schema has it
    line: int = 0  # see `TemplateFault`


def parsed(text: str) -> tuple[Template | None, tuple[Wrong, ...]]:
    """Read a recipe's TOML: the template, or every fault of it.

    Read as strictly as the published schema does: a number in quotes is no number, and what TOML has beyond JSON
    (dates, infinity) has no place in a recipe.
    """
    try:
        recipe, wrong = judged(tomllib.loads(text))
        return recipe, tuple(replace(each, line=line_of(text, each.at)) for each in wrong)
    except tomllib.TOMLDecodeError as why:
        place = _place(str(why))
        line = re.match(r"line (\d+)", place)
        return None, (Wrong(code="field_toml", at="TOML", wants=place, line=int(line[1]) if line else 0),)
    except (ValueError, RecursionError):  # numbers of thousands of digits, brackets in thousands
        return None, (Wrong(code="field_toml", at="TOML"),)


def judged(facts: Mapping[str, Any]) -> tuple[Template | None, tuple[Wrong, ...]]:
    """Read a recipe's tables as `tomllib` gives them: the template, or every fault of it."""
    plain = json.dumps(_plain(facts))
    try:
        return Template.model_validate_json(plain, strict=True), ()
    except ValidationError as error:
        return None, tuple(_wrong(error))


def faults_in(file: str, wrong: Sequence[Wrong]) -> list[TemplateFault]:
    """The same faults with the name of their file."""
    return [
        TemplateFault(code=each.code, file=file, at=each.at, facts={"wants": each.wants}, line=each.line)
        for each in wrong
    ]


def _wrong(error: ValidationError) -> Iterator[Wrong]:
    for each in error.errors(include_url=False, include_input=False)[:MOST_TOLD]:
        kind, context = each["type"], each.get("ctx", {})
        if kind == "adjust":
            yield from (
                Wrong(code=one.code, at=one.at, wants=one.wants) for one in context["misfits"][:MOST_TOLD]
            )
            continue
        code = KINDS.get(kind) or ("field_range" if any(part in kind for part in RANGES) else "field_type")
        yield Wrong(code=code, at=_named(each["loc"]), wants=_wanted(kind, context))


def _named(place: Sequence[str | int]) -> str:
    """The way to a field; a stranger's own names come out printable and short."""
    parts = ["".join(char if char.isprintable() else "?" for char in str(part))[:40] for part in place]
    return ".".join(parts[:8]) or "file"


def _wanted(kind: str, context: Mapping[str, Any]) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "≥", "max_length": "≤"}
    for name, sign in signs.items():
        if name in context:
            return f"{sign} {context[name]}"
    said = (
        context.get("expected")
        or context.get("expected_tags")
        or context.get("pattern")
        or kind.removesuffix("_type")
    )
    return str(said)


def _place(said: str) -> str:
    """Line and column from what the TOML reader says; nothing of the text itself."""
    return said[said.rfind("(at ") + 1 : -1].removeprefix("at ") if "(at " in said else ""


def _plain(value: object) -> object:
    """TOML's values as JSON has them. 5.0 is a whole number, as in a schema; a date is nothing a recipe knows."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float) else {"": "a date"}
