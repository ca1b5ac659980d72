"""Garments for templates of mode "head": what there is, by whom, under which licence."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from fenshen.templates.cards import Dye, cards_in, dyes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateCard:
    """Where a garment comes from."""

    name: str
    licence: str  # SPDX
    source: str  # who made it, from what
    model_release: str  # see `assets.Asset`
    files: tuple[str, ...]  # all that lie beside the card
    dyes: tuple[Dye, ...]  # cloth, trim and thread, unless a template says otherwise; () = none


def plates_folder() -> Traversable:
    """Where the garments lie, one folder each."""
    return resources.files("fenshen.templates") / "plates"


@cache
def plates() -> Mapping[str, PlateCard]:
    """Every garment by name."""
    return {name: _card(name, facts) for name, facts in cards_in(plates_folder(), "plate.toml")}


def _card(name: str, facts: dict[str, Any]) -> PlateCard:
    """A card as its file has it."""
    dyes = dyes_of(facts["dyes"]) if "dyes" in facts else ()
    return PlateCard(name=name, **facts | {"files": tuple(facts["files"]), "dyes": dyes})
