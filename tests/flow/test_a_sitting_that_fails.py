"""Whatever comes in and whatever breaks: a code, a fix, exit code 1, and nothing of the photos stays."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.bad_photos import BAD
from tests.fakes.clock import FakeClock
from tests.fakes.rights import agree
from tests.fakes.sitting import ANNA, GOOD_SHOTS, as_files, put, settings_of, shot, shots, snapshot
from tests.fakes.small_disk import small_disk
from tests.scan import faces_in

from fenshen.cli import run
from fenshen.errors import DiskFullError, PermitRefusedError
from fenshen.flow.sit import sit
from fenshen.ids import SitterId
from fenshen.photos import who
from fenshen.progress import Silent
from fenshen.rights import receipt_check, retention
from fenshen.rights.desk import Desk, open_desk
from fenshen.vault.vault import DataClass, Vault
from fenshen.words import say

pytestmark = pytest.mark.xdist_group("sitting")
ROOT = Path(__file__).parents[2]
PLANTED = [shot(number)[200:264] for number in range(0, 24, 3)] + [
    shot(number)[200:264] for number in GOOD_SHOTS
]


@dataclass(frozen=True, kw_only=True)
class Refusal:
    code: str
    fix: str
    screen: str  # what people see of the same refusal


def refused(folder: Path, home: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Refusal:
    """Sit on the command line, for a program and for people; check what every refusal must hold."""
    before = snapshot(folder) if folder.is_dir() else {}
    asked = ["double", "create", str(folder), "--adult", "--consent", *options]
    assert run([*asked, "--json"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    said = json.loads(out)["error"]
    assert run(asked) == 1
    screen = "".join(capsys.readouterr())
    assert "Traceback" not in out + screen
    assert said["code"] in screen
    assert said["what"]
    assert said["fix"]
    assert str(home) not in out + screen
    assert (snapshot(folder) if folder.is_dir() else {}) == before
    assert nothing_left(home)
    return Refusal(code=said["code"], fix=said["fix"], screen=" ".join(screen.split()))


def nothing_left(home: Path) -> bool:
    """No photo, no blob, no double; and what receipts there are can be checked."""
    assert faces_in(home, PLANTED) == []
    assert [path for path in (home / "blobs").rglob("*") if path.is_file()] == []
    for receipt in (home / "receipts").glob("*.json"):
        receipt_check.verify(receipt.read_bytes(), (home / "keys" / "studio.pub").read_bytes())
    return True


@pytest.mark.parametrize("code", BAD)
def test_a_folder_with_one_bad_file_only(
    code: str, home: Path, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "photos", {"photo.jpg": BAD[code]})
    refusal = refused(folder, home, capsys)
    assert refusal.code == "no_frontal"
    why = say(
        code, "en", "what", limit_mb=30, limit_megapixels=64, limit_edge=16384, least_edge=200, kind="GIF"
    )
    assert why.split()[0] in refusal.screen


FOLDERS: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    "three photos only": ("too_few_photos", shots(0, 1, 3)),
    "three photos and rubbish": ("too_few_photos", shots(0, 1, 3) | {f"{k}.jpg": v for k, v in BAD.items()}),
    "profiles only": ("no_frontal", {"a.jpg": shot(22), "b.jpg": shot(11), "c.jpg": shot(10)}),
    "a stranger among too few": (
        "too_few_photos",
        shots(0, 1, 3, 15) | {"omar.jpg": shot(0, "omar"), "omar2.jpg": shot(2, "omar")},
    ),
    "one photo five times": ("too_few_photos", {f"{k}.jpg": shot(0) for k in range(5)}),
}


@pytest.mark.parametrize("case", FOLDERS)
def test_a_set_that_cannot_become_a_double(
    case: str, home: Path, tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, photos = FOLDERS[case]
    refusal = refused(put(tmp_path / "photos", photos), home, capsys)
    assert refusal.code == code
    for name in photos:
        assert name in refusal.screen  # every photo with its reasons


def test_a_folder_that_is_empty_or_is_not_there(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(put(tmp_path / "photos", {}), home, capsys).code == "folder_empty"
    assert refused(tmp_path / "nowhere", home, capsys).code == "folder_missing"
    assert (
        refused(put(tmp_path / "some", shots(0)), home, capsys, "--frontal", "x.jpg").code
        == "frontal_missing"
    )


def test_a_file_instead_of_a_folder(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(shot(0))
    assert refused(file, home, capsys).code == "bundle_unreadable"  # a bundle is a file, too
    assert file.read_bytes() == shot(0)


def test_without_the_yes_of_the_sitter_no_photo_is_opened(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "photos", {})
    for number in GOOD_SHOTS:
        os.mkfifo(folder / f"{number}.jpg")  # whoever opens one waits for ever
    (folder / "00.jpg").write_bytes(shot(0))
    opened = []
    sys.addaudithook(lambda event, details: opened.append(str(details[0])) if event == "open" else None)
    for options, code in (
        ([], "consent_required"),
        (["--adult"], "consent_required"),
        (["--consent"], "guardian_needed"),
    ):
        assert run(["double", "create", str(folder), *options, "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
    assert not [name for name in opened if str(folder) in name]
    assert nothing_left(home)


def test_a_second_run_over_the_same_folder_keeps_the_first_double(
    studio: Desk, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "photos", shots())
    before = snapshot(folder)
    kept = studio.vault.objects(ANNA, DataClass.DOUBLE)
    assert run(["double", "create", str(folder), "--adult", "--consent", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "already_made"
    assert kept[0] in error["what"] + error["fix"]
    assert studio.vault.objects(ANNA, DataClass.DOUBLE) == kept
    assert [s for s in studio.vault.people(DataClass.PHOTO) if studio.vault.objects(s, DataClass.PHOTO)] == []
    assert faces_in(home, PLANTED) == []
    assert snapshot(folder) == before


class Breaking:
    """A listener that breaks when a step is reached: whatever can go wrong there goes wrong."""

    def __init__(self, where: str, error: BaseException) -> None:
        self.where, self.error = where, error

    def step(self, name: str, done: int, total: int) -> None:
        if name == self.where and done == total:
            raise self.error


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("progress_judging", OSError("broken")),
        ("progress_judging", DiskFullError()),
        ("progress_judging", KeyboardInterrupt()),
        ("progress_cutting", MemoryError()),
    ],
)
def test_when_it_breaks_in_the_middle_the_photos_are_destroyed_all_the_same(
    step: str, error: BaseException, home: Path, models: Path
) -> None:
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)
    with pytest.raises(type(error)):
        sit(as_files(shots(0, 1)), ANNA, desk=desk, progress=Breaking(step, error), accept_few=True)
    assert desk.vault.objects(ANNA, DataClass.PHOTO) == []
    assert desk.vault.objects(ANNA, DataClass.DOUBLE) == []
    assert nothing_left(home)
    receipts = [json.loads(p.read_bytes()) for p in (home / "receipts").glob("*.json")]
    assert [r["type"] for r in receipts].count("erasure") == 1


def test_a_permit_that_runs_out_meanwhile_opens_no_more_photos(home: Path, models: Path) -> None:
    clock = FakeClock()
    desk = open_desk(settings_of(home, models), clock)
    agree(desk, ANNA)

    class Slow:
        def step(self, name: str, done: int, total: int) -> None:
            if name == "progress_judging" and done == total:
                clock.advance(timedelta(hours=2))

    with pytest.raises(PermitRefusedError):
        sit(as_files(shots(0, 1)), ANNA, desk=desk, progress=Slow(), accept_few=True)
    assert nothing_left(home)


@pytest.mark.parametrize("kilobytes", [120, 700])
def test_a_full_disk_at_any_moment(
    kilobytes: int,
    tmp_path: Path,
    models: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Room for some of the photos; for all of them but not for the double."""
    folder = put(tmp_path / "photos", shots())
    before = snapshot(folder)
    with small_disk(tmp_path / "home", 2) as home:
        monkeypatch.setenv("FENSHEN_HOME", str(home))
        monkeypatch.setenv("FENSHEN_MODELS", str(models))
        open_desk(settings_of(home, models))
        used = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
        (home / "ballast").write_bytes(bytes(max(0, 2 * 2**20 - 8192 - used - kilobytes * 1024)))
        assert run(["double", "create", str(folder), "--adult", "--consent", "--json"]) == 1
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "disk_full"
        assert faces_in(home, PLANTED) == []
        assert [path for path in (home / "blobs").rglob("*") if path.is_file()] == []
    assert snapshot(folder) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.fakes.rights import agree
from tests.fakes.sitting import ANNA, as_files, settings_of, shots
from fenshen.flow.sit import sit
from fenshen.rights.desk import open_desk
class Deadly:
    def step(self, name, done, total):
        if name == "progress_cutting":
            os.kill(os.getpid(), signal.SIGKILL)
desk = open_desk(settings_of(Path(sys.argv[1]), Path(sys.argv[2])))
agree(desk, ANNA)
sit(as_files(shots(0, 1)), ANNA, desk=desk, progress=Deadly(), accept_few=True)
"""


def test_photos_of_a_killed_run_are_unreadable_and_die_at_the_next_start(home: Path, models: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(home), str(models)]
    dead = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert dead.returncode == -signal.SIGKILL, dead.stderr.decode()
    desk = open_desk(settings_of(home, models))
    assert len(desk.vault.objects(ANNA, DataClass.PHOTO)) == 2  # it was killed while they were there
    assert faces_in(home, PLANTED) == []
    retention.start(settings_of(home, models))
    assert nothing_left(home)


LOOKS_YOUNG = dict.fromkeys(("adult", "maybe_minor", "likely_minor", "not_checked"), "sitter_maybe_minor")


def test_when_the_sitter_looks_young_and_nobody_says_they_are_adult_the_photos_are_destroyed(
    home: Path,
    tmp_path: Path,
    models: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(who, "ASKS", LOOKS_YOUNG)
    refusal = refused(put(tmp_path / "photos", shots()), home, capsys)
    assert refusal.code == "age_unconfirmed"
    assert "--confirm-adult" in refusal.fix


def test_when_the_sitter_looks_young_the_answer_decides_and_not_the_estimate(
    home: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who, "ASKS", LOOKS_YOUNG)
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)
    asked: list[str] = []
    sitting = sit(
        as_files(shots(0)),
        ANNA,
        desk=desk,
        progress=Silent(),
        accept_few=True,
        is_adult=lambda code: not asked.append(code),  # type: ignore[func-returns-value]
    )
    assert asked == ["sitter_maybe_minor"]
    assert desk.vault.objects(ANNA, DataClass.DOUBLE) == [sitting.double]


class CountingVault(Vault):
    """Counts what is opened: each take opens its photo once more."""

    opened = 0

    def get(self, sitter: SitterId, data_class: DataClass, object_id: str) -> bytes:
        self.opened += 1
        return super().get(sitter, data_class, object_id)


class StopsAt:
    """Somebody presses Ctrl-C when a step is first heard of."""

    def __init__(self, name: str) -> None:
        self.name = name

    def step(self, name: str, done: int, total: int) -> None:  # noqa: ARG002
        if name == self.name:
            raise KeyboardInterrupt


def test_who_stops_a_sitting_does_not_wait_for_takes_that_nobody_wants(home: Path, models: Path) -> None:
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)
    vault = CountingVault(desk.settings)
    with pytest.raises(KeyboardInterrupt):
        sit(
            as_files(shots(*range(12))),
            ANNA,
            desk=replace(desk, vault=vault),
            progress=StopsAt("progress_cutting"),
        )
    proved_gone = 12  # each photo is tried once when it must be gone; it is judged as it is sealed
    assert vault.opened - proved_gone <= 3  # two takes at work and one waiting, not all eight
