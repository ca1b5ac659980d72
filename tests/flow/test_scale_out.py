"""docs/howto/scale-out.md, done: Postgres, a bucket, two workers as processes, one killed, and a web process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.fakes import postgres
from tests.fakes.key_services import AWS, amazon
from tests.fakes.sitting import put, shots
from tests.scan import faces_in

from fenshen.rights.purposes import Purpose

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("jobs")]
BUCKET = "studio"


class Machine:
    """A machine with the settings of the howto."""

    def __init__(self, home: Path, models: Path, database: str, bucket: str) -> None:
        self.environ = {
            **os.environ,
            **AWS,
            "FENSHEN_HOME": str(home),
            "FENSHEN_MODELS": str(models),
            "FENSHEN_DATABASE": database,
            "FENSHEN_BLOBS": f"s3://{BUCKET}",
            "FENSHEN_S3_ENDPOINT": bucket,
            "FENSHEN_LANG": "en",
        }

    def ask(self, *arguments: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "fenshen", *arguments, "--json"]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=120, env=self.environ, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    def worker(self, log: Path) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "fenshen", "worker", "--json"]
        return subprocess.Popen(command, env=self.environ, stdout=log.open("wb"), stderr=subprocess.STDOUT)

    def web(self, log: Path) -> "tuple[subprocess.Popen[bytes], str]":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        command = [sys.executable, "-m", "fenshen", "serve", "--no-worker", "--port", port]
        server = subprocess.Popen(command, env=self.environ, stdout=log.open("wb"), stderr=subprocess.STDOUT)
        return server, f"http://localhost:{port}"

    def wait(self, job: str, state: str) -> dict[str, Any]:
        for _ in range(240):
            if (shown := self.ask("jobs", "show", job))["state"] == state:
                return shown
            time.sleep(0.5)
        raise AssertionError(f"{job} is {shown}")


@pytest.fixture
def machine(models: Path, tmp_path: Path) -> Iterator[Machine]:
    import boto3

    if postgres.binaries() is None:
        pytest.skip("there is no Postgres on this machine")
    with postgres.running() as server, amazon() as bucket:
        client = boto3.client(
            "s3", endpoint_url=bucket, region_name=AWS["AWS_REGION"],
            aws_access_key_id=AWS["AWS_ACCESS_KEY_ID"], aws_secret_access_key=AWS["AWS_SECRET_ACCESS_KEY"],
        )  # fmt: skip
        client.create_bucket(Bucket=BUCKET)
        yield Machine(tmp_path / "home", models, postgres.new_database(server), bucket)


def test_two_workers_on_postgres_and_a_bucket_make_a_double_and_portraits_though_one_dies(
    machine: Machine, tmp_path: Path
) -> None:
    logs = [tmp_path / f"worker{n}.log" for n in range(2)]
    workers = [machine.worker(log) for log in logs]
    try:
        photos = put(tmp_path / "photos", shots())
        job = machine.ask("double", "create", str(photos), "--adult", "--consent", "--later")["job"]
        busy = at_work(logs, job)
        workers[busy].send_signal(signal.SIGKILL)  # the other takes it over when no beat is heard
        done = machine.wait(job, "done")
        assert done["attempts"] == 2
        batch = machine.ask(
            "portrait", done["double"], "-t", "film", "--short-side", "400", "--later", "--adult", "--consent"
        )
        machine.wait(batch["job"], "done")
        fetched = machine.ask("jobs", "fetch", batch["job"], "-o", str(tmp_path / "out"))
        assert machine.ask("verify", fetched["portraits"][0])["ours"] is True
        assert machine.ask("jobs", "list")["queue"]["workers"] == 1
        sitter = machine.ask("rights", "erase", done["double"], "--yes")
        assert sitter["receipt"]
        assert faces_in(tmp_path / "home", []) == []
        assert not any("Traceback" in log.read_text() for log in logs)
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait(60)


def at_work(logs: list[Path], job: str) -> int:
    """Which of the workers has begun a job."""
    for _ in range(300):
        for number, log in enumerate(logs):
            if any(job in line and "job_begun" in line for line in log.read_text().splitlines()):
                return number
        time.sleep(0.1)
    raise AssertionError("nobody began")


def test_a_web_process_and_two_workers_give_somebody_a_double_and_portraits(
    machine: Machine, tmp_path: Path
) -> None:
    logs = [tmp_path / f"{name}.log" for name in ("worker0", "worker1", "web")]
    workers = [machine.worker(log) for log in logs[:2]]
    server, address = machine.web(logs[2])
    try:
        with httpx.Client(base_url=address, timeout=60, headers={"sec-fetch-site": "same-origin"}) as browser:
            until(lambda: browser.get("/offline").is_success)
            agreed = {"purpose": list(Purpose), "age": "adult", "who": "self"}
            album = browser.post("/begin", data=agreed).headers["location"]
            for shot in shots().values():
                sent = browser.post(f"{album}/photos", content=shot)
                assert sent.status_code == 201
            told = browser.get(f"{album}/photos/{sent.json()['photo']}/verdict").json()
            assert "data-state" in told["cards"][sent.json()["photo"]]
            job = browser.post(f"{album}/send", data={"few": "yes"}).headers["location"]
            until(lambda: "/receipts/" in browser.get(job).text)
            double = browser.get(job).text.partition('href="/doubles/')[2].partition('"')[0]
            batch = browser.post(f"/doubles/{double}/portraits", data={"template": ["film", "paper"]})
            until(lambda: "/portraits/" in browser.get(batch.headers["location"]).text)
            portrait = browser.get(batch.headers["location"]).text.partition('href="/portraits/')[2]
            picture = browser.get(f"/portraits/{portrait.partition(chr(34))[0]}/picture")
            assert picture.headers["content-type"] == "image/jpeg"
            file = tmp_path / "portrait.jpg"
            file.write_bytes(picture.content)
            assert machine.ask("verify", str(file))["ours"] is True
            assert "receipt_" in browser.post("/mine/leave", data={"sure": "yes"}).text
            assert browser.get("/mine").status_code == 303
        assert faces_in(tmp_path / "home", []) == []
        assert not any("Traceback" in log.read_text() or "broke" in log.read_text() for log in logs)
    finally:
        for process in (server, *workers):
            process.terminate()
            process.wait(60)


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that takes a while."""
    for _ in range(400):
        with suppress(httpx.TransportError):
            if is_so():
                return
        time.sleep(0.5)
    raise AssertionError("it never came to that")
