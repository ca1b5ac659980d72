"""A sitter who looks young is asked about, never refused by an estimate, and a guardian finds a way on."""

from collections.abc import Callable

import pytest

from fenshen.jobs.states import JobState
from fenshen.people import photos_of
from fenshen.photos import who
from fenshen.rights import consent
from fenshen.store import jobs
from tests.fakes.web import AGREED, Visit
from tests.web.conftest import sitters_of

Come = Callable[[], Visit]
LOOKS_YOUNG = dict.fromkeys(("adult", "maybe_minor", "likely_minor", "not_checked"), "sitter_likely_minor")
A_CHILD = {**AGREED, "age": "teen", "who": "", "told": "yes"}


@pytest.fixture(autouse=True)
def looks_young(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes looks young."""
    monkeypatch.setattr(who, "ASKS", LOOKS_YOUNG)


def with_a_photo(visitor: Visit) -> dict[str, str]:
    """Send a photo and have it judged; give what is told of the set."""
    content = photos_of("anna")[0].read()
    photo = visitor.client.post(f"/albums/{visitor.album}/photos", content=content).json()["photo"]
    told: dict[str, str] = visitor.get(f"/albums/{visitor.album}/photos/{photo}/verdict").json()
    return told


def test_an_adult_who_looks_young_is_asked_and_a_guardian_is_shown_where_to_begin(anna: Visit) -> None:
    assert "probably under 18" in with_a_photo(anna)["summary"]
    price = anna.get(f"/albums/{anna.album}/price").text
    assert 'name="adult"' in price
    assert 'href="/begin"' in price


def test_of_whom_a_guardian_spoke_nobody_asks_and_nobody_must_say_they_are_grown_up(visit: Come) -> None:
    visitor = visit().agrees(A_CHILD)
    assert "under 18" not in with_a_photo(visitor)["summary"]
    price = visitor.get(f"/albums/{visitor.album}/price").text
    assert 'name="adult"' not in price
    assert visitor.post(f"/albums/{visitor.album}/send", {"few": "yes"}).status_code == 303
    (sitter,) = sitters_of(visitor)
    assert consent.is_minor(visitor.studio.desk, sitter)


def test_a_sitting_that_ended_for_want_of_an_answer_leads_to_where_the_age_is_said(anna: Visit) -> None:
    with_a_photo(anna)
    anna.post(f"/albums/{anna.album}/send", {"few": "yes"})
    desk = anna.studio.desk
    with desk.store.begin() as connection:
        (job,) = jobs.of_account(connection, anna.account)
        ended = {"state": JobState.FAILED, "code": "age_unconfirmed", "ended_at": desk.clock.now()}
        jobs.move(connection, job.id, [job.state], ended)
    over = anna.get(f"/jobs/{job.id}").text
    assert 'href="/begin"' in over
    assert "parent or guardian" in over
