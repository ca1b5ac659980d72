"""What a template for several people is: seats in one light, as data.

Lengths are eye distances: of a grown-up, from pupil to pupil. So the heads of a picture are of one scale, whoever sits.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from fenshen.errors import NotFoundError
from fenshen.templates.assets import Asset
from fenshen.templates.catalogue import TemplateInvalidError
from fenshen.templates.data import Data
from fenshen.templates.recipe import Backdrop, Label, Lens, Look, Rig, Wish, Words, shows_what_it_brings

FEWEST, MOST = 2, 6


class Seat(Data):
    """Where one person's eyes are, how large the head is, and who stands before whom."""

    x: Annotated[float, Field(ge=-12, le=12)]  # eye distances, right of the picture's middle
    y: Annotated[float, Field(gt=0, lt=12)]  # eye distances below the picture's upper border
    size: Annotated[float, Field(ge=0.7, le=1.1)] = 1.0  # of the head: a child of six has about 0.88
    order: Annotated[int, Field(ge=0, le=9)] = 0  # higher = further in front
    wish: Wish = Wish()


class Layout(Data):
    """The seats for one number of people."""

    aspect: Annotated[float, Field(gt=0.4, le=2.5)]  # width over height
    tall: Annotated[float, Field(ge=4, le=20)]  # eye distances from the upper to the lower border
    seats: Annotated[tuple[Seat, ...], Field(min_length=FEWEST, max_length=MOST)]


class GroupTemplate(Data):
    """A recipe for a portrait of several people, with a layout for each number of people it takes."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Words
    description: Words
    child_safe: bool = False  # plain enough for a minor
    tags: tuple[str, ...] = ()
    licence: str
    source: Annotated[str, Field(min_length=1)]
    label: Label = "caption"
    assets: Annotated[tuple[Asset, ...], Field(max_length=16)] = ()
    layouts: Annotated[tuple[Layout, ...], Field(min_length=1)]
    lens: Lens = Lens()
    rig: Rig
    backdrop: Backdrop
    look: Look = Look()
    _folder: Path | None = PrivateAttr(None)  # where its assets lie; set by who read them, never by the file

    @property
    def folder(self) -> Path | None:
        """Where its assets lie; None when nobody said."""
        return self._folder

    def lying_in(self, folder: Path) -> "GroupTemplate":
        """The same template with its assets in a folder."""
        placed = self.model_copy()
        placed._folder = folder  # noqa: SLF001 - its own
        return placed

    @model_validator(mode="after")
    def _brings_what_it_shows(self) -> Self:
        """What hangs behind everybody is one of the assets, and each asset is told of once."""
        return shows_what_it_brings(self, self.assets, self.backdrop)

    @model_validator(mode="after")
    def _one_layout_for_each_number(self) -> Self:
        """Two layouts for as many people could not be told apart."""
        if len({len(layout.seats) for layout in self.layouts}) < len(self.layouts):
            raise PydanticCustomError("layouts", "one layout for each number of people")
        return self

    @property
    def seats(self) -> tuple[int, ...]:
        """For how many people it is, ascending."""
        return tuple(sorted(len(layout.seats) for layout in self.layouts))

    def layout(self, people: int) -> Layout | None:
        """The layout for a number of people; None when there is none."""
        return next((layout for layout in self.layouts if len(layout.seats) == people), None)

    def summary(self) -> Mapping[str, object]:
        """What a list shows."""
        shown = {"name", "title", "description", "tags", "child_safe", "licence"}
        return {**self.model_dump(include=shown), "seats": list(self.seats)}


@cache
def groups() -> dict[str, GroupTemplate]:
    """Every built-in template for several people, by name. Raises TemplateInvalidError."""
    folder = resources.files("fenshen.templates") / "groups"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=str)
    recipes = [_read(file.read_text("utf-8"), file.name).lying_in(Path(str(folder))) for file in files]
    return {recipe.name: recipe for recipe in recipes}


def titles() -> dict[str, Words]:
    """Give what each is called."""
    return {name: recipe.title for name, recipe in groups().items()}


def group_template(name: str) -> GroupTemplate:
    """One template for several people. Raises NotFoundError."""
    found = groups().get(name)
    if found is None:
        raise NotFoundError(kind="group template", id=name)
    return found


def _read(text: str, name: str) -> GroupTemplate:
    try:
        return GroupTemplate.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        raise TemplateInvalidError(template=name, field="TOML") from None
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "file"
        raise TemplateInvalidError(template=name, field=field) from None
