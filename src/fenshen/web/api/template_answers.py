"""What the API tells of templates: what they are, and what may be adjusted."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field


class Titles(BaseModel):
    """Words in both languages."""

    zh: str
    en: str


class Dial(BaseModel):
    """A number of a template that may be turned, ``adjust`` of an order."""

    kind: Literal["dial"]
    label: Titles
    minimum: float
    maximum: float
    step: float
    default: float


class Option(BaseModel):
    """One of several."""

    name: str
    label: Titles


class Choice(BaseModel):
    """A name that may be chosen among others; the first is the default."""

    kind: Literal["choice"]
    label: Titles
    options: list[Option]


class TemplateSummary(BaseModel):
    """A template; ``fenshen templates list --json`` has the same fields."""

    name: str
    title: Titles
    tags: list[str]
    suits: list[Literal["man", "woman", "anyone", "child"]]
    child_safe: bool
    mode: str
    licence: str
    adjust: dict[str, Annotated[Dial | Choice, Field(discriminator="kind")]]


class TemplateWhole(TemplateSummary):
    """A template, with what it says of itself."""

    description: Titles
    source: str
    aspect: Annotated[float, Field(description="width over height")]
