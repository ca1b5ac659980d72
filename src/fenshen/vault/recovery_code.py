"""A secret that a person can write down: 130 random bits as seven groups of four letters and digits.

``7Q3K-9XYA-…``: 26 symbols of Crockford's base 32 and two check symbols. The check is a Reed-Solomon code over
GF(32) with two roots: whatever one or two symbols were misread, and whichever two changed places, is noticed with
certainty; worse mistakes with 1023 in 1024.
"""

import secrets

from fenshen.errors import FenshenError

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None, "‐": None, "–": None, "—": None})
SYMBOLS, CHECKS, GROUP = 26, 2, 4
BITS = 5 * SYMBOLS
FIELD = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)
ROOTS = (2, 4)  # the field's generator and its square


class CodeMistypedError(FenshenError):
    """What was typed is no recovery code: a symbol is wrong, missing or too many."""

    code = "code_mistyped"


def new_code() -> str:
    """Make a code, as it is shown to a person."""
    number = secrets.randbits(BITS)
    symbols = [number >> 5 * place & 31 for place in reversed(range(SYMBOLS))]
    text = "".join(ALPHABET[symbol] for symbol in [*symbols, *_checks(symbols)])
    return "-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP))


def read_code(typed: str) -> bytes:
    """Give the 26 symbols that stand for the secret, from a code typed in any case, with or without hyphens.

    I and L are read as 1, O as 0. Raises CodeMistypedError.
    """
    text = "".join(typed.upper().translate(MISREAD).split())
    if len(text) != SYMBOLS + CHECKS or not set(text) <= set(ALPHABET):
        raise CodeMistypedError
    symbols = [ALPHABET.index(symbol) for symbol in text]
    if any(_at(symbols, root) for root in ROOTS):
        raise CodeMistypedError
    return text[:SYMBOLS].encode()


def _checks(symbols: list[int]) -> list[int]:
    """Give the two symbols with which the polynomial is zero at both roots.

    Solves a·x + b = s for each root x, s being the value so far shifted by two places.
    """
    first, second = ROOTS
    s, t = (_times(_at(symbols, root), _times(root, root)) for root in ROOTS)
    a = _times(s ^ t, _inverse(first ^ second))
    return [a, s ^ _times(a, first)]


def _at(symbols: list[int], point: int) -> int:
    """Evaluate the polynomial whose coefficients are the symbols, highest first (Horner)."""
    value = 0
    for symbol in symbols:
        value = _times(value, point) ^ symbol
    return value


def _times(a: int, b: int) -> int:
    """Multiply in GF(32)."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = a << 1, b >> 1
        if a & 32:
            a ^= FIELD
    return product


def _inverse(a: int) -> int:
    return next(b for b in range(1, 32) if _times(a, b) == 1)
