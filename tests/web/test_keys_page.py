"""The page of API keys: made by who proved it is them, shown once, revoked at any time."""

import re

import pytest
from sqlalchemy import insert

from fenshen.accounts import keys
from fenshen.accounts.keys import Scope
from fenshen.store import account_tables as t
from fenshen.words import languages
from tests.fakes.web import Visit

KEY = re.compile(r"fsk_[\w-]{43}")


def rows(visitor: Visit) -> list[frozenset[Scope]]:
    return [keys.scopes_of(row) for row in keys.every(visitor.studio.desk.store, visitor.account)]


def test_a_key_is_shown_once(anna: Visit) -> None:
    made = anna.post("/keys", {"scope": ["photos", "doubles"], "days": "7"})
    (secret,) = KEY.findall(made.text)
    assert rows(anna) == [{Scope.PHOTOS, Scope.DOUBLES}]
    assert KEY.findall(anna.get("/keys").text) == []
    desk = anna.studio.desk
    assert keys.caller(desk.store, desk.clock, secret).account == anna.account


def test_a_key_is_revoked(anna: Visit) -> None:
    anna.post("/keys", {"scope": "data"})
    (row,) = keys.every(anna.studio.desk.store, anna.account)
    assert f"/keys/{row.id}/revoke" in anna.get("/keys").text
    assert anna.post(f"/keys/{row.id}/revoke").status_code == 303
    assert rows(anna) == []


def test_a_key_for_nothing_is_not_made(anna: Visit) -> None:
    assert anna.post("/keys", {"days": "7"}).status_code == 422
    assert rows(anna) == []


@pytest.mark.parametrize(
    "wrong", [{"days": "366"}, {"days": "0"}, {"scope": "everything"}, {"scope": ["data"] * 9}]
)
def test_a_key_has_bounds(anna: Visit, wrong: dict[str, str | list[str]]) -> None:
    assert anna.post("/keys", {"scope": "data", "days": "7", **wrong}).status_code == 422
    assert rows(anna) == []


def test_who_has_a_credential_shows_it_first(anna: Visit) -> None:
    account, now = anna.account, anna.studio.desk.clock.now()
    with anna.studio.desk.store.begin() as connection:
        connection.execute(
            insert(t.passwords).values(login_hash="a", account=account, hash="b", created_at=now)
        )
    answer = anna.post("/keys", {"scope": "data"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/again")
    assert rows(anna) == []


def test_the_page_is_reached_from_ones_data_in_both_languages(anna: Visit) -> None:
    assert 'href="/keys"' in anna.get("/mine").text
    for language in languages():
        text = anna.get("/keys", headers={"accept-language": language}).text
        assert text.count('name="scope"') == len(Scope)
        assert "web_" not in text
