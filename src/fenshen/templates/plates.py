"""Garments for templates of mode "head": what there is, by whom, under which licence."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

Dye = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateCard:
    """Where a garment comes from."""

    name: str
    licence: str  # SPDX
    source: str  # who made it, from what
    model_release: str  # see `assets.Asset`
    files: tuple[str, ...]  # all that lie beside the card
    dyes: tuple[
        Dye, ...
    ]  # linear sRGB of cloth, trim and thread, unless a template says otherwise; () = none


def plates_folder() -> Traversable:
    """Where the garments lie, one folder each."""
    return resources.files("fenshen.templates") / "plates"


@cache
def plates() -> dict[str, PlateCard]:
    """Every garment by name."""
    cards = [(each.name, each / "plate.toml") for each in plates_folder().iterdir() if each.is_dir()]
    read = [(name, tomllib.loads(card.read_text("utf-8"))) for name, card in sorted(cards)]
    return {name: _card(name, facts) for name, facts in read}


def _card(name: str, facts: dict[str, Any]) -> PlateCard:
    """A card as its file has it."""
    dyes = facts.get("dyes", {})
    own = tuple(tuple(map(float, dyes[part])) for part in ("cloth", "trim", "thread") if dyes)
    return PlateCard(name=name, **facts | {"files": tuple(facts["files"]), "dyes": own})
