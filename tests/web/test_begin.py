"""Consent before pixels, on the web."""

from collections.abc import Callable

import pytest

from fenshen.rights import consent
from fenshen.rights.purposes import Purpose
from tests.fakes.web import AGREED, Visit
from tests.web.conftest import sitters_of

Come = Callable[[], Visit]


def test_nothing_is_ticked_for_anybody(visit: Come) -> None:
    page = visit().get("/begin").text
    assert "checked" not in page
    assert page.count('type="checkbox"') == 5


def test_a_yes_to_everything_opens_an_album_and_signs_in_a_guest(visit: Come) -> None:
    visitor = visit().agrees(AGREED)
    (sitter,) = sitters_of(visitor)
    assert consent.agreed(visitor.studio.desk, sitter) == frozenset(Purpose)
    assert visitor.get(f"/albums/{visitor.album}").status_code == 200


@pytest.mark.parametrize("left_out", ["inspect_photos", "build_double", "keep_double"])
def test_what_a_double_cannot_do_without_is_asked_again_and_nothing_is_kept(
    visit: Come, left_out: str
) -> None:
    visitor = visit()
    some = [each for each in AGREED["purpose"] if each != left_out]
    answer = visitor.post("/begin", {**AGREED, "purpose": some})
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert "Something is still open" in answer.text


def test_portraits_may_be_left_out(visit: Come) -> None:
    some = [each for each in AGREED["purpose"] if each != "render_portrait"]
    visitor = visit().agrees({**AGREED, "purpose": some})
    (sitter,) = sitters_of(visitor)
    assert Purpose.RENDER_PORTRAIT not in consent.agreed(visitor.studio.desk, sitter)


@pytest.mark.parametrize(
    "answers", [{"age": ""}, {"who": ""}, {"who": "other"}, {"age": "teen"}, {"age": "child", "who": ""}]
)
def test_who_somebody_is_must_be_answered_and_others_must_know(visit: Come, answers: dict[str, str]) -> None:
    assert visit().post("/begin", {**AGREED, **answers}).status_code == 422


def test_a_guardian_may_speak_for_a_child_who_was_asked(visit: Come) -> None:
    visitor = visit().agrees({**AGREED, "age": "child", "who": "", "told": "yes"})
    (sitter,) = sitters_of(visitor)
    assert consent.age_of(visitor.studio.desk, sitter) is consent.AgeBand.UNDER_14
