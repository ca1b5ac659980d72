"""Promise: who is killed while photos are in custody has no photos left a minute later, though nobody starts again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.scan import faces_in

from fenshen.rights import night_watch, receipt_check
from fenshen.rights.desk import open_desk
from fenshen.settings import Settings
from fenshen.vault.vault import DataClass

CANARY = b"canary pixels of one face"
MINUTE = 60.0  # seconds; the promise

TAKE_IN_AND_STAY = """
import sys, time
from fenshen.ids import SitterId
from fenshen.rights import consent, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.custody import Custody
from fenshen.settings import load

desk = retention.start(load({"FENSHEN_HOME": sys.argv[1]}))
anna = SitterId("sitter_anna")
consent.grant(desk, anna, list(Purpose), adult=True, is_self=True, language="en")
permit = consent.require(desk, anna, Purpose.BUILD_DOUBLE)
with Custody(desk, anna) as photos:
    for _ in range(3):
        photos.add(b"canary pixels of one face" * 20_000, permit)
    print("in", flush=True)
    if sys.argv[2] == "stay":
        time.sleep(600)
"""


def a_run(home: Path, what: str) -> "subprocess.Popen[str]":
    run = subprocess.Popen(
        [sys.executable, "-c", TAKE_IN_AND_STAY, str(home), what], stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "in\n"
    return run


@pytest.mark.slow
def test_who_is_killed_has_no_photos_left_a_minute_later_though_nobody_starts_again(
    chosen: Settings, home: Path
) -> None:
    run = a_run(home, "stay")
    desk = open_desk(chosen)  # opening does not sweep
    assert len(desk.vault.people(DataClass.PHOTO)) == 1
    os.kill(run.pid, signal.SIGKILL)
    run.wait(timeout=30)
    end = time.monotonic() + MINUTE
    while (desk.vault.people(DataClass.PHOTO) or not erased(home, desk.signer.public_pem())) and (
        time.monotonic() < end
    ):
        time.sleep(0.1)
    assert desk.vault.people(DataClass.PHOTO) == []
    (body,) = erased(home, desk.signer.public_pem())
    assert body["reason"] == "the run that brought it was cut off"
    assert faces_in(home, [CANARY]) == []


def erased(home: Path, key: bytes) -> list[dict[str, object]]:
    bodies = [
        receipt_check.verify(path.read_bytes(), key).body for path in (home / "receipts").glob("*.json")
    ]
    return [dict(body) for body in bodies if body["type"] == "erasure"]


@pytest.mark.slow
def test_a_run_that_ends_by_itself_leaves_no_watch_behind(chosen: Settings, home: Path) -> None:
    run = a_run(home, "go")
    run.wait(timeout=30)
    (body,) = erased(home, open_desk(chosen).signer.public_pem())
    assert body["reason"] == "purpose achieved"
    assert not [
        path
        for path in Path("/proc").glob("[0-9]*/environ")
        if str(home).encode() in readable(path) and b"night_watch" in readable(path.with_name("cmdline"))
    ]


def readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_where_no_process_can_be_begun_there_is_no_watch_and_no_harm(
    chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise OSError(11, "no process can be begun")

    monkeypatch.setattr(subprocess, "Popen", cannot)
    assert night_watch.begin(chosen) is None
    night_watch.dismiss(None)
