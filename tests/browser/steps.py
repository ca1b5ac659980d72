"""What somebody does in the studio, step by step, as a finger or a mouse would."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

EVERY_CARD_IS_JUDGED = """() => { const cards = document.querySelectorAll('.shot');
    return cards.length && [...cards].every(card => card.querySelector('[data-state]')); }"""
PREVIEWS_ARE_THERE = "() => !document.querySelector('[data-preview]')"


def photos_of(name: str, number: int) -> list[str]:
    """Give the first photos of somebody who does not exist."""
    folder = Path(str(files("fenshen.people") / name))
    return [str(file) for file in sorted(folder.glob("*.jpg"))[:number]]


@dataclass(kw_only=True)
class Visitor:
    """Somebody in front of a page."""

    page: Page
    address: str
    language: str
    faults: list[str] = field(default_factory=list)

    def goes(self, path: str) -> None:
        """Open a page of the studio."""
        self.page.goto(self.address + path)

    def agrees(self) -> None:
        """From the first page to an empty album: all purposes, for oneself."""
        page = self.page
        self.goes("/")
        page.click("a.button[href='/begin']")
        page.check("input[value=adult]")
        page.check("input[value=self]")
        for box in page.locator("input[name=purpose]").all():
            box.check()
        page.click("main form button")
        page.wait_for_url("**/albums/*")

    def adds(self, name: str, number: int) -> None:
        """Choose photos, and wait until each has its verdict."""
        self.page.set_input_files("#files", photos_of(name, number))
        self.page.wait_for_function(f"() => document.querySelectorAll('.shot').length >= {number}")
        self.page.wait_for_function(EVERY_CARD_IS_JUDGED)

    def sends_off(self, *, few: bool = False) -> None:
        """See what it costs, agree, and wait until the double is there."""
        page = self.page
        page.click("#go-on")
        page.wait_for_url("**/price")
        if few and page.locator("input[name=few]").count():
            page.check("input[name=few]")
        page.click("main form button")
        page.wait_for_url("**/jobs/*")
        page.wait_for_selector(".stamp")

    def opens_gallery(self) -> None:
        """Look at all templates on oneself."""
        self.page.click("main a.button[href^='/doubles']")
        self.page.wait_for_url("**/doubles/*")
        self.page.wait_for_function(PREVIEWS_ARE_THERE)

    def makes(self, *templates: str) -> None:
        """Choose templates and wait for the portraits."""
        for name in templates:
            self.page.check(f"input[value={name}]")
        self.page.click("#make")
        self.page.wait_for_selector("main .wall a img")
