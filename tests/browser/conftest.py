"""A real studio in a process of its own, a real browser, and somebody who has been through the whole journey."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.browser.steps import Visitor

CHROMIUM: Final = os.environ.get("FENSHEN_CHROMIUM", "/usr/bin/chromium")
FLAGS: Final = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream", "--font-render-hinting=none",
)  # fmt: skip
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}


class Studio:
    """A studio at work: the server, its lookers and its worker."""

    def __init__(self, home: Path, models: Path) -> None:
        """Begin it on a free port and wait until it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.home, self.address = home, f"http://localhost:{port}"
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FENSHEN_")},
            "FENSHEN_HOME": str(home), "FENSHEN_MODELS": str(models), "FENSHEN_LANG": "en",
        }  # fmt: skip
        self.log = home.parent / "server.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fenshen", "serve", "--port", str(port)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        for _ in range(240):
            if self.process.poll() is not None:
                pytest.fail(self.log.read_text())
            try:
                urlopen(f"{self.address}/offline", timeout=2).read()  # noqa: S310  (our own, on loopback)
            except OSError:
                time.sleep(0.25)
            else:
                return
        pytest.fail("the studio did not open")

    def close(self) -> None:
        """Let it go as an operator would."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(100)


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Studio]:
    here = Studio(tmp_path_factory.mktemp("studio") / "home", models)
    yield here
    here.close()
    assert "Traceback" not in here.log.read_text()
    assert "broke" not in here.log.read_text()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def come(chromium: Browser, studio: Studio) -> Iterator[Callable[..., Visitor]]:
    """Give a browser with nothing in it. What it asks for elsewhere, or what breaks in it, fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def arrive(*, language: str = "en", desktop: bool = False, state: Any = None, **more: Any) -> Visitor:
        context = chromium.new_context(
            viewport=DESKTOP if desktop else PHONE,
            locale="zh-CN" if language == "zh" else "en-GB",
            storage_state=state,
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(60_000)
        page = context.new_page()
        listen(page, studio.address, faults)
        return Visitor(page=page, address=studio.address, language=language, faults=faults)

    yield arrive
    for context in contexts:
        context.close()
    assert not faults


def listen(page: Page, address: str, faults: list[str]) -> None:
    """Note what must not happen: a request that leaves this host, a script that breaks, a policy that is broken."""
    host = urlsplit(address).netloc

    def asked(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != host:
            faults.append(f"asked {parts.netloc}")

    page.on("request", asked)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on(
        "console",
        lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None,
    )


@pytest.fixture(scope="session")
def been_through(chromium: Browser, studio: Studio) -> dict[str, Any]:
    """Go through the journey once, on a phone; give what the browser then holds and where its things are."""
    context = chromium.new_context(viewport=PHONE, locale="en-GB", reduced_motion="reduce")
    context.set_default_timeout(120_000)
    faults: list[str] = []
    page = context.new_page()
    listen(page, studio.address, faults)
    visitor = Visitor(page=page, address=studio.address, language="en", faults=faults)
    visitor.agrees()
    visitor.adds("anna", 10)
    visitor.sends_off(few=True)
    places = {"ready": page.url}
    visitor.opens_gallery()
    places["gallery"] = page.url
    visitor.makes("butterfly", "oil")
    places["set"] = page.url
    page.click(".wall a")
    page.wait_for_selector("#beside img")
    places["portrait"] = page.url
    state = context.storage_state()
    context.close()
    assert not faults
    return {"state": state, **places}
