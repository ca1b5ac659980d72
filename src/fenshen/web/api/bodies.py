"""What the API takes: ids, codes and numbers, and nothing besides what is described."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fenshen.engines.engine import LOW, MOST_PRESSES
from fenshen.flow.album import MOST_PARTS
from fenshen.jobs.destinations import LONGEST as LONGEST_ADDRESS
from fenshen.jobs.outbox import Event
from fenshen.rights.complaints import LONGEST, Topic
from fenshen.rights.purposes import Purpose
from fenshen.store.doubles import IDLE_DAYS, MOST_IDLE_DAYS
from fenshen.templates.adjust import MOST

Language = Literal["en", "zh"]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,12}_[0-9a-z_]{1,60}$")]
Days = Annotated[int, Field(ge=1, le=MOST_IDLE_DAYS, description="days that a double may lie unused")]
Percent = Annotated[float, Field(ge=0, le=100)]


class Given(BaseModel):
    """What the API takes: nothing besides what is described."""

    model_config = ConfigDict(extra="forbid")


class Agreeing(Given):
    """Who agrees to what. The hashes tell which words were read."""

    language: Language = "en"
    age: Literal["adult", "teen", "child"]
    who: Annotated[Literal["self", "other"], Field(description="whether the sitter speaks")] = "self"
    told: Annotated[
        bool, Field(description="that somebody else, or a minor, was told and agreed; must be true for them")
    ] = False
    purposes: Annotated[
        dict[Purpose, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]],
        Field(min_length=1, description="sha256 of the words, by purpose"),
    ]


class NewAlbum(Given):
    """For whom an album is begun."""

    sitter: Id


class Joining(Given):
    """How many parts there are."""

    parts: Annotated[int, Field(ge=1, le=MOST_PARTS)]


class Naming(Given):
    """Which photo the others are compared with."""

    photo: Id


class Sending(Given):
    """How an album is sent off."""

    accept_few: bool = False
    is_adult: Annotated[bool, Field(description="what is answered when the sitter looks young")] = False
    keep_days: Days = IDLE_DAYS


class Keeping(Given):
    """How long a double may lie unused."""

    days: Days


class Ordering(Given):
    """Which portraits are wanted."""

    templates: Annotated[list[Name], Field(min_length=1, max_length=60)]
    each: Annotated[int, Field(ge=1, le=6)] = 1
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    short_side: Annotated[int, Field(ge=400, le=3072, description="pixels")] = 1024
    format: Literal["JPEG", "PNG", "WEBP"] = "JPEG"
    beautify: Annotated[float, Field(ge=0, le=1)] = LOW
    more_like_me: Annotated[int, Field(ge=0, le=MOST_PRESSES)] = 0
    adjust: Annotated[
        dict[Name, Annotated[float, Field(allow_inf_nan=False)] | Name],
        Field(
            max_length=MOST,
            description="dials and options that every one of the templates offers",
            json_schema_extra={"additionalProperties": False},
        ),
    ] = {}


class Withdrawing(Given):
    """What consent is taken back for."""

    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=len(Purpose))]


class Listening(Given):
    """Where to be told, and of what."""

    url: Annotated[str, Field(min_length=1, max_length=LONGEST_ADDRESS, description="https://…")]
    events: Annotated[list[Event], Field(min_length=1, max_length=len(Event))]


class Writing(Given):
    """A complaint or report."""

    topic: Topic
    text: Annotated[str, Field(min_length=1, max_length=LONGEST)]
