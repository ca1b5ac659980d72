"""Every way a command can end, and what the user sees of it."""

import errno
import json
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from fenshen import cli
from fenshen.cli import run
from fenshen.cli.refusal import fault_id
from fenshen.cli.screen import Json, new_app
from fenshen.errors import NotFoundError

Plant = Callable[[Callable[[], Any]], None]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Let the verb ``demo`` do what the test wants."""

    def _plant(deed: Callable[[], Any]) -> None:
        module: Any = ModuleType("fenshen.cli.demo")
        module.app = new_app()

        @module.app.command()  # type: ignore[untyped-decorator]
        def demo(*, as_json: Json = False) -> None:
            deed()

        monkeypatch.setitem(sys.modules, "fenshen.cli.demo", module)

    return _plant


def raising(error: BaseException) -> Callable[[], Any]:
    def deed() -> None:
        raise error

    return deed


def test_a_refusal_says_what_why_and_fix_and_ends_with_1(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(raising(NotFoundError(kind="double", id="double_00")))
    assert run(["demo"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "no digital double called double_00" in err
    assert "→" in err
    assert "not_found" in err


def test_a_refusal_for_a_program_is_one_json_document(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(raising(NotFoundError(kind="double", id="double_00")))
    assert run(["demo", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "not_found"
    assert set(json.loads(out)["error"]) == {"code", "what", "fix"}
    assert err == ""


def test_a_fault_of_ours_shows_no_trace_and_no_message(
    plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(raising(ValueError("/photos/li hua.jpg")))
    assert run(["demo"]) == 3
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert "li hua" not in out + err
    assert "FENSHEN_DEBUG=1" in err


def test_a_developer_can_ask_for_the_trace(
    plant: Plant, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENSHEN_DEBUG", "1")
    plant(raising(ValueError("deep inside")))
    assert run(["demo"]) == 3
    assert "deep inside" in capsys.readouterr().err


def test_the_same_fault_has_the_same_id() -> None:
    ids = set()
    for name in ("li", "wang"):
        try:
            raising(ValueError(name))()
        except ValueError as error:
            ids.add(fault_id(error))
    assert len(ids) == 1


def test_a_full_disk_is_named_wherever_it_shows(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    plant(raising(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    assert run(["demo", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "disk_full"


def test_ctrl_c_ends_with_130(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    plant(raising(KeyboardInterrupt()))
    assert run(["demo"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_wrong_usage_ends_with_2(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    plant(lambda: None)
    assert run(["demo", "--nope"]) == 2
    assert run(["demo", "--nope", "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["code"] == "usage"
    assert "fenshen demo --help" in err


def test_a_verb_that_does_its_work_ends_with_0(plant: Plant) -> None:
    plant(lambda: None)
    assert run(["demo"]) == 0


def test_an_unknown_verb_is_answered_with_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chek"]) == 2
    assert "fenshen check" in capsys.readouterr().err


@pytest.mark.parametrize("language", ["en", "zh"])
def test_help_lists_every_verb(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FENSHEN_LANG", language)
    assert run(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"\n  {verb} " in out for verb in cli.VERBS)
    assert "verb_" not in out


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("fenshen ")
