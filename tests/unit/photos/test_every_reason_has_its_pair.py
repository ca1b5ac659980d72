"""No reason without a picture that gives it and one that just does not: all of them are walked, by program.

Those of one photo stand in ``test_each_fault_has_its_picture``, ``test_what_lies_around`` and ``test_what_is_bare``;
those of files and of whole sets stand here. What is asked by age refuses nobody and is no reason; its pictures stand in
``test_who_looks_young``.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.unit.photos import test_each_fault_has_its_picture as faults
from tests.unit.photos import test_what_lies_around as around
from tests.unit.photos.conftest import code, person, pixels
from tests.unit.photos.test_what_is_bare import BARE

from fenshen.photos import enough, together
from fenshen.photos.container import MAX_BYTES, PhotoRefusedError
from fenshen.photos.inspect import Loader, inspect_set
from fenshen.photos.judge import OF_THE_FACE, OF_THE_FILE
from fenshen.photos.report import NOT_NEEDED
from fenshen.photos.scene import RULES
from fenshen.rights.consent import Permit
from fenshen.words import codes, fields

ANNA = person("anna/00")


def padded(size: int) -> bytes:
    return ANNA + bytes(size - len(ANNA))


def plain(width: int, height: int, kind: str = "JPEG") -> bytes:
    return code(Image.new("L", (width, height), 128), kind)


def locked() -> bytes:
    raise PermissionError


FILES: dict[str, tuple[Loader, Loader]] = {
    "photo_empty": (lambda: b"", lambda: b"\0"),
    "photo_not_a_picture": (lambda: ANNA[1:], lambda: ANNA),
    "photo_unsupported": (lambda: plain(300, 300, "GIF"), lambda: plain(300, 300, "WEBP")),
    "photo_truncated": (lambda: ANNA[:-600], lambda: ANNA + b"something after it"),
    "photo_too_large": (lambda: padded(MAX_BYTES + 1), lambda: padded(MAX_BYTES)),
    "photo_too_many_pixels": (lambda: plain(8001, 8000), lambda: plain(8000, 8000)),
    "photo_too_small": (lambda: plain(199, 900), lambda: plain(200, 900)),
    "photo_unreadable": (locked, lambda: ANNA),
}
"""Of a file: one that gives the reason, and one that just does not."""


@dataclass(frozen=True, kw_only=True)
class Among:
    """A set, and the photos of it that have the reason and have it not; the first is named the frontal."""

    photos: Sequence[bytes]
    has: int
    has_not: int


def cropped() -> bytes:
    """The frontal once more, a few px lower, coded anew: another file, the same moment."""
    return code(np.ascontiguousarray(pixels("anna/00")[4:]), "JPEG", quality=88)


def among(*names: str, has: int, has_not: int) -> Callable[[], Among]:
    return lambda: Among(photos=[person(name) for name in names], has=has, has_not=has_not)


SETS: dict[str, Callable[[], Among]] = {
    "other_person": among("anna/00", "anna/01", "omar/00", has=2, has_not=1),
    "person_unsure": among("lin/00", "lin/01", "lin/02", "lin/03", "lin/06", "wei/00", has=5, has_not=4),
    "near_duplicate": lambda: Among(photos=[ANNA, cropped(), person("anna/01")], has=1, has_not=2),
    "repeated": lambda: Among(photos=[ANNA, ANNA, cropped()], has=1, has_not=2),
}
"""Of a set."""

STOPPED = {NOT_NEEDED}
"""Shown by test_the_photo_after_enough_is_not_opened_and_the_one_before_is."""


def written_in(module: Path) -> Iterator[str]:
    """Codes with a fix that a file names: what it can give as a reason."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and "fix" in fields(node.value, "en")
        ):
            yield node.value


def refusals(kind: type[PhotoRefusedError] = PhotoRefusedError) -> Iterator[str]:
    """Codes of every refusal of a file in the house."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("fenshen.photos"):
            yield each.code
        yield from refusals(each)


def every_reason() -> set[str]:
    rules = {rule.code for rule in OF_THE_FILE + OF_THE_FACE} | {rule.code for rule in RULES}
    return rules | set(refusals()) | set(written_in(Path(str(together.__file__)))) | {NOT_NEEDED}


def test_every_reason_has_a_picture_that_gives_it_and_one_that_just_does_not() -> None:
    of_one = {*faults.SPOILT, *faults.PAINTED, *faults.DECLARED, *around.SHOWN, *BARE}
    assert every_reason() == of_one | set(FILES) | set(SETS) | STOPPED


def test_there_are_more_than_eighteen_and_each_says_why_and_how_to_mend_it_in_both_languages() -> None:
    assert len(every_reason()) > 18
    for reason in every_reason():
        for language in ("en", "zh"):
            assert reason in codes(language)
            assert fields(reason, language) >= {"what", "fix"}, reason


@pytest.mark.parametrize("reason", FILES)
def test_a_file_that_has_the_reason_is_told_apart_from_one_that_just_has_not(
    reason: str, permit: Permit, models: Path
) -> None:
    has, has_not = inspect_set(FILES[reason], permit, models).photos
    assert has.verdict.reasons == (reason,)
    assert reason not in has_not.verdict.reasons


@pytest.mark.parametrize("reason", SETS)
def test_a_photo_among_others_that_has_the_reason_is_told_apart_from_one_that_just_has_not(
    reason: str, permit: Permit, models: Path
) -> None:
    shown = SETS[reason]()
    photos = inspect_set([partial(bytes, photo) for photo in shown.photos], permit, models, frontal=0).photos
    assert reason in photos[shown.has].verdict.reasons
    assert reason not in photos[shown.has_not].verdict.reasons


def test_the_photo_after_enough_is_not_opened_and_the_one_before_is(
    permit: Permit, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enough, "LEAST_GAIN", 3.0)
    three: list[Loader] = [partial(person, f"anna/{name}") for name in ("00", "01", "03")]
    photos = inspect_set(three, permit, models, stop_when_enough=True).photos
    assert [NOT_NEEDED in photo.verdict.reasons for photo in photos] == [False, False, True]
