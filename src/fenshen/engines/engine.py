"""What every engine promises, whatever it runs on."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from fenshen.double.double import OpenDouble
from fenshen.errors import FenshenError
from fenshen.templates.recipe import Template, Wish
from fenshen.vision.arrays import RGB

LOW: Final = 0.3  # of RenderOptions.beautify: what a person gets who asks for nothing
MOST_PRESSES: Final = 4


class Origin(StrEnum):
    """What a picture is made of; decides the source type in its labels."""

    OWN_PIXELS = "own_pixels"  # the sitter's own photo cut out by a net, relit, on a computed backdrop
    OWN_HEAD = "own_head"  # the same, but only the head: the clothes are rendered
    OWN_FACE = "own_face"  # the same, but only the face: what is round it is rendered
    OVER_GENERATED = "over_generated"  # before a picture in which, by its marks, a trained model had a part


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineCard:
    """What an engine is, for labels, lists and the curious."""

    name: str
    version: int
    origin: Origin
    device: str  # that it needs: cpu, or what only some machines have; decides its lane, see `jobs/lanes.py`


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """What a person may choose at each press of the button."""

    seed: int = 1  # grain and brushwork; the same seed gives the same picture
    without: tuple[int, ...] = ()  # photos not to be used, as long as there are others
    used: tuple[int, ...] = ()  # photos that already served in this series: the engine prefers others
    short_side: int = 1024  # pixels of the finished picture's shorter side
    beautify: float = (
        LOW  # 0 = the skin as it is .. 1 = all that the studio will do; nothing alters who it is
    )
    closer: int = (
        0  # presses of "more like me", 0..MOST_PRESSES: from the template's ideal towards the sitter
    )
    wish: Wish | None = None  # pose and expression instead of the template's
    explain: bool = False  # whether the steps of the work come along as layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One step of the work, for who wants to see how a portrait came about. As personal as the portrait itself."""

    name: str  # a key of the word catalogue
    pixels: RGB = field(repr=False)  # (H, W, 3) sRGB


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPortrait:
    """A picture that has no labels yet: it may be measured, but it may not leave."""

    pixels: RGB = field(repr=False)  # (H, W, 3) sRGB
    faces: tuple[tuple[float, float, float, float], ...]  # x, y, width, height in pixels
    photo: int  # which of the sitter's photos it is made from, counted from 1
    origin: Origin
    layers: tuple[Layer, ...] = field(repr=False, default=())  # in the order of the work; only when asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedGroup:
    """A picture of several people that has no labels yet."""

    pixels: RGB = field(repr=False)  # (H, W, 3) sRGB
    faces: tuple[tuple[float, float, float, float], ...]  # x, y, width, height in pixels, by seat
    photos: tuple[int, ...]  # which of each sitter's photos, counted from 1, by seat
    origin: Origin


class UnsuitedError(FenshenError):
    """This template cannot be made of this sitter's photos as asked; another one can. A class for each reason."""


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
