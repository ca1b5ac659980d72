"""What of a template may be adjusted, as data: a few dials with a range, and a few choices. `adjusting.py` turns them.

A dial or a choice drives fields of the recipe; at its default the recipe is as it was written.
"""

from typing import Annotated, Final, Literal

from pydantic import Field

from fenshen.templates.data import Colour, Data, Name, Sentence

MOST: Final = 8  # of one template: more is a darkroom, not a template
FIELD: Final = r"^[a-z][a-z_]*(?:\.(?:[a-z][a-z_]*|[0-9]{1,2}))*$"

FieldPath = Annotated[str, Field(pattern=FIELD, max_length=80)]  # as lens.aperture, rig.lights.0.kelvin
Number = Annotated[float, Field(ge=-100_000, le=100_000)]
End = Number | Colour


class Label(Data):
    """What a dial or a choice is called."""

    zh: Annotated[Sentence, Field(max_length=40)]
    en: Annotated[Sentence, Field(max_length=40)]


class Drive(Data):
    """One number or colour of the recipe that a dial moves.

    Between the dial's ends and its default it moves evenly; at the default it is what the recipe says.
    """

    field: FieldPath
    low: End | None = None  # at the dial's minimum; None: that minimum itself
    high: End | None = None  # at its maximum


class Dial(Data):
    """A number that a person may turn."""

    kind: Literal["dial"]
    label: Label
    minimum: Number
    maximum: Number
    step: Annotated[float, Field(gt=0, le=10_000)]  # how finely a page lets it be turned
    default: Number
    drives: Annotated[tuple[Drive, ...], Field(min_length=1, max_length=12)]


class Put(Data):
    """A field of the recipe, and what it becomes."""

    field: FieldPath
    value: bool | Number | Annotated[Sentence, Field(max_length=64)] | Colour | None = None


class Option(Data):
    """One of several: a colourway, a lining, a picture behind."""

    name: Name
    label: Label
    puts: Annotated[tuple[Put, ...], Field(max_length=24)] = ()  # none: as the recipe is written


class Choice(Data):
    """A name that a person may choose among others; the first is how the recipe is written."""

    kind: Literal["choice"]
    label: Label
    options: Annotated[tuple[Option, ...], Field(min_length=2, max_length=16)]


Adjustable = Annotated[Dial | Choice, Field(discriminator="kind")]
Adjustables = Annotated[
    dict[Name, Adjustable], Field(max_length=MOST, json_schema_extra={"additionalProperties": False})
]
