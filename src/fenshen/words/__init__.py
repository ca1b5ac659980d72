"""Every sentence the studio says to people, in every language it speaks, keyed by code.

One table per code in ``en.toml`` and ``zh.toml``, and in ``en.web.toml`` and ``zh.web.toml`` what only pages say. An error has ``what`` happened, ``why``, and how to ``fix`` it;
anything else (a progress step, a verb's help line) has only ``what``. Placeholders are the error's facts.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import cast

Catalogue = dict[str, dict[str, str]]


def languages() -> tuple[str, ...]:
    """Give the languages spoken, English first."""
    return ("en", "zh")


@cache
def _catalogue(language: str) -> Catalogue:
    return _part(language) | _part(f"{language}.web")


@cache
def _part(name: str) -> Catalogue:
    text = (files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
    return cast("Catalogue", tomllib.loads(text))


def codes(language: str = "en") -> frozenset[str]:
    """Give every code that has words in this language."""
    return frozenset(_catalogue(language))


def fields(code: str, language: str, /) -> frozenset[str]:
    """Give which of ``what``, ``why`` and ``fix`` this code has; empty when the code has no words."""
    return frozenset(_catalogue(language).get(code, {}))


def say(code: str, language: str, field: str = "what", /, **facts: str | float) -> str:
    """Put a code into words.

    A fact the words ask for and nobody gave shows as ``…``. A code or field without words gives the code
    itself, so that a missing sentence never hides an error; a test keeps the catalogue complete.
    """
    spoken = language if language in languages() else "en"
    entry = _part(spoken).get(code) or _catalogue(spoken).get(
        code, {}
    )  # the command line asks for no page's words
    sentence = entry.get(field)
    return code if sentence is None else sentence.format_map(_Facts(facts))


class _Facts(dict[str, str | float]):
    """Facts that stand in for themselves when missing."""

    def __missing__(self, name: str) -> str:
        return "…"
