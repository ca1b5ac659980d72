"""Does long work survive, how fast does it move, and are its promises true? ``make bench-jobs``. See README.md.

    python -m benchmarks.jobs [--kills 50] [--only sqlite|postgres] [-o FILE.json]

Real worker processes on a real queue and journal, killed with SIGKILL at every point of danger and at random moments,
on SQLite and on a Postgres server of our own with three workers. The jobs are toys (tests/fakes/toy_worker.py): what is
measured is the queue, not the portraits. The promises are tried on a simulated day whose service times are drawn.
"""

import argparse
import heapq
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

from benchmarks import jobs_abreast
from benchmarks.gate.table import wilson
from benchmarks.speed import Figure, machine
from tests.fakes import postgres
from tests.fakes.clock import FakeClock
from tests.fakes.toy_shop import Shop, killed_at_every_point, killed_at_random, stop
from tests.fakes.toy_worker import LIMITS, lines, submit

from fenshen import settings
from fenshen.flow.later import double_later, queue_of
from fenshen.ids import DoubleId, JobId, SitterId, WorkerId, new_id
from fenshen.jobs.queue import Queue, Wish
from fenshen.jobs.states import JobKind, JobState
from fenshen.people import photos_of
from fenshen.rights import consent, erasure
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import open_desk
from fenshen.rights.holdings import holdings
from fenshen.store.database import open_store
from fenshen.store.jobs import WorkerRow
from fenshen.vault.vault import DataClass

RESULTS: Final = Path(__file__).parent / "results" / "jobs.json"
BACKLOG: Final = 10_000


def two_against_one(shop: Shop) -> float:
    """How many times as fast are two workers as one, at work that needs the processor?"""
    spans = []
    for number in (1, 2):
        workers = [shop.worker("--burn", "--seconds", "0.4") for _ in range(number)]
        time.sleep(5)
        before = len(lines(shop.home))
        jobs = [submit(shop.queue, f"b{n}").id for n in range(12)]
        shop.wait(jobs, every=1)  # looking costs processor, too
        told = [line for line in lines(shop.home)[before:] if line.get("job") in jobs]
        spans.append(max(line["at"] for line in told) - min(line["at"] for line in told))
        stop(workers)
    return spans[0] / spans[1]


def enqueue_to_start(shop: Shop, times: int = 40) -> list[float]:
    """Milliseconds from asking until the first step begins, with an idle worker."""
    worker, rng = shop.worker("--seconds", "0"), random.Random(5)  # noqa: S311
    time.sleep(4)
    asked = {}
    for number in range(times):
        now = time.time()
        job = submit(shop.queue, f"e{number}").id
        asked[job] = now
        shop.wait([job])
        time.sleep(rng.uniform(0, 0.2))
    stop([worker])
    begun = {
        line["job"]: line["at"] for line in lines(shop.home) if line["event"] == "start" and line["step"] == 0
    }
    return [1000 * (begun[job] - at) for job, at in asked.items()]


def position(shop: Shop) -> list[float]:
    """Milliseconds to tell a place and a forecast with ten thousand jobs in the queue."""
    rng = random.Random(7)  # noqa: S311
    with shop.queue.store.begin() as connection:
        from fenshen.store import jobs as rows

        first = rows.next_seq(connection)
        ids = []
        for n in range(BACKLOG):
            row = rows.JobRow(
                id=JobId(f"job_{n:016x}"), seq=first + n, kind="portraits", account=f"q{n % 97}",
                sitter=SitterId("sitter_q"), double=DoubleId("double_q"), wanted="{}", units=1, priority=1,
                turn=n // 97, state="waiting", queued_at=datetime.now(UTC),
            )  # fmt: skip
            rows.add(connection, row)
            ids.append(row.id)
    times = []
    for _ in range(60):
        at = time.perf_counter()
        shop.queue.place(rng.choice(ids))
        times.append(1000 * (time.perf_counter() - at))
    return times


def withdrawn(folder: Path, times: int = 6) -> list[float]:
    """Seconds from taking consent back until a real sitting in a worker has stopped and all of the person is gone."""
    rng, home = random.Random(9), folder / "withdrawn"  # noqa: S311
    here = settings.load({"FENSHEN_HOME": str(home), "FENSHEN_MODELS": str(settings.load().models)})
    desk, spent = open_desk(here), []
    environ = {**os.environ, "FENSHEN_HOME": str(home), "FENSHEN_MODELS": str(here.models)}
    command = [sys.executable, "-m", "fenshen", "worker", "--json"]
    worker = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        for _ in range(times):
            sitter = SitterId(new_id("sitter"))
            consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
            job = double_later(photos_of("anna"), sitter, desk=desk)
            queue = queue_of(desk)
            while queue.place(job.id).job.state == JobState.WAITING:
                time.sleep(0.05)
            time.sleep(rng.uniform(0.2, 9))
            at = time.monotonic()
            erasure.withdraw(desk, sitter, [Purpose.BUILD_DOUBLE], patience=60)
            spent.append(time.monotonic() - at)
            if desk.vault.people(DataClass.PHOTO) or holdings(desk, sitter):
                raise AssertionError("something was left")
    finally:
        worker.terminate()
        worker.wait(90)
    return spent


# ---- promises


def promises(
    folder: Path, *, jobs: int = 500, workers: int = 2, spread: float = 0.25, seed: int = 11
) -> dict[str, Any]:
    """A simulated day: people come at random, faster than they are served at first; were they told the truth?

    Service times for each unit are drawn (log-normal); the clock is ours; queue and forecasts are the real ones.
    """
    rng, clock = random.Random(seed), FakeClock()  # noqa: S311
    store = open_store(settings.load({"FENSHEN_HOME": str(folder / "promises")}))
    queue = Queue(store, clock, LIMITS)
    names = [WorkerId(f"worker_{n}") for n in range(workers)]
    service = {JobKind.DOUBLE: 0.6, JobKind.PORTRAITS: 2.0}  # seconds per unit
    busy: list[tuple[float, WorkerId, JobId, float]] = []
    begin, now, came, waits, widths, hits = clock.now(), 0.0, 0, [], [], 0
    arrival, usual = 0.0, 14.0  # seconds; usual service time of a job
    while came < jobs or busy or queue.is_anything_open():
        comes = came < jobs and (not busy or arrival <= busy[0][0])
        now = arrival if comes else busy[0][0]
        clock.moment = begin + timedelta(seconds=now)
        if comes:
            kind = rng.choice(list(service))
            units = rng.randrange(18, 31) if kind is JobKind.DOUBLE else rng.randrange(2, 12)
            wish = Wish(
                kind=kind, account=f"account_{came}", sitter=SitterId("sitter_p"), double=DoubleId("double_p"),
                units=units, wanted={},
            )  # fmt: skip
            for name in names:
                queue.beat(WorkerRow(id=name, started_at=begin, beat_at=begin, abreast=1, kinds="all"))
            queue.submit(wish)
            came += 1
            load = 1.3 if came < jobs // 2 else 0.7  # a rush, then an evening
            arrival = now + rng.expovariate(load * workers / usual)
        else:
            _, name, job, seconds = heapq.heappop(busy)
            queue.end(job, name, JobState.DONE, seconds=seconds)
            row = queue.place(job).job
            if row.told_from is None or row.told_to is None or row.ended_at is None:
                raise AssertionError("a job that ended was promised nothing")
            waits.append((row.ended_at - row.queued_at).total_seconds())
            widths.append((row.told_to - row.told_from).total_seconds())
            hits += row.told_from <= row.ended_at <= row.told_to
        for name in set(names) - {each[1] for each in busy}:
            if (taken := queue.claim(name, list(JobKind))) is not None:
                sigma = (spread**2 - 0.5 * spread**4) ** 0.5
                seconds = (
                    taken.units * service[JobKind(taken.kind)] * rng.lognormvariate(-(sigma**2) / 2, sigma)
                )
                heapq.heappush(busy, (now + seconds, name, taken.id, seconds))
    ratios = [width / wait for width, wait in zip(widths, waits, strict=True)]
    return {
        "jobs": len(waits), "within": hits, "percent": 100 * hits / len(waits), "interval": wilson(hits, len(waits)),
        "median wait": median(waits), "median width": median(widths), "width of wait, median": 100 * median(ratios),
        "width of wait, all widths by all waits": 100 * sum(widths) / sum(waits), "mean wait": mean(waits),
    }  # fmt: skip


# ---- the table


def measure(
    kind: str, database: str, folder: Path, kills: int
) -> Iterator[Figure | tuple[str, dict[str, int]]]:
    def shop(name: str) -> Shop:
        (folder / kind / name).mkdir(parents=True)
        return Shop(folder / kind / name, postgres.new_database(database) if database else "")

    yield f"{kind}: killed at every point", killed_at_every_point(shop("points"))
    yield f"{kind}: killed at random moments", killed_at_random(shop("random"), kills)
    yield f"{kind}: the same, two abreast", killed_at_random(shop("abreast"), max(1, kills // 5), abreast=2)
    begun = enqueue_to_start(shop("start"))
    yield Figure(
        what=f"{kind}: enqueue to start, median of {len(begun)}", value=median(begun), unit="ms", target=150.0
    )
    yield Figure(what=f"{kind}:    the slowest of 20", value=sorted(begun)[int(0.95 * len(begun))], unit="ms")
    places = position(shop("backlog"))
    yield Figure(what=f"{kind}: place among {BACKLOG}, median", value=median(places), unit="ms", target=20.0)
    yield Figure(
        what=f"{kind}:    the slowest of 20", value=sorted(places)[int(0.95 * len(places))], unit="ms"
    )
    yield Figure(
        what=f"{kind}: two workers, times one (at least 1.8)", value=two_against_one(shop("two")), unit="x"
    )
    yield jobs_abreast.light(kind, shop("light"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    parser.add_argument("-o", type=Path, default=RESULTS)
    asked = parser.parse_args()
    here = machine() | {"load_average": ", ".join(f"{value:.2f}" for value in os.getloadavg())}
    print("\n".join(f"{name}: {value}" for name, value in here.items()), "\n")
    told: dict[str, Any] = {**here, "figures": [], "survival": {}}
    bad = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stores = {"sqlite": "", "postgres": ""}
        if asked.only != "sqlite":
            stores["postgres"] = stack.enter_context(postgres.running())
        for kind, database in stores.items():
            if asked.only in {None, kind}:
                for each in measure(kind, database, folder, asked.kills):
                    if isinstance(each, Figure):
                        print(f"{each.what:52}{each.value:9.1f} {each.unit:3} {each.verdict}", flush=True)
                        told["figures"].append(asdict(each) | {"verdict": each.verdict})
                    else:
                        name, counts = each
                        print(f"{name}: {', '.join(f'{v} {k}' for k, v in counts.items())}", flush=True)
                        told["survival"][name] = counts
                        bad += sum(
                            v for k, v in counts.items() if k.split()[-1] in {"lost", "missing", "twice"}
                        )
        for figure in jobs_abreast.real_work(folder):
            print(f"{figure.what:52}{figure.value:9.1f} {figure.unit:3} {figure.verdict}", flush=True)
            told["figures"].append(asdict(figure) | {"verdict": figure.verdict})
        gone = withdrawn(folder)
        for what, value in (("median", median(gone)), ("longest", max(gone))):
            figure = Figure(
                what=f"consent taken back to all gone, {what} of {len(gone)}",
                value=value,
                unit="s",
                target=5.0,
            )
            print(f"{figure.what:52}{figure.value:9.1f} {figure.unit:3} {figure.verdict}", flush=True)
            told["figures"].append(asdict(figure) | {"verdict": figure.verdict})
        told["promises"] = promises(folder)
        print("promises:", json.dumps(told["promises"], indent=1))
    asked.o.parent.mkdir(exist_ok=True)
    asked.o.write_text(json.dumps(told, indent=1) + "\n")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
