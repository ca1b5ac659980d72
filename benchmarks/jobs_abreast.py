"""What several jobs at a time in one worker cost and bring, and what an idle one keeps. Part of ``make bench-jobs``."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.speed import Figure
from tests.fakes.toy_shop import Shop, stop
from tests.fakes.toy_worker import lines, submit

from fenshen import settings
from fenshen.flow.later import double_later, portraits_later, queue_of
from fenshen.flow.portray import Order
from fenshen.ids import JobId, SitterId, new_id
from fenshen.jobs.states import JobKind
from fenshen.people import photos_of
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk, open_desk

REST: Final = 5  # seconds without work after which these workers let their nets go
SETTLED: Final = 1.0  # seconds until memory that was given back is counted so
LEAST_SLEEP: Final = 0.05
PAUSE: Final = 0.3  # seconds between two light jobs


def light_beside_long(shop: Shop, times: int = 20) -> list[float]:
    """Milliseconds from asking for a light job until it begins, while its worker does long ones without a pause."""
    worker = shop.worker("--burn", "--seconds", "1", "--steps", "5")
    try:
        long = [submit(shop.queue, f"l{n}").id for n in range(6)]
        while not any(line["event"] == "start" for line in lines(shop.home)):
            time.sleep(LEAST_SLEEP)
        asked = {}
        for number in range(times):
            now = time.time()
            asked[submit(shop.queue, f"w{number}", kind=JobKind.PREVIEWS).id] = now
            time.sleep(PAUSE)
        shop.wait(list(asked))
        if all(shop.queue.place(job).ready is None for job in long):
            raise AssertionError("the long ones were over: nothing was measured")
    finally:
        stop([worker])
    begun = {
        line["job"]: line["at"] for line in lines(shop.home) if line["event"] == "start" and line["step"] == 0
    }
    return [1000 * (begun[job] - at) for job, at in asked.items()]


def light(kind: str, shop: Shop) -> Figure:
    """Give the figure of ``light_beside_long``."""
    begun = light_beside_long(shop)
    what = f"{kind}: a light job beside long ones, to start, median"
    return Figure(what=what, value=median(begun), unit="ms", target=500.0)


def real_work(folder: Path) -> Iterator[Figure]:
    """Two real doubles in one worker, one after the other and abreast; then portraits; then rest. Seconds and MB."""
    for abreast in (1, 2):
        home = folder / f"abreast_{abreast}"
        here = {"FENSHEN_HOME": str(home), "FENSHEN_MODELS": str(settings.load().models)}
        desk = open_desk(settings.load(here))
        with _worker(here, abreast) as (process, heard):
            _next(heard, "worker_ready")
            time.sleep(SETTLED)
            ready = _resident(process.pid)
            began = time.monotonic()
            jobs = [_asks(desk, name) for name in ("anna", "omar")]
            for _ in jobs:
                _next(heard, "job_ended")
            took = time.monotonic() - began
            double = queue_of(desk).place(jobs[0]).job.double
            portraits_later(double, Order(templates=["film", "rembrandt"]), desk=desk)
            _next(heard, "job_ended")
            _next(heard, "worker_rests")
            time.sleep(SETTLED)
            for what, value, unit in (
                ("two doubles", took, "s"),
                ("   memory when it began", ready, "MB"),
                ("   memory at most", _resident(process.pid, "VmHWM"), "MB"),
                ("   memory at rest", _resident(process.pid), "MB"),
            ):
                yield Figure(what=f"{abreast} abreast: {what}", value=value, unit=unit)


def _asks(desk: Desk, person: str) -> JobId:
    sitter = SitterId(new_id("sitter"))
    consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
    return double_later(photos_of(person), sitter, desk=desk, is_adult=True).id


@contextmanager
def _worker(here: dict[str, str], abreast: int) -> Iterator[tuple["subprocess.Popen[str]", Iterator[Any]]]:
    command = [sys.executable, "-m", "fenshen", "worker", "--json", "--abreast", str(abreast)]
    environ = {**os.environ, **here, "FENSHEN_REST": str(REST)}
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None:
            raise AssertionError("it has no output")
        yield process, map(json.loads, process.stdout)
    finally:
        process.terminate()
        process.wait(90)


def _next(heard: Iterator[Any], event: str) -> None:
    """Wait for an event of a worker."""
    while next(heard)["event"] != event:
        pass


def _resident(process: int, what: str = "VmRSS") -> float:
    """Megabytes of a process in memory, now or (VmHWM) at most."""
    told = Path(f"/proc/{process}/status").read_text()
    line = next(each for each in told.splitlines() if each.startswith(what))
    return int(line.split()[1]) / 1024
