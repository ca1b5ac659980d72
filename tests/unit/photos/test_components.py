"""Every measure has a value, a unit and a score that follows the published function."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.photos import spoiling
from tests.unit.photos.conftest import pixels
from tests.unit.photos.test_rules import GOOD

from fenshen.photos.components import COMPONENTS, components
from fenshen.photos.inspect import Inspected
from fenshen.photos.measure import Measures

NONE = Measures(faces=0, sideways=False, ai_made=False, ai_edited=False, jpeg_quality=None)


def test_each_component_has_its_own_name_a_unit_and_a_source() -> None:
    assert len({row.name for row in COMPONENTS}) == len(COMPONENTS) >= 25
    assert all(row.unit and row.source for row in COMPONENTS)


@pytest.mark.parametrize(("name", "measure", "value", "score"), [
    ("inter_eye_distance", "eye_distance", 70.0, 50),
    ("head_size", "head_size", 0.45, 100),
    ("room_left", "room_left", 0.9, 50),
    ("room_above", "room_above", 1.4, 50),
    ("room_below", "room_below", 1.8, 50),
    ("eyes_open", "eye_opening", 0.02, 50),
    ("mouth_closed", "lip_gap", 0.2, 50),
    ("yaw", "yaw", -60.0, 25),
    ("over_exposure", "white", 0.0, 100),
    ("over_exposure", "white", 0.09, 10),
    ("under_exposure", "black", 1.0, 0),
    ("dynamic_range", "dynamic_range", 7.0, 88),
    ("illumination_uniformity", "evenness", 1.0, 100),
    ("single_face", "rival", 0.25, 75),
])  # fmt: skip
def test_the_score_is_that_of_the_standard(name: str, measure: str, value: float, score: int) -> None:
    assert components(replace(GOOD, **{measure: value}))[name]["score"] == score  # type: ignore[arg-type]


def test_what_could_not_be_measured_has_neither_value_nor_score() -> None:
    told = components(replace(GOOD, jpeg_quality=None, distance=None, background=None))
    for name in ("compression", "camera_distance", "background_uniformity"):
        assert (told[name]["value"], told[name]["score"]) == (None, None)


def test_without_a_face_nothing_is_told() -> None:
    assert components(NONE) == {}


def test_scores_stay_within_nought_and_a_hundred_however_wild_the_values() -> None:
    for value in (-1e3, 0.0, 1.0, 1e3):
        for row in COMPONENTS:
            if row.name not in {"illumination_uniformity", "over_exposure"} or value >= 0:
                assert 0 <= min(100.0, max(0.0, row.score(value))) <= 100


def test_a_good_photo_scores_high_and_its_fault_low(look: Callable[..., Inspected]) -> None:
    good, blurred, bright = (
        components(found.measures)
        for picture in (
            pixels("anna/00"),
            spoiling.blurred(pixels("anna/00"), 4),
            spoiling.brighter(pixels("anna/00"), 2.2),
        )
        if (found := look(picture)).measures
    )
    low = {name for name, row in good.items() if row["score"] is not None and float(row["score"]) < 50}
    assert low <= {"head_size", "room_above"}  # it is no passport photo
    assert float(blurred["sharpness"]["score"] or 0) < 30
    assert float(bright["over_exposure"]["score"] or 0) < 20
