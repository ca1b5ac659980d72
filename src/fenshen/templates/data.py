"""What every part of a template is made of."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Colour = tuple[
    Annotated[float, Field(ge=0, le=4)],
    Annotated[float, Field(ge=0, le=4)],
    Annotated[float, Field(ge=0, le=4)],
]
Colours = Annotated[tuple[Colour, ...], Field(min_length=1, max_length=32)]

PLAIN: Final = r"^[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+$"
"""No control characters, nothing invisible, nothing that turns the direction of writing: a stranger wrote it."""

Sentence = Annotated[str, Field(min_length=1, max_length=400, pattern=PLAIN)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=48)]


class Data(BaseModel):
    """A value: frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
