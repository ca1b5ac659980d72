"""From the first page to a portrait in one's hand: on a phone and at a desk, in both languages, without script, too."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fenshen.labels.verify import State, verify
from tests.browser.conftest import Studio
from tests.browser.pictures import is_as_it_was
from tests.browser.steps import Visitor, photos_of

Come = Callable[..., Visitor]


@pytest.mark.parametrize(("language", "screen"), [("zh", "phone"), ("en", "desktop")])
@pytest.mark.timeout(600)
def test_a_stranger_finishes_the_journey(come: Come, studio: Studio, language: str, screen: str) -> None:
    visitor = come(language=language, desktop=screen == "desktop")
    page, look = visitor.page, f"{language}-{screen}"
    visitor.goes("/")
    is_as_it_was(page, f"welcome-{look}")
    visitor.goes("/begin")
    is_as_it_was(page, f"begin-{look}")
    visitor.agrees()
    visitor.adds("anna" if language == "zh" else "omar", 12)
    is_as_it_was(page, f"album-{look}")
    page.click("#go-on")
    page.wait_for_url("**/price")
    is_as_it_was(page, f"price-{look}")
    page.go_back()
    page.wait_for_selector(".shot [data-state]")
    visitor.sends_off(few=True)
    assert ("已销毁" if language == "zh" else "have been destroyed") in page.inner_text("main")
    is_as_it_was(page, f"double-{look}")
    with page.expect_download() as receipt:
        page.click("main a[href^='/receipts/']")
    assert json.loads(Path(receipt.value.path()).read_text())
    visitor.opens_gallery()
    is_as_it_was(page, f"gallery-{look}")
    visitor.makes("butterfly", "paper")
    is_as_it_was(page, f"set-{look}")
    page.click(".wall a")
    page.wait_for_selector("#beside img")
    is_as_it_was(page, f"portrait-{look}")
    with page.expect_download() as download:
        page.click("main a[href$='download=true']")
    data = Path(download.value.path()).read_bytes()
    found = verify(data, public_key=(studio.home / "keys" / "studio.pub").read_bytes())
    assert found.ours
    assert {m.mark: m.value for m in found.marks if m.state is State.VALID}["visible"] == language
    page.locator("input[name=closer]").evaluate("slider => { slider.value = 2; }")
    page.click("form[action$='/again'] button:not([name])")
    page.wait_for_selector("main .wall a img")
    visitor.goes("/mine")
    is_as_it_was(page, f"mine-{look}")
    page.click("form[action='/mine/leave'] button")
    is_as_it_was(page, f"sure-{look}")
    page.click("main form button.danger")
    page.wait_for_selector(".stamp")
    is_as_it_was(page, f"gone-{look}")
    visitor.goes("/mine")
    assert page.url.endswith("/sign-in")


@pytest.mark.timeout(600)
def test_the_journey_needs_no_script(come: Come) -> None:
    visitor = come(language="en", java_script_enabled=False)
    page = visitor.page
    visitor.agrees()
    for photo in photos_of("anna", 7):
        page.set_input_files("noscript input[type=file], input[type=file][name=photo]", photo)
        page.click("#adding button:not(.needs-js)")
        page.wait_for_selector(".shot [data-state]")
    assert page.locator(".shot [data-state]").count() == 7
    page.click("#go-on")
    if page.locator("input[name=few]").count():
        page.check("input[name=few]")
    page.click("main form button")
    page.wait_for_selector(".stamp")
    page.click("main a.button[href^='/doubles']")
    page.check("input[value=butterfly]")
    page.click("#make")
    page.wait_for_selector("main .wall a img")
    page.click(".wall a")
    assert page.locator("#beside img").count() == 2
