"""What may lie far behind a sitter, as data: layers painted one over the other, from the farthest to the nearest.

Colours are linear sRGB and heights are shares of the picture from above. `engines/studio/scene.py` paints them.
"""

from typing import Annotated, Literal

from pydantic import Field

from fenshen.templates.data import Colour, Colours, Data, Share

Size = Annotated[float, Field(gt=0, le=4)]


class Stop(Data):
    """A colour at a height."""

    y: Annotated[float, Field(ge=-2, le=3)]
    colour: Colour


class Gradient(Data):
    """Sky, water, a wall: colours from above to below, even between two stops."""

    kind: Literal["gradient"]
    stops: Annotated[tuple[Stop, ...], Field(min_length=1, max_length=16)]


class Ridge(Data):
    """What stands against the sky: everything below a line."""

    kind: Literal["hills", "skyline", "trees"]
    line: Share  # where the line lies on average
    rise: Share  # how far it goes up and down
    colour: Colour
    foot: Colour | None = None  # at the foot of the picture, when haze or light changes it on the way
    scale: Annotated[float, Field(ge=0.02, le=2)] = 0.3  # of the picture's width: of a hill, a house, a tree


class Foliage(Data):
    """Leaves, blossom, rock: clouds of several colours that cover a part of what is behind."""

    kind: Literal["foliage"]
    colours: Colours
    cover: Share = 1.0  # of the band
    scale: Annotated[float, Field(ge=0.01, le=1)] = 0.15  # of the picture's height: of a clump
    band: tuple[Share, Share] = (0.0, 1.0)


class Columns(Data):
    """Upright stripes in rows: books on shelves, panes of an office front, trunks."""

    kind: Literal["columns"]
    colours: Colours
    rows: Annotated[int, Field(ge=1, le=12)] = 1
    width: Annotated[float, Field(ge=0.005, le=1)] = 0.04  # of the picture's width
    gap: Colour  # of the boards between the rows
    board: Share = 0.12  # of a row's height
    band: tuple[Share, Share] = (0.0, 1.0)


class Discs(Data):
    """Points out of focus: lamps, dew, petals, flakes, glints on water."""

    kind: Literal["discs"]
    count: Annotated[int, Field(ge=1, le=900)]
    colours: Colours
    brightness: Annotated[float, Field(gt=0, le=50)] = 1.0  # of the disc, white = 1
    cover: Share = 0.0  # 0: light that is added; 1: a thing that hides what is behind
    size: tuple[Size, Size] = (1.0, 1.0)  # from .. to, of a point at the backdrop's distance
    band: tuple[Share, Share] = (0.0, 1.0)
    clumps: Share = 0.0  # 0: scattered evenly; 1: in clumps only
    strings: Annotated[int, Field(ge=0, le=12)] = 0  # they hang on so many slack cords instead


class Wall(Data):
    """A wall that one looks through: a moon gate, the woodwork of a window."""

    kind: Literal["wall"]
    opening: Literal["round", "lattice"]
    colour: Colour
    rim: Colour  # of the opening's frame
    size: Annotated[float, Field(ge=0.02, le=1)] = 0.3  # of the picture's height: radius; side of a pane
    x: Share = 0.5  # of the opening's middle, or of a corner of the woodwork
    y: Share = 0.4


Layer = Annotated[Gradient | Ridge | Foliage | Columns | Discs | Wall, Field(discriminator="kind")]
