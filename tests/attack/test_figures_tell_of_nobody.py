"""Attack: read figures and logs, and look for whoever the work was for: a name, a path, an id, a face."""

import base64
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from tests.fakes.rights import settings_at
from tests.fakes.sitting import put, shots
from tests.fakes.watching import free_port, until
from tests.scan import faces_within

from fenshen.cli.worker import both, listener
from fenshen.clock import SystemClock
from fenshen.errors import FenshenError
from fenshen.flow.later import queue_of
from fenshen.ids import DoubleId, JobId, SitterId
from fenshen.jobs.journal import Json, Unwritten
from fenshen.jobs.queue import Limits, Queue, Wish
from fenshen.jobs.states import JobKind
from fenshen.jobs.worker import Work, Worker
from fenshen.rights.desk import open_desk
from fenshen.store.database import open_store
from fenshen.watch import tally
from fenshen.watch.meters import Meters
from fenshen.web.app import make_app
from fenshen.web.counted import Counted
from fenshen.web.lookers import Lookers
from fenshen.web.studio import Studio, read_origin

CANARY = "canary"
LABELS = {"lane", "kind", "state", "step", "code", "where", "method", "route", "status", "outcome", "le"}
ORIGIN = "http://localhost:8000"


class CanaryError(FenshenError):
    """An error whose facts tell of somebody."""

    code = "too_few_photos"


def boom(error: BaseException) -> Callable[[Work], Json]:
    def handler(work: Work) -> Json:
        work.step("progress_judging", 1, 1)
        raise error

    return handler


def test_whatever_a_job_breaks_over_neither_figures_nor_log_say_whose_it_was(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rules = {"previews": "light"}
    queue = Queue(open_store(settings_at(tmp_path)), SystemClock(), Limits(running=9), rules)
    for kind in JobKind:
        wish = Wish(
            kind=kind, account=f"account_{CANARY}", sitter=SitterId(f"sitter_{CANARY}"),
            double=DoubleId(f"double_{CANARY}"), units=1, wanted={"templates": [CANARY]},
        )  # fmt: skip
        queue.submit(wish)
    told = f"/home/{CANARY}/IMG_{CANARY}.jpg"
    faults = [CanaryError(name=told), ValueError(told), FileNotFoundError(2, told, told), KeyError(told)]
    handlers = {kind: boom(faults[n % len(faults)]) for n, kind in enumerate(JobKind)}
    handlers[JobKind.PORTRAITS] = lambda work: work.once("portrait_0", lambda: {"id": CANARY})
    meters = Meters()
    meters.registry.register(tally.Tally(queue))
    tell = both(listener(as_json=True), listener(as_json=False), meters.hear)
    worker = Worker(queue=queue, handlers=handlers, keep_house=boom(ValueError(told)), tell=tell)  # type: ignore[arg-type]
    worker.run(lambda _, body: Unwritten(body), once=True)
    log, figures = "".join(capfd.readouterr()), generate_latest(meters.registry).decode()
    assert log.count("job_ended") >= len(JobKind)
    assert 'fenshen_job_failures_total{code="too_few_photos"' in figures
    assert CANARY not in (log + figures + json.dumps([str(each) for each in tally.readings(queue)]))
    must_hold_no_id(figures)


def test_whatever_is_asked_of_the_web_the_figures_hold_templates_only(tmp_path: Path, models: Path) -> None:
    here = settings_at(tmp_path)
    desk, meters = open_desk(here), Meters()
    lookers = Lookers(here, 1)
    studio = Studio(desk=desk, queue=queue_of(desk), lookers=lookers, origin=read_origin(ORIGIN))
    client = TestClient(Counted(make_app(studio), meters), base_url=ORIGIN, follow_redirects=False)
    try:
        for path in (
            f"/jobs/job_{CANARY}", f"/portraits/{CANARY}/picture", f"/{CANARY}", f"/static/{CANARY}.css",
            f"/verify?name={CANARY}", f"/api/v1/jobs/{CANARY}", f"/api/v1/{CANARY}", "/offline", "/",
        ):  # fmt: skip
            client.get(path, headers={"cookie": f"fenshen_session={CANARY}", "x-name": CANARY})
            client.post(path, data={"name": CANARY}, headers={"sec-fetch-site": "same-origin"})
        client.request(CANARY.upper(), "/")
    finally:
        lookers.close()
    figures = generate_latest(meters.registry).decode()
    assert CANARY not in figures.lower()
    routes = {
        sample.labels["route"]
        for family in text_string_to_metric_families(figures) if family.name == "fenshen_http_seconds"
        for sample in family.samples
    }  # fmt: skip
    assert {"/offline", "/api/v1/jobs/{job}", "/jobs/{job}", "unknown"} <= routes
    must_hold_no_id(figures)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.xdist_group("jobs")
def test_a_real_double_leaves_nothing_of_its_sitter_in_figures_or_log(tmp_path: Path, models: Path) -> None:
    photos = shots()
    folder = put(tmp_path / f"{CANARY}_anna", {f"{CANARY}_{name}": data for name, data in photos.items()})
    environ = {
        **os.environ, "FENSHEN_HOME": str(tmp_path / "home"), "FENSHEN_MODELS": str(models), "FENSHEN_LANG": "zh",
    }  # fmt: skip
    ask = [
        sys.executable,
        "-m",
        "fenshen",
        "double",
        "create",
        str(folder),
        "--adult",
        "--consent",
        "--later",
    ]
    asked = subprocess.run([*ask, "--json"], env=environ, capture_output=True, text=True, check=True)
    job = json.loads(asked.stdout)["job"]
    queue = queue_of(open_desk(settings_at(tmp_path / "home")))
    log = tmp_path / "log"
    with worker(environ, log) as address:
        until(lambda: queue.place(JobId(job)).ready is None)
        until(lambda: "fenshen_job_seconds_count{" in fetched(address))
        figures = fetched(address)
    row, said = queue.place(JobId(job)).job, log.read_text(encoding="utf-8")
    assert row.state == "done", said
    assert [json.loads(line)["event"] for line in said.splitlines()][-2:] == ["job_ended", "worker_gone"]
    assert job in said
    assert job not in figures
    whose = (CANARY, row.sitter, row.account, row.double, str(tmp_path), *json.loads(row.wanted)["photos"])
    assert not [word for word in whose if word in said + figures]
    pieces = [data[400:440] for data in photos.values()]
    assert faces_within((said + figures).encode(), [*pieces, *map(base64.b64encode, pieces)]) == []
    must_hold_no_id(figures)


def must_hold_no_id(figures: str) -> None:
    """Every label is one of ours, and no value of one looks like an id."""
    for family in text_string_to_metric_families(figures):
        for sample in family.samples:
            assert set(sample.labels) <= LABELS, family.name
            for value in sample.labels.values():
                assert not any(
                    word.isalnum() and len(word) >= 16 and word.isdigit() for word in value.split("_")
                )
                assert not any(
                    len(word) >= 12 and set(word) <= set("0123456789abcdef") for word in value.split("_")
                )


@contextmanager
def worker(environ: dict[str, str], log: Path) -> Iterator[str]:
    """A real worker that gives figures; the address of these."""
    address = f"127.0.0.1:{free_port()}"
    command = [sys.executable, "-m", "fenshen", "worker", "--json", "--metrics", address]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield address
        finally:
            process.terminate()
            process.wait(60)


def fetched(address: str) -> str:
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
        return str(answer.read().decode())
