"""The cards of the engines there are, for whoever must know what one needs without opening it."""

from typing import Final

from fenshen.engines.engine import EngineCard, Origin

STUDIO: Final = EngineCard(name="studio", version=1, origin=Origin.OWN_PIXELS, device="cpu")
