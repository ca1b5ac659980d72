"""Every sentence the studio says to people, in every language it speaks, keyed by code.

One table per code in ``en.toml`` and ``zh.toml``, and in ``en.web.toml`` and ``zh.web.toml`` what only pages say. An error has ``what`` happened, ``why``, and how to ``fix`` it;
anything else (a progress step, a verb's help line) has only ``what``. Placeholders are the error's facts.

Who asks for one code reads one table: all of them take 25 ms, a tenth of what ``fenshen --help`` may.
"""

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import cast

Catalogue = dict[str, dict[str, str]]


def languages() -> tuple[str, ...]:
    """Give the languages spoken, English first."""
    return ("en", "zh")


@cache
def _text(name: str) -> str:
    return (files(__package__) / f"{name}.toml").read_text(encoding="utf-8")


@cache
def _catalogue(language: str) -> Catalogue:
    parts = [cast("Catalogue", tomllib.loads(_text(name))) for name in _names(language)]
    return {code: entry for part in parts for code, entry in part.items()}


@lru_cache(maxsize=8192)
def _entry(code: str, language: str) -> dict[str, str]:
    """Read one table; empty when there is none. A table goes up to the next line that begins with a bracket."""
    for name in _names(language):
        text = _text(name)
        start = text.find(f"\n[{code}]\n")
        if start >= 0:
            end = text.find("\n[", start + 1)
            table = tomllib.loads(text[start : end if end >= 0 else len(text)])
            return cast("Catalogue", table)[code]
    return {}


def _names(language: str) -> tuple[str, str]:
    """Name the files of a language; the command line finds what it asks for in the first."""
    return language, f"{language}.web"


def codes(language: str = "en") -> frozenset[str]:
    """Give every code that has words in this language."""
    return frozenset(_catalogue(language))


def fields(code: str, language: str, /) -> frozenset[str]:
    """Give which of ``what``, ``why`` and ``fix`` this code has; empty when the code has no words."""
    return frozenset(_entry(code, language))


def say(code: str, language: str, field: str = "what", /, **facts: str | float) -> str:
    """Put a code into words.

    A fact the words ask for and nobody gave shows as ``…``. A code or field without words gives the code
    itself, so that a missing sentence never hides an error; a test keeps the catalogue complete.
    """
    spoken = language if language in languages() else "en"
    sentence = _entry(code, spoken).get(field)
    return code if sentence is None else sentence.format_map(_Facts(facts))


class _Facts(dict[str, str | float]):
    """Facts that stand in for themselves when missing."""

    def __missing__(self, name: str) -> str:
        return "…"
