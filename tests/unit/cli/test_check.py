"""`fenshen check`: a folder in, verdicts with reasons and fixes out; nothing in the folder changes."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fenshen.cli import check_folder, run
from fenshen.photos.percentile import better_than_percent

DATA = Path(__file__).parents[2] / "data" / "people"


@pytest.fixture
def folder(tmp_path: Path, home: Path, models: Path) -> Path:
    """Give a folder with three photos of anna."""
    assert home.is_dir()
    assert models.is_dir()
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("00", "01", "10"):
        shutil.copy(DATA / "anna" / f"{name}.jpg", photos)
    return photos


def test_the_json_has_the_promised_shape(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) >= {"photos", "accepted", "score", "better_than_percent", "next"}
    first = answer["photos"][0]
    assert {key: value for key, value in first.items() if key != "measures"} == {
        "file": "00.jpg",
        "role": "frontal",
        "verdict": "accepted",
        "reasons": [],
        "same_person": "frontal",
    }
    assert set(first["measures"]["sharpness"]) == {"value", "unit", "score"}
    assert answer["accepted"] == 3
    assert answer["better_than_percent"] == better_than_percent(answer["score"])


def test_the_json_tells_what_the_set_covers_and_what_was_not_checked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert sum(answer["coverage"]["poses"].values()) == 3
    assert {name for place in answer["coverage"]["places"] for name in place["photos"]} == {
        "00.jpg",
        "01.jpg",
        "10.jpg",
    }
    assert answer["not_needed"] == 0
    assert answer["next_gain"] > 1
    assert set(answer["checked"]) == {"age", "nudity"}
    assert answer["checked"]["age"] == (answer["age_band"] != "not_checked")


def test_the_first_verdict_is_told_before_the_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", str(folder)]) == 0
    told = capsys.readouterr()
    assert "✓ 00.jpg" in told.err
    assert "00.jpg" in told.out


@pytest.fixture
def broken_loading(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let what is loaded ahead meet a fault of ours."""
    from fenshen.photos import rehearsal

    def begin(models: Path) -> None:
        raise ValueError(str(models))

    monkeypatch.setattr(rehearsal, "begin", begin)
    check_folder.forget_loaded()
    yield
    check_folder.forget_loaded()


@pytest.mark.usefixtures("broken_loading")
def test_a_fault_while_loading_ahead_is_an_internal_error_without_a_trace(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(folder)]) == 3
    out, err = capfd.readouterr()
    assert out == ""
    assert "FENSHEN_DEBUG=1" in err
    assert "Traceback" not in err
    assert str(folder.parent) not in err


@pytest.mark.usefixtures("broken_loading")
def test_a_fault_while_loading_ahead_is_one_json_document(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", str(folder), "--json"]) == 3
    out, err = capfd.readouterr()
    assert json.loads(out)["error"]["code"] == "internal"
    assert err == ""


def test_a_plain_folder_is_judged_without_typer_or_pydantic(tmp_path: Path, home: Path) -> None:
    assert home.is_dir()
    (tmp_path / "00.jpg").write_text("hello")
    code = "import sys; from fenshen.cli import run; run(['check', sys.argv[1]]); print('|', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert "✗ 00.jpg" in done.stderr
    assert not {"typer", "pydantic"} & set(done.stdout.split("|")[-1].split())


def test_a_name_cannot_command_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "00.jpg").rename(folder / "00\x1b]0;mine\x07.jpg")
    assert run(["check", str(folder)]) == 0
    told = capsys.readouterr().err
    assert "00\ufffd]0;mine\ufffd.jpg" in told


def test_people_read_what_is_wrong_and_how_to_mend_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "notes.jpg").write_text("hello")
    assert run(["check", str(folder)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "4 photos, 3 of them usable" in shown
    assert "not usable" in shown
    assert "This file is not a picture." in shown


def test_it_speaks_chinese(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENSHEN_LANG", "zh")
    assert run(["check", str(folder)]) == 0
    assert "合格" in capsys.readouterr().out


def test_a_stranger_is_named_among_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(DATA / "omar" / "00.jpg", folder / "98.jpg")
    assert run(["check", str(folder), "--frontal", "00.jpg", "--json"]) == 0
    photos = json.loads(capsys.readouterr().out)["photos"]
    assert [photo["same_person"] for photo in photos] == ["frontal", "same", "same", "other"]


def test_two_runs_over_one_folder_say_the_same_and_change_nothing(
    folder: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    answers = []
    for _ in range(2):
        assert run(["check", str(folder), "--json"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers[0] == answers[1]
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert not list(home.rglob("*"))


def test_a_folder_of_which_nothing_can_be_used_ends_with_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in folder.iterdir():
        file.write_bytes(b"not a photo")
    assert run(["check", str(folder), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["accepted"], answer["score"], answer["next"]) == (0, 0, "next_frontal")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere"], "folder_missing"),
        (["empty"], "folder_empty"),
        (["photos", "--frontal", "x.jpg"], "frontal_missing"),
    ],
)
def test_a_refusal_has_a_code_and_a_fix(
    arguments: list[str],
    code: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert folder.is_dir()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert run(["check", *arguments, "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == code
    assert error["fix"]
