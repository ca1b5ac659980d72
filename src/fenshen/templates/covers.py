"""Covers for templates of mode "face": what goes round a face, by whom, under which licence."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from fenshen.templates.cards import Dye, cards_in, dyes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverCard:
    """Where a hood, a helmet, a coif comes from."""

    name: str
    licence: str  # SPDX
    source: str  # who made it, from what
    model_release: str  # see `assets.Asset`
    files: tuple[str, ...]  # all that lie beside the card
    dyes: tuple[Dye, Dye, Dye]  # linear sRGB of cloth, trim and thread, unless a template says otherwise
    lining: Dye | str  # linear sRGB of what lies behind the face, or which of the dyes it takes
    bare: tuple[float, ...]  # what each of its lights gives an uncovered face, white paper facing it = 1


def covers_folder() -> Traversable:
    """Where the covers lie, one folder each."""
    return resources.files("fenshen.templates") / "covers"


@cache
def covers() -> Mapping[str, CoverCard]:
    """Every cover by name."""
    return {name: _card(name, facts) for name, facts in cards_in(covers_folder(), "cover.toml")}


def _card(name: str, facts: dict[str, Any]) -> CoverCard:
    """A card as its file has it."""
    lining = facts["lining"] if isinstance(facts["lining"], str) else tuple(map(float, facts["lining"]))
    own = {"files": tuple(facts["files"]), "bare": tuple(facts["bare"]), "dyes": dyes_of(facts["dyes"])}
    return CoverCard(name=name, **facts | own | {"lining": lining})
