"""Promise: whenever the power fails, no photo stays, nothing lies open, and what was begun is finished.

Seeded and short here; set FENSHEN_TEST_KILLS to die more often.
"""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.clock import FakeClock
from tests.scan import faces_in

from fenshen.rights import audit, audit_check, receipt_check, retention
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import Settings
from fenshen.store import doubles
from fenshen.vault.keys import KeyUse
from fenshen.vault.vault import DataClass

KILLS = int(os.environ.get("FENSHEN_TEST_KILLS", "4"))
CANARY = b"canary pixels of one face"

LIVE_AND_FORGET = """
import random, sys
from fenshen.ids import DoubleId, SitterId, new_id
from fenshen.rights import consent, erasure, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.custody import Custody
from fenshen.settings import load
from fenshen.store import doubles
from fenshen.vault.vault import DataClass

desk = retention.start(load({"FENSHEN_HOME": sys.argv[1]}))
print("up", flush=True)
while True:
    sitter = SitterId(new_id("sitter"))
    consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="zh")
    permit = consent.require(desk, sitter, Purpose.BUILD_DOUBLE)
    made = [DoubleId(new_id("double")) for _ in range(2)]
    with Custody(desk, sitter) as photos:
        for _ in range(3):
            photos.add(b"canary pixels of one face" * 20_000, permit)
        for double in made:
            desk.vault.put(sitter, DataClass.DOUBLE, double, b"canary pixels of one face" * 50_000)
            row = doubles.new(double, sitter, desk.clock.now(), takes=1, format_version=1)
            with desk.store.begin() as connection:
                doubles.add(connection, row)
    erasure.erase_double(desk, made[0])
    if random.random() < 0.5:
        erasure.erase(desk, sitter)
"""


def live_until_killed(home: Path, seconds: float) -> None:
    """Let a process take in photos, make and erase doubles, and kill it after a while."""
    run = subprocess.Popen(
        [sys.executable, "-c", LIVE_AND_FORGET, str(home)], stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    assert run.stdout.readline() == "up\n"
    time.sleep(seconds)
    os.kill(run.pid, signal.SIGKILL)
    run.wait(timeout=30)


def assert_house_is_in_order(desk: Desk, home: Path) -> None:
    assert desk.vault.people(DataClass.PHOTO) == []
    with desk.store.begin() as connection:
        rows = doubles.every(connection)
    for row in rows:  # every double that is listed can be opened
        assert desk.vault.get(row.sitter, DataClass.DOUBLE, row.id).startswith(CANARY)
    owners = desk.vault.people(DataClass.DOUBLE)
    alive = {key.id for sitter in owners for key in desk.vault.keys.keys(sitter, KeyUse.DOUBLE)}
    assert {path.name for path in (home / "blobs").iterdir()} == alive
    assert [path.name for path in home.rglob("*") if path.name.endswith(".part") or "#" in path.name] == []
    given = [receipt.read_bytes() for receipt in (home / "receipts").iterdir()]
    for receipt in given:
        receipt_check.verify(receipt, desk.signer.public_pem())
    with desk.store.begin() as connection:  # the log goes on, and knows every receipt that anybody has
        audit.record(desk, connection, AuditEvent.KEYS_ROTATED, keys=0)
    assert audit_check.verify(desk, receipts=given).receipts == len(given)


@pytest.mark.slow
def test_whenever_it_is_killed_the_next_start_puts_the_house_in_order(chosen: Settings, home: Path) -> None:
    moments = random.Random(7)  # noqa: S311  (the same moments each time)
    for _ in range(KILLS):
        live_until_killed(home, moments.uniform(0, 0.6))
        assert faces_in(home, [CANARY]) == []
        desk = open_desk(chosen)
        later = FakeClock(desk.clock.now() + timedelta(hours=2))
        retention.sweep(desk)  # the next start …
        assert desk.vault.people(DataClass.PHOTO) == []
        retention.sweep(open_desk(chosen, later))  # … and one when no writer can be alive any more
        assert_house_is_in_order(open_desk(chosen), home)
