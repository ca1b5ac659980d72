"""Come back to one's account: by passkey, by password; and what stands in the way of everybody else."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from fenshen.accounts import passwords, sessions
from fenshen.accounts.passkeys import PasskeyRefusedError, Passkeys
from fenshen.store import accounts, credentials
from fenshen.web.studio import Studio
from tests.fakes.authenticator import Authenticator
from tests.fakes.clock import FakeClock
from tests.fakes.web import AGREED, Visit
from tests.web.conftest import sitters_of

Come = Callable[[], Visit]
GOOD = "lantern river teapot nine"
NAME = {"login": "anna", "password": GOOD}


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with a thousandth of the work, so that tests need not wait; what is hashed stays argon2id."""
    quick = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    monkeypatch.setattr(passwords, "_hasher", lambda: quick)
    passwords._nobodys.cache_clear()
    yield
    passwords._nobodys.cache_clear()


def with_password(visitor: Visit, login: str = "anna") -> Visit:
    answer = visitor.post("/sign-in/add/password", {"login": login, "password": GOOD})
    assert answer.status_code == 303, answer.text
    return visitor


def with_passkey(visitor: Visit, phone: Authenticator) -> Visit:
    assert added(visitor, phone).status_code == 200
    return visitor


def added(visitor: Visit, phone: Authenticator) -> Response:
    options = visitor.post("/sign-in/add/passkey/options").json()
    return visitor.post("/sign-in/add/passkey", {"answer": phone.make(options)})


def shown(visitor: Visit, phone: Authenticator, base: str = "/sign-in/passkey", **more: Any) -> Response:
    asked = visitor.post(f"{base}/options", more)
    if asked.status_code != 200:
        return asked
    return visitor.post(base, {"answer": phone.show(asked.json()), **more})


def passkeys_of(studio: Studio) -> Passkeys:
    desk = studio.desk
    return Passkeys(
        store=desk.store, keys=desk.vault.keys, clock=desk.clock, host=studio.origin.host, origin=str(studio.origin)
    )  # fmt: skip


def key_of(visitor: Visit) -> str:
    return str(visitor.client.cookies["fenshen_session"])


# ---- passkeys


def test_a_guest_who_adds_a_passkey_comes_back_from_another_browser(visit: Come, anna: Visit) -> None:
    phone = Authenticator()
    with_passkey(anna, phone)
    other = visit()
    assert shown(other, phone).json() == {"next": "/mine"}
    assert other.account == anna.account
    assert other.get("/mine").status_code == 200


def test_no_name_is_told_to_the_passkey(anna: Visit) -> None:
    options = anna.post("/sign-in/add/passkey/options").json()
    assert options["user"]["name"] == options["user"]["displayName"] == "Fenshen 分身"
    assert anna.account not in str(options)
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"


def test_a_question_is_answered_once(anna: Visit) -> None:
    phone = Authenticator()
    options = anna.post("/sign-in/add/passkey/options").json()
    ticket = anna.client.cookies["fenshen_ticket"]
    answer = phone.make(options)
    assert anna.post("/sign-in/add/passkey", {"answer": answer}).status_code == 200
    anna.client.cookies.set("fenshen_ticket", ticket, domain="localhost.local")
    again = anna.post("/sign-in/add/passkey", {"answer": answer})
    assert again.status_code == 422
    assert "ceremony_over" in again.text


def test_an_answer_after_ten_minutes_is_too_late(visit: Come, anna: Visit, clock: FakeClock) -> None:
    phone = Authenticator()
    with_passkey(anna, phone)
    other = visit()
    options = other.post("/sign-in/passkey/options").json()
    clock.advance(timedelta(minutes=10, seconds=1))
    assert "ceremony_over" in other.post("/sign-in/passkey", {"answer": phone.show(options)}).text


def test_an_answer_from_another_browser_fits_nothing(visit: Come, anna: Visit) -> None:
    phone = Authenticator()
    with_passkey(anna, phone)
    options = visit().post("/sign-in/passkey/options").json()
    stolen = visit().post("/sign-in/passkey", {"answer": phone.show(options)})
    assert "ceremony_over" in stolen.text
    assert "fenshen_session" not in stolen.headers.get("set-cookie", "")


@pytest.mark.parametrize(
    "wrong", [{"verifies": False}, {"origin": "https://evil.example"}, {"host": "evil.example"}]
)
def test_a_passkey_shown_elsewhere_or_without_its_user_checked_opens_nothing(
    visit: Come, anna: Visit, wrong: dict[str, Any]
) -> None:
    phone = Authenticator()
    with_passkey(anna, phone)
    for name, value in wrong.items():
        setattr(phone, name, value)
    assert "passkey_refused" in shown(visit(), phone).text
    assert "passkey_refused" in added(anna, phone).text


def test_a_copied_passkey_is_noticed_by_its_counter(visit: Come, anna: Visit) -> None:
    phone = Authenticator()
    with_passkey(anna, phone)
    assert shown(visit(), phone).status_code == 200
    phone.count = 0
    assert "passkey_copied" in shown(visit(), phone).text


def test_a_passkey_that_does_not_count_is_fine(visit: Come, anna: Visit) -> None:
    phone = Authenticator(counts=False)
    with_passkey(anna, phone)
    assert [shown(visit(), phone).status_code for _ in range(2)] == [200, 200]


def test_a_removed_passkey_opens_nothing(visit: Come, anna: Visit) -> None:
    phone = Authenticator()
    with_passkey(anna, phone)
    (name,) = phone.keys
    with_password(anna)
    anna.post("/sign-in/add/remove", {"kind": "passkey", "which": name})
    assert "passkey_refused" in shown(visit(), phone).text


def test_nobody_removes_a_passkey_of_somebody_else(anna: Visit, omar: Visit, studio: Studio) -> None:
    phone = Authenticator()
    with_passkey(anna, phone)
    with_password(omar, "omar")
    (name,) = phone.keys
    omar.post("/sign-in/add/remove", {"kind": "passkey", "which": name, "sure": "yes"})
    with studio.desk.store.begin() as connection:
        assert credentials.passkey(connection, name) is not None


@pytest.mark.parametrize("answer", ["", "{", "[]", "{}", '{"id": "x", "response": {}}', "[" * 9000])
def test_what_no_browser_sends_is_refused_kindly(visit: Come, anna: Visit, answer: str) -> None:
    other = visit()
    for visitor, base in ((other, "/sign-in/passkey"), (anna, "/sign-in/add/passkey")):
        visitor.post(f"{base}/options")
        refused = visitor.post(base, {"answer": answer})
        assert refused.status_code == 422
        assert "passkey_refused" in refused.text


ODD: tuple[Any, ...] = (None, 7, "", "é", "AAAA", "!", [], {}, "A" * 5000, True)


@pytest.mark.parametrize("kind", ["make", "show"])
def test_an_answer_bent_anywhere_is_refused_and_breaks_nothing(
    anna: Visit, studio: Studio, kind: str
) -> None:
    phone, ways = Authenticator(), passkeys_of(studio)
    with_passkey(anna, phone)
    account = anna.account

    def answered(bend: Callable[[dict[str, Any]], None]) -> None:
        if kind == "make":
            asked, options = ways.ask_new(account)
            said = json.loads(phone.make(json.loads(options)))
            bend(said)
            ways.add(account, asked.ticket, json.dumps(said))
        else:
            asked, options = ways.ask("enter")
            said = json.loads(phone.show(json.loads(options), next(iter(phone.keys))))
            bend(said)
            ways.whose("enter", asked.ticket, json.dumps(said))

    answered(lambda _: None)
    needed = {"id", "rawId", "clientDataJSON", "attestationObject", "authenticatorData", "signature"}
    for name in sorted(
        needed - ({"attestationObject"} if kind == "show" else {"authenticatorData", "signature"})
    ):
        for odd in ODD:

            def bend(said: dict[str, Any], name: str = name, odd: Any = odd) -> None:
                (said if name in said else said["response"])[name] = odd

            with pytest.raises(PasskeyRefusedError):
                answered(bend)


def test_a_passkey_that_says_it_is_another_accounts_is_refused(visit: Come, anna: Visit, omar: Visit) -> None:
    phone, foreign = Authenticator(), Authenticator()
    with_passkey(anna, phone)
    with_passkey(omar, foreign)
    phone.handles = dict.fromkeys(phone.handles, next(iter(foreign.handles.values())))
    assert "passkey_refused" in shown(visit(), phone).text


def test_a_passkey_is_no_way_in_at_a_number(anna: Visit) -> None:
    anna.client.cookies.clear()
    page = anna.get("/sign-in", headers={"host": "127.0.0.1:8000"}).text
    assert "data-passkey" not in page
    assert 'href="http://localhost:8000/sign-in"' in page
    assert "data-passkey" in anna.get("/sign-in").text


# ---- passwords


def test_a_name_and_a_password_open_the_account(visit: Come, anna: Visit) -> None:
    with_password(anna)
    other = visit()
    answer = other.post("/sign-in/password", {"login": " ＡNNA ", "password": GOOD})
    assert answer.headers["location"] == "/mine"
    assert other.account == anna.account


def test_neither_name_nor_password_lies_in_the_store(anna: Visit, studio: Studio) -> None:
    with_password(anna, "anna@example.org")
    kept = b"".join(path.read_bytes() for path in studio.desk.settings.home.glob("studio.db*"))
    assert b"anna@example" not in kept
    assert b"lantern" not in kept
    assert b"$argon2id$" in kept


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(visit: Come, anna: Visit) -> None:
    with_password(anna)
    other = visit()
    one = other.post("/sign-in/password", {"login": "anna", "password": "not the one at all"})
    two = other.post("/sign-in/password", {"login": "zoe7", "password": "not the one at all"})
    assert one.status_code == two.status_code == 422
    assert one.text.replace("anna", "") == two.text.replace("zoe7", "")


@pytest.mark.parametrize(
    "weak", ["short", "password1", "woaini1314", "aaaaaaaaaaaa", "abcdefghij", "x" * 129]
)
def test_a_password_that_would_be_guessed_is_not_taken(anna: Visit, weak: str) -> None:
    answer = anna.post("/sign-in/add/password", {"login": "anna", "password": weak})
    assert answer.status_code == 422
    assert "This password would be guessed" in answer.text


def test_no_recipe_is_demanded(anna: Visit) -> None:
    for good in ("雨后的茶壶与河灯", "quiet moss horizon", "🦊🌊🍵🌙🪁🧵🫖🐌"):
        answer = anna.post("/sign-in/add/password", {"login": "anna", "password": good})
        assert answer.status_code == 303


def test_a_name_that_somebody_has_is_not_given_twice(anna: Visit, omar: Visit) -> None:
    with_password(anna)
    answer = omar.post("/sign-in/add/password", NAME)
    assert answer.status_code == 422
    assert "sign-in name cannot be used" in answer.text


def test_after_five_guesses_one_waits_and_the_right_password_is_no_exception(
    visit: Come, anna: Visit, clock: FakeClock
) -> None:
    with_password(anna)
    thief = visit()
    for _ in range(5):
        assert thief.post("/sign-in/password", {**NAME, "password": "a guess of mine"}).status_code == 422
    held = thief.post("/sign-in/password", NAME)
    assert held.status_code == 429
    assert held.headers["retry-after"] == "60"
    assert "Wait 60 seconds" in held.text
    clock.advance(timedelta(seconds=60))
    assert thief.post("/sign-in/password", NAME).status_code == 303


def test_a_name_that_nobody_has_is_held_just_the_same(visit: Come) -> None:
    thief = visit()
    codes = [thief.post("/sign-in/password", {**NAME, "login": "nobody"}).status_code for _ in range(6)]
    assert codes == [422] * 5 + [429]


def test_who_is_right_is_never_held(visit: Come, anna: Visit) -> None:
    with_password(anna)
    for _ in range(12):
        assert visit().post("/sign-in/password", NAME).status_code == 303


def test_one_address_cannot_try_many_names(visit: Come) -> None:
    thief = visit()
    for n in range(30):
        thief.post("/sign-in/passkey", {"answer": str(n)})
    assert thief.post("/sign-in/password", {"login": "somebody", "password": "x"}).status_code == 429


def test_a_new_password_ends_the_sessions_of_others(visit: Come, anna: Visit) -> None:
    with_password(anna)
    other = visit()
    other.post("/sign-in/password", NAME)
    new = {"old": GOOD, "password": "a quite different teapot"}
    assert anna.post("/sign-in/add/password/change", new).status_code == 303
    assert anna.get("/mine").status_code == 200
    assert other.get("/mine").headers["location"] == "/sign-in"
    assert visit().post("/sign-in/password", NAME).status_code == 422


def test_the_old_password_is_asked_for_before_a_new_one_is_taken(visit: Come, anna: Visit) -> None:
    with_password(anna)
    new = {"old": "not the old one", "password": "a quite different teapot"}
    assert anna.post("/sign-in/add/password/change", new).status_code == 422
    assert visit().post("/sign-in/password", NAME).status_code == 303


# ---- sessions


def test_a_session_has_a_new_key_after_every_sign_in(visit: Come, anna: Visit) -> None:
    before = key_of(anna)
    with_password(anna)
    assert key_of(anna) != before
    store, clock = anna.studio.desk.store, anna.studio.desk.clock
    assert sessions.visitor(store, clock, before) is None


def test_somebody_else_can_be_signed_out_from_here(visit: Come, anna: Visit) -> None:
    with_password(anna)
    other = visit()
    other.post("/sign-in/password", NAME)
    assert "Another browser" in anna.get("/sign-in/add").text
    anna.post("/sign-in/add/others")
    assert other.get("/mine").status_code == 303
    assert anna.get("/mine").status_code == 200


def test_what_is_grave_asks_for_the_credential_once_more(anna: Visit, clock: FakeClock) -> None:
    with_password(anna)
    assert anna.post("/mine/export").status_code == 200
    clock.advance(timedelta(minutes=11))
    for path in ("/mine/export", "/mine/leave", f"/sitters/{sitters_of(anna)[0]}/erase"):
        assert anna.post(path).headers["location"] == "/sign-in/again"
    wrong = anna.post("/sign-in/again/password", {"password": "not it, not it"})
    assert wrong.status_code == 422
    before = key_of(anna)
    right = anna.post("/sign-in/again/password", {"password": GOOD})
    assert right.headers["location"] == "/mine"
    assert key_of(anna) != before
    assert anna.post("/mine/export").status_code == 200


def test_a_passkey_shows_it_too_but_not_that_of_somebody_else(
    anna: Visit, omar: Visit, clock: FakeClock
) -> None:
    phone, foreign = Authenticator(), Authenticator()
    with_passkey(anna, phone)
    with_passkey(omar, foreign)
    clock.advance(timedelta(minutes=11))
    assert "passkey_refused" in shown(anna, foreign, "/sign-in/again/passkey").text
    assert anna.post("/mine/export").status_code == 303
    assert shown(anna, phone, "/sign-in/again/passkey", then="add").json() == {"next": "/sign-in/add"}
    assert anna.post("/mine/export").status_code == 200


def test_ways_to_sign_in_are_changed_only_by_who_has_shown_one_lately(anna: Visit, clock: FakeClock) -> None:
    with_password(anna)
    clock.advance(timedelta(minutes=11))
    sent = [
        anna.post("/sign-in/add/passkey/options"),
        anna.post("/sign-in/add/passkey", {"answer": "{}"}),
        anna.post("/sign-in/add/password", NAME),
        anna.post("/sign-in/add/remove", {"kind": "password", "sure": "yes"}),
        anna.post("/sign-in/add/others"),
    ]
    assert {answer.headers.get("location") for answer in sent} == {"/sign-in/again?then=add"}
    page = anna.get("/sign-in/add").text
    assert "/sign-in/add/remove" not in page
    assert 'href="/sign-in/again?then=add"' in page


def test_the_last_way_back_goes_only_after_asking(anna: Visit, studio: Studio) -> None:
    with_password(anna)
    account = anna.account
    asked = anna.post("/sign-in/add/remove", {"kind": "password"})
    assert asked.status_code == 200
    assert "Remove the last way back?" in asked.text
    with studio.desk.store.begin() as connection:
        assert credentials.password_of(connection, account) is not None
    anna.post("/sign-in/add/remove", {"kind": "password", "sure": "yes"})
    with studio.desk.store.begin() as connection:
        assert credentials.password_of(connection, account) is None
    assert anna.get("/mine").status_code == 200


@pytest.mark.parametrize(
    "path", ["/sign-in/password", "/sign-in/passkey/options", "/sign-in/add/password", "/sign-in/add/others"]
)
def test_another_site_can_start_nothing_here(anna: Visit, path: str) -> None:
    assert anna.post(path, NAME, headers={"sec-fetch-site": "cross-site"}).status_code == 403


# ---- guests


def test_a_guest_who_signs_in_says_what_becomes_of_what_was_begun(visit: Come, anna: Visit) -> None:
    with_password(anna)
    guest = visit().agrees(AGREED)
    assert 'value="bring"' in guest.get("/sign-in").text
    undecided = guest.post("/sign-in/password", NAME)
    assert undecided.status_code == 422
    assert "guest" in undecided.text
    assert guest.account != anna.account
    assert "guest_undecided" in guest.post("/sign-in/passkey/options").text


def test_what_a_guest_brings_along_belongs_to_the_account(visit: Come, anna: Visit, studio: Studio) -> None:
    with_password(anna)
    guest = visit().agrees(AGREED)
    begun, (sitter,), old = guest.album, sitters_of(guest), guest.account
    assert guest.post("/sign-in/password", {**NAME, "guest": "bring"}).status_code == 303
    assert guest.account == anna.account
    assert sitter in sitters_of(anna)
    assert anna.get(f"/albums/{begun}").status_code == 200
    with studio.desk.store.begin() as connection:
        assert accounts.find(connection, old) is None


def test_what_a_guest_leaves_behind_opens_for_nobody(visit: Come, anna: Visit, studio: Studio) -> None:
    with_password(anna)
    guest = visit().agrees(AGREED)
    begun, (sitter,), old = guest.album, sitters_of(guest), guest.account
    assert guest.post("/sign-in/password", {**NAME, "guest": "leave"}).status_code == 303
    assert sitter not in sitters_of(anna)
    assert guest.get(f"/albums/{begun}").status_code == 404
    with studio.desk.store.begin() as connection:
        assert accounts.sitters_of(connection, old) == [sitter]
        assert accounts.sessions_of(connection, old) == []


def test_a_guest_with_nothing_is_asked_nothing(visit: Come, anna: Visit) -> None:
    with_password(anna)
    assert 'value="bring"' not in visit().get("/sign-in").text


def test_who_has_a_way_back_is_moved_nowhere_by_signing_in_to_another_account(
    anna: Visit, omar: Visit
) -> None:
    with_password(anna)
    with_password(omar, "omar")
    (sitter,) = sitters_of(omar)
    omar.post("/sign-in/password", {**NAME, "guest": "bring"})
    assert omar.account == anna.account
    assert sitter not in sitters_of(anna)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_of_these_pages_is_there(visit: Come, anna: Visit, language: str) -> None:
    anna.client.cookies.set("fenshen_language", language)
    pages = [anna.get("/sign-in").text, anna.get("/sign-in/add").text]
    with_passkey(with_password(anna), Authenticator())
    pages += [anna.get("/sign-in/add").text, anna.get("/sign-in/again").text, visit().get("/sign-in").text]
    assert [page for page in pages if "web_" in page or "…" in page] == []
