"""A line that breaks, a finger that taps twice, a session that ends, two tabs: nothing is lost or said wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser.steps import EVERY_CARD_IS_JUDGED, Visitor, photos_of

Come = Callable[..., Visitor]


def test_photos_that_meet_a_broken_line_arrive_in_the_end(come: Come) -> None:
    visitor = come()
    page = visitor.page
    visitor.agrees()
    page.context.set_offline(True)
    page.set_input_files("#files", photos_of("anna", 3))
    page.wait_for_function(
        "() => [...document.querySelectorAll('.shot .state')].some(s => s.textContent === "
        "document.getElementById('say').dataset.offline)"
    )
    page.context.set_offline(False)
    page.wait_for_function("() => document.querySelectorAll('.shot.accepted').length === 3")
    assert page.locator(".shot").count() == 3


def test_a_slow_line_sends_parts_and_resends_only_what_is_missing(come: Come) -> None:
    visitor = come()
    page = visitor.page
    visitor.agrees()
    broken: list[str] = []
    parts: list[str] = []

    def breaks(route: Any) -> None:
        broken.append(route.request.url)
        route.abort()

    def second_part_once(route: Any) -> None:
        parts.append(route.request.url)
        if route.request.url.endswith("/1") and len(parts) < 3:
            route.abort()
        else:
            route.continue_()

    page.route("**/photos", breaks, times=1)
    page.route("**/uploads/*/*", second_part_once)
    page.set_input_files(
        "#files", {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": padded(photos_of("anna", 1)[0])}
    )
    page.wait_for_function(EVERY_CARD_IS_JUDGED)
    assert len(broken) == 1
    assert page.locator(".shot").count() == 1
    assert sum(url.endswith("/0") for url in parts) == 1  # what had arrived was not sent again


def padded(file: str) -> bytes:
    """Make a photo larger than one part, as a phone's is: bytes after its end are no part of a JPEG."""
    return Path(file).read_bytes() + bytes(1_300_000)


def test_two_taps_make_one_account_and_one_album(come: Come) -> None:
    visitor = come()
    page = visitor.page
    visitor.goes("/begin")
    page.check("input[value=adult]")
    page.check("input[value=self]")
    for box in page.locator("input[name=purpose]").all():
        box.check()
    page.dblclick("main form button")
    page.wait_for_url("**/albums/*")
    visitor.goes("/mine")
    assert page.locator("section h2[id^=p]").count() == 1


def test_two_tabs_of_one_album_agree_in_the_end(come: Come) -> None:
    visitor = come()
    page = visitor.page
    visitor.agrees()
    other = page.context.new_page()
    other.goto(page.url)
    visitor.adds("anna", 2)
    other.set_input_files("#files", photos_of("anna", 3)[2:])
    other.wait_for_function(EVERY_CARD_IS_JUDGED)
    page.reload()
    page.wait_for_function(EVERY_CARD_IS_JUDGED)
    assert page.locator(".shot").count() == 3


def test_a_session_that_ends_while_photos_go_up_says_so_and_keeps_them(come: Come) -> None:
    visitor = come()
    page = visitor.page
    visitor.agrees()
    visitor.adds("anna", 1)
    page.context.clear_cookies(name="fenshen_session")
    page.set_input_files("#files", photos_of("anna", 2)[1:])
    page.wait_for_selector("#trouble:not([hidden])")
    assert "session has ended" in page.inner_text("#trouble")
    assert page.locator(".shot").count() == 1


def test_the_back_button_after_sending_off_leads_to_no_lost_photos(come: Come) -> None:
    visitor = come()
    page = visitor.page
    visitor.agrees()
    visitor.adds("anna", 6)
    page.click("#go-on")
    page.wait_for_url("**/price")
    page.check("input[name=few]") if page.locator("input[name=few]").count() else None
    page.click("main form button")
    page.wait_for_url("**/jobs/*")
    job = page.url
    page.go_back()
    page.wait_for_load_state()
    assert (
        "There is nothing here" in page.inner_text("h1")
        or page.locator("#adding, form[action$='/send']").count()
    )
    page.goto(job)
    page.wait_for_selector(".stamp")


def test_without_a_line_there_is_a_kind_page_and_no_face_is_kept(
    come: Come, been_through: dict[str, Any]
) -> None:
    visitor = come(state=been_through["state"])
    page = visitor.page
    visitor.goes("/")
    page.evaluate("() => navigator.serviceWorker.ready")
    page.goto(been_through["portrait"])
    page.goto(been_through["gallery"])
    page.wait_for_load_state("networkidle")
    kept = page.evaluate(
        "async () => { const all = []; for (const name of await caches.keys()) for (const request of "
        "await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname); return all; }"
    )
    assert kept
    assert [path for path in kept if not path.startswith("/static/") and path != "/offline"] == []
    page.context.set_offline(True)
    page.goto(been_through["portrait"])
    assert "There is no line" in page.inner_text("h1")
    page.context.set_offline(False)


def test_the_camera_keeps_nothing_before_one_says_so(come: Come) -> None:
    visitor = come()
    page = visitor.page
    visitor.agrees()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method != "GET" else None)
    page.click("#open-camera")
    page.wait_for_function("() => document.getElementById('eye').videoWidth > 0")
    page.click("#shoot")
    page.wait_for_selector("#keep:not([hidden])")
    page.click("#again")
    page.click("#shoot")
    page.wait_for_selector("#keep:not([hidden])")
    assert sent == []
    page.click("#keep")
    page.wait_for_selector(".shot [data-state]")
    assert any(url.endswith("/photos") for url in sent)
    assert page.evaluate("() => document.getElementById('eye').srcObject?.active ?? false") is False


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_wrong_with_a_photo_is_said_with_its_fix(come: Come, language: str) -> None:
    visitor = come(language=language)
    page = visitor.page
    visitor.agrees()
    page.set_input_files(
        "#files", {"name": "<b>x</b>.jpg", "mimeType": "image/jpeg", "buffer": b"no photo at all"}
    )
    page.wait_for_selector(".shot.refused details p")
    assert page.locator(".shot b").count() == 0
    assert len(page.inner_text(".shot.refused details p")) > 5
