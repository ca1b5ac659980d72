"""How heavy the first page is, and how the studio bears visitors: ``make bench-web``. See README.md beside this file.

Everything runs on this one machine: the studio as ``fenshen serve`` begins it (server, two lookers, one worker), the
visitors in a process of their own, and Debian's Chromium for the first page. Prints each figure beside its target and
writes ``benchmarks/results/web.json``.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.request import urlopen

import httpx
from benchmarks.photos import write_photos
from benchmarks.speed import Figure, machine
from playwright.sync_api import sync_playwright

from fenshen import settings
from fenshen.accounts import sessions
from fenshen.flow.album import open_album
from fenshen.ids import SitterId, new_id
from fenshen.rights import consent
from fenshen.rights.desk import Desk, open_desk
from fenshen.rights.purposes import Purpose
from fenshen.store import accounts

RESULTS = Path(__file__).parent / "results" / "web.json"
CHROMIUM = os.environ.get("FENSHEN_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_638_400 / 8,
    "uploadThroughput": 750_000 / 8,
}
PAGES = ("/", "/how", "/begin", "/mine", "/complain", "/verify")
BROWSING, SECONDS, THINKING = 50, 30.0, 2.0  # people, how long, seconds between two pages of one
AT_ONCE, EACH = 200, 2  # people who upload at once, photos of each
HEAVY = 4_000_000  # bytes of a photo
STREAMS = 3  # of one browser
FORM = {"sec-fetch-site": "same-origin"}


Visitor = tuple[dict[str, str], str]  # cookie, album


class Served:
    """A studio at work, in a home of its own."""

    def __init__(self, home: Path, models: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://localhost:{port}"
        environment = {
            **os.environ,
            "FENSHEN_HOME": str(home),
            "FENSHEN_MODELS": models,
            "FENSHEN_LANG": "en",
        }
        command = [sys.executable, "-m", "fenshen", "serve", "--port", str(port)]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        self.peak, self.whole, self._over = 0.0, 0.0, threading.Event()
        for _ in range(400):
            with contextlib.suppress(OSError):
                urlopen(f"{self.address}/offline", timeout=2).read()  # noqa: S310
                break
            time.sleep(0.25)
        time.sleep(4)  # the lookers load their nets
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        """Note the most memory that server, lookers and worker had together, shared pages counted once (PSS)."""
        while not self._over.wait(0.25):
            each = {pid: _pss(pid) for pid in _family(self.process.pid)}
            self.whole = max(self.whole, sum(each.values()))
            self.peak = max(self.peak, sum(size for pid, size in each.items() if not _is_worker(pid)))

    def close(self) -> None:
        """Let it go."""
        self._over.set()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(100)


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))


def _is_worker(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"--beside" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def _pss(pid: int) -> float:
    with contextlib.suppress(OSError):
        if found := re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE):
            return int(found[1]) / 1024
    return 0.0


def padded(photo: bytes) -> bytes:
    """Make a photo as heavy as a telephone's: bytes after its end are no part of a JPEG."""
    return photo + bytes(max(0, HEAVY - len(photo)))


def a_visitor(desk: Desk) -> tuple[dict[str, str], str]:
    """Make an account that agreed to everything; give its cookie and its album."""
    account, sitter = sessions.open_account(desk.store, desk.clock), SitterId(new_id("sitter"))
    with desk.store.begin() as connection:
        accounts.look_after(connection, account, sitter, desk.clock.now())
    consent.grant(desk, sitter, tuple(Purpose), adult=True, is_self=True, language="en")
    key = sessions.sign_in(desk.store, desk.clock, account, proved=False)
    return {"fenshen_session": key}, open_album(desk, sitter, account).id


def first_page(address: str) -> tuple[float, float]:
    """Kilobytes over the line and seconds until the first page answers, as on a slow phone (1.6 Mbit/s, CPU / 4)."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        times, weights = [], []
        for _ in range(5):
            context = browser.new_context(viewport={"width": 390, "height": 844}, service_workers="block")
            page = context.new_page()
            line = context.new_cdp_session(page)
            line.send("Network.enable")
            line.send("Network.emulateNetworkConditions", SLOW)
            line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
            came: list[float] = []
            line.on(
                "Network.loadingFinished", lambda event, came=came: came.append(event["encodedDataLength"])
            )
            page.goto(f"{address}/", wait_until="load")
            page.wait_for_timeout(500)
            ready = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
            times.append(page.evaluate(ready) / 1000)
            weights.append(sum(came) / 1024)
            context.close()
        browser.close()
    return median(weights), median(times)


async def judged(client: httpx.AsyncClient, album: str, files: list[bytes]) -> tuple[float, float]:
    """Send photos as a browser does and wait for each verdict; give the seconds to the first and to the last."""
    start, first = time.perf_counter(), 0.0
    room = asyncio.Semaphore(STREAMS)

    async def one(content: bytes) -> None:
        nonlocal first
        async with room:
            answer = await client.post(f"/albums/{album}/photos", content=content, headers=FORM)
            answer.raise_for_status()
        told = await client.get(f"/albums/{album}/photos/{answer.json()['photo']}/verdict")
        told.raise_for_status()
        first = first or time.perf_counter() - start

    await asyncio.gather(*(one(content) for content in files))
    return first, time.perf_counter() - start


async def browsing(address: str, cookies: list[dict[str, str]]) -> list[float]:
    """Let people look at pages, each one after a while; give the seconds of each page."""
    times: list[float] = []
    end = time.perf_counter() + SECONDS

    async def person(number: int) -> None:
        async with httpx.AsyncClient(
            base_url=address, cookies=cookies[number % len(cookies)], timeout=60
        ) as client:
            await asyncio.sleep(THINKING * number / BROWSING)
            turn = number
            while time.perf_counter() < end:
                start = time.perf_counter()
                answer = await client.get(PAGES[turn % len(PAGES)])
                times.append(time.perf_counter() - start)
                answer.raise_for_status()
                turn += 1
                await asyncio.sleep(THINKING)

    await asyncio.gather(*(person(number) for number in range(BROWSING)))
    return times


async def crowd(address: str, visitors: list[Visitor], files: list[bytes]) -> tuple[int, float]:
    """Let everybody upload at once; give how many photos arrived and the seconds."""
    start = time.perf_counter()

    async def person(number: int) -> int:
        cookies, album = visitors[number]
        limits = httpx.Limits(max_connections=STREAMS)
        async with httpx.AsyncClient(base_url=address, cookies=cookies, timeout=600, limits=limits) as client:
            sent = [
                client.post(f"/albums/{album}/photos", content=files[(number + n) % len(files)], headers=FORM)
                for n in range(EACH)
            ]
            return sum(answer.is_success for answer in await asyncio.gather(*sent))

    arrived = sum(await asyncio.gather(*(person(number) for number in range(len(visitors)))))
    return arrived, time.perf_counter() - start


async def while_doubles_are_made(
    served: Served, sitting: list[Visitor], cookies: list[dict[str, str]], files: list[bytes]
) -> list[float]:
    """Send albums off, one after another, and browse while they are being made."""
    for number, (cookie, album) in enumerate(sitting):
        async with httpx.AsyncClient(base_url=served.address, cookies=cookie, timeout=120) as client:
            await judged(client, album, files[number:] + files[:number])
            sent = await client.post(f"/albums/{album}/send", data={"few": "yes"}, headers=FORM)
            job = sent.headers["location"]
    times = await browsing(served.address, cookies)
    async with httpx.AsyncClient(base_url=served.address, cookies=sitting[-1][0], timeout=120) as client:
        is_busy = "data-over" in (await client.get(job)).text
    print(
        f"{len(sitting)} doubles were sent off; when the last page came the last was {'being ' * is_busy}made"
    )
    return times


def main() -> None:
    load = [round(value, 2) for value in os.getloadavg()]
    with tempfile.TemporaryDirectory() as scratch:
        home, folder = Path(scratch) / "home", Path(scratch) / "photos"
        folder.mkdir()
        wrote = write_photos(folder, megapixels=(9,))
        files = [padded(file.read_bytes()) for file in sorted(folder.iterdir())]
        models = str(settings.load().models)
        desk = open_desk(settings.load({"FENSHEN_HOME": str(home), "FENSHEN_MODELS": models}))
        visitors = [a_visitor(desk) for _ in range(AT_ONCE + 8)]
        served = Served(home, models)
        try:
            figures = _measured(served, visitors, files, wrote)
        finally:
            served.close()
    print(f"load average before: {', '.join(map(str, load))}\n")
    for f in figures:
        target = "" if f.target is None else f"<= {f.target:g} {f.unit}"
        print(f"{f.what:<52}{f.value:>9.3g} {f.unit:<4} {target:<12} {f.verdict:<7} {f.note}".rstrip())
    table: list[dict[str, Any]] = [
        {"what": f.what, "value": round(f.value, 4), "unit": f.unit, "target": f.target} for f in figures
    ]
    RESULTS.write_text(json.dumps({"machine": machine(), "load": load, "figures": table}, indent=1) + "\n")


def _measured(
    served: Served, visitors: list[Visitor], files: list[bytes], wrote: dict[str, object]
) -> list[Figure]:
    weight, ready = first_page(served.address)
    rounds = []
    for cookies, album in visitors[AT_ONCE : AT_ONCE + 3]:

        async def once(cookies: dict[str, str] = cookies, album: str = album) -> tuple[float, float]:
            async with httpx.AsyncClient(base_url=served.address, cookies=cookies, timeout=120) as client:
                return await judged(client, album, files)

        rounds.append(asyncio.run(once()))
    cookies = [each for each, _ in visitors[:BROWSING]]
    times = asyncio.run(while_doubles_are_made(served, visitors[AT_ONCE + 4 :], cookies, files))
    served.peak = served.whole = 0.0
    arrived, seconds = asyncio.run(crowd(served.address, visitors[:AT_ONCE], files))
    p95 = quantiles(times, n=20)[-1] * 1000
    size = f"{len(files)} photos, {sum(map(len, files)) / 1e6:.0f} MB, {wrote['megapixels']} MP"
    return [
        Figure(what="first page over the line", value=weight, unit="KB", target=60),
        Figure(what="first page answers, 1.6 Mbit/s, CPU / 4", value=ready, unit="s", target=1.0, note="median of 5"),
        Figure(what="first verdict", value=median(first for first, _ in rounds), unit="s", note="median of 3"),
        Figure(what="upload to last verdict", value=median(last for _, last in rounds), unit="s", target=8.0,
               note=size),
        Figure(what="a page, 50 people, a double being made, median", value=median(times) * 1000, unit="ms",
               note=f"n = {len(times)}"),
        Figure(what="a page, 95th percentile, the same", value=p95, unit="ms", target=100),
        Figure(what="200 people upload at once: photos lost", value=AT_ONCE * EACH - arrived, unit="", target=0,
               note=f"{seconds:.1f} s"),
        Figure(what="memory of server and lookers meanwhile", value=served.peak, unit="MB", target=1536),
        Figure(what="the same with the worker, its nets loaded", value=served.whole, unit="MB"),
    ]  # fmt: skip


if __name__ == "__main__":
    main()
