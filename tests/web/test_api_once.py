"""A request that came twice is done once, and answered both times."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from fenshen.jobs.facts import WORD
from fenshen.store import account_tables as t
from fenshen.store import replies
from fenshen.store.replies import ReplyRow
from fenshen.web.api import once
from fenshen.web.studio import Studio
from tests.fakes.belongings import PHOTO, Belongings, photos_of
from tests.fakes.clock import FakeClock
from tests.fakes.web import Visit

KEY = {"idempotency-key": "a-random-key"}


def photos(api: TestClient, album: str, **more: Any) -> Any:
    return api.post(f"albums/{album}/photos", content=PHOTO, **more)


def rows(studio: Studio) -> list[ReplyRow]:
    with studio.desk.store.begin() as connection:
        return [ReplyRow(**row._mapping) for row in connection.execute(select(t.replies))]


def test_the_same_request_again_is_done_once(api: TestClient, annas: Belongings, anna: Visit) -> None:
    first, again = photos(api, annas.album, headers=KEY), photos(api, annas.album, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert photos_of(anna) == [annas.photo, first.json()["photo"]]


def test_without_a_key_it_is_done_twice(api: TestClient, annas: Belongings, anna: Visit) -> None:
    photos(api, annas.album)
    photos(api, annas.album)
    assert len(photos_of(anna)) == 3


def test_a_key_stands_for_one_request_only(api: TestClient, annas: Belongings) -> None:
    photos(api, annas.album, headers=KEY)
    for other in (
        api.post(f"albums/{annas.album}/photos", content=PHOTO + b"!", headers=KEY),
        api.post(f"albums/{annas.album}/uploads", headers=KEY),
    ):
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_misused")


def test_two_people_may_use_the_same_key(api: TestClient, annas: Belongings, omars: Belongings) -> None:
    photos(api, annas.album, headers=KEY)
    omar = {**KEY, "authorization": f"Bearer {omars.secret}"}
    assert "idempotency-replayed" not in photos(api, omars.album, headers=omar).headers


def test_a_refusal_changed_nothing_so_the_key_may_try_again(
    api: TestClient, annas: Belongings, studio: Studio
) -> None:
    asked = {"templates": ["never"]}
    for _ in range(2):
        refused = api.post(f"doubles/{annas.double}/portraits", json=asked, headers=KEY)
        assert refused.status_code == 404
        assert "idempotency-replayed" not in refused.headers
    assert rows(studio) == []


@pytest.mark.parametrize("key", ["", "x" * 129, "with space", "tab\t"])
def test_a_key_must_have_a_usable_form(api: TestClient, annas: Belongings, key: str) -> None:
    answer = photos(api, annas.album, headers={"idempotency-key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_misused")


def test_while_it_is_under_way_the_same_request_waits_its_turn(
    api: TestClient, annas: Belongings, studio: Studio, clock: FakeClock
) -> None:
    photos(api, annas.album, headers=KEY)
    (row,) = rows(studio)
    with studio.desk.store.begin() as connection:  # as it was before it was answered
        replies.remove(connection, row.id)
        replies.add(connection, ReplyRow(id=row.id, account=row.account, asked=row.asked, at=row.at))
    busy = photos(api, annas.album, headers=KEY)
    assert (busy.status_code, busy.json()["code"]) == (409, "request_under_way")
    clock.advance(once.LOST)
    assert photos(api, annas.album, headers=KEY).status_code == 201  # whoever was at it is dead


def test_of_two_that_come_at_once_one_is_done(api: TestClient, annas: Belongings, anna: Visit) -> None:
    answers: list[Any] = []
    together = threading.Barrier(2)

    def send() -> None:
        together.wait()
        answers.append(photos(api, annas.album, headers=KEY))

    both = [threading.Thread(target=send) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(each.status_code for each in answers) in ([201, 201], [201, 409])
    assert len(photos_of(anna)) == 2


def test_what_is_remembered_are_ids_codes_and_numbers(
    api: TestClient, annas: Belongings, studio: Studio
) -> None:
    words = {e["purpose"]: e["sha256"] for e in api.get("consent-notices").json()["purposes"]}
    bodies: list[tuple[str, Any]] = [
        ("sitters", {"age": "adult", "purposes": words}),
        ("albums", {"sitter": annas.sitter}),
        (f"albums/{annas.album}/uploads", None),
        (f"albums/{annas.album}/send", {"accept_few": True}),
        (f"doubles/{annas.double}/portraits", {"templates": ["film"]}),
        ("complaints", {"topic": "other", "text": "A secret of mine"}),
        (f"doubles/{annas.double}/album", None),
        (f"sitters/{annas.sitter}/withdraw", {"purposes": ["render_portrait"]}),
    ]
    for number, (path, body) in enumerate(bodies):
        answer = api.post(path, json=body, headers={"idempotency-key": f"key-{number}"})
        assert answer.is_success, (path, answer.text)
        again = api.post(path, json=body, headers={"idempotency-key": f"key-{number}"})
        assert (again.json(), again.headers["idempotency-replayed"]) == (answer.json(), "true")
    assert len(rows(studio)) == len(bodies)
    for row in rows(studio):
        for value in json.loads(row.body or "{}").values():
            moment = str(value).replace(":", "").replace("Z", "")
            assert value is None or WORD.fullmatch(moment), value


def test_a_picture_to_be_judged_is_never_remembered(api: TestClient, studio: Studio) -> None:
    api.post("verify", content=b"x", headers=KEY)
    assert rows(studio) == []


def test_an_answer_is_forgotten_after_a_day(
    api: TestClient, annas: Belongings, studio: Studio, clock: FakeClock
) -> None:
    from fenshen.rights import account_holdings

    photos(api, annas.album, headers=KEY)
    clock.advance(timedelta(days=1, seconds=1))
    account_holdings.sweep(studio.desk)
    assert rows(studio) == []
