"""Promise: photos do not outlive their purpose, the erased cannot be read, and a receipt anyone can check says so."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fakes.clock import NOON
from tests.fakes.rights import agree, desk_at
from tests.scan import faces_in

from fenshen.cli import run
from fenshen.errors import ConsentRequiredError, FenshenError, NotFoundError
from fenshen.ids import DoubleId, SitterId
from fenshen.rights import consent, erasure, holdings, receipt_check, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.receipt_check import ReceiptForgedError
from fenshen.settings import Settings
from fenshen.store import doubles
from fenshen.vault.vault import DataClass

ANNA = SitterId("sitter_anna")
DOUBLE = DoubleId("double_0000000000000001")
CANARY = b"canary pixels of one face"

OF_AN_ACCOUNT = {
    DataClass.COMPLAINT,
    DataClass.WEBHOOK,
}  # tests/web/test_mine.py, tests/flow/test_webhooks.py
OF_A_SITTER = frozenset(DataClass) - OF_AN_ACCOUNT
SIT_AND_WAIT = """
import sys, time
from fenshen.ids import SitterId
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.custody import Custody
from fenshen.rights.desk import open_desk
from fenshen.settings import load

desk, anna = open_desk(load({"FENSHEN_HOME": sys.argv[1]})), SitterId("sitter_anna")
consent.grant(desk, anna, list(Purpose), adult=True, is_self=True, language="en")
permit = consent.require(desk, anna, Purpose.BUILD_DOUBLE)
with Custody(desk, anna) as photos:
    for number in range(3):
        photos.add(b"canary pixels of one face" * 1000, permit)
    print("the photos are in", flush=True)
    while True:
        photos.add(b"canary pixels of one face" * 100_000, permit)
"""


def test_erased_person_is_unreadable_and_receipt_verifies(tmp_path: Path) -> None:
    home = tmp_path / "home"
    desk = desk_at(home)
    agree(desk, ANNA)
    for kind in OF_A_SITTER:
        desk.vault.put(ANNA, kind, "thing_1", CANARY)
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(DOUBLE, ANNA, NOON, takes=3, format_version=1))
    shutil.copytree(home / "blobs", tmp_path / "yesterdays_backup")

    receipt = erasure.erase(desk, ANNA)

    shutil.copytree(tmp_path / "yesterdays_backup", home / "blobs", dirs_exist_ok=True)
    later = desk_at(home)
    for kind in OF_A_SITTER:
        with pytest.raises(NotFoundError):
            later.vault.get(ANNA, kind, "thing_1")
    with pytest.raises(ConsentRequiredError):
        consent.require(later, ANNA, Purpose.RENDER_PORTRAIT)
    assert holdings.holdings(later, ANNA) == []
    assert faces_in(home, [CANARY, ANNA.encode(), DOUBLE.encode()]) == []

    alone = tmp_path / "a strangers desk"
    alone.mkdir()
    shutil.copy(receipt.path, alone / "receipt.json")
    shutil.copy(home / "keys" / "studio.pub", alone)
    checked = receipt_check.verify((alone / "receipt.json").read_bytes(), (alone / "studio.pub").read_bytes())
    assert checked.body["type"] == "erasure"
    assert {"photo", "double", "portrait"} <= {each["kind"] for each in checked.body["objects"]}


def test_edited_receipt_fails(tmp_path: Path) -> None:
    desk = desk_at(tmp_path)
    agree(desk, ANNA)
    receipt = erasure.erase(desk, ANNA)
    whole = receipt.data
    body = json.loads(whole)
    for edited in (
        {**body, "reason": "the person asked nicely"},
        {**body, "dek_ids": []},
        {**body, "objects": []},
    ):
        with pytest.raises(ReceiptForgedError):
            receipt_check.verify(json.dumps(edited).encode(), desk.signer.public_pem())
    accepted = 0
    for where in range(0, len(whole), 3):
        edited_bytes = whole[:where] + bytes([whole[where] ^ 1]) + whole[where + 1 :]
        try:
            receipt_check.verify(edited_bytes, desk.signer.public_pem())
        except FenshenError:
            continue
        accepted += json.loads(edited_bytes) != body
    assert accepted == 0


@pytest.mark.slow
@pytest.mark.parametrize("more", [0, 1, 3])
def test_killed_run_leaves_no_photo_after_next_start(
    tmp_path: Path, chosen: Settings, home: Path, more: int
) -> None:
    """A real process, a real ``kill -9``, between two photos or in the middle of one."""
    run_ = subprocess.Popen(
        [sys.executable, "-c", SIT_AND_WAIT, str(home)], stdout=subprocess.PIPE, text=True
    )
    assert run_.stdout is not None
    assert run_.stdout.readline() == "the photos are in\n"
    assert retention.sweep(desk_at(home)) == []  # a living run is left alone
    blobs = home / "blobs"
    while len([path for path in blobs.rglob("*") if path.is_file()]) < 3 + more:
        assert run_.poll() is None
    os.kill(run_.pid, signal.SIGKILL)
    run_.wait(timeout=30)
    assert any(path.is_file() for path in blobs.rglob("*"))  # what it left is sealed …
    assert faces_in(home, [CANARY]) == []

    desk = retention.start(chosen)

    assert [path for path in blobs.rglob("*") if path.is_file()] == []  # … and gone at the next start
    assert desk.vault.people(DataClass.PHOTO) == []
    bodies = [json.loads(path.read_bytes()) for path in (home / "receipts").iterdir()]
    assert [body["reason"] for body in bodies if body["type"] == "erasure"] == [
        "the run that brought it was cut off"
    ]


def test_the_command_line_verifies_a_receipt_without_a_studio(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = desk_at(tmp_path / "another")
    agree(desk, ANNA)
    receipt = erasure.erase(desk, ANNA)
    assert (
        run(["receipt", "verify", str(receipt.path), "--public-key", str(desk.signer.public_file), "--json"])
        == 0
    )
    assert json.loads(capsys.readouterr().out)["genuine"] is True
    assert list(home.iterdir()) == []
    receipt.path.write_bytes(receipt.data.replace(b"asked", b"asket"))
    assert (
        run(["receipt", "verify", str(receipt.path), "--public-key", str(desk.signer.public_file), "--json"])
        == 1
    )
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "receipt_forged"
