"""What the two verbs for operators tell."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fakes.rights import settings_at

from fenshen.cli import run
from fenshen.cli.doctor import home as examine_home
from fenshen.cli.doctor import key


def test_a_machine_without_weights_is_not_ready_and_the_doctor_says_how_to_mend_it(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENSHEN_MODELS", str(home / "none"))
    assert run(["doctor", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert not told["ready"]
    assert all("fenshen models fetch" in f["fix"] for f in told["findings"] if f["check"] == "weights")


def test_a_machine_with_weights_is_ready(
    models: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor"]) == 0
    assert models.is_dir()
    assert "yunet" in capsys.readouterr().out
    assert not list(home.iterdir()), "the doctor changes nothing"


@pytest.mark.parametrize(("mode", "state"), [(0o600, "good"), (0o640, "bad"), (0o604, "bad")])
def test_a_key_that_others_can_read_is_bad(tmp_path: Path, mode: int, state: str) -> None:
    file = tmp_path / "kek"
    file.write_bytes(b"k")
    file.chmod(mode)
    assert key(replace(settings_at(tmp_path), key_file=file)).state == state


def test_a_home_that_anybody_can_write_to_is_bad(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert examine_home(tmp_path).state == "bad"


def test_a_home_that_does_not_exist_yet_is_good(tmp_path: Path) -> None:
    assert examine_home(tmp_path / "not" / "yet").state == "good"


def test_missing_weights_are_listed_and_verify_ends_with_1(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENSHEN_MODELS", str(home / "none"))
    assert run(["models", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"name", "licence", "source", "sha256", "training_data"} <= set(listed[0])
    assert run(["models", "verify"]) == 1
    assert "fenshen models fetch" in capsys.readouterr().out


def test_weights_that_are_here_verify(models: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "verify", "--json"]) == 0
    assert all(state["state"] == "present" for state in json.loads(capsys.readouterr().out))


def test_fetching_what_is_here_fetches_nothing(models: Path, home: Path) -> None:
    assert run(["models", "fetch"]) == 0


def test_a_model_nobody_knows_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["models", "fetch", "nope", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "weight_unknown"
