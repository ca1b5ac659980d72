"""What somebody takes upon themselves who is given portraits without a visible label. Versioned to the letter."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """The exact words in one language."""

    language: str  # zh or en
    text: str
    sha256: str


@cache
def duty(language: str) -> Duty:
    """Give the present words."""
    text = (files(__package__) / f"{language}.md").read_text(encoding="utf-8").strip()
    return Duty(language=language, text=text, sha256=sha256(text.encode()).hexdigest())
