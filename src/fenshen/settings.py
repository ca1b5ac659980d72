"""Where the studio keeps things and which language it speaks. Read once, from the environment only."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path

from fenshen.errors import SettingInvalidError

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator may choose."""

    home: Path  # all that the studio keeps lies below it, weights included unless `models` says otherwise
    models: Path  # the pretrained weights
    key_file: Path  # the key that wraps every other key; mode 0600
    language: Language
    producer: str  # ASCII name of this service; written into every label (TC260 ContentProducer)
    operator: str = ""  # who runs the studio for others, with a contact; empty: whoever sits at this machine

    # Content credentials that the operator brings instead of the studio's own (PEM files).
    c2pa_certificate: Path | None = None
    c2pa_key: Path | None = None


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read FENSHEN_HOME, FENSHEN_MODELS, FENSHEN_KEY_FILE, FENSHEN_PRODUCER, FENSHEN_OPERATOR and the language.

    The language is FENSHEN_LANG, else that of LC_ALL or LANG, else English.
    Raises SettingInvalidError when the producer's name is empty or not printable ASCII.
    """
    home = _folder(environ.get("FENSHEN_HOME")) or user_data_path("fenshen", appauthor=False)
    producer = environ.get("FENSHEN_PRODUCER", "fenshen-studio")
    if not producer.strip() or not (producer.isascii() and producer.isprintable()):
        raise SettingInvalidError(setting="FENSHEN_PRODUCER")
    return Settings(
        home=home,
        models=_folder(environ.get("FENSHEN_MODELS")) or home / "models",
        key_file=_folder(environ.get("FENSHEN_KEY_FILE")) or home / "keys" / "kek",
        language=language_of(environ),
        producer=producer,
        operator=" ".join(environ.get("FENSHEN_OPERATOR", "").split()),
        c2pa_certificate=_folder(environ.get("FENSHEN_C2PA_CERTIFICATE")),
        c2pa_key=_folder(environ.get("FENSHEN_C2PA_KEY")),
    )


def language_of(environ: Mapping[str, str]) -> Language:
    """Give the language an environment asks for; anything but Chinese is English."""
    for name in ("FENSHEN_LANG", "LC_ALL", "LANG"):
        if value := environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def _folder(value: str | None) -> Path | None:
    return Path(value).expanduser().absolute() if value else None
