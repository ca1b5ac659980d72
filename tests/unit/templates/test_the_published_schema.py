"""The schema that others read says what the reader does: what one refuses, the other refuses."""

import copy
import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, validators
from tests.architecture.source import ROOT
from tests.unit.templates.test_templates import FILES

from fenshen.templates.reading import judged, parsed
from fenshen.templates.schema import schema

PUBLISHED = json.loads((ROOT / "docs" / "reference" / "template.schema.json").read_text("utf-8"))
RICH = """
name = "rich"
title = { zh = "甲", en = "A" }
description = { zh = "乙", en = "B" }
licence = "CC0-1.0"
source = "drawn for this test"
mode = "head"
plate = "suit"
assets = [{ file = "a.webp", licence = "CC0-1.0", source = "drawn", model_release = "none needed" }]
hand = { medium = "oil" }
wish = { smile = 0.5, yaw = 10 }
[rig]
ambient = 0.3
lights = [{ azimuth = 1, elevation = 2, intensity = 3, gobo = { pattern = "blinds" } }]
[backdrop]
colour = [0.1, 0.2, 0.3]
picture = "a.webp"
pools = [{ x = 0.5, y = 0.5, radius = 1, colour = [1, 1, 1] }]
lanterns = { count = 3, colours = [[1, 1, 1]], brightness = 2 }
scene = [
  { kind = "gradient", stops = [{ y = 0.1, colour = [1, 1, 1] }] },
  { kind = "hills", line = 0.5, rise = 0.1, colour = [1, 1, 1] },
  { kind = "discs", count = 3, colours = [[1, 1, 1]] },
]
[adjust.warmth]
kind = "dial"
label = { zh = "暖", en = "Warmth" }
minimum = 0
maximum = 1
step = 0.5
default = 0.5
drives = [{ field = "backdrop.colour", low = [0, 0, 0], high = 1 }, { field = "wish.smile" }]
[adjust.way]
kind = "choice"
label = { zh = "式", en = "Way" }
options = [
  { name = "a", label = { zh = "甲", en = "A" } },
  { name = "b", label = { zh = "乙", en = "B" }, puts = [{ field = "lens.blades", value = 7 }] },
]
"""
GOOD: list[dict[str, Any]] = [tomllib.loads(text) for text in (*FILES.values(), RICH)]
BEYOND_A_SCHEMA = {
    "field_assets",  # that a picture is listed, and listed once
    "adjust_default", "adjust_step", "adjust_field", "adjust_kind", "adjust_twice", "adjust_own", "adjust_first",
    "adjust_spoils",
}  # fmt: skip


def as_ecma(_: Any, pattern: str, value: object, __: Any) -> Iterator[jsonschema.ValidationError]:
    """A pattern as JSON Schema means it: `$` is the end. In Python it may also stand before a last line break."""
    if isinstance(value, str) and not re.search(pattern.removesuffix("$") + r"\Z", value):
        yield jsonschema.ValidationError("pattern")


@cache
def validator() -> Any:
    return validators.extend(Draft202012Validator, {"pattern": as_ecma})(PUBLISHED)


def test_what_is_published_is_a_schema_and_fresh() -> None:
    Draft202012Validator.check_schema(PUBLISHED)
    assert schema() == PUBLISHED


@pytest.mark.parametrize("name", FILES)
def test_every_shipped_template_keeps_the_schema(name: str) -> None:
    assert list(Draft202012Validator(PUBLISHED).iter_errors(tomllib.loads(FILES[name]))) == []


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a recipe, from the whole down to each number."""
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*way, key))


def at(value: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        value = value[key]
    return value


STRANGE: list[Any] = [
    -1, 0, 1, 2, 0.5, 5.0, -0.001, 46, 1e9, -1e300, True, False, "", "x", "0.5", "a\n", "name\n", "\u202e", "\x1b[31m",
    "../a.webp", "/a.webp", "a.webp", "A.webp", "a.svg", "x" * 401, [], {}, [[]], [1, 2, 3], [1, 2], [1, 2, 3, 4],
    {"zh": "一", "en": "a"}, {"kind": "discs"}, "head", "own body", "suit", "anyone", ["anyone"], ["man", "x"], "oil",
]  # fmt: skip


@st.composite
def altered(draw: st.DrawFn) -> dict[str, Any]:
    """A good recipe with one to three things taken away, added or put in another's place."""
    recipe: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 3))):
        way = draw(st.sampled_from(list(places(recipe))[1:]))
        holder, key = at(recipe, way[:-1]), way[-1]
        match draw(st.sampled_from(["put", "take", "add", "swap"])):
            case "take":
                del holder[key]
            case "add":
                inner = at(recipe, way)
                if isinstance(inner, dict):
                    inner[draw(st.sampled_from(["x", "name", "plate", "mode", "blades", "file"]))] = draw(
                        st.sampled_from(STRANGE)
                    )
                elif isinstance(inner, list):
                    inner.append(copy.deepcopy(draw(st.sampled_from([*STRANGE, *inner]))))
            case "swap":
                holder[key] = copy.deepcopy(at(recipe, draw(st.sampled_from(list(places(recipe))[1:]))))
            case _:
                holder[key] = copy.deepcopy(draw(st.sampled_from(STRANGE)))
        if len(list(places(recipe))) < 2:
            break
    return recipe


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(altered())
def test_schema_and_reader_agree_on_recipes_that_were_altered(recipe: dict[str, Any]) -> None:
    template, wrong = judged(recipe)
    if template is None and {each.code for each in wrong} <= BEYOND_A_SCHEMA:
        return
    assert validator().is_valid(recipe) == (template is not None), wrong


def test_among_altered_recipes_are_good_and_bad_ones() -> None:
    """Else the agreement above would be the agreement of two that say no to everything."""
    assert all(judged(recipe)[0] is not None and validator().is_valid(recipe) for recipe in GOOD)
    bad = {**GOOD[0], "aspect": 9}
    assert judged(bad)[0] is None
    assert not validator().is_valid(bad)


@pytest.mark.parametrize(
    "line",
    ["aspect = inf", "aspect = nan", "aspect = 2020-01-01", 'aspect = "0.7"', "aspect = true", "private = 1"],
)
def test_what_toml_knows_beyond_json_or_nearly_is_refused(line: str) -> None:
    template, wrong = parsed(
        FILES["01_butterfly.toml"].replace('mode = "own body"', f'mode = "own body"\n{line}')
    )
    assert template is None
    assert wrong[0].at == line.split(maxsplit=1)[0]


def test_a_whole_number_may_be_written_with_a_point() -> None:
    text = FILES["01_butterfly.toml"].replace("[lens]", "[lens]\nblades = 5.0")
    assert "blades" in text
    template, wrong = parsed(text)
    assert template is not None, wrong
    assert template.lens.blades == 5
