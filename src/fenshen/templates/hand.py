"""How a picture is made by hand of the developed one, as data. `engines/studio/by_hand.py` does it."""

from typing import Annotated, Literal

from pydantic import Field

from fenshen.templates.data import Colour, Data, Share

Medium = Literal["oil", "watercolour", "pencil", "ink"]


class Hand(Data):
    """A medium, its tool and its ground."""

    medium: Medium
    stroke: Annotated[float, Field(ge=1, le=24)] = (
        6.0  # pixels of a 1536-pixel-high picture: width of the tool
    )
    care: Share = 0.75  # how much finer the face is worked than the rest; eyes and mouth finest
    texture: Share = 0.4  # of the ground and of the bristles
    paper: Colour = (0.87, 0.85, 0.80)  # linear sRGB of the bare ground, where the medium leaves it bare
    ink: Colour = (0.012, 0.012, 0.013)  # linear sRGB of what draws
    margin: Share = 0.0  # of the picture's height that stays bare around, unevenly
