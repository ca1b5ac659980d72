"""What the pages do, a program does with a key: from consent to the last receipt."""

import json
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from fenshen.accounts import keys
from fenshen.accounts.keys import Scope
from fenshen.rights import consent, receipt_check
from fenshen.rights.purposes import Purpose
from fenshen.vault.vault import DataClass
from fenshen.web.studio import Studio
from tests.fakes.belongings import PHOTO, PORTRAIT, Belongings
from tests.fakes.clock import FakeClock
from tests.fakes.sitting import shot


def words(api: TestClient, language: str = "en") -> dict[str, str]:
    told = api.get("consent-notices", headers={"accept-language": language}).json()
    assert told["language"] == language
    return {each["purpose"]: each["sha256"] for each in told["purposes"]}


def agree(api: TestClient, **more: Any) -> Any:
    asked = {"age": "adult", "purposes": words(api), **more}
    return api.post("sitters", json=asked)


def test_a_program_goes_the_whole_way_to_the_queue(api: TestClient, studio: Studio) -> None:
    sitter = agree(api).json()["sitter"]
    assert consent.agreed(studio.desk, sitter) == frozenset(Purpose)
    album = api.post("albums", json={"sitter": sitter}).json()["album"]
    photo = api.post(f"albums/{album}/photos", content=shot(0)).json()["photo"]
    report = api.get(f"albums/{album}").json()
    assert [each["file"] for each in report["photos"]] == [photo]
    assert report["photos"][0]["verdict"] == "accepted"
    assert report["photos"][0]["measures"]
    assert (report["accepted"], report["waiting"], report["enough"]) == (1, 0, False)
    assert api.put(f"albums/{album}/frontal", json={"photo": photo}).status_code == 204
    sent = api.post(f"albums/{album}/send", json={"accept_few": True})
    assert sent.status_code == 202
    job = sent.json()["job"]
    assert api.get(f"jobs/{job}").json()["state"] == "waiting"
    assert api.get(f"albums/{album}").status_code == 404
    assert job in {each["job"] for each in api.get("jobs").json()}
    assert api.delete(f"jobs/{job}").json()["state"] == "cancelled"


def test_a_photo_comes_in_parts_and_each_may_come_again(api: TestClient, annas: Belongings) -> None:
    upload = api.post(f"albums/{annas.album}/uploads").json()["upload"]
    address = f"albums/{annas.album}/uploads/{upload}"
    for part, content in enumerate([PHOTO[:5], PHOTO[5:]]):
        assert api.put(f"{address}/{part}", content=content).status_code == 204
    assert api.put(f"{address}/1", content=PHOTO[5:]).status_code == 204
    assert api.get(address).json() == {"parts": [0, 1]}
    short = api.post(address, json={"parts": 3})
    assert (short.status_code, short.json()["code"]) == (409, "part_missing")
    assert api.post(address, json={"parts": 2}).status_code == 201


def test_consent_is_to_the_words_that_were_read(api: TestClient) -> None:
    chinese = words(api, "zh")
    refused = agree(api, purposes=chinese)
    assert (refused.status_code, refused.json()["code"]) == (409, "notice_changed")
    assert agree(api, purposes=chinese, language="zh").status_code == 201


def test_who_speaks_for_somebody_says_that_they_were_told(api: TestClient) -> None:
    refused = agree(api, who="other")
    assert (refused.status_code, refused.json()["code"]) == (422, "must_be_told")
    assert agree(api, who="other", told=True).status_code == 201
    minor = {e["purpose"]: e["sha256_minor"] for e in api.get("consent-notices").json()["purposes"]}
    assert agree(api, age="teen", purposes=minor, told=True).status_code == 201


def test_doubles_are_listed_kept_and_destroyed(api: TestClient, annas: Belongings, studio: Studio) -> None:
    assert [each["double"] for each in api.get("doubles").json()] == [annas.double]
    assert api.put(f"doubles/{annas.double}/keep", json={"days": 7}).json()["keep_days"] == 7
    assert api.get(f"doubles/{annas.double}").json()["keep_days"] == 7
    receipt = api.delete(f"doubles/{annas.double}").json()["receipt"]
    file = studio.desk.settings.home / "receipts" / f"{receipt}.json"
    receipt_check.verify(file.read_bytes(), studio.desk.signer.public_pem())
    assert api.get("doubles").json() == []


def test_portraits_are_ordered_fetched_and_destroyed(api: TestClient, annas: Belongings) -> None:
    ordered = api.post(
        f"doubles/{annas.double}/portraits", json={"templates": ["rembrandt", "film"], "each": 2}
    )
    assert (ordered.status_code, ordered.json()["kind"]) == (202, "portraits")
    (made,) = api.get(f"jobs/{annas.job}/portraits").json()["portraits"]
    assert (made["portrait"], made["is_here"], made["likeness_percentile"]) == (annas.portrait, True, 44.0)
    file = api.get(f"portraits/{annas.portrait}/file")
    assert (file.content, file.headers["content-type"]) == (PORTRAIT, "image/jpeg")
    assert file.headers["cache-control"] == "no-store"
    assert api.delete(f"portraits/{annas.portrait}").status_code == 204
    assert api.get(f"portraits/{annas.portrait}").json()["is_here"] is False
    assert api.get(f"portraits/{annas.portrait}/file").status_code == 404


def test_all_that_is_kept_is_told_and_taken_away(api: TestClient, annas: Belongings) -> None:
    kept = api.get("data").json()
    assert {"photo", "double", "portrait", "job", "album", "consent"} <= {
        e["kind"] for e in kept["sitters"][annas.sitter]
    }
    assert {"api_keys", "sessions", "complaints"} <= {each["kind"] for each in kept["account"]}
    assert api.get("data/export").content.startswith(b"PK")
    names = {each["receipt"] for each in api.get("receipts").json()}
    receipt = api.get(f"receipts/{annas.receipt}")
    assert annas.receipt in names
    receipt_check.verify(receipt.content, api.get("studio.pub").content)


def test_consent_is_taken_back_and_what_rested_on_it_goes(
    api: TestClient, annas: Belongings, studio: Studio
) -> None:
    gone = api.post(f"sitters/{annas.sitter}/withdraw", json={"purposes": ["render_portrait"]}).json()
    assert gone["receipt"] and gone["erased"]  # noqa: PT018
    assert studio.desk.vault.objects(annas.sitter, DataClass.PORTRAIT) == []
    refused = api.post(f"doubles/{annas.double}/portraits", json={"templates": ["film"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "consent_required")


def test_a_person_is_erased_whole(api: TestClient, annas: Belongings) -> None:
    assert api.delete(f"sitters/{annas.sitter}").json()["receipt"]
    assert api.get("sitters").json() == []
    assert api.delete(f"sitters/{annas.sitter}").status_code == 404


def test_an_album_is_given_up_with_a_receipt(api: TestClient, annas: Belongings) -> None:
    assert api.delete(f"albums/{annas.album}/photos/{annas.photo}").status_code == 204
    assert api.delete(f"albums/{annas.album}").json() == {"receipt": None}


def test_letters_are_written_and_read(api: TestClient) -> None:
    letter = api.post("complaints", json={"topic": "my_data", "text": "你好"}).json()["complaint"]
    assert api.get(f"complaints/{letter}").json()["text"] == "你好"
    assert letter in {each["complaint"] for each in api.get("complaints").json()}


def test_the_end_of_a_job_is_an_event(api: TestClient, annas: Belongings) -> None:
    told = api.get(f"jobs/{annas.job}/events")
    assert told.headers["content-type"].startswith("text/event-stream")
    event, data = told.text.strip().split("\n")[:2]
    assert event == "event: over"
    assert json.loads(data.removeprefix("data: "))["state"] == "done"


def test_templates_are_shown_to_every_key(api: TestClient) -> None:
    names = [each["name"] for each in api.get("templates", params={"suits": "woman"}).json()]
    assert "rembrandt" in names
    assert api.get("templates/rembrandt").json()["title"]["zh"]
    assert api.get("templates/never").status_code == 404


def test_a_picture_is_judged_as_on_the_command_line(api: TestClient) -> None:
    told = api.post("verify", content=shot(0)).json()
    assert (told["ours"], told["record"]) == (False, None)
    refused = api.post("verify", content=b"no picture")
    assert (refused.status_code, refused.json()["code"]) == (422, "picture_unreadable")


def test_a_code_is_explained_in_the_readers_language(api: TestClient) -> None:
    told = api.get("problems/queue_full", headers={"accept-language": "zh-CN"})
    assert "工作室" in told.json()["title"]
    assert api.get("problems/never_heard").status_code == 404


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_opens_only_what_it_is_for(
    api: TestClient, annas: Belongings, studio: Studio, scope: Scope
) -> None:
    secret, _ = keys.make(studio.desk.store, studio.desk.clock, annas.account, [scope], days=1)
    opens = {
        Scope.PHOTOS: f"albums/{annas.album}?wait=false", Scope.DOUBLES: "doubles",
        Scope.PORTRAITS: f"portraits/{annas.portrait}", Scope.DATA: "data", Scope.COMPLAINTS: "complaints",
    }  # fmt: skip
    for needed, address in opens.items():
        answer = api.get(address, headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == (200 if needed is scope else 403), address
        if needed is not scope:
            assert answer.json()["code"] == "scope_missing"
            assert answer.json()["facts"] == {"scopes": needed}


def test_a_key_lapses_and_may_be_revoked(
    api: TestClient, annas: Belongings, studio: Studio, clock: FakeClock
) -> None:
    short, row = keys.make(studio.desk.store, studio.desk.clock, annas.account, [Scope.DATA], days=1)
    with_it = {"authorization": f"Bearer {short}"}
    assert api.get("data", headers=with_it).status_code == 200
    assert {each.id: each.used_at for each in keys.every(studio.desk.store, annas.account)}[
        row.id
    ] == clock.now()
    clock.advance(timedelta(days=1))
    assert api.get("data", headers=with_it).status_code == 401
    assert row.id not in {each.id for each in keys.every(studio.desk.store, annas.account)}
    keys.revoke(studio.desk.store, annas.key)
    refused = api.get("data")
    assert (refused.status_code, refused.json()["code"]) == (401, "key_invalid")
    assert refused.headers["www-authenticate"].startswith("Bearer")
