"""The code that a sitter writes down."""

import random
from collections.abc import Callable
from itertools import combinations

import pytest

from fenshen.vault.recovery_code import ALPHABET, CodeMistypedError, new_code, read_code


def plain(code: str) -> list[str]:
    return list(code.replace("-", ""))


def is_read(symbols: list[str]) -> bool:
    try:
        read_code("".join(symbols))
    except CodeMistypedError:
        return False
    return True


def test_a_code_is_seven_groups_of_four_and_holds_130_bits() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert [len(group) for group in code.split("-")] == [4] * 7
        assert set(plain(code)) <= set(ALPHABET)
    assert all(len({plain(code)[place] for code in codes}) > 20 for place in range(28))
    assert len(read_code(new_code())) * 5 == 130


def test_every_single_misread_symbol_is_noticed() -> None:
    symbols = plain(new_code())
    wrong = [
        [*symbols[:place], other, *symbols[place + 1 :]]
        for place in range(28)
        for other in ALPHABET
        if other != symbols[place]
    ]
    assert len(wrong) == 28 * 31
    assert not any(map(is_read, wrong))


def test_whichever_two_symbols_change_places_is_noticed() -> None:
    symbols = plain(new_code())
    for one, other in combinations(range(28), 2):
        swapped = symbols.copy()
        swapped[one], swapped[other] = symbols[other], symbols[one]
        assert is_read(swapped) == (swapped == symbols)


def test_any_two_misread_symbols_are_noticed() -> None:
    chance, symbols = random.Random(3), plain(new_code())  # noqa: S311  (the same mistakes each time)
    for _ in range(3000):
        one, other = chance.sample(range(28), 2)
        wrong = symbols.copy()
        wrong[one] = chance.choice([s for s in ALPHABET if s != symbols[one]])
        wrong[other] = chance.choice([s for s in ALPHABET if s != symbols[other]])
        assert not is_read(wrong)


@pytest.mark.parametrize("change", [str.lower, lambda c: c.replace("-", " "), lambda c: c.replace("-", "")])
def test_case_and_hyphens_do_not_matter(change: Callable[[str], str]) -> None:
    code = new_code()
    assert read_code(change(code)) == read_code(code)


def test_letters_that_look_like_digits_are_read_as_those() -> None:
    code = next(code for code in iter(new_code, None) if {"0", "1"} <= set(code))
    assert read_code(code.replace("0", "O").replace("1", "l")) == read_code(code)
    assert read_code(code.replace("1", "i")) == read_code(code)


@pytest.mark.parametrize("typed", ["", "-", "7Q3K", "U" * 28, "é" * 28, "A" * 29, "\0" * 28])
def test_what_is_no_code_is_said_so(typed: str) -> None:
    with pytest.raises(CodeMistypedError):
        read_code(typed)
