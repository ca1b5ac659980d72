"""Age: the real net looks at two children who do not exist, rendered with the proportions of five and of eleven years.

They show that a picture can reach both bands and that pixels reach the net. They do not show how many children the
net overlooks: rendered skin is smoother than anybody's and reads young at any age (a man of 25 with this skin at .81),
and nobody here has photographs of minors. The net comes with npm and weighs 144 MB to fetch, so these tests skip where
it is not.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.unit.photos.conftest import DATA, person

from fenshen.photos.inspect import Inspected, inspect, inspect_set, judged_together
from fenshen.photos.judge import Verdict
from fenshen.photos.who import ASKS
from fenshen.rights.consent import Permit


def child(name: str) -> bytes:
    return (DATA / "young" / f"{name}.jpg").read_bytes()


YOUNG = {
    "sitter_likely_minor": (partial(child, "five"), partial(child, "eleven")),
    "sitter_maybe_minor": (partial(child, "eleven"), partial(person, "anna/01")),
}
"""One that makes the studio ask so, and one that just does not."""


def test_everything_that_is_asked_by_age_has_its_pictures() -> None:
    assert set(ASKS.values()) == set(YOUNG)


@pytest.mark.parametrize("asked", YOUNG)
def test_who_looks_young_is_asked_about_and_who_looks_older_is_not_in_that_way(
    asked: str, permit: Permit, age_too: Path
) -> None:
    young, older = YOUNG[asked]
    assert inspect_set([young], permit, age_too, frontal=0).asks == (asked,)
    assert asked not in inspect_set([older], permit, age_too, frontal=0).asks


@pytest.mark.parametrize("name", ["anna", "omar"])
def test_grown_people_are_not_asked(name: str, permit: Permit, age_too: Path) -> None:
    photos = sorted((DATA / "people" / name).glob("*.jpg"))
    assert inspect_set([photo.read_bytes for photo in photos], permit, age_too, frontal=0).asks == ()


def test_a_refused_photo_has_no_say_in_the_age(permit: Permit, models: Path) -> None:
    anna = [
        inspect(person(f"anna/{name}"), permit, models, index=i) for i, name in enumerate(("00", "01", "03"))
    ]
    usable = [aged(photo, 0.1) for photo in anna[:1]]
    refused = [replace(aged(photo, 0.95), verdict=REFUSED) for photo in anna[1:]]
    assert judged_together([*usable, *refused], frontal=0).age_band == "adult"
    assert judged_together([aged(photo, 0.95) for photo in anna], frontal=0).age_band == "likely_minor"


REFUSED = Verdict(verdict="refused", reasons=("face_covered",))


def aged(photo: Inspected, minor: float) -> Inspected:
    assert photo.scene is not None
    return replace(photo, scene=replace(photo.scene, minor=minor))
