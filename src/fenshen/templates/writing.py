"""A template as the TOML that a person would have written: what is as usual is left out, tables stand by themselves."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fenshen.templates.recipe import Template

INLINE = frozenset({"title", "description", "ai", "label"})  # short tables that stand on one line
HEAD = "# Made by `fenshen templates import`. It is yours to change: docs/howto/make-a-template.md\n"


def as_toml(template: Template) -> str:
    """The recipe's text; reading it gives the same template again."""
    facts = template.model_dump(mode="json", exclude_defaults=True, exclude_none=True)
    return HEAD + "\n".join(_table(facts, "")) + "\n"


def _table(facts: Mapping[str, Any], name: str) -> Iterator[str]:
    """Plain values first, then tables and lists of tables, as TOML wants it."""
    below = [
        key for key, value in facts.items() if key not in INLINE and (_is_table(value) or _are_tables(value))
    ]
    for key, value in facts.items():
        if key not in below:
            yield f"{key} = {_value(value)}"
    for key in below:
        value = facts[key]
        way = f"{name}.{key}" if name else key
        for each in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{way}]]" if isinstance(value, list) else f"[{way}]"
            yield from _table(each, way)


def _value(value: object) -> str:
    """One value on its line. A JSON string is a TOML string."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _are_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
