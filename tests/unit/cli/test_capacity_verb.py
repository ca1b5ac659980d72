"""The planner on the command line: its tables are those of the documents, its refusals plain, its JSON whole."""

import json
from pathlib import Path

import pytest
from tests.architecture.source import ROOT

from fenshen.cli import run

HOWTO = ROOT / "docs" / "howto" / "plan-capacity.md"


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def lines(text: str) -> list[str]:
    """Give the lines of a text with single spaces, rules of tables left out."""
    return [line for each in text.splitlines() if (line := " ".join(each.split())) and "──" not in line]


def test_the_launch_of_2023_is_told_as_the_document_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "capacity", "--scenario", "launch-2023"]) == 0
    printed = lines(capsys.readouterr().out)
    assert len(printed) == 9
    documented = lines(HOWTO.read_text("utf-8"))
    assert [line for line in printed[:-1] if line not in documented] == []


def test_the_plan_is_told_as_the_document_tells_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "capacity", "--sitters", "100", "--sitters", "10000"]) == 0
    printed = lines(capsys.readouterr().out)
    documented = lines(HOWTO.read_text("utf-8"))
    assert [line for line in printed[:3] if line not in documented] == []
    assert any("Not measured" in line and "price of a machine-hour: 2" in line for line in printed)


@pytest.mark.slow
def test_a_million_a_day_is_planned_in_shares_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "capacity", "--sitters", "1000000", "--workers", "410"]) == 0
    printed = lines(capsys.readouterr().out)
    assert printed[1] in lines(HOWTO.read_text("utf-8"))
    assert any("one of 10 equal shares" in line for line in printed)
    assert any("the line grows by 8,163" in line for line in printed)


def test_json_holds_rows_figures_and_seed(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--sitters", "5000", "--workers", "2", "--workers", "3", "--seed", "9", "--json"]
    assert run(["admin", "capacity", *given]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert said.err == ""
    assert [row["workers"] for row in found["rows"]] == [2, 3]
    assert found["rows"][0]["waits"]["most"] > found["rows"][1]["waits"]["most"]
    assert (found["within_seconds"], found["seed"]) == (None, 9)
    assert found["figures"]["double"]["seconds"] == 13.9927
    assert run(["admin", "capacity", *given]) == 0
    assert json.loads(capsys.readouterr().out) == found


def test_json_of_the_scenario_holds_what_was_told_then(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "capacity", "--scenario", "launch-2023", "--workers", "4", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ahead"], found["told_seconds"]) == (1292, 12600)
    assert [each["workers"] for each in found["lines"]] == [4]
    assert found["as_promised"]["workers"] == 12


@pytest.mark.parametrize(
    ("given", "code", "status"),
    [
        (["--sitters", "-3"], "capacity_invalid", 2),
        (["--workers", "0"], "capacity_invalid", 2),
        (["--seed", "-1"], "capacity_invalid", 2),
        (["--scenario", "launch-2023", "--workers", "0"], "capacity_invalid", 2),
        (["--scenario", "launch-1999"], "capacity_scenario_unknown", 2),
        (["--figures", "lost.toml"], "capacity_figures", 2),
        (["--sitters", "10000", "--workers", "2"], "capacity_unstable", 1),
    ],
)
def test_what_cannot_be_planned_is_refused(
    capsys: pytest.CaptureFixture[str], given: list[str], code: str, status: int
) -> None:
    assert run(["admin", "capacity", *given, "--json"]) == status
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_a_queue_without_end_is_told_plainly(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "capacity", "--sitters", "10000", "--workers", "2"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "the queue would grow by 127 an hour" in said.err
    assert "--workers 3 or more" in said.err


def test_waits_of_hours_are_told_in_hours_and_own_figures_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = (ROOT / "src/fenshen/jobs/service_times.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(shipped.replace("benchmarks/results/speed.json (make bench)", "a stopwatch"), "utf-8")
    plan = ["--sitters", "10000", "--workers", "3", "--figures", str(own)]
    assert run(["admin", "capacity", *plan]) == 0
    told = capsys.readouterr().out
    assert " h " in told
    assert "Service times: a stopwatch" in told
