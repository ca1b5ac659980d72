"""Passkeys in a real browser: Chromium with an authenticator of its own makes them, shows them, and is asked again."""

from __future__ import annotations

import re
import socket
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from fenshen.accounts import sessions
from fenshen.flow.later import queue_of
from fenshen.ids import AccountId, SitterId, new_id
from fenshen.rights.desk import open_desk
from fenshen.store import accounts
from fenshen.web.app import make_app
from fenshen.web.lookers import Lookers
from fenshen.web.studio import Studio, read_origin
from tests.fakes.clock import FakeClock
from tests.fakes.web import settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def studio(tmp_path: Path, models: Path, clock: FakeClock) -> Iterator[Studio]:
    """A studio that answers on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    here = settings_for(tmp_path / "home", models)
    desk = open_desk(here, clock)
    made = Studio(
        desk=desk, queue=queue_of(desk), lookers=Lookers(here, 1), origin=read_origin(f"http://localhost:{port}")
    )  # fmt: skip
    server = uvicorn.Server(
        uvicorn.Config(make_app(made), host="127.0.0.1", port=port, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield made
    server.should_exit = True
    thread.join()
    made.lookers.close()


@pytest.fixture
def page(chromium: Browser, studio: Studio) -> Iterator[Page]:
    """A page whose browser has an authenticator, and tells what went wrong on it."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB")
    made = context.new_page()
    wrong: list[str] = []
    made.on("pageerror", lambda error: wrong.append(str(error)))
    made.on("console", lambda told: wrong.append(told.text) if "Content Security" in told.text else None)
    with_authenticator(made)
    yield made
    context.close()
    assert wrong == []


def with_authenticator(page: Page) -> Any:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable", {"enableUI": False})
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session


def begin_as_guest(page: Page, studio: Studio) -> str:
    """Give a browser the session of a guest who looks after somebody."""
    store, clock = studio.desk.store, studio.desk.clock
    account = sessions.open_account(store, clock)
    with store.begin() as connection:
        accounts.look_after(connection, account, SitterId(new_id("sitter")), clock.now())
    key = sessions.sign_in(store, clock, account, proved=False)
    page.context.add_cookies([{"name": "fenshen_session", "value": key, "url": str(studio.origin)}])
    return account


def account_in(page: Page, studio: Studio) -> str | None:
    keys = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    visitor = sessions.visitor(studio.desk.store, studio.desk.clock, keys.get("fenshen_session"))
    return visitor.account if visitor else None


def test_a_guest_makes_a_passkey_goes_away_comes_back_and_proves_it_again(
    page: Page, studio: Studio, clock: FakeClock
) -> None:
    account, home = begin_as_guest(page, studio), str(studio.origin)
    page.goto(f"{home}/mine")
    page.get_by_role("link", name="Add a way back").click()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("last used").wait_for()

    page.goto(f"{home}/mine")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{home}/")
    assert account_in(page, studio) is None

    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{home}/mine")
    assert account_in(page, studio) == account

    clock.advance(timedelta(minutes=11))
    page.goto(f"{home}/mine")
    page.get_by_role("button", name="Destroy everything and the account").click()
    page.wait_for_url(f"{home}/sign-in/again")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{home}/mine")
    page.get_by_role("button", name="Destroy everything and the account").click()
    page.get_by_role("heading", name="Destroy everything and the account?").wait_for()


def test_a_device_that_has_one_already_says_so(page: Page, studio: Studio) -> None:
    begin_as_guest(page, studio)
    page.goto(f"{studio.origin}/sign-in/add")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("last used").wait_for()
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("This device has a passkey for your account already.").wait_for()


def test_a_guest_who_has_begun_something_chooses_before_a_passkey_is_asked_for(
    page: Page, studio: Studio
) -> None:
    account = begin_as_guest(page, studio)
    page.goto(f"{studio.origin}/sign-in/add")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_text("last used").wait_for()
    page.context.clear_cookies()
    guest = begin_as_guest(page, studio)
    page.goto(f"{studio.origin}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    assert page.evaluate("() => document.querySelector('input[name=guest]').matches(':invalid')")
    assert account_in(page, studio) == guest
    page.get_by_text("Bring it along").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{studio.origin}/mine")
    assert account_in(page, studio) == account
    with studio.desk.store.begin() as connection:
        assert len(accounts.sitters_of(connection, AccountId(account))) == 2


def test_without_a_passkey_nobody_comes_in_and_words_say_so(page: Page, studio: Studio) -> None:
    page.goto(f"{studio.origin}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    trouble = page.get_by_role("alert")
    trouble.wait_for()
    assert re.search(r"cancelled|opens nothing", trouble.inner_text())
    assert account_in(page, studio) is None


def test_the_password_works_without_javascript(chromium: Browser, studio: Studio) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    account, home = begin_as_guest(page, studio), str(studio.origin)
    page.goto(f"{home}/sign-in/add")
    page.get_by_label("Sign-in name").fill("anna")
    page.get_by_label("Password").fill("lantern river teapot nine")
    page.get_by_role("button", name="Add the password").click()
    page.get_by_text("added on").wait_for()
    context.clear_cookies()
    page.goto(f"{home}/sign-in")
    page.get_by_label("Sign-in name").fill("anna")
    page.get_by_label("Password").fill("lantern river teapot nine")
    page.get_by_role("button", name="Sign in with the password").click()
    page.wait_for_url(f"{home}/mine")
    assert account_in(page, studio) == account
    context.close()
