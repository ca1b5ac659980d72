"""How well a picture can be coded when its file must be neither larger nor smaller than somebody wants."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

LEAST: Final = 5  # JPEG quality
MOST: Final = 100
LEAST_KB, MOST_KB = (
    1024,
    1000,
)  # bytes: nobody says which kilobyte is meant, so the stricter one counts on each side


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A coded picture and the quality it was coded with."""

    data: bytes = field(repr=False)
    quality: int  # 1..100


def within(code: Callable[[int], bytes], *, kb: tuple[int, int] | None, quality: int) -> Coded:
    """Code with this quality if the file fits, else with the best quality that does.

    code: gives the whole file for a quality; larger for a better one. When no quality fits, the nearest is given.
    """
    first = Coded(data=code(quality), quality=quality)
    if kb is None:
        return first
    least, most = kb[0] * LEAST_KB, kb[1] * MOST_KB
    if least <= len(first.data) <= most:
        return first
    low, high, best = LEAST, MOST, None
    while low <= high:
        middle = (low + high) // 2
        tried = Coded(data=code(middle), quality=middle)
        if len(tried.data) <= most:
            best, low = tried, middle + 1
        else:
            high = middle - 1
    return best or Coded(data=code(LEAST), quality=LEAST)
