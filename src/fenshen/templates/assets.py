"""What lies in a pack beside its recipes: which file, by whom, under which licence, and who is on it, as data."""

from typing import Annotated, Final, Literal

from pydantic import Field

from fenshen.templates.data import Data, Sentence

FILE: Final = r"^[a-z0-9][a-z0-9_-]*\.(?:jpg|png|webp)$"
"""A name in the pack's own folder: no way up, no way out, no other kind of file."""

FileName = Annotated[str, Field(pattern=FILE, max_length=64)]
Release = Literal["yes", "no", "none needed"]
NO_LICENCE: Final = "LicenseRef-all-rights-reserved"  # what a picture has when nobody says otherwise


class Marks(Data):
    """What an asset's picture said of its making by AI when it came. It goes where the asset goes."""

    source_type: Annotated[str, Field(pattern=r"^[A-Za-z]{0,64}$")] = ""  # term of IPTC's DigitalSourceType
    tc260: Annotated[str, Field(max_length=4000)] = ""  # the label of GB 45438-2025 as it was found, JSON


class Asset(Data):
    """A picture that a template brings along."""

    file: FileName
    licence: Annotated[Sentence, Field(max_length=100)]  # SPDX, or NO_LICENCE
    source: Sentence  # who made it, from what
    model_release: Release  # of whoever was on the picture it was made from; "none needed": nobody real was
    ai: Marks | None = None  # None: nothing says that AI made it
