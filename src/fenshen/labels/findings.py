"""How a mark was found, and the code of the sentence that says what follows from it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a mark was found."""

    VALID = "valid"  # proved by a signature or register of the studio's
    PRESENT = "present"  # there and well formed; anyone could have written it
    FOREIGN = "foreign"  # another maker's
    EXPIRED = "expired"  # whole, but its certificate has ended
    ALTERED = "altered"  # does not fit the picture, or contradicts another mark
    DUPLICATE = "duplicate"  # more than one, which the standard forbids
    MALFORMED = "malformed"  # not what its format asks for
    UNCHECKED = "unchecked"  # there, but nothing to check it with
    ABSENT = "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One mark and what it proves."""

    mark: str  # visible, tc260, iptc, signature, c2pa, watermark, training, consent
    state: State
    value: str = ""  # what it says, as found: words, producer and number, term

    @property
    def proves(self) -> str:
        """Code of the sentence that says what follows from it; words.say gives the sentence."""
        return f"mark_{self.mark}_{self.state.value}"
