"""docs/howto/watch.md, done: a server with a worker beside it, figures fetched, every one of them explained."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.architecture.source import ROOT
from tests.fakes.sitting import put, shots
from tests.fakes.watching import free_port, until

from fenshen.watch import tally
from fenshen.watch.meters import Meters

PAGE = (ROOT / "docs" / "howto" / "watch.md").read_text("utf-8")
SECRET = "sixteen-or-more-characters"


def test_the_page_explains_every_figure_and_no_other() -> None:
    there = {family.name for family in Meters().registry.collect()} | set(tally.HELP)
    explained = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert {name for name in there if name.startswith("fenshen_")} == explained - {
        "process_resident_memory_bytes"
    }


def test_every_figure_an_alert_asks_for_exists() -> None:
    alerts = PAGE.split("## Alerts worth having")[1].split("## Logs")[0]
    there = {family.name for family in Meters().registry.collect()} | set(tally.HELP)
    asked = {re.sub(r"_(total|count|sum|bucket)$", "", name) for name in re.findall(r"fenshen_\w+", alerts)}
    assert asked
    assert asked <= there


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.xdist_group("jobs")
def test_one_address_tells_of_the_server_its_lookers_and_the_worker_beside_it(
    tmp_path: Path, models: Path
) -> None:
    port, figures = free_port(), free_port()
    (tmp_path / "secret").write_text(SECRET)
    environ = {
        **os.environ, "FENSHEN_HOME": str(tmp_path / "home"), "FENSHEN_MODELS": str(models), "FENSHEN_LANG": "en",
        "FENSHEN_METRICS": f"127.0.0.1:{figures}", "FENSHEN_METRICS_SECRET_FILE": str(tmp_path / "secret"),
    }  # fmt: skip

    def ask(*arguments: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "fenshen", *arguments, "--json"]
        return dict(json.loads(subprocess.run(command, env=environ, capture_output=True, check=True).stdout))

    def figure(name: str, **labels: str) -> float | None:
        told = httpx.get(f"http://127.0.0.1:{figures}/metrics", headers={"authorization": f"Bearer {SECRET}"})
        found = [
            sample.value
            for family in text_string_to_metric_families(told.text) for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]  # fmt: skip
        return sum(found) if found else None

    server = subprocess.Popen(
        [sys.executable, "-m", "fenshen", "serve", "--port", str(port)],
        env=environ,
        stdout=subprocess.DEVNULL,
    )
    try:
        until(lambda: httpx.get(f"http://127.0.0.1:{port}/offline").is_success)
        assert httpx.get(f"http://127.0.0.1:{figures}/metrics").status_code == 401
        assert httpx.get(f"http://127.0.0.1:{port}/metrics").status_code == 404  # no part of the web studio
        assert figure("fenshen_http_seconds_count", route="/offline", status="200") == 1
        until(lambda: figure("fenshen_workers") == 1)
        photos = put(tmp_path / "photos", shots())
        ask("double", "create", str(photos), "--adult", "--consent", "--later")
        until(lambda: figure("fenshen_jobs", lane="cpu", kind="double", state="done") == 1)
        until(lambda: figure("fenshen_job_seconds_count", lane="cpu", kind="double", state="done") == 1)
        assert figure("fenshen_job_step_seconds_count", step="sitting") == 1
        assert figure("fenshen_slots", lane="cpu") == 1
        printed = ask("admin", "metrics")["metrics"]
        assert {"name": "fenshen_workers", "labels": {}, "value": 1} in printed
    finally:
        server.terminate()
        server.wait(120)
