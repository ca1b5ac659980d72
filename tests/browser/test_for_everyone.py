"""Everybody can use it: by eye, by ear, by keyboard, in the dark; and nobody else's things can be reached."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.steps import Visitor

Come = Callable[..., Visitor]
PUBLIC = ("/", "/how", "/begin", "/verify", "/id-photo", "/complain", "/sign-in", "/nowhere")
OWN = ("ready", "gallery", "set", "portrait")
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def faults_of(visitor: Visitor) -> list[str]:
    found = Axe().run(visitor.page, options=RULES)
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']][:3]}"
        for each in found.response["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_breaks_a_rule_of_accessibility(
    come: Come, been_through: dict[str, Any], language: str, scheme: str
) -> None:
    visitor = come(language=language, state=been_through["state"], color_scheme=scheme)
    found = {}
    for path in (*PUBLIC, "/mine", "/sign-in/add"):
        visitor.goes(path)
        found[path] = faults_of(visitor)
    for name in OWN:
        visitor.page.goto(been_through[name])
        found[name] = faults_of(visitor)
    assert {path: faults for path, faults in found.items() if faults} == {}


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_sticks_out_at_any_width(come: Come, been_through: dict[str, Any], width: int) -> None:
    visitor = come(state=been_through["state"])
    visitor.page.set_viewport_size({"width": width, "height": 800})
    wide = []
    for address in (*PUBLIC, "/mine", *(been_through[name] for name in OWN)):
        visitor.page.goto(address if "://" in address else visitor.address + address)
        if visitor.page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
            wide.append(address)
    assert wide == []


def test_the_way_in_can_be_walked_by_keyboard(come: Come) -> None:
    visitor = come()
    page = visitor.page
    visitor.goes("/begin")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    asked: set[str] = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        kind, name = page.evaluate(
            "() => { const e = document.activeElement; return [e.type || e.tagName, e.name || '']; }"
        )
        if kind == "radio" and name not in asked:
            page.keyboard.press("Space")
            asked.add(name)
        if kind == "checkbox" and name == "purpose":
            page.keyboard.press("Space")
        if kind == "submit":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/albums/*")


def test_a_second_person_reaches_nothing_of_the_first(come: Come, been_through: dict[str, Any]) -> None:
    first = come(state=been_through["state"])
    asked: set[str] = set()
    first.page.on("request", lambda request: asked.add(request.url))
    for name in OWN:
        first.page.goto(been_through[name])
        first.page.wait_for_load_state("networkidle")
    first.goes("/mine")
    asked |= {
        first.address + path for path in re.findall(r'(?:href|action|src)="(/[^"]+)"', first.page.content())
    }
    theirs = [url for url in sorted(asked) if re.search(r"_[0-9a-f]{16}", url)]
    assert len(theirs) > 20
    second = come()
    second.agrees()
    for url in theirs:
        for method in ("GET", "POST"):
            answer = second.page.request.fetch(
                url, method=method, headers={"origin": second.address}, max_redirects=0
            )
            assert answer.status in {404, 405, 422}, (method, url, answer.status)
