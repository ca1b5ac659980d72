"""Sign in with an account elsewhere: only where an operator named one, and never by an answer that does not hold."""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwk

from fenshen.accounts import identities
from fenshen.accounts.elsewhere import WeChat, configured
from fenshen.settings import Settings
from fenshen.store import accounts, credentials
from fenshen.web.studio import Studio
from tests.fakes.authenticator import Authenticator
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.identity_provider import CLIENT, SECRET, Provider, open_provider
from tests.fakes.web import AGREED, Visit, settings_for
from tests.web.conftest import sitters_of
from tests.web.test_sign_in import with_passkey

Come = Callable[[], Visit]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with open_provider() as made:
        yield made


@pytest.fixture
def settings(tmp_path: Path, models: Path, provider: Provider) -> Settings:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    return replace(
        settings_for(tmp_path / "home", models),
        oidc_issuer=provider.issuer, oidc_client=CLIENT, oidc_secret_file=file,
    )  # fmt: skip


def leave(visitor: Visit, service: str = "oidc", **more: str) -> str:
    """Press the button; give the address the page leads to."""
    page = visitor.post(f"/sign-in/elsewhere/{service}", more)
    assert page.status_code == 200, page.text
    found = re.search(r'class="button" href="([^"]+)"', page.text)
    assert found
    return unescape(found[1])


def test_a_yes_elsewhere_opens_an_account_here_and_the_same_one_again(
    visit: Come, provider: Provider
) -> None:
    one, two = visit(), visit()
    for visitor in (one, two):
        back = visitor.get(provider.agree(leave(visitor)))
        assert back.headers["location"] == "/mine"
    assert one.account == two.account


def test_another_person_there_is_another_here(visit: Come, provider: Provider) -> None:
    one, two = visit(), visit()
    one.get(provider.agree(leave(one)))
    two.get(provider.agree(leave(two), "omar at the other place"))
    assert one.account != two.account


def test_only_a_hash_is_kept_of_who_it_is_there(visit: Come, provider: Provider, studio: Studio) -> None:
    visitor = visit()
    visitor.get(provider.agree(leave(visitor)))
    kept = b"".join(path.read_bytes() for path in studio.desk.settings.home.glob("studio.db*"))
    assert b"anna" not in kept
    assert provider.issuer.encode() not in kept
    account = visitor.account
    with studio.desk.store.begin() as connection:
        (row,) = credentials.identities_of(connection, account)
    assert re.fullmatch("[0-9a-f]{64}", row.subject_hash)


def test_a_guest_keeps_what_was_begun(visit: Come, provider: Provider) -> None:
    guest = visit().agrees(AGREED)
    before, sitters = guest.account, sitters_of(guest)
    guest.get(provider.agree(leave(guest, guest="bring")))
    assert guest.account == before
    assert sitters_of(guest) == sitters


def test_a_guest_who_leaves_it_behind_begins_anew(visit: Come, provider: Provider) -> None:
    guest = visit().agrees(AGREED)
    before = guest.account
    guest.get(provider.agree(leave(guest, guest="leave")))
    assert guest.account != before
    assert sitters_of(guest) == []


def test_a_guest_decides_before_going(visit: Come) -> None:
    guest = visit().agrees(AGREED)
    assert "guest_undecided" in guest.post("/sign-in/elsewhere/oidc").text


def test_only_who_somebody_is_is_asked_for_with_all_that_binds_the_answer(visit: Come) -> None:
    address = leave(visit())
    for part in ("scope=openid&", "code_challenge_method=S256", "nonce=", "state=", "response_type=code"):
        assert part in address
    assert "verifier" not in address
    assert "redirect_uri=http%3A%2F%2Flocalhost%3A8000%2Fsign-in%2Fback%2Foidc" in address


def nobody_came_in(visitor: Visit, path: str, code: str, status: int = 422) -> None:
    answer = visitor.get(path)
    assert answer.status_code == status
    assert code in answer.text
    assert "Traceback" not in answer.text
    assert "fenshen_session" not in answer.headers.get("set-cookie", "")


def test_a_forged_state_opens_nothing(visit: Come, provider: Provider) -> None:
    visitor = visit()
    path = provider.agree(leave(visitor))
    nobody_came_in(visitor, re.sub(r"state=\w+", "state=forged", path), "ceremony_over")
    nobody_came_in(visitor, re.sub(r"&state=\w+", "", path), "ceremony_over")


def test_an_answer_for_another_browser_opens_nothing(visit: Come, provider: Provider) -> None:
    path = provider.agree(leave(visit()))
    nobody_came_in(visit(), path, "ceremony_over")
    victim = visit()
    leave(victim)
    nobody_came_in(victim, path, "ceremony_over")


def test_an_answer_counts_once_and_for_ten_minutes(visit: Come, provider: Provider, clock: FakeClock) -> None:
    visitor = visit()
    path = provider.agree(leave(visitor))
    ticket = visitor.client.cookies["fenshen_ticket"]
    assert visitor.get(path).status_code == 303
    visitor.client.cookies.set("fenshen_ticket", ticket, domain="localhost.local")
    nobody_came_in(visitor, path, "ceremony_over")
    late = visit()
    path = provider.agree(leave(late))
    clock.advance(timedelta(minutes=11))
    nobody_came_in(late, path, "ceremony_over")


def test_a_no_there_is_a_no_here(visit: Come, provider: Provider) -> None:
    visitor = visit()
    nobody_came_in(visitor, provider.refuse(leave(visitor)), "elsewhere_refused")


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"}, {"aud": "another studio"}, {"nonce": "old"}, {"exp": 1},
        {"sub": ""}, {"sub": 7}, {"iat": int(NOON.timestamp()) + 999, "exp": int(NOON.timestamp()) + 9999},
    ],
)  # fmt: skip
def test_a_token_that_says_something_wrong_is_refused(
    visit: Come, provider: Provider, lie: dict[str, Any]
) -> None:
    visitor = visit()
    provider.claims = lie
    nobody_came_in(visitor, provider.agree(leave(visitor)), "elsewhere_refused")


def test_a_token_signed_by_another_key_is_refused(visit: Come, provider: Provider) -> None:
    visitor = visit()
    provider.told_key = jwk.ECKey.generate_key("P-256", {"kid": "k1", "alg": "ES256"})
    nobody_came_in(visitor, provider.agree(leave(visitor)), "elsewhere_refused")


def test_a_code_that_nobody_was_given_is_refused(visit: Come, provider: Provider) -> None:
    visitor = visit()
    path = re.sub(r"code=\w+", "code=guessed", provider.agree(leave(visitor)))
    nobody_came_in(visitor, path, "elsewhere_refused")


@pytest.mark.parametrize("fault", ["is_down", "babbles"])
def test_a_service_that_is_down_gets_a_kind_page_at_either_end(
    visit: Come, provider: Provider, fault: str
) -> None:
    visitor = visit()
    path = provider.agree(leave(visitor))
    setattr(provider, fault, True)
    nobody_came_in(visitor, path, "elsewhere_down", 503)
    there = visit().post("/sign-in/elsewhere/oidc")
    assert there.status_code == 503
    assert "does not answer just now" in there.text


@pytest.mark.parametrize("lie", [{"issuer": "https://evil.example"}, {"authorization_endpoint": "ftp://x/y"}])
def test_a_service_that_names_itself_otherwise_is_not_followed(
    visit: Come, provider: Provider, lie: dict[str, Any]
) -> None:
    provider.metadata = lie
    assert visit().post("/sign-in/elsewhere/oidc").status_code == 503


def test_one_way_more_is_added_only_by_who_has_shown_another(
    visit: Come, anna: Visit, provider: Provider, clock: FakeClock
) -> None:
    with_passkey(anna, Authenticator())
    path = provider.agree(leave(anna, aim="add"))
    assert anna.get(path).headers["location"] == "/sign-in/add"
    other = visit()
    other.get(provider.agree(leave(other)))
    assert other.account == anna.account
    clock.advance(timedelta(minutes=11))
    refused = anna.post("/sign-in/elsewhere/oidc", {"aim": "add"})
    assert refused.headers["location"].startswith("/sign-in/again")


def test_one_account_there_opens_one_account_here(anna: Visit, omar: Visit, provider: Provider) -> None:
    anna.get(provider.agree(leave(anna, aim="add")))
    taken = omar.get(provider.agree(leave(omar, aim="add")))
    assert "identity_taken" in taken.text


def test_it_shows_once_more_who_one_is_and_somebody_else_does_not(
    anna: Visit, provider: Provider, clock: FakeClock
) -> None:
    anna.get(provider.agree(leave(anna, aim="add")))
    clock.advance(timedelta(minutes=11))
    assert anna.post("/mine/export").status_code == 303
    provider.claims = {"iat": int(clock.now().timestamp()), "exp": int(clock.now().timestamp()) + 60}
    wrong = anna.get(provider.agree(leave(anna, aim="again"), "omar at the other place"))
    assert "elsewhere_refused" in wrong.text
    assert anna.post("/mine/export").status_code == 303
    right = anna.get(provider.agree(leave(anna, aim="again", then="mine")))
    assert right.headers["location"] == "/mine"
    assert anna.post("/mine/export").status_code == 200


def test_an_answer_meant_for_one_account_adds_nothing_to_another(
    visit: Come, anna: Visit, provider: Provider, studio: Studio
) -> None:
    with_passkey(anna, Authenticator())
    path = provider.agree(leave(anna, aim="add"))
    anna.post("/sign-out")
    mallory = visit().agrees(AGREED)
    anna.client.cookies.update(mallory.client.cookies)
    assert "ceremony_over" in anna.get(path).text
    account = mallory.account
    with studio.desk.store.begin() as connection:
        assert credentials.identities_of(connection, account) == []


def test_the_button_is_there_and_says_where_it_leads(visit: Come) -> None:
    page = visit().get("/sign-in").text
    assert "With 127.0.0.1" in page
    assert 'formaction="/sign-in/elsewhere/oidc"' in page


def test_a_service_that_nobody_named_is_not_there(visit: Come) -> None:
    assert visit().post("/sign-in/elsewhere/wechat").status_code == 404
    assert visit().get("/sign-in/back/wechat?code=1&state=2").status_code == 404


# ---- WeChat


@pytest.fixture
def wechat(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> WeChat:
    made = WeChat(app="wx1", secret=SECRET, token=f"{provider.issuer}/sns/oauth2/access_token")
    monkeypatch.setattr("fenshen.web.app.configured", lambda _: (made,))
    return made


def test_wechat_opens_an_account(
    wechat: WeChat, visit: Come, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    one, two = visit(), visit()
    for visitor in (one, two):
        address = leave(visitor, "wechat")
        assert address.startswith("https://open.weixin.qq.com/connect/qrconnect?appid=wx1&")
        assert address.endswith("#wechat_redirect")
        assert visitor.get(provider.agree(address)).headers["location"] == "/mine"
    assert one.account == two.account
    assert SECRET.split()[1] not in caplog.text
    assert "access_token" not in caplog.text


def test_wechat_that_refuses_lets_nobody_in(wechat: WeChat, visit: Come, provider: Provider) -> None:
    visitor = visit()
    path = re.sub(r"code=\w+", "code=guessed", provider.agree(leave(visitor, "wechat")))
    nobody_came_in(visitor, path, "elsewhere_refused")
    visitor = visit()
    path = re.sub(r"code=\w+&", "", provider.agree(leave(visitor, "wechat")))
    nobody_came_in(visitor, path, "elsewhere_refused")


def test_nothing_is_configured_by_default(tmp_path: Path, models: Path) -> None:
    assert configured(settings_for(tmp_path, models)) == ()


def test_who_is_erased_is_not_known_any_more(visit: Come, provider: Provider, studio: Studio) -> None:
    visitor = visit()
    visitor.get(provider.agree(leave(visitor)))
    account = visitor.account
    with studio.desk.store.begin() as connection:
        (row,) = credentials.identities_of(connection, account)
        accounts.remove(connection, account)
    assert identities.opens(studio.desk.store, row.subject_hash) is None
