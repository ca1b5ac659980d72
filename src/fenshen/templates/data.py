"""What every part of a template is made of."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Colour = tuple[
    Annotated[float, Field(ge=0, le=4)],
    Annotated[float, Field(ge=0, le=4)],
    Annotated[float, Field(ge=0, le=4)],
]


class Data(BaseModel):
    """A value: frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
