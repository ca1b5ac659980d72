"""Cards that lie beside garments and covers: one folder each, the card says whose it is and how it is coloured."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final

Dye = tuple[float, float, float]  # linear sRGB

DYED: Final = ("cloth", "trim", "thread")


def cards_in(folder: Traversable, file: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and facts of every card called `file` in a folder's folders, by name."""
    for name, card in sorted((each.name, each / file) for each in folder.iterdir() if each.is_dir()):
        yield name, tomllib.loads(card.read_text("utf-8"))


def dyes_of(dyes: Mapping[str, Any]) -> tuple[Dye, Dye, Dye]:
    """Cloth, trim and thread as a card or a recipe has them."""
    cloth, trim, thread = (
        (float(red), float(green), float(blue)) for red, green, blue in map(dyes.__getitem__, DYED)
    )
    return cloth, trim, thread
