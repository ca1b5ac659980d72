"""Whatever is refused over HTTP is a problem with a code, in words, and never a trace."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from fenshen.web.api import limits, once
from fenshen.web.api.problem import Problem
from fenshen.web.app import make_app
from fenshen.web.studio import Studio
from tests.fakes.belongings import Belongings
from tests.fakes.clock import FakeClock
from tests.web.conftest import ORIGIN

PROBLEM = "application/problem+json"


def is_problem(answer: object, status: int, code: str) -> bool:
    assert answer.headers["content-type"] == PROBLEM  # type: ignore[attr-defined]
    told = Problem.model_validate_json(answer.content)  # type: ignore[attr-defined]
    assert (told.status, told.code) == (status, code)
    assert answer.status_code == status  # type: ignore[attr-defined]
    assert told.title and told.detail and told.fix and "…" not in told.title  # noqa: PT018
    assert told.type == f"/api/v1/problems/{code}"
    return True


def test_no_key_no_answer(studio: Studio) -> None:
    nobody = TestClient(make_app(studio), base_url=f"{ORIGIN}/api/v1/")
    for header in (
        {},
        {"authorization": "Bearer "},
        {"authorization": "Bearer fsk_never"},
        {"authorization": "Basic x"},
    ):
        assert is_problem(nobody.get("jobs", headers=header), 401, "key_invalid")


def test_a_cookie_opens_nothing_here(anna: object, studio: Studio, annas: Belongings) -> None:
    browser = anna.client  # type: ignore[attr-defined]
    assert browser.get(f"{ORIGIN}/doubles/{annas.double}").status_code == 200
    assert is_problem(browser.get(f"{ORIGIN}/api/v1/doubles"), 401, "key_invalid")


def test_an_unknown_address_is_a_problem(api: TestClient) -> None:
    assert is_problem(api.get("never"), 404, "not_found")


def test_an_unknown_method_says_which_there_are(api: TestClient) -> None:
    answer = api.patch("albums")
    assert is_problem(answer, 405, "method_unknown")
    assert "POST" in answer.headers["allow"]


def test_a_field_that_was_not_understood_is_named_and_not_repeated(api: TestClient) -> None:
    answer = api.post("complaints", json={"topic": "<b>x</b>", "text": "x", "<i>": 1})
    assert is_problem(answer, 422, "api_malformed")
    assert answer.json()["facts"]["places"] == "body, body.topic"
    assert "<" not in answer.text


def test_what_is_no_json_is_a_problem(api: TestClient) -> None:
    for body in [b"{", b"\xff\xfe", b"[]", b"null", b'"x"', b"1e999", b'{"text":' * 3000]:
        answer = api.post("complaints", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in {400, 422}, body
        assert answer.headers["content-type"] == PROBLEM


def test_the_wrong_content_type_is_a_problem(api: TestClient) -> None:
    for kind in ["text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "x", ""]:
        answer = api.post(
            "complaints", content=b'{"topic":"other","text":"x"}', headers={"content-type": kind}
        )
        assert is_problem(answer, 422, "api_malformed")


def chunks(size: int) -> Iterator[bytes]:
    """A body whose length nobody was told."""
    for _ in range(size >> 16):
        yield b" " * (1 << 16)


def test_more_than_a_route_takes_is_a_problem(api: TestClient, annas: Belongings) -> None:
    said = {"content-type": "application/json"}
    assert is_problem(api.post("complaints", content=b" " * (once.SMALL + 1), headers=said), 413, "too_large")
    assert is_problem(api.post("complaints", content=chunks(2 << 20), headers=said), 413, "too_large")
    photos = f"albums/{annas.album}/photos"
    assert is_problem(api.post(photos, content=b"x" * ((30 << 20) + 1)), 413, "photo_too_large")
    assert is_problem(api.post(photos, content=chunks(36 << 20)), 413, "too_large")
    part = f"albums/{annas.album}/uploads/photo_{'0' * 16}/0"
    assert is_problem(api.put(part, content=chunks(5 << 20)), 413, "too_large")


def test_an_empty_photo_is_none(api: TestClient, annas: Belongings) -> None:
    assert is_problem(api.post(f"albums/{annas.album}/photos", content=b""), 422, "no_photo")


def test_another_host_or_site_is_a_problem_too(api: TestClient) -> None:
    assert is_problem(api.get("jobs", headers={"host": "evil.example"}), 421, "wrong_host")
    assert is_problem(api.post("albums", headers={"sec-fetch-site": "cross-site"}), 403, "cross_site")


def test_a_fault_of_ours_is_a_problem_without_a_trace(
    api: TestClient, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("/secret/path of a face")

    monkeypatch.setattr("fenshen.web.api.doubles.accounts.sitters_of", broken)
    answer = api.get("doubles")
    assert is_problem(answer, 500, "web_broken")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_too_often_says_when_to_come_again(
    api: TestClient, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "A_MINUTE", 3)
    assert [api.get("jobs").status_code for _ in range(3)] == [200, 200, 200]
    refused = api.get("jobs")
    assert is_problem(refused, 429, "too_often")
    assert refused.headers["retry-after"] == "20"
    clock.advance(timedelta(seconds=20))
    assert api.get("jobs").status_code == 200


def test_words_come_in_the_language_that_was_asked_for(api: TestClient) -> None:
    chinese = api.get("never", headers={"accept-language": "zh-CN,zh;q=0.9"}).json()
    english = api.get("never").json()
    assert (chinese["code"], chinese["facts"]) == (english["code"], english["facts"])
    assert chinese["title"] != english["title"]


def test_facts_are_for_programs(api: TestClient, annas: Belongings) -> None:
    answer = api.post(f"doubles/{annas.double}/portraits", json={"templates": ["rembrandt"] * 1, "each": 7})
    assert is_problem(answer, 422, "api_malformed")
    assert json.loads(answer.text)["facts"] == {"places": "body.each"}
