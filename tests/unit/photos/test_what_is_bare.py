"""Nudity: the real net looks at backs that were drawn by formula, bare, half dressed and dressed.

They are figures as in a shop's window, seen from behind, fit to be shown to anybody (``benchmarks/backs.py``); no
picture of a person without clothes lies in this house. They were drawn until this net took them for nudity. So they
show that pixels reach the net as it wants them, that both limits stand where the rules say, and that no tone of skin
is treated otherwise. They do not show how much of real nudity the net finds: that stays unmeasured.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.backs import TO_THE_BLADES, TO_THE_WAIST, TONES, back
from PIL import Image
from tests.unit.photos.conftest import Picture, code, pixels

from fenshen.photos.inspect import inspect
from fenshen.rights.consent import Permit

Reasons = Callable[[Picture | bytes], set[str]]
Drawn = Callable[[str], Picture]


def bare(tone: str) -> Picture:
    return back(tone)


def from_the_waist(tone: str) -> Picture:
    return back(tone, cloth="blue", from_y=TO_THE_WAIST)


def from_the_blades(tone: str) -> Picture:
    return back(tone, cloth="blue", from_y=TO_THE_BLADES)


BARE: dict[str, tuple[Drawn, Drawn]] = {
    "nudity": (bare, from_the_waist),
    "maybe_nudity": (from_the_waist, from_the_blades),
}
"""One that gives the reason, and one that just does not; how far they are dressed is all that differs."""


@pytest.fixture(scope="module")
def seen(permit: Permit, nudity_too: Path) -> Reasons:
    """Tell the reasons a picture is given where the net for nudity is."""

    def of(photo: Picture | bytes) -> set[str]:
        data = photo if isinstance(photo, bytes) else code(photo)
        return set(inspect(data, permit, nudity_too).verdict.reasons)

    return of


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("reason", BARE)
def test_what_is_bare_is_named_whatever_the_skin(reason: str, tone: str, seen: Reasons) -> None:
    assert reason in seen(BARE[reason][0](tone))


@pytest.mark.parametrize("tone", TONES)
@pytest.mark.parametrize("reason", BARE)
def test_what_is_nearly_so_is_not_blamed_whatever_the_skin(reason: str, tone: str, seen: Reasons) -> None:
    assert reason not in seen(BARE[reason][1](tone))


@pytest.mark.parametrize("tone", TONES)
def test_a_bare_back_is_named_mirrored_coded_and_at_another_size_too(tone: str, seen: Reasons) -> None:
    drawn = back(tone, height=800)
    for other in (code(drawn[:, ::-1].copy(), "JPEG", quality=90), code(Image.fromarray(drawn).reduce(2))):
        assert seen(other) & set(BARE)


@pytest.mark.parametrize("name", ["anna/00", "lin/01", "omar/00", "wei/00"])
def test_people_in_their_clothes_are_not_blamed(name: str, seen: Reasons) -> None:
    assert not seen(pixels(name)) & set(BARE)
