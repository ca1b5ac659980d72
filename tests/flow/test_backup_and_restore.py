"""A backup brings back what was lost, and nobody who was erased."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.progress import Heard
from tests.fakes.rights import agree, desk_at, settings_at, take_back
from tests.fakes.small_disk import files_in, small_disk
from tests.scan import faces_in

from fenshen.cli import run
from fenshen.errors import DiskFullError, NotFoundError
from fenshen.flow.back_up import LIFE, back_up
from fenshen.flow.restore import (
    BackupNewerError,
    BackupTooOldError,
    KeysMissingError,
    Restored,
    StudioLivesError,
    restore,
)
from fenshen.ids import DoubleId, SitterId
from fenshen.jobs.queue import Queue, Wish
from fenshen.jobs.states import JobKind
from fenshen.progress import Silent
from fenshen.rights import consent, erasure, holdings, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.store import archive, doubles, restoring, rows
from fenshen.store.archive import BackupDamagedError, BackupForeignError, BackupUnreadableError
from fenshen.store.new_file import FileExistsAlreadyError
from fenshen.store.restoring import RestoreUnfinishedError
from fenshen.vault.keys import KeyUse
from fenshen.vault.vault import DataClass

ANNA, OMAR = SitterId("sitter_anna"), SitterId("sitter_omar")
CANARY = b"canary pixels of one face"
DOUBLES = {ANNA: DoubleId("double_000000000000000a"), OMAR: DoubleId("double_000000000000000b")}


def settle(desk: Desk, *sitters: SitterId, size: int = 40_000) -> None:
    """Let people have a double here."""
    for sitter in sitters:
        agree(desk, sitter)
        double = DOUBLES.get(sitter, DoubleId(sitter.replace("sitter", "double")))
        desk.vault.put(sitter, DataClass.DOUBLE, double, CANARY * size)
        with desk.store.begin() as connection:
            doubles.add(connection, doubles.new(double, sitter, desk.clock.now(), takes=3, format_version=1))


@pytest.fixture
def still() -> FakeClock:
    return FakeClock()


@pytest.fixture
def studio(home: Path, still: FakeClock) -> Desk:
    """A studio in which two people have a double."""
    desk = desk_at(home, still)
    settle(desk, ANNA, OMAR)
    return desk


@pytest.fixture
def backup(studio: Desk, tmp_path: Path) -> Path:
    return back_up(studio, tmp_path / "yesterday.backup", progress=Silent()).file


def brought_back(desk: Desk, file: Path, *, may_add: bool = True) -> Restored:
    return restore(desk.settings, file, progress=Silent(), clock=desk.clock, may_add=may_add)


def lose_all_but_keys(home: Path) -> None:
    """The disk is gone; the keys lay on another."""
    for path in home.iterdir():
        if path.name != "keys":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def assert_lives(desk: Desk, sitter: SitterId) -> None:
    with desk.store.begin() as connection:
        (row,) = doubles.every(connection, sitter=sitter)
    assert desk.vault.get(sitter, DataClass.DOUBLE, row.id).startswith(CANARY)


def assert_gone(desk: Desk, sitter: SitterId) -> None:
    assert holdings.holdings(desk, sitter) == []
    with pytest.raises(NotFoundError):
        desk.vault.get(sitter, DataClass.DOUBLE, DOUBLES[sitter])
    for kind in DataClass:
        assert sitter not in desk.vault.people(kind)
    home = desk.settings.home
    assert faces_in(home, [CANARY, sitter.encode(), DOUBLES[sitter].encode()]) == []


def test_whoever_was_erased_does_not_come_back_and_the_other_does(studio: Desk, backup: Path) -> None:
    erasure.erase(studio, ANNA)
    lose_all_but_keys(studio.settings.home)
    restored = brought_back(studio, backup)
    assert (restored.people_back, restored.people_gone, restored.doubles) == (1, 1, 1)
    later = desk_at(studio.settings.home)
    assert_gone(later, ANNA)
    assert_lives(later, OMAR)
    assert (
        len(list((studio.settings.home / "receipts").iterdir())) == 2
    )  # the consents'; an erasure's lies apart


def test_a_living_studio_gets_back_only_what_it_lacks_and_not_the_erased(studio: Desk, backup: Path) -> None:
    erasure.erase(studio, ANNA)
    with pytest.raises(StudioLivesError):
        brought_back(studio, backup, may_add=False)
    before = files_in(studio.settings.home / "receipts")
    restored = brought_back(studio, backup)
    assert (restored.people_back, restored.people_unchanged, restored.people_gone) == (0, 1, 1)
    assert_gone(studio, ANNA)
    assert_lives(studio, OMAR)
    assert files_in(studio.settings.home / "receipts") == before


def test_what_the_studio_learned_since_is_not_rolled_back(studio: Desk, backup: Path) -> None:
    studio.clock.advance(timedelta(days=3))  # type: ignore[attr-defined]
    with studio.store.begin() as connection:
        doubles.used(connection, DOUBLES[OMAR], studio.clock.now())
    take_back(studio, OMAR, Purpose.RENDER_PORTRAIT)
    brought_back(studio, backup)
    with studio.store.begin() as connection:
        assert doubles.get(connection, DOUBLES[OMAR]).last_used_at == studio.clock.now()
    assert Purpose.RENDER_PORTRAIT not in consent.agreed(studio, OMAR)


def test_consent_that_could_have_been_withdrawn_since_is_asked_again(studio: Desk, backup: Path) -> None:
    lose_all_but_keys(studio.settings.home)
    brought_back(studio, backup)
    later = desk_at(studio.settings.home)
    assert set(consent.agreed(later, OMAR)) == set(Purpose) - {Purpose.RENDER_PORTRAIT}


def test_a_backup_shows_nothing_of_anybody_and_holds_no_key(
    studio: Desk, backup: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(backup, alone)
    names = [ANNA.encode(), OMAR.encode(), *(double.encode() for double in DOUBLES.values())]
    keys = [
        p.read_bytes() for p in (studio.settings.home / "keys").rglob("*") if p.is_file() and p.stat().st_size
    ]
    assert len(keys) > 6
    secrets = [key for key in keys if b"PUBLIC KEY" not in key]
    assert faces_in(alone, [CANARY, *names, *secrets, b"granted_at", b"photo_set"]) == []
    assert backup.stat().st_mode & 0o077 == 0
    with tarfile.open(backup) as tar:  # anybody can list it
        assert tar.getnames()[0] == "backup.json"


def test_a_photo_of_a_sitting_that_runs_is_not_in_the_backup(studio: Desk, tmp_path: Path) -> None:
    studio.vault.put(ANNA, DataClass.PHOTO, "photo_1", CANARY * 50_000)
    made = back_up(studio, tmp_path / "b", progress=Silent())
    assert made.blobs == 2
    assert made.bytes < 2 * len(CANARY) * 40_000 + 100_000
    assert studio.vault.get(ANNA, DataClass.PHOTO, "photo_1").startswith(CANARY)  # and it is left alone


def test_work_that_waits_is_not_in_the_backup(studio: Desk, tmp_path: Path) -> None:
    """Brought back it would wait for photos that are gone, and promise what nobody remembers."""
    wish = Wish(
        kind=JobKind.PORTRAITS, account=ANNA, sitter=ANNA, double=DOUBLES[ANNA], units=1, wanted={}
    )  # fmt: skip
    job = Queue(studio.store, studio.clock).submit(wish)
    with studio.store.begin() as connection:
        people, nobody = rows.by_sitter(connection)
    assert "doubles" in people[ANNA]
    assert job.id not in str((people, nobody))
    assert not {"jobs", "workers"} & ({*nobody} | {name for each in people.values() for name in each})
    back_up(studio, tmp_path / "b", progress=Silent())


def test_who_is_erased_while_the_backup_is_written_is_not_in_it(
    studio: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Erasing(Heard):
        """Somebody else erases Omar as soon as the backup has begun."""

        def step(self, name: str, done: int, total: int) -> None:
            if not self.steps:
                erasure.erase(studio, OMAR)
            super().step(name, done, total)

    made = back_up(studio, tmp_path / "b", progress=Erasing())
    assert (made.people, made.left_out, made.blobs) == (1, 1, 1)
    assert OMAR not in studio.vault.keys.people(KeyUse.SUBJECT)  # no key was made for the erased


@pytest.mark.parametrize("lost", [1, 64, 72, 73, 1024, 500_000])
def test_a_backup_that_breaks_off_is_refused_before_anything_is_touched(
    studio: Desk, backup: Path, lost: int
) -> None:
    whole = backup.read_bytes()
    backup.write_bytes(whole[:-lost])
    before = files_in(studio.settings.home)
    with pytest.raises(BackupDamagedError):
        brought_back(studio, backup)
    assert [name for name in files_in(studio.settings.home) if name not in before] == [".restore.lock"]


def test_every_changed_byte_is_noticed(studio: Desk, tmp_path: Path) -> None:
    file = back_up(studio, tmp_path / "b", progress=Silent()).file
    whole, key = bytearray(file.read_bytes()), studio.signer.public_key()
    for at in (
        *range(0, 512, 7),
        *range(600, len(whole) - 72, len(whole) // 60),
        *range(len(whole) - 72, len(whole)),
    ):
        whole[at] ^= 4
        file.write_bytes(whole)
        refused = (BackupDamagedError, BackupUnreadableError, BackupForeignError)
        with pytest.raises(refused), archive.opened(file, key, "this studio"):
            pytest.fail("it was opened")
        whole[at] ^= 4


def test_a_backup_of_another_studio_and_what_is_none_are_refused_by_name(
    studio: Desk, tmp_path: Path
) -> None:
    other = desk_at(tmp_path / "other")
    settle(other, ANNA)
    theirs = back_up(other, tmp_path / "theirs", progress=Silent()).file
    with pytest.raises(BackupForeignError):
        brought_back(studio, theirs)
    (tmp_path / "text").write_text("no backup")
    os.mkfifo(tmp_path / "pipe")
    for name in ("text", "pipe", "nothing", "."):
        with pytest.raises(BackupUnreadableError):
            brought_back(studio, tmp_path / name)


def test_without_its_keys_a_studio_says_so_and_makes_no_new_ones(
    studio: Desk, backup: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(KeysMissingError):
        restore(settings_at(empty), backup, progress=Silent())
    assert files_in(empty) == []


def test_a_backup_lives_thirty_days(studio: Desk, backup: Path, still: FakeClock) -> None:
    still.advance(LIFE)
    brought_back(studio, backup)
    still.advance(timedelta(seconds=1))
    with pytest.raises(BackupTooOldError):
        brought_back(studio, backup)


def test_a_backup_of_newer_tables_is_refused(
    studio: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fenshen.flow.back_up.NEWEST", "9999")
    file = back_up(studio, tmp_path / "b", progress=Silent()).file
    with pytest.raises(BackupNewerError):
        brought_back(studio, file)


def test_a_backup_never_replaces_a_file(studio: Desk, backup: Path) -> None:
    before = backup.read_bytes()
    with pytest.raises(FileExistsAlreadyError):
        back_up(studio, backup, progress=Silent())
    assert backup.read_bytes() == before


def test_a_full_disk_leaves_no_half_of_a_backup(studio: Desk, tmp_path: Path) -> None:
    with small_disk(tmp_path / "stick", 1) as stick:
        with pytest.raises(DiskFullError):
            back_up(studio, stick / "b", progress=Silent())
        assert files_in(stick) == []


def test_while_a_restore_is_unfinished_nobody_tidies_and_it_can_be_given_up(
    studio: Desk, backup: Path
) -> None:
    restoring.begin(studio.settings)
    with pytest.raises(RestoreUnfinishedError):
        retention.sweep(studio)
    assert run(["double", "list", "--json"]) == 1
    assert run(["restore", "--give-up", "--json"]) == 0
    assert run(["double", "list", "--json"]) == 0


RESTORE = """
import sys
from pathlib import Path
from fenshen.flow.restore import restore
from fenshen.progress import Silent
from fenshen.settings import load
print("up", flush=True)
restore(load({"FENSHEN_HOME": sys.argv[1]}), Path(sys.argv[2]), progress=Silent(), may_add=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment_a_restore_is_finished_by_the_next(home: Path, tmp_path: Path) -> None:
    from fenshen.clock import SystemClock

    desk = desk_at(home)
    desk = replace(desk, clock=SystemClock())
    people = [SitterId(f"sitter_{number:016x}") for number in range(12)]
    settle(desk, *people)
    file = back_up(desk, tmp_path / "b", progress=Silent()).file
    erasure.erase(desk, people[0])
    half = 0
    for bytes_before_death in (0, 1, 3, 6, 9):
        lose_all_but_keys(home)
        command = [sys.executable, "-c", RESTORE, str(home), str(file)]
        dying = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert dying.stdout is not None
        dying.stdout.readline()
        while dying.poll() is None and len(list((home / "blobs").glob("key_*/*"))) < bytes_before_death:
            pass
        if dying.poll() is None:
            os.kill(dying.pid, signal.SIGKILL)
        dying.wait(timeout=30)
        half += restoring.is_unfinished(settings_at(home))
        if restoring.is_unfinished(settings_at(home)):
            later = FakeClock(SystemClock().now() + timedelta(hours=3))
            with pytest.raises(RestoreUnfinishedError):  # hours later another verb must not tidy it away
                retention.start(settings_at(home), later)
        restored = restore(settings_at(home), file, progress=Silent(), may_add=True)
        assert restored.people_gone == 1
        after = desk_at(home)
        retention.sweep(replace(after, clock=FakeClock(SystemClock().now() + timedelta(hours=3))))
        assert holdings.holdings(after, people[0]) == []
        for person in people[1:]:
            assert_lives(after, person)
    assert half >= 2  # it was really killed in the middle


def answer(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> Any:
    assert run([*arguments, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_the_command_line_backs_up_and_restores(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from fenshen.clock import SystemClock

    settle(replace(desk_at(home), clock=SystemClock()), ANNA, OMAR)
    file = str(tmp_path / "b")
    made = answer(capsys, "backup", file)
    assert (made["people"], made["doubles"], made["holds_keys"]) == (2, 2, False)
    answer(capsys, "rights", "erase", DOUBLES[ANNA])
    assert answer(capsys, "restore", file, code=1)["error"]["code"] == "restore_over_living"
    assert answer(capsys, "restore", file, "--add")["people_gone"] == 1
    assert [each["double"] for each in answer(capsys, "double", "list")] == [DOUBLES[OMAR]]
    assert run(["restore", "--json"]) == 2
    capsys.readouterr()
    assert run(["backup", str(tmp_path / "c")]) == 0
    assert run(["restore", file, "--add"]) == 0
    assert "erased since" in capsys.readouterr().out
