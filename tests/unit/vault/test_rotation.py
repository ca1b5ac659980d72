"""The main key is exchanged or moved without touching a face, and a rotation that was killed is simply run again."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fakes.key_services import AWS
from tests.fakes.rights import agree, desk_at, settings_at

from fenshen.cli import run
from fenshen.ids import SitterId
from fenshen.progress import Silent
from fenshen.rights import audit_check, erasure
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import Settings
from fenshen.vault.kek import KeyElsewhereError, KeyFileMissingError
from fenshen.vault.keys import KeyStore, KeyUse
from fenshen.vault.mirror import wrapped_files
from fenshen.vault.rotation import rotate
from fenshen.vault.vault import DataClass, Vault

PEOPLE = [SitterId(f"sitter_{n:016x}") for n in range(6)]
KILLS = int(os.environ.get("FENSHEN_TEST_KILLS", "4"))


@pytest.fixture
def full(tmp_path: Path) -> Desk:
    desk = desk_at(tmp_path)
    for sitter in PEOPLE:
        agree(desk, sitter)
        desk.vault.put(sitter, DataClass.DOUBLE, "double_1", sitter.encode())
    return desk


def all_open(settings: Settings, people: list[SitterId] = PEOPLE) -> bool:
    vault = Vault(settings)
    return all(vault.get(sitter, DataClass.DOUBLE, "double_1") == sitter.encode() for sitter in people)


def blobs_of(home: Path) -> dict[Path, tuple[bytes, int]]:
    return {
        path: (path.read_bytes(), path.stat().st_ino)
        for path in (home / "blobs").rglob("*")
        if path.is_file()
    }


def test_a_new_key_opens_everything_the_old_one_nothing_and_no_blob_is_touched(
    tmp_path: Path, full: Desk
) -> None:
    before, old = blobs_of(tmp_path), (tmp_path / "keys" / "kek").read_bytes()
    done = rotate(full.settings, None, Silent())
    assert done.keys == done.rewrapped == len(list(wrapped_files(tmp_path / "keys")))
    assert all_open(full.settings)
    assert blobs_of(tmp_path) == before
    (tmp_path / "keys" / "kek").write_bytes(old)
    with pytest.raises(KeyElsewhereError):
        KeyStore(full.settings)


def test_a_run_that_was_open_meanwhile_goes_on(full: Desk) -> None:
    rotate(full.settings, None, Silent())
    assert full.vault.get(PEOPLE[0], DataClass.DOUBLE, "double_1") == PEOPLE[0].encode()
    full.vault.put(PEOPLE[0], DataClass.PORTRAIT, "portrait_1", b"1")
    assert all_open(full.settings)


def test_after_a_rotation_an_old_copy_of_the_wrapped_keys_opens_nobody_who_was_erased(
    tmp_path: Path, full: Desk
) -> None:
    copied = {path: path.read_bytes() for path in wrapped_files(tmp_path / "keys")}
    erasure.erase(full, PEOPLE[0])
    rotate(full.settings, None, Silent())
    for path, content in copied.items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    with pytest.raises(KeyElsewhereError):
        KeyStore(full.settings).keys(PEOPLE[0], KeyUse.DOUBLE)


def test_it_moves_under_a_passphrase_into_a_service_and_back(
    tmp_path: Path, full: Desk, aws_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import boto3

    phrase = tmp_path / "phrase"
    phrase.write_text("correct horse battery staple")
    phrase.chmod(0o600)
    for name, value in {**AWS, "AWS_ENDPOINT_URL_KMS": aws_server}.items():
        monkeypatch.setenv(name, value)
    service = f"aws-kms://{boto3.client('kms').create_key()['KeyMetadata']['KeyId']}"
    here = replace(full.settings, passphrase_file=phrase)
    for address in (f"passphrase:{tmp_path}/sealed.kek", service, f"file:{tmp_path}/usb/kek"):
        done = rotate(here, address, Silent())
        assert done.rewrapped == done.keys
        here = replace(here, key=address)
        assert all_open(here)
    assert not (tmp_path / "keys" / "kek").exists()
    assert not (tmp_path / "sealed.kek").exists()


def test_who_runs_a_move_again_after_it_was_done_changes_nothing(tmp_path: Path, full: Desk) -> None:
    address = f"file:{tmp_path}/usb/kek"
    rotate(full.settings, address, Silent())
    again = rotate(full.settings, address, Silent())  # killed before the operator was told
    assert again.rewrapped == 0
    assert all_open(replace(full.settings, key=address))
    with pytest.raises(KeyFileMissingError):
        KeyStore(full.settings)


ROTATE = """
import sys
from fenshen.progress import Silent
from fenshen.settings import load
from fenshen.vault.rotation import rotate

print("up", flush=True)
rotate(load({"FENSHEN_HOME": sys.argv[1]}), sys.argv[2] or None, Silent())
"""


@pytest.mark.slow
@pytest.mark.parametrize("moves", [False, True], ids=["in place", "elsewhere"])
def test_killed_at_any_moment_it_is_finished_by_the_next_run(
    tmp_path: Path, full: Desk, *, moves: bool
) -> None:
    moments, here = random.Random(5), replace(full.settings, key_file=tmp_path / "keys" / "kek")  # noqa: S311
    for number in range(KILLS):
        address = f"file:{tmp_path}/kek{number}" if moves else ""
        environment = {**os.environ, "FENSHEN_KEY": here.key}
        code = ROTATE.replace("load({", f"load({{'FENSHEN_KEY': {here.key!r}, ")
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), address],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        time.sleep(moments.uniform(0, 0.12))
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        process.stdout.close()
        rotate(here, address or None, Silent())
        here = replace(here, key=address) if moves else here
        assert all_open(here)
        assert not list((tmp_path / "keys").glob(".kek.retired"))


def test_the_verb_says_where_the_key_is_and_the_log_has_it(
    tmp_path: Path, full: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENSHEN_HOME", str(tmp_path))
    assert run(["admin", "rotate-keys", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["key"] == f"file:{tmp_path}/keys/kek"
    assert told["keys"] == told["rewrapped"] > len(PEOPLE)
    audit_check.verify(open_desk(settings_at(tmp_path)))
    assert run(["admin", "rotate-keys", "--to", "ftp://x", "--json"]) == 2
