"""Webhooks and packed copies by page and by API: registered, shown, mended, ended; packed, fetched, destroyed."""

import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from fenshen.accounts import keys
from fenshen.accounts.keys import Scope
from fenshen.flow import prepare_copy
from fenshen.flow.later import queue_of
from fenshen.flow.prepare_copy import archive_of, prepare
from fenshen.ids import JobId
from fenshen.jobs.journal import Unwritten
from fenshen.jobs.outbox import Event
from fenshen.jobs.states import JobKind
from fenshen.jobs.worker import Worker
from fenshen.rights import webhooks
from fenshen.settings import Settings
from fenshen.store import account_tables as t
from fenshen.vault.vault import DataClass
from fenshen.web.studio import Studio
from tests.fakes.belongings import PORTRAIT, Belongings
from tests.fakes.web import Visit
from tests.web.conftest import sitters_of

HERE = "https://hooks.example.com/in"
ASKED = {"url": HERE, "events": ["double.ready", "erased"]}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An operator who lets the studio speak to one host."""
    return replace(settings, webhook_hosts="hooks.example.com")


def work(studio: Studio) -> None:
    worker = Worker(
        queue=queue_of(studio.desk), handlers={JobKind.EXPORT: lambda work: prepare(studio.desk, work)},
        keep_house=lambda: None, tell=lambda *_, **__: None,
    )  # fmt: skip
    worker.run(lambda _, body: Unwritten(body), once=True)


def test_a_webhook_is_registered_and_its_secret_is_shown_once(api: TestClient, annas: Belongings) -> None:
    made = api.post("webhooks", json=ASKED)
    assert made.status_code == 201
    body = made.json()
    assert body["secret"].startswith("whsec_")
    assert (body["url"], body["events"], body["state"]) == (HERE, ["double.ready", "erased"], "enabled")
    one = api.get(f"webhooks/{body['webhook']}").json()
    assert "secret" not in one
    assert {each["webhook"] for each in api.get("webhooks").json()} == {annas.webhook, body["webhook"]}
    other = api.post(f"webhooks/{body['webhook']}/secret").json()["secret"]
    assert other.startswith("whsec_")
    assert other != body["secret"]
    assert api.delete(f"webhooks/{body['webhook']}").status_code == 204
    assert api.get(f"webhooks/{body['webhook']}").status_code == 404


def test_a_secret_is_in_no_table_not_even_for_a_request_that_may_come_twice(
    api: TestClient, studio: Studio
) -> None:
    twice = {"idempotency-key": "one-of-mine"}
    secret = api.post("webhooks", json=ASKED, headers=twice).json()["secret"]
    with studio.desk.store.begin() as connection:
        kept = [row.body for row in connection.execute(t.replies.select())]
    assert not any(secret in (body or "") for body in kept)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"url": "http://hooks.example.com/in", "events": ["erased"]}, 422, "webhook_address"),
        ({"url": "https://evil.example.com/in", "events": ["erased"]}, 422, "webhook_address"),
        ({"url": "https://u:p@hooks.example.com/in", "events": ["erased"]}, 422, "webhook_address"),
        ({"url": "https://169.254.169.254/latest", "events": ["erased"]}, 422, "webhook_address"),
        ({"url": "", "events": ["erased"]}, 422, "api_malformed"),
        ({"url": "https://hooks.example.com/" + "a" * 600, "events": ["erased"]}, 422, "api_malformed"),
        ({"url": HERE, "events": []}, 422, "api_malformed"),
        ({"url": HERE, "events": ["refund.due"]}, 422, "api_malformed"),
        ({"url": HERE, "events": ["test"]}, 422, "api_malformed"),
        ({"url": HERE, "events": ["erased"], "secret": "whsec_mine"}, 422, "api_malformed"),
        ({"url": HERE}, 422, "api_malformed"),
        ([], 422, "api_malformed"),
    ],
)
def test_what_cannot_be_registered_is_refused_in_words(
    api: TestClient, body: Any, status: int, code: str
) -> None:
    answer = api.post("webhooks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert "169.254" not in answer.text  # what was sent is not repeated


def test_an_account_has_a_few_webhooks(api: TestClient) -> None:
    statuses = [api.post("webhooks", json=ASKED).status_code for _ in range(webhooks.MOST)]
    assert statuses == [201] * (webhooks.MOST - 1) + [409]


def test_a_key_without_the_scope_registers_nothing(
    api: TestClient, studio: Studio, annas: Belongings
) -> None:
    others = [scope for scope in Scope if scope is not Scope.WEBHOOKS]
    key, _ = keys.make(studio.desk.store, studio.desk.clock, annas.account, others, days=1)
    for method, address in (("GET", "webhooks"), ("POST", "webhooks"), ("GET", f"webhooks/{annas.webhook}")):
        answer = api.request(method, address, json=ASKED, headers={"authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_one_that_fails_for_days_is_shown_as_disabled_and_switched_on_by_api_or_page(
    api: TestClient, studio: Studio, anna: Visit, annas: Belongings
) -> None:
    id_ = api.get("webhooks").json()[0]["webhook"]
    for by_api in (True, False):
        assert webhooks.has_failed(studio.desk, id_, "gone")
        shown = api.get(f"webhooks/{id_}").json()
        assert (shown["state"], shown["reason"]) == ("disabled", "gone")
        assert api.post(f"webhooks/{id_}/test").json()["code"] == "webhook_disabled"
        page = anna.get("/keys").text
        assert "Disabled" in page
        assert "wants no more" in page
        if by_api:
            assert api.post(f"webhooks/{id_}/enable").json()["state"] == "enabled"
        else:
            assert anna.post(f"/webhooks/{id_}/enable").status_code == 303
        assert api.get(f"webhooks/{id_}").json()["state"] == "enabled"
    assert not webhooks.has_failed(studio.desk, id_, "time")
    assert api.get(f"webhooks/{id_}").json()["state"] == "failing"
    assert "It took too long" in anna.get("/keys").text
    assert anna.post(f"/webhooks/{id_}/remove").status_code == 303
    assert HERE not in anna.get("/keys").text
    assert annas.webhook == id_


def test_a_test_event_can_be_asked_for(api: TestClient, annas: Belongings) -> None:
    answer = api.post(f"webhooks/{annas.webhook}/test")
    assert answer.status_code == 202
    assert answer.json()["event"].startswith("event_")


def test_the_description_names_the_events() -> None:
    from fenshen.web.api import make_api

    told = json.dumps(make_api(None).openapi())
    assert all(f'"{event}"' in told for event in Event)
    assert "refund.due" not in told


def test_a_copy_is_packed_fetched_and_destroyed_by_the_api(
    api: TestClient, studio: Studio, annas: Belongings
) -> None:
    asked = api.post(f"sitters/{annas.sitter}/export")
    assert (asked.status_code, asked.json()["kind"], asked.json()["archive"]) == (202, "export", None)
    work(studio)
    job = api.get(f"jobs/{asked.json()['job']}").json()
    assert (job["state"], job["archive"]) == ("done", archive_of(JobId(job["job"])))
    fetched = api.get(f"archives/{job['archive']}")
    assert fetched.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as archive:
        assert archive.read(f"portraits/{annas.portrait}") == PORTRAIT
        assert "account.json" in archive.namelist()
    assert api.delete(f"archives/{job['archive']}").status_code == 204
    assert api.get(f"archives/{job['archive']}").status_code == 404
    assert api.delete(f"archives/{job['archive']}").status_code == 204


def test_what_is_small_is_given_at_once(anna: Visit, annas: Belongings) -> None:
    answer = anna.post("/mine/export")
    assert answer.headers["content-type"] == "application/zip"


def test_what_is_large_is_packed_by_a_job_that_the_page_follows(
    anna: Visit, annas: Belongings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare_copy, "LARGE", 1)
    answer = anna.post("/mine/export")
    assert answer.status_code == 303
    job = answer.headers["location"]
    waiting = anna.get(job).text
    assert "Your copy is being packed" in waiting
    assert f'hx-sse:connect="{job}/events"' in waiting
    assert "photos" not in waiting.partition("<main")[2].partition("</main")[0].lower()
    assert anna.post("/mine/export").headers["location"] == job  # asked again, it is the same
    work(studio)
    done = anna.get(job).text
    assert "Your copy is packed" in done
    link = done.partition('href="/archives/')[2].partition('"')[0]
    with zipfile.ZipFile(io.BytesIO(anna.get(f"/archives/{link}").content)) as archive:
        assert archive.read(f"portraits/{annas.portrait}") == PORTRAIT
    assert anna.post(f"/archives/{link}/destroy").headers["location"] == job
    assert "The copy is gone" in anna.get(job).text
    assert studio.desk.vault.objects(annas.sitter, DataClass.ARCHIVE) == []
    assert "A copy of everything" in anna.get("/mine").text


def test_several_people_get_a_copy_each_under_their_own_key(
    anna: Visit, annas: Belongings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare_copy, "LARGE", 1)
    anna.agrees(
        {
            "purpose": ["inspect_photos", "build_double", "keep_double"],
            "age": "adult",
            "who": "other",
            "told": "yes",
        }
    )
    assert anna.post("/mine/export").headers["location"] == "/mine"
    work(studio)
    mine = sitters_of(anna)
    assert len(mine) == 2
    assert [len(studio.desk.vault.objects(sitter, DataClass.ARCHIVE)) for sitter in mine] == [1, 1]


def test_a_copy_is_given_only_to_who_proved_themselves_lately(
    anna: Visit, annas: Belongings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fenshen.accounts.sessions import ProofNeededError
    from fenshen.web.pages import mine

    def refuse(*_: object) -> None:
        raise ProofNeededError

    monkeypatch.setattr(mine, "must_have_proved", refuse)
    assert anna.get(f"/archives/{annas.archive}").status_code in {303, 403}
    assert anna.post("/mine/export").status_code in {303, 403}
