"""What every engine promises, whatever it runs on."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from fenshen.double.double import OpenDouble
from fenshen.templates.recipe import Template
from fenshen.vision.arrays import RGB


class Origin(StrEnum):
    """What a picture is made of; decides the source type in its labels."""

    OWN_PIXELS = "own_pixels"  # the sitter's own photo cut out by a net, relit, on a computed backdrop


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCard:
    """What an engine is, for labels, lists and the curious."""

    name: str
    version: int
    origin: Origin
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """What a person may choose at each press of the button."""

    seed: int = 1  # grain and brushwork; the same seed gives the same picture
    without: tuple[int, ...] = ()  # photos not to be used, as long as there are others
    used: tuple[int, ...] = ()  # photos that already served in this series: the engine prefers others
    short_side: int = 1024  # pixels of the finished picture's shorter side


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPortrait:
    """A picture that has no labels yet: it may be measured, but it may not leave."""

    pixels: RGB = field(repr=False)  # (H, W, 3) sRGB
    faces: tuple[tuple[float, float, float, float], ...]  # x, y, width, height in pixels
    photo: int  # which of the sitter's photos it is made from, counted from 1
    origin: Origin


class Engine(Protocol):
    """Turns a double and a template into a picture.

    Deterministic: the same double, template, options and seed give the same pixels on the same machine.
    Offline: opens no socket. Keeps nothing: neither the double nor the picture outlives the call.
    """

    @property
    def card(self) -> EngineCard:
        """What this engine is."""
        ...

    def render(self, double: OpenDouble, template: Template, options: RenderOptions, /) -> RenderedPortrait:
        """Make one picture from the take that suits best."""
        ...
