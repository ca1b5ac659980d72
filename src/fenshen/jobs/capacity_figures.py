"""What the planner reckons with: measured seconds of each kind of work, and how a day goes."""

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fenshen.errors import FenshenError

HOUR, DAY = 3600.0, 86400.0  # seconds
HOURS: Final = 24


class CapacityFiguresError(FenshenError):
    """The file of service times cannot be read or makes no sense. Facts: ``where``, a field or the file's name."""

    code = "capacity_figures"
    exit_status = 2


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Work(_Strict):
    """One kind of work, as measured."""

    seconds: float = Field(gt=0)  # mean time on one worker
    spread: float = Field(ge=0, le=3)  # standard deviation / mean; 1 = exponential, 0 = always the same
    a_sitter: float = Field(ge=0, le=100)  # mean number each sitter asks for


class Day(_Strict):
    """When sitters come, and how long they look before they ask for more."""

    arrivals: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=HOURS, max_length=HOURS)
    think_seconds: float = Field(ge=0)  # mean of an exponential pause

    @model_validator(mode="after")
    def _somebody_comes(self) -> "Day":
        if not sum(self.arrivals):
            raise ValueError
        return self

    @property
    def shares(self) -> tuple[float, ...]:
        """Give the share of a day's sitters who come in each hour from midnight; they sum to 1."""
        total = sum(self.arrivals)
        return tuple(weight / total for weight in self.arrivals)

    @property
    def quietest(self) -> int:
        """Give the hour in which fewest come: a day is counted from here, when hardly anybody waits."""
        return self.arrivals.index(min(self.arrivals))


class Figures(_Strict):
    """All of it, with where it comes from."""

    source: str
    machine: str
    cores: int = Field(ge=1)  # cores one worker has to itself
    memory_megabytes: float = Field(ge=0)  # largest resident set of one worker
    double: Work
    portraits: Work
    redo: Work
    day: Day

    @property
    def works(self) -> dict[str, Work]:
        """Give every kind of work by its name."""
        return {"double": self.double, "portraits": self.portraits, "redo": self.redo}

    @property
    def jobs_a_sitter(self) -> float:
        """Give the mean number of jobs of one sitter."""
        return sum(each.a_sitter for each in self.works.values())

    @property
    def seconds_a_sitter(self) -> float:
        """Give the mean seconds of one worker that one sitter takes."""
        return sum(each.a_sitter * each.seconds for each in self.works.values())

    def load(self, sitters: float) -> float:
        """Give how many workers are busy on average over a day of so many sitters (erlangs)."""
        return sitters * self.seconds_a_sitter / DAY

    def busiest_load(self, sitters: float) -> float:
        """Give the same for the busiest hour alone, as if its sitters asked for all at once."""
        return self.load(sitters) * HOURS * max(self.day.shares)


def measured() -> Figures:
    """Give the figures this release was measured with."""
    text = (files(__package__) / "service_times.toml").read_text(encoding="utf-8")
    return _checked(tomllib.loads(text))


def read(file: Path) -> Figures:
    """Read a file of the same form, TOML or (named .json) JSON."""
    try:
        text = file.read_text(encoding="utf-8")
        table = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError):  # JSON, TOML and UTF-8 errors are all ValueErrors
        raise CapacityFiguresError(where=file.name) from None
    return _checked(table)


def _checked(table: object) -> Figures:
    try:
        figures = Figures.model_validate(table)
    except ValidationError as error:
        wrong = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise CapacityFiguresError(where=wrong or "–") from None
    if not figures.double.a_sitter == 1:
        raise CapacityFiguresError(where="double.a_sitter")
    return figures
