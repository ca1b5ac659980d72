"""The sizes of ID photos: data, read from ``id_sizes.toml``. What a rule does not give is None, and is not checked."""

import re
import tomllib
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from fenshen.errors import FenshenError

INCH: Final = 25.4  # mm
KEEP: Final = "keep"  # instead of a background: the photo's own stays
Colour = tuple[int, int, int]  # sRGB, 0..255
Pair = tuple[int, int]
Measure = Literal[
    "head_height",
    "head_width",
    "face_width",
    "crown_to_top",
    "chin_to_bottom",
    "eyes_to_bottom",
    "off_centre",
]
Unit = Literal["px", "mm", "share"]
_HEX: Final = re.compile(r"#[0-9A-Fa-f]{6}")


class IdSizeUnknownError(FenshenError):
    """There is no size of this name. Facts: ``size``."""

    code = "id_size_unknown"
    exit_status = 2


class BackgroundUnknownError(FenshenError):
    """What was given is neither the name of a background nor a colour. Facts: ``background``."""

    code = "id_background_unknown"
    exit_status = 2


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limit(_Data):
    """What a rule allows of one measure."""

    unit: Unit
    low: float | None = None
    high: float | None = None


class About(_Data):
    """What a rule names without a tolerance."""

    unit: Unit
    value: float


class IdSize(_Data):
    """One kind of ID photo."""

    name: str
    zh: str
    en: str
    also: tuple[str, ...] = ()  # other names
    mm: Pair  # width, height on paper
    px: Pair  # width, height of the file
    dpi: Annotated[int, Field(gt=0)] = 300
    digital_px: tuple[int, int, int, int] | None = None  # least width and height, most width and height
    backgrounds: tuple[str, ...] = ()  # names; empty: any, or not said
    jpeg_quality: int | None = None  # as the rule gives it
    least_quality: int | None = None
    kb: Pair | None = None  # least and most size of the file
    asks: tuple[Literal["no_uniform", "no_white_top", "glasses_as_worn", "recent"], ...] = ()  # not measured
    edits: Literal["forbidden", "assumed"] = "assumed"  # whether the rule itself forbids edited pictures
    evidence: Literal["secondary", "conflict", "unverified"]
    source: str = ""
    limits: dict[Measure, Limit] = Field(default_factory=dict)
    about: dict[Measure, About] = Field(default_factory=dict)

    def in_px(self, value: float, unit: Unit) -> float:
        """Bring a number of a rule to pixels of the file; a share is one of its height."""
        return value * {"px": 1.0, "mm": self.px_per_mm, "share": float(self.px[1])}[unit]

    @property
    def px_per_mm(self) -> float:
        """Pixels of the file per millimetre on paper, by its dpi."""
        return self.dpi / INCH

    def span(self, measure: Measure) -> tuple[float, float] | None:
        """Least and most of a measure in pixels of the file; None when the rule does not limit it."""
        limit = self.limits.get(measure)
        if limit is None:
            return None
        low = 0.0 if limit.low is None else self.in_px(limit.low, limit.unit)
        high = float("inf") if limit.high is None else self.in_px(limit.high, limit.unit)
        return low, high

    def wished(self, measure: Measure) -> float | None:
        """Give the value a rule names without a tolerance, in pixels of the file."""
        about = self.about.get(measure)
        return None if about is None else self.in_px(about.value, about.unit)


class _File(_Data):
    recorded: date
    backgrounds: dict[str, str]
    size: tuple[IdSize, ...]


@cache
def _file() -> _File:
    text = (resources.files("fenshen.portrait") / "id_sizes.toml").read_text("utf-8")
    return _File.model_validate(tomllib.loads(text))


def sizes() -> tuple[IdSize, ...]:
    """Every size, in the order of the rules."""
    return _file().size


def recorded() -> date:
    """The day on which the rules were read; they change."""
    return _file().recorded


def size(name: str) -> IdSize:
    """Find a size by its name, in English or Chinese. Raises IdSizeUnknownError."""
    asked = name.strip().replace("-", "_")
    for each in sizes():
        if asked in {each.name, each.zh, *each.also}:
            return each
    raise IdSizeUnknownError(size=name)


def backgrounds() -> dict[str, Colour]:
    """Every background that has a name."""
    return {name: _colour(code) for name, code in _file().backgrounds.items()}


def background(given: str) -> Colour | None:
    """Read a background: a name, #RRGGBB, or keep (None: the photo's own). Raises BackgroundUnknownError."""
    asked = given.strip().lower().replace("-", "_")
    if asked == KEEP:
        return None
    if asked in backgrounds():
        return backgrounds()[asked]
    if not _HEX.fullmatch(asked):
        raise BackgroundUnknownError(background=given)
    return _colour(asked)


def _colour(code: str) -> Colour:
    red, green, blue = bytes.fromhex(code[1:])
    return red, green, blue
