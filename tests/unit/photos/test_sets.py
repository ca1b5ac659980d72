"""A whole set: who is the frontal, who is a stranger, what came twice, and that one bad file stops nobody."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from tests.fakes.progress import Heard
from tests.unit.photos import spoiling
from tests.unit.photos.conftest import code, person, pixels

from fenshen.errors import WeightMissingError
from fenshen.photos.container import LIMITS, PhotoTooLargeError
from fenshen.photos.inspect import Inspected, SetReport, inspect, inspect_set
from fenshen.photos.percentile import better_than_percent
from fenshen.rights.consent import Permit

ANNA = ["anna/10", "anna/00", "anna/01", "anna/03", "anna/11", "anna/22"]


def of(files: Sequence[bytes], permit: Permit, models: Path, frontal: int | None = None) -> SetReport:
    return inspect_set([partial(bytes, file) for file in files], permit, models, frontal=frontal)


def people(report: SetReport) -> list[str]:
    return [photo.same_person for photo in report.photos]


@pytest.fixture(scope="module")
def anna(permit: Permit, models: Path) -> SetReport:
    return of([person(name) for name in ANNA], permit, models)


def test_the_most_frontal_photo_is_chosen_when_none_is_named(anna: SetReport) -> None:
    assert anna.frontal == 1
    assert [photo.role for photo in anna.photos] == ["supplementary", "frontal", *["supplementary"] * 4]


def test_a_persons_own_photos_are_the_same_person_profile_included(anna: SetReport) -> None:
    assert people(anna) == ["same", "frontal", "same", "same", "same", "same"]
    assert anna.accepted == 6
    assert anna.usable == anna.photos


def test_a_set_has_a_score_a_percentile_and_an_advice(anna: SetReport) -> None:
    assert 50 < anna.score < 100
    assert anna.next == "next_side_light"
    assert anna.better_than_percent == better_than_percent(anna.score)


def test_what_is_kept_of_a_photo_is_small_and_shows_no_embedding(anna: SetReport) -> None:
    first = anna.photos[0]
    assert first.mesh is not None
    assert first.embedding is not None
    assert first.mesh.points.nbytes + first.embedding.nbytes < 10_000
    assert "embedding" not in repr(first)


def test_a_stranger_among_them_is_named(permit: Permit, models: Path) -> None:
    report = of([*map(person, ANNA), person("omar/00")], permit, models)
    assert people(report)[-1] == "other"
    assert report.photos[-1].verdict.reasons == ("other_person",)
    assert report.accepted == 6


def test_a_sibling_is_not_sure(permit: Permit, models: Path) -> None:
    lin = [person(f"lin/{n}") for n in ("00", "01", "02", "03", "06")]
    report = of([*lin, person("wei/00")], permit, models)
    assert people(report) == ["frontal", *["same"] * 4, "unsure"]
    assert report.photos[-1].verdict.verdict == "warned"


def test_a_named_frontal_is_judged_as_one(permit: Permit, models: Path) -> None:
    report = of([person("anna/10"), person("anna/00")], permit, models, frontal=0)
    assert report.frontal == 0
    assert "turned_away" in report.photos[0].verdict.reasons
    assert (report.score, report.next) == (0, "next_frontal")


def test_one_bad_file_never_stops_the_others(permit: Permit, models: Path) -> None:
    bad = [b"", b"hello", person("anna/00")[:5000], code(spoiling.shrunk(pixels("anna/00"), 100))]
    report = of([*bad, person("anna/00"), person("anna/01")], permit, models)
    assert [photo.verdict.reasons for photo in report.photos[:4]] == [
        ("photo_empty",), ("photo_not_a_picture",), ("photo_truncated",), ("photo_too_small",)
    ]  # fmt: skip
    assert (report.frontal, report.accepted) == (4, 2)


def test_a_file_that_cannot_be_read_is_named(permit: Permit, models: Path) -> None:
    def locked() -> bytes:
        raise PermissionError

    report = inspect_set([locked, partial(person, "anna/00")], permit, models)
    assert report.photos[0].verdict.reasons == ("photo_unreadable",)
    assert report.accepted == 1


def test_the_same_file_twice_counts_once(permit: Permit, models: Path) -> None:
    report = of([person("anna/01"), person("anna/00"), person("anna/01"), person("anna/00")], permit, models)
    assert report.frontal is not None
    assert sum("repeated" in photo.verdict.reasons for photo in report.photos) == 2
    assert report.photos[report.frontal].verdict.is_usable
    assert report.accepted == 2


def test_a_set_without_any_face_has_no_frontal(permit: Permit, models: Path) -> None:
    report = of([b"hello"], permit, models)
    assert (report.frontal, report.accepted, report.score, report.next) == (None, 0, 0, "next_frontal")


def test_an_empty_set_is_a_set(permit: Permit, models: Path) -> None:
    assert of([], permit, models).photos == ()


def test_verdicts_are_told_one_by_one_in_order(permit: Permit, models: Path) -> None:
    told: list[Inspected] = []
    heard = Heard()
    files = [partial(person, name) for name in ANNA[:4]]
    inspect_set(files, permit, models, progress=heard, on_photo=told.append)
    assert [photo.index for photo in told] == [0, 1, 2, 3]
    assert heard.steps == [("progress_judging", done, 4) for done in range(5)]


def test_a_verdict_does_not_wait_for_the_embedding(permit: Permit, models: Path) -> None:
    told: list[Inspected] = []
    whole = inspect(person("anna/00"), permit, models, on_verdict=told.append)
    (early,) = told
    assert early.embedding is None
    assert whole.embedding is not None
    assert early.verdict == whole.verdict
    assert early.measures == whole.measures


def test_a_verdict_is_told_before_the_photo_is_done_with(permit: Permit, models: Path) -> None:
    told: list[int] = []

    class Counted:
        """Hears how far it is, and how many verdicts were told by then."""

        steps: ClassVar[list[tuple[int, int]]] = []

        def step(self, _name: str, done: int, _total: int) -> None:
            self.steps.append((done, len(told)))

    inspect_set(
        [partial(person, name) for name in ANNA[:2]], permit, models, progress=Counted(),
        on_photo=lambda photo: told.append(photo.index),
    )  # fmt: skip
    assert Counted.steps == [(0, 0), (1, 1), (2, 2)]


def test_an_error_of_a_photo_under_way_comes_out_and_hangs_nobody(permit: Permit, models: Path) -> None:
    def broken() -> bytes:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        inspect_set([partial(person, "anna/00"), broken, partial(person, "anna/01")], permit, models)


def test_without_its_weights_the_studio_says_which_one_is_missing(permit: Permit, tmp_path: Path) -> None:
    with pytest.raises(WeightMissingError) as refusal:
        of([person("anna/00"), person("anna/01")], permit, tmp_path)
    assert dict(refusal.value.facts) == {"weight": "yunet_int8bq.onnx"}


def test_a_file_too_large_to_be_read_is_named(permit: Permit, models: Path) -> None:
    def huge() -> bytes:
        raise PhotoTooLargeError(**LIMITS)

    report = inspect_set([huge, partial(person, "anna/00")], permit, models)
    assert report.photos[0].verdict.reasons == ("photo_too_large",)


def test_a_frontal_without_a_face_is_told_to_be_one(permit: Permit, models: Path) -> None:
    wall = code(np.full((400, 400, 3), 128, np.uint8))
    report = of([wall, person("anna/00")], permit, models, frontal=0)
    assert people(report) == ["frontal", "unknown"]
    assert report.photos[0].verdict.reasons == ("no_face",)
    assert report.next == "next_frontal"
