"""What a person reads before agreeing. The exact words are versioned: other words need a new consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files

COMMON = ("who", "how", "rights")  # read with every purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The exact words for one purpose in one language."""

    purpose: str
    language: str  # zh or en
    text: str  # of this purpose alone
    sha256: str  # of the common words, those about minors where one sits, and this purpose's, as shown


def common(language: str) -> list[str]:
    """Give what is said once, before all purposes: who, how, and which rights."""
    return [_sections(language)[name] for name in COMMON]


def minors(language: str) -> str:
    """Give what a guardian reads besides."""
    return _sections(language)["minors"]


def notice(purpose: str, language: str, *, minor: bool = False) -> Notice:
    """Give the present words for one purpose, to an adult or to a minor's guardian."""
    text = _sections(language)[purpose]
    shown = "\n\n".join([*common(language), *([minors(language)] if minor else []), text])
    return Notice(purpose=purpose, language=language, text=text, sha256=sha256(shown.encode()).hexdigest())


@cache
def _sections(language: str) -> Mapping[str, str]:
    text = (files(__package__) / f"{language}.md").read_text(encoding="utf-8")
    parts = (part.partition("\n") for part in text.split("\n## ")[1:])
    return {name.strip(): body.strip() for name, _, body in parts}
