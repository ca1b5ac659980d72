"""On which line of a recipe a field stands: TOML's reader does not tell, so the text is looked through for it."""

import re
from collections.abc import Iterator
from typing import Final

HEADER: Final = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\s-]+?)\s*\]\]?\s*(?:#.*)?$")
KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")
TAGS: Final = frozenset(
    {"gradient", "hills", "skyline", "trees", "foliage", "columns", "discs", "dial", "choice"}
)
"""Kinds, which stand in the way to a field but not in the text."""


def line_of(text: str, at: str) -> int:
    """The line, from 1, of a field named as rig.lights.0.azimuth, or of the nearest table that holds it; 0: none.

    A field that is missing has the line of its table. What stands inside a list on one line has that line.
    """
    wanted = [part for part in at.split(".") if part not in TAGS]
    best, longest = 0, 0
    for line, way in _ways(text):
        if len(way) > longest and way == wanted[: len(way)]:
            best, longest = line, len(way)
    return best


def _ways(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that names a table or a field, with the whole way to it."""
    table: list[str] = []
    seen: dict[str, int] = {}  # how many tables a list of tables has so far
    for line, words in enumerate(text.splitlines(), 1):
        if header := HEADER.match(words):
            names = [part.strip() for part in header[2].split(".")]
            if header[1] == "[[":
                key = ".".join(_placed(names[:-1], seen) + names[-1:])
                seen[key] = seen.get(key, -1) + 1
            table = _placed(names, seen)
            yield line, table
        elif key_found := KEY.match(words):
            yield line, table + [part.strip() for part in key_found[1].split(".")]


def _placed(names: list[str], seen: dict[str, int]) -> list[str]:
    """The way to a table, with the number of the newest one wherever it leads through a list of tables."""
    way: list[str] = []
    for name in names:
        way.append(name)
        number = seen.get(".".join(way))
        if number is not None:
            way.append(str(number))
    return way
