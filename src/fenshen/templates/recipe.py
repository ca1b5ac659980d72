"""What a template is: a recipe for a portrait, as data.

Angles are degrees, colours linear sRGB, lengths shares of the finished picture unless a field says otherwise.
A new look is a new file in a pack, never a new `if` in the engine.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import ConfigDict, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from fenshen.templates.adjust import Adjustables
from fenshen.templates.adjusting import misfits, offered
from fenshen.templates.assets import Asset, FileName
from fenshen.templates.covers import covers
from fenshen.templates.data import Colour, Colours, Data, Name, Sentence, Share
from fenshen.templates.hand import Hand
from fenshen.templates.plates import plates
from fenshen.templates.scene import Layer

Angle = Annotated[float, Field(ge=-45, le=45)]
Suits = Literal["man", "woman", "anyone", "child"]
Mode = Literal["own body", "head", "face"]
Label = Literal["corner", "caption", "film"]  # designs of the visible label, see labels/visible.py
Recipe = TypeVar("Recipe")
NEUTRAL: Colour = (1.0, 1.0, 1.0)
DAYLIGHT = 5600.0  # kelvin at which a light is neutral in the picture


class Words(Data):
    """The same sentence in both languages."""

    zh: Sentence
    en: Sentence


class Framing(Data):
    """Where the camera stands."""

    face_height: Annotated[float, Field(gt=0.1, lt=0.8)] = 0.36  # hairline to chin
    eye_line: Share = 0.40  # of the height, above the eyes
    centre: Share = 0.5  # of the width, left of the middle of the face
    whole_head: bool = True  # whether a head without its crown would spoil the picture


class Lens(Data):
    """The camera's lens, on an upright full frame of 24 x 36 mm. How far it stands follows from the framing."""

    focal: Annotated[float, Field(ge=24, le=200)] = 85.0  # millimetres
    aperture: Annotated[float, Field(ge=1.2, le=22)] = 2.8  # f-number
    blades: Annotated[int, Field(ge=0, le=9)] = (
        0  # of the iris: what lights out of focus look like; 0 = round
    )
    vignette: Annotated[float, Field(ge=0, le=3)] = 0.0  # stops lost in the corners
    aberration: Annotated[float, Field(ge=0, le=4)] = (
        0.0  # pixels of colour fringe, corner of 1536-pixel height
    )


class Wish(Data):
    """Which of the sitter's takes suits best, and how far that take may be led towards it.

    A template's wish chooses; what a person asks for is kept or refused.
    """

    yaw: Angle = 0.0  # degrees, as the template would like it; positive = turned to the right of the picture
    pitch: Angle = 0.0  # degrees beside how the sitter holds the head; positive = looking down
    roll: Angle | None = None  # degrees, positive = leaning clockwise; None: as in the photo
    smile: Share | None = None  # None: as the sitter likes
    gaze: Annotated[float, Field(ge=-6, le=6)] = 0.0  # degrees beside where the eyes look in the photo
    either_cheek: bool = True  # whether a head turned as far to the other side will do
    straight: bool = False  # whether small turns and tilts of the head are taken back


class Gobo(Data):
    """A pattern between a lamp and the sitter, made by formula."""

    pattern: Literal["window", "blinds", "leaves"]
    scale: Annotated[float, Field(ge=0.1, le=8)] = (
        1.0  # face widths of a pane, of a slat and its gap, of a twig
    )
    softness: Share = 0.4  # 0 = crisp .. 1 = hardly guessed
    depth: Share = 0.7  # of the light that the dark of the pattern takes away
    turn: Annotated[float, Field(ge=-90, le=90)] = 0.0  # degrees, clockwise
    rise: Annotated[float, Field(ge=-8, le=8)] = (
        0.0  # face widths above the middle of the face, for its own middle
    )


class Light(Data):
    """One lamp, seen from the sitter's place facing the camera."""

    azimuth: Annotated[float, Field(ge=-180, le=180)]  # 0 at the camera, +90 from the right of the picture
    elevation: Annotated[float, Field(ge=-90, le=90)]
    intensity: Annotated[float, Field(ge=0, le=8)]
    size: Share = 0.25  # 0 = a bare bulb .. 1 = a large softbox at arm's length
    kelvin: Annotated[float, Field(ge=1700, le=20000)] = DAYLIGHT
    gel: Colour | None = None  # instead of the colour temperature
    shadow: Share = 0.7  # how much of its own shadow it throws
    distance: Annotated[float, Field(ge=0.5, le=100)] = (
        1.8  # metres: a near lamp leaves the chest in the dark
    )
    gobo: Gobo | None = None


class Rig(Data):
    """The lights of a template, and the light that comes from everywhere."""

    lights: Annotated[tuple[Light, ...], Field(max_length=12)]
    ambient: Annotated[float, Field(ge=0, le=4)]
    ambient_kelvin: Annotated[float, Field(ge=1700, le=20000)] = DAYLIGHT
    strength: Share = 0.9  # how far the photo's own light gives way
    mirrors: bool = (
        True  # whether the set may be turned round, so that its key comes from where the photo's light came
    )


class Lanterns(Data):
    """Points of light far behind: a street at night, a string of lamps. Out of focus they become discs."""

    count: Annotated[int, Field(ge=1, le=200)]
    colours: Colours
    brightness: Annotated[float, Field(gt=0, le=50)]  # of the disc, white = 1
    band: tuple[Share, Share] = (0.0, 1.0)  # between which heights they hang, from above


class Pool(Data):
    """A lamp's pool of light on the backdrop."""

    x: Annotated[float, Field(ge=-2, le=3)]
    y: Annotated[float, Field(ge=-2, le=3)]
    radius: Annotated[float, Field(gt=0, le=10)]  # share of the picture's height
    colour: Colour


class Backdrop(Data):
    """What hangs behind the sitter."""

    colour: Colour
    mottle: Share = 0.0  # cloudy brushwork of a painted canvas
    floor: Share = 0.0  # how much darker the foot of the picture is
    distance: Annotated[float, Field(ge=0, le=100)] = 2.5  # metres behind the sitter
    pools: Annotated[tuple[Pool, ...], Field(max_length=16)] = ()
    lanterns: Lanterns | None = None
    picture: FileName | None = None  # one of the template's assets, instead of colour, canvas and pools
    scene: Annotated[tuple[Layer, ...], Field(max_length=24)] = ()  # painted over whatever hangs there
    wrap: Share = 0.12  # how much of its light bleeds around the sitter


class Dyes(Data):
    """The colours of a garment that can be dyed."""

    cloth: Colour
    trim: Colour  # collars, bands; the edge of a hood
    thread: Colour  # what is woven in, piping, knots; a hood
    sheen: tuple[Share, Share, Share] = (0.0, 0.0, 0.0)  # of each: 0 = cotton .. 1 = satin, of thread gilt


class Look(Data):
    """How the picture is developed."""

    exposure: Annotated[float, Field(ge=-3, le=3)] = 0.0  # stops
    contrast: Annotated[float, Field(gt=0.3, lt=3)] = 1.0  # slope at middle grey, in log light
    saturation: Annotated[float, Field(ge=0, le=2)] = 1.0
    shadows: Colour = NEUTRAL  # split toning: gains in the dark
    highlights: Colour = NEUTRAL
    fade: Share = 0.0  # how far black is lifted, sRGB
    monochrome: Colour | None = None  # channel mix of a black-and-white film
    bloom: Share = 0.0
    grain: Annotated[float, Field(ge=0, le=0.1)] = 0.0  # standard deviation at middle grey, sRGB
    grain_size: Annotated[float, Field(gt=0, le=6)] = 1.0  # pixels of a 1536-pixel-high picture


def shows_what_it_brings(recipe: Recipe, assets: Sequence[Asset], backdrop: Backdrop) -> Recipe:
    """Give the recipe when its backdrop's picture is among its assets, and each is listed once."""
    files = [asset.file for asset in assets]
    if len(set(files)) < len(files):
        raise PydanticCustomError("assets", "an asset is listed twice")
    if backdrop.picture is not None and backdrop.picture not in files:
        raise PydanticCustomError("assets", "the backdrop's picture is not among the assets")
    return recipe


def worn_in(mode: Mode) -> frozenset[str]:
    """What may be put on in a mode: garments under a head, covers round a face, nothing on one's own body."""
    return frozenset({"head": plates(), "face": covers()}.get(mode, ()))


def dyeable() -> frozenset[str]:
    """What takes other colours than its own: every cover, and garments that were not photographed."""
    return frozenset(covers()) | {name for name, card in plates().items() if card.dyes}


def _rules() -> dict[str, object]:
    """What of `Template`'s own rules a JSON Schema can say: heads need garments, faces covers; some can be dyed."""
    rules: list[dict[str, object]] = [
        {
            "if": {"properties": {"mode": {"const": mode}}, "required": ["mode"]},
            "then": {"properties": {"plate": {"enum": sorted(worn_in(mode))}}, "required": ["plate"]},
        }
        for mode in ("head", "face")
    ]
    dressed = {"properties": {"mode": {"enum": ["head", "face"]}}, "required": ["mode"]}
    rules.append({"if": dressed, "else": {"properties": {"plate": {"type": "null"}}}})
    dyed = {"properties": {"dyes": {"type": "object"}}, "required": ["dyes"]}
    takes = {"properties": {"plate": {"enum": sorted(dyeable())}}, "required": ["plate"]}
    return {"allOf": [*rules, {"if": dyed, "then": takes}]}


RULES = _rules()


class Template(Data):
    """A recipe for a portrait."""

    model_config = ConfigDict(title="Fenshen template", json_schema_extra=lambda schema: schema.update(RULES))

    name: Name
    title: Words
    description: Words
    suits: Annotated[tuple[Suits, ...], Field(min_length=1, max_length=4)] = ("anyone",)
    child_safe: bool = False  # plain enough for a minor: no drama, no styling, no clothes but their own
    tags: Annotated[tuple[Annotated[Sentence, Field(max_length=40)], ...], Field(max_length=24)] = ()
    mode: Mode = "own body"
    plate: Name | None = None  # the garment, in mode "head"; the cover, in mode "face"
    dyes: Dyes | None = None  # None: the garment's or the cover's own
    licence: Annotated[Sentence, Field(max_length=100)]  # of the recipe itself; each asset has its own
    source: Sentence  # who made it, from what
    private: bool = False  # whether it stays with its owner and is not to be published
    assets: Annotated[
        tuple[Asset, ...], Field(max_length=16)
    ] = ()  # every file beside the recipes of its pack
    aspect: Annotated[float, Field(gt=0.4, lt=2.5)] = 2 / 3  # width over height
    label: Label = "corner"  # caption and film leave the picture itself untouched, and make the file larger
    framing: Framing = Framing()
    lens: Lens = Lens()
    wish: Wish = Wish()
    rig: Rig
    backdrop: Backdrop
    look: Look = Look()
    hand: Hand | None = None  # None: it stays a photograph
    adjust: Adjustables = Field(default_factory=dict)  # what a sitter may change, by name
    _folder: Path | None = PrivateAttr(None)  # where its assets lie; set by who read them, never by the file

    @property
    def folder(self) -> Path | None:
        """The pack's folder, of a template of one's own."""
        return self._folder

    def lying_in(self, folder: Path) -> "Template":
        """The same template with its assets in a folder that was checked."""
        placed = self.model_copy()
        placed._folder = folder  # noqa: SLF001 - its own
        return placed

    @model_validator(mode="after")
    def _dressed_or_not(self) -> Self:
        """A head needs a garment, a face a cover, and a body neither."""
        fits = self.plate in worn_in(self.mode) if self.mode != "own body" else self.plate is None
        if not fits:
            raise PydanticCustomError("plate", "a head needs a garment, a face a cover that the studio has")
        if self.dyes and self.plate not in dyeable():
            raise PydanticCustomError("plate", "this garment cannot be dyed")
        return self

    @model_validator(mode="after")
    def _brings_what_it_shows(self) -> Self:
        """What hangs behind the sitter is one of the assets, and each asset is told of once."""
        return shows_what_it_brings(self, self.assets, self.backdrop)

    @model_validator(mode="after")
    def _adjusts_what_is_there(self) -> Self:
        """What a dial or a choice drives is there, and the recipe keeps its rules wherever it stands."""
        if wrong := list(misfits(self, self.adjust)) if self.adjust else []:
            raise PydanticCustomError("adjust", "what may be adjusted does not fit", {"misfits": wrong})
        return self

    def summary(self) -> Mapping[str, object]:
        """What a list shows: name, title, tags, suits, whether a minor may wear it, mode, licence, whose it is."""
        shown = {"name", "title", "tags", "suits", "child_safe", "mode", "licence", "private"}
        more = {"own": self.folder is not None, "adjust": offered(self.adjust)}
        return self.model_dump(include=shown) | more
