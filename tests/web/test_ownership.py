"""Whose is what: every address is tried with somebody else's ids, with ids of nothing, and by nobody."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from fenshen.accounts.own import OWNERS
from fenshen.ids import new_id
from fenshen.rights import account_holdings, holdings
from fenshen.web.api import bodies
from fenshen.web.app import make_app
from fenshen.web.studio import Studio
from tests.fakes.belongings import Belongings, photos_of
from tests.fakes.web import Visit
from tests.web.addresses import Address, addresses
from tests.web.conftest import ORIGIN

NOBODYS = {  # parts of addresses that name nothing of anybody's, with one that there is
    "template": "rembrandt",
    "name": "rembrandt",
    "code": "not_found",
    "upload": "photo_0123456789abcdef",  # in the vault of the album's own sitter
    "part": "0",
    "parts": "1",
    "service": "oidc",
}
FOR_EVERYBODY = {
    "/together", "/together/seat", "/together/no",  # whoever was sent a link may look what it is
    "/", "/how", "/offline", "/service-worker.js", "/begin", "/verify", "/id-photo", "/complain",
    "/complaints/read", "/studio.pub", "/api/v1/consent-notices",
    "/api/v1/studio.pub", "/api/v1/problems/{code}", "/sign-in", "/sign-in/password", "/sign-in/passkey",
    "/sign-in/passkey/options", "/sign-in/elsewhere/{service}", "/sign-in/back/{service}",
}  # fmt: skip
IN_BODIES = {("NewAlbum", "sitter"), ("Naming", "photo")}  # ids that come in a body; tried below


@pytest.fixture
def ways(studio: Studio) -> list[Address]:
    return addresses(studio)


def ids_of(things: Belongings) -> dict[str, str]:
    return {kind: things.of(kind) for kind in OWNERS} | NOBODYS


def ids_of_nothing() -> dict[str, str]:
    made = {kind: new_id(kind) for kind in OWNERS}
    return made | {"portrait": f"{new_id('portrait')}_0"} | NOBODYS


def ask(client: TestClient, way: Address, values: dict[str, str], **more: Any) -> Any:
    return client.request(way.method, f"{ORIGIN}{way.filled(values)}", **more)


def without_ids(text: str) -> str:
    return re.sub(r"[a-z]+_[0-9a-f]{16}(_[0-9a-f]+)?", "ID", text)


def test_every_id_in_an_address_is_compared_with_whose_it_is(ways: list[Address]) -> None:
    unguarded = [way.path for way in ways if set(way.owned) - way.guards]
    unknown = {name for way in ways for name in way.parameters} - set(OWNERS) - set(NOBODYS)
    assert (unguarded, unknown) == ([], set())
    assert {kind for way in ways for kind in way.owned} == set(OWNERS)


def test_every_address_asks_who_is_there_but_those_for_everybody(ways: list[Address]) -> None:
    assert {way.path for way in ways if not way.asks_who} == FOR_EVERYBODY


def test_ids_in_bodies_are_those_that_are_tried_here() -> None:
    found = {
        (name, field)
        for name, model in vars(bodies).items()
        if isinstance(model, type) and issubclass(model, bodies.Given)
        for field, info in model.model_fields.items()
        if any(getattr(each, "pattern", None) == r"^[a-z]{1,12}_[0-9a-z_]{1,60}$" for each in info.metadata)
    }
    assert found == IN_BODIES


def test_what_is_somebody_elses_is_answered_as_what_does_not_exist(
    ways: list[Address], studio: Studio, anna: Visit, annas: Belongings, omar: Visit, omars: Belongings
) -> None:
    kept = [
        holdings.holdings(studio.desk, annas.sitter),
        account_holdings.holdings_of(studio.desk, annas.account),
    ]
    program = {"authorization": f"Bearer {omars.secret}"}
    tried = 0
    for way in ways:
        for stolen in way.owned:  # one at a time, so that the others cannot stand for it
            theirs = {**ids_of(omars), stolen: annas.of(stolen)}
            nothing = {**ids_of(omars), stolen: ids_of_nothing()[stolen]}
            with_key = {"headers": program} if way.is_api else {}
            one, other = (ask(omar.client, way, values, **with_key) for values in (theirs, nothing))
            assert (one.status_code, other.status_code) == (404, 404), (way.method, way.path, stolen)
            assert without_ids(one.text) == without_ids(other.text), way.path
            assert _headers(one) == _headers(other), way.path
            assert annas.of(stolen) not in one.text or not way.is_api, way.path
            tried += 1
    assert tried > 40
    assert photos_of(anna) == [annas.photo]
    now = [
        holdings.holdings(studio.desk, annas.sitter),
        account_holdings.holdings_of(studio.desk, annas.account),
    ]
    assert now == kept


def _headers(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "content-length"}


def test_an_id_in_a_body_is_compared_too(api: TestClient, annas: Belongings, omars: Belongings) -> None:
    nothing = ids_of_nothing()
    for sitter in (omars.sitter, nothing["sitter"]):
        answer = api.post("albums", json={"sitter": sitter})
        assert (answer.status_code, answer.json()["facts"]) == (404, {"kind": "sitter"})
    for photo in (omars.photo, nothing["photo"]):
        answer = api.put(f"albums/{annas.album}/frontal", json={"photo": photo})
        assert (answer.status_code, answer.json()["facts"]) == (404, {"kind": "photo"})


def test_lists_hold_ones_own_only(api: TestClient, annas: Belongings, omars: Belongings) -> None:
    for address in ("sitters", "jobs", "doubles", "receipts", "complaints", "data"):
        text = api.get(address).text
        foreign = [kind for kind in OWNERS if omars.of(kind) in text]
        assert (address, foreign) == (address, [])
        assert any(annas.of(kind) in text for kind in OWNERS), address


def test_the_owner_is_answered(ways: list[Address], anna: Visit, annas: Belongings) -> None:
    program = {"headers": {"authorization": f"Bearer {annas.secret}"}}
    waiting = {"/doubles/{double}/previews/{template}"}  # not made yet
    reading = [way for way in ways if way.method == "GET" and way.owned and way.path not in waiting]
    assert len(reading) > 15
    for way in reading:
        answer = ask(anna.client, way, ids_of(annas), **(program if way.is_api else {}))
        assert answer.status_code in {200, 422}, (way.path, answer.text)  # 422: the photo is none


def test_nobody_gets_anything(ways: list[Address], studio: Studio, annas: Belongings) -> None:
    nobody = TestClient(make_app(studio), base_url=ORIGIN, follow_redirects=False)
    nobody.headers["sec-fetch-site"] = "same-origin"
    for way in ways:
        if way.path in FOR_EVERYBODY:
            continue
        answer = ask(nobody, way, ids_of(annas))
        if way.is_api or way.method != "GET":
            assert answer.status_code == 401, (way.method, way.path)
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), way.path
        assert "set-cookie" not in answer.headers
    nobody.cookies.set("fenshen_session", "forged")
    assert nobody.get("/mine").headers["location"] == "/sign-in"


def test_a_photo_is_dropped_from_its_own_album_only(
    api: TestClient, anna: Visit, annas: Belongings, studio: Studio
) -> None:
    words = {e["purpose"]: e["sha256"] for e in api.get("consent-notices").json()["purposes"]}
    sitter = api.post("sitters", json={"age": "adult", "purposes": words}).json()["sitter"]
    other = api.post("albums", json={"sitter": sitter}).json()["album"]
    assert api.delete(f"albums/{other}/photos/{annas.photo}").status_code == 404
    assert photos_of(anna) == [annas.photo]
