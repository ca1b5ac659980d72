"""The rules alone: numbers in, verdict out."""

from dataclasses import fields, replace
from typing import Any

import pytest

from fenshen.photos.judge import OF_THE_FACE, OF_THE_FILE, Limit, Rule, add, judge
from fenshen.photos.measure import Measures
from fenshen.words import codes

GOOD = Measures(
    faces=1,
    sideways=False,
    ai_made=False,
    ai_edited=False,
    jpeg_quality=92,
    eye_distance=150,
    face_height=0.4,
    margin_above=0.5,
    margin_below=0.8,
    margin_beside=0.5,
    presence=1,
    sharpness=0.45,
    noise=0.004,
    highlights=190,
    contrast=120,
    colour=45,
    eye_contrast=0.3,
    eye_lightness=0.5,
    lip_contrast=0.2,
    lip_lightness=0.5,
    lip_redness=8,
    lower_hue=3,
    flattest=0.6,
)

JUST_BEYOND, JUST_WITHIN = 1e-6, -1e-6


def at_the_brink(rule: Rule, by: float) -> Measures:
    """Put every measure of a rule into its limits, and the first one at the brink, a little beyond or within."""
    measures = GOOD
    for number, limit in enumerate(rule.limits):
        if isinstance(getattr(GOOD, limit.measure), int):
            value = limit.above + 1 if limit.above > -1 else limit.below - 1
            value = value if number or by > 0 else getattr(GOOD, limit.measure)
        elif limit.above > float("-inf"):
            value = limit.above + (by if number == 0 else JUST_BEYOND)
        else:
            value = limit.below - (by if number == 0 else JUST_BEYOND)
        changed: dict[str, Any] = {limit.measure: value}
        measures = replace(measures, **changed)
    return measures


@pytest.mark.parametrize(
    "rule", OF_THE_FILE + OF_THE_FACE, ids=lambda r: f"{r.code}-{r.frontal}-{r.supplementary}"
)
def test_each_rule_begins_at_its_limit(rule: Rule) -> None:
    for role, severity in (("frontal", rule.frontal), ("supplementary", rule.supplementary)):
        beyond = judge(at_the_brink(rule, JUST_BEYOND), role)  # type: ignore[arg-type]
        assert (rule.code in beyond.reasons) == (severity is not None)
        assert severity != "refuse" or not beyond.is_usable
    assert rule.holds(at_the_brink(rule, JUST_BEYOND))
    assert not rule.holds(at_the_brink(rule, JUST_WITHIN))


def test_a_good_photo_is_accepted_in_either_role() -> None:
    assert judge(GOOD, "frontal").verdict == judge(GOOD, "supplementary").verdict == "accepted"


def test_a_refusal_outweighs_warnings_and_all_are_told() -> None:
    verdict = judge(replace(GOOD, sharpness=0.1, side_light=0.6, jpeg_quality=30), "frontal")
    assert verdict.verdict == "refused"
    assert verdict.reasons == ("blurred", "compressed_somewhat", "one_sided_light")


def test_without_a_face_nothing_is_said_about_it() -> None:
    none = Measures(faces=0, sideways=False, ai_made=False, ai_edited=False, jpeg_quality=None)
    assert judge(none, "supplementary").reasons == ("no_face",)


def test_a_profile_is_not_blamed_for_its_far_half() -> None:
    profile = replace(GOOD, yaw=65, highlights=40, flattest=0, eyes_shut=0.8, side_light=-1)
    assert judge(profile, "supplementary").verdict == "accepted"


def test_dark_skin_in_good_light_is_not_dark() -> None:
    assert judge(replace(GOOD, highlights=110, contrast=85, colour=25), "frontal").verdict == "accepted"


def test_a_measure_that_could_not_be_taken_blames_nobody() -> None:
    assert not Limit("jpeg_quality", below=20).holds(replace(GOOD, jpeg_quality=None))


def test_every_limit_names_a_measure_and_every_reason_has_words() -> None:
    names = {field.name for field in fields(Measures)}
    rules = OF_THE_FILE + OF_THE_FACE
    assert {limit.measure for rule in rules for limit in rule.limits} <= names
    assert {rule.code for rule in rules} | {"other_person", "person_unsure", "repeated"} <= codes("zh")


def test_there_are_at_least_eighteen_faults() -> None:
    assert len({rule.code for rule in OF_THE_FILE + OF_THE_FACE}) >= 18


def test_what_the_set_reveals_is_added() -> None:
    good = judge(GOOD, "supplementary")
    assert add(good, "person_unsure", "warn").verdict == "warned"
    refused = add(judge(replace(GOOD, jpeg_quality=30), "supplementary"), "other_person", "refuse")
    assert (refused.verdict, refused.reasons) == ("refused", ("other_person", "compressed_somewhat"))
    assert add(refused, "person_unsure", "warn").verdict == "refused"
