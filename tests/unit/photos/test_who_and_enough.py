"""Who is asked for more, what repeats, what a set covers, when it is enough, and a percentile nobody else touches."""

import ast
import inspect as source
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tests.unit.photos import spoiling
from tests.unit.photos.conftest import code, pixels
from tests.unit.photos.test_rules import GOOD

from fenshen.people import photos_of
from fenshen.photos import enough, percentile
from fenshen.photos.coverage import Place, cover, place
from fenshen.photos.inspect import inspect_set
from fenshen.photos.repeats import Shot, near_duplicates
from fenshen.photos.who import ASKS, age_band
from fenshen.rights.consent import Permit
from fenshen.vision.hashes import differing_bits, fingerprint
from fenshen.words import codes

ANNA = pixels("anna/00")
PHOTOS = [photo.read for photo in photos_of("anna")]


def test_a_band_is_drawn_from_the_middle_of_the_estimates() -> None:
    assert age_band([0.02, 0.1, 0.9]) == "adult"
    assert age_band([0.31, 0.5, 0.2]) == "maybe_minor"
    assert age_band([0.99, 0.97, 0.4]) == "likely_minor"


def test_nobody_is_given_a_band_when_nobody_looked() -> None:
    assert age_band([None, None]) == age_band([]) == "not_checked"


def test_a_band_asks_and_never_refuses() -> None:
    assert set(ASKS) == {"maybe_minor", "likely_minor"}
    assert set(ASKS.values()) <= codes("zh")


def test_two_shots_of_a_moment_are_told_and_the_better_one_is_kept() -> None:
    bits = fingerprint(ANNA)
    darker = fingerprint(spoiling.brighter(ANNA, 0.9))
    assert differing_bits(bits, darker) <= 4
    shots = [
        Shot(index=0, fingerprint=bits, measures=GOOD, rank=0.7),
        Shot(index=1, fingerprint=darker, measures=replace(GOOD, yaw=GOOD.yaw + 1), rank=0.9),
    ]
    assert near_duplicates(shots) == {0}


def test_another_expression_turn_or_light_is_no_repeat() -> None:
    bits = fingerprint(ANNA)
    for other in (replace(GOOD, smile=0.5), replace(GOOD, yaw=GOOD.yaw + 8), replace(GOOD, side_light=0.5)):
        shots = [Shot(index=i, fingerprint=bits, measures=m, rank=1.0) for i, m in enumerate((GOOD, other))]
        assert near_duplicates(shots) == set()


def test_another_picture_is_no_repeat() -> None:
    assert differing_bits(fingerprint(ANNA), fingerprint(pixels("anna/01"))) > 8


def test_in_a_set_the_shot_taken_twice_goes_and_the_frontal_stays(permit: Permit, models: Path) -> None:
    again = code(np.ascontiguousarray(ANNA[4:]), "JPEG", quality=88)
    report = inspect_set([lambda: again, *PHOTOS[:3]], permit, models, frontal=1)
    assert report.photos[0].verdict.reasons[0] == "near_duplicate"
    assert report.photos[1].verdict.is_usable


def test_a_photo_has_its_place_on_the_map() -> None:
    assert place(replace(GOOD, yaw=-20, smile=0.5, mouth_open=0, side_light=0)) == Place(
        "left", "smile", "even"
    )
    assert place(replace(GOOD, yaw=50, smile=0, side_light=-0.4)) == Place("far_right", "calm", "from_left")


def test_the_map_counts_every_photo_once_and_shows_what_is_empty() -> None:
    seen = cover({3: GOOD, 5: replace(GOOD, yaw=-20), 7: replace(GOOD, yaw=-20)})
    assert seen.count("pose") == {"far_left": 0, "left": 2, "front": 1, "right": 0, "far_right": 0}
    assert sorted(index for here in seen.photos.values() for index in here) == [3, 5, 7]


def test_each_photo_adds_less_than_the_one_before_and_a_missing_view_adds_more() -> None:
    gains = [enough.expected_gain([GOOD] * n) for n in range(1, 32)]
    assert gains == sorted(gains, reverse=True)
    full = [
        GOOD,
        *(replace(GOOD, yaw=y, smile=s, side_light=light) for y, s, light in ((-30, 0.6, 0.4), (30, 0, 0))),
    ]
    assert not enough.missing_views(full)
    assert enough.expected_gain(full) < gains[2]


def test_asking_stops_before_twenty_when_every_view_is_there_and_by_thirty_one_whatever_is_missing() -> None:
    full = [
        GOOD,
        *(replace(GOOD, yaw=y, smile=s, side_light=light) for y, s, light in ((-30, 0.6, 0.4), (30, 0, 0))),
    ]
    stop = next(n for n in range(1, 40) if enough.is_enough([*full, *[GOOD] * (n - 3)][:n]))
    assert 10 < stop < 20
    assert enough.is_enough([GOOD] * enough.MOST)


def test_a_photo_beyond_enough_is_not_opened(
    permit: Permit, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enough, "LEAST_GAIN", 0.9)
    opened: list[int] = []

    def reader(index: int) -> bytes:
        opened.append(index)
        return PHOTOS[index]()

    loaders = [partial(reader, index) for index in range(14)]
    report = inspect_set(loaders, permit, models, stop_when_enough=True)
    closed = [photo.index for photo in report.photos if not photo.was_opened]
    usable = [photo.measures for photo in report.usable if photo.measures]
    assert closed
    assert enough.is_enough(usable)
    assert not enough.is_enough(usable[:-1])  # none was opened in vain
    assert not set(closed) & set(opened)
    assert report.next == "next_enough"
    assert all(report.photos[i].verdict.reasons == ("not_needed",) for i in closed)
    everything = inspect_set(loaders, permit, models)
    assert all(photo.was_opened for photo in everything.photos)


def test_the_percentile_is_the_mid_rank_in_the_shipped_distribution() -> None:
    sets = percentile.reference()
    assert len(sets) == 101
    assert percentile.better_than_percent(70) == round(100 * (sum(sets[:70]) + sets[70] / 2) / sum(sets))
    ranks = [percentile.better_than_percent(score) for score in range(101)]
    assert ranks == sorted(ranks)


def test_no_other_sitters_data_can_reach_the_percentile(home: Path) -> None:
    before = [percentile.better_than_percent(score) for score in range(101)]
    (home / "studio.db").write_bytes(b"somebody else's studio")
    percentile.reference.cache_clear()
    assert [percentile.better_than_percent(score) for score in range(101)] == before
    assert list(source.signature(percentile.better_than_percent).parameters) == ["score"]
    tree = ast.parse(Path(str(percentile.__file__)).read_text("utf-8"))
    imported = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert imported == {"functools", "importlib.resources"}


def test_the_reference_says_how_it_was_made() -> None:
    made = json.loads((Path(str(percentile.__file__)).parent / "reference.json").read_text("utf-8"))
    assert made["n"] == sum(made["sets_by_score"]) >= 1000
    assert (Path(__file__).parents[3] / made["made_by"]).is_file()
    assert made["seed"]
