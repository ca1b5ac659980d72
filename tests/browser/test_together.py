"""Two people, each in a browser of their own: a link, two seats, two yeses, one picture, a copy for each."""

from collections.abc import Callable

from tests.browser.steps import Visitor
from tests.browser.test_for_everyone import faults_of

Come = Callable[..., Visitor]


def fits(visitor: Visitor) -> bool:
    return bool(visitor.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"))


def link_made_by(host: Visitor) -> str:
    """Go from the gallery to the choice, take the first seat of a couple, and read the link."""
    page = host.page
    page.click("main a[href$='/together']")
    page.wait_for_url("**/together")
    assert faults_of(host) == []
    assert fits(host)
    page.click("button[value='couple:2:1']")
    text = page.input_value("#invitation-text")
    assert faults_of(host) == []
    return text.split()[-1]


def test_two_people_on_two_devices(come: Come) -> None:
    anna, omar = come(), come(desktop=True)
    for visitor, name in ((anna, "anna"), (omar, "omar")):
        visitor.agrees()
        visitor.adds(name, 8)
        visitor.sends_off(few=True)
    anna.page.click("main a.button[href^='/doubles']")
    link = link_made_by(anna)
    asked: list[str] = []
    omar.page.on("request", lambda request: asked.append(request.url))
    anna.page.click("main a.button[href^='/seats']")
    omar.page.goto(link)
    omar.page.wait_for_url("**/together/seat")
    assert not [each for each in asked if link.rpartition("#")[2] in each]
    assert omar.page.locator(":checked").count() == 0
    assert faults_of(omar) == []
    omar.page.check("input[name=double]")
    omar.page.check("input[name=seat]")
    omar.page.click("form[action='/together/sit'] button")
    omar.page.wait_for_url("**/seats/*")
    anna.page.wait_for_selector("form[action$='/agree'] button")  # her page noticed by itself
    assert faults_of(anna) == []
    anna.page.click("form[action$='/agree'] button")
    omar.page.wait_for_selector("form[action$='/picture'] button")
    omar.page.click("form[action$='/picture'] button")
    omar.page.wait_for_url("**/pictures/*")
    assert faults_of(omar) == []
    anna.page.wait_for_selector(".sitter-portrait img")
    anna.page.click(".sitter-portrait a")
    for visitor in (anna, omar):
        visitor.page.wait_for_function(
            "() => document.querySelector('.sitter-portrait img').naturalWidth > 900"
        )
        assert fits(visitor)
    omar.goes("/mine")
    assert faults_of(omar) == []
    omar.page.click("summary:has(+ form[action$='/leave'])")
    omar.page.click("form[action$='/leave'] button")
    anna.goes("/mine")
    anna.page.click("main a[href^='/seats/']")
    anna.page.wait_for_selector("text=whole no more")
    assert anna.page.locator(".sitter-portrait img").count() == 0
