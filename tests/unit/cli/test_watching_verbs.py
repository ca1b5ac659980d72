"""What the command line says of lanes and figures."""

import json
from pathlib import Path

import pytest

from fenshen.cli import run
from fenshen.watch import tally


@pytest.mark.usefixtures("home")
def test_figures_are_printed_as_prometheus_reads_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "metrics"]) == 0
    printed = capsys.readouterr().out
    assert "# TYPE fenshen_workers gauge\nfenshen_workers 0.0\n" in printed
    assert {line.split()[2] for line in printed.splitlines() if line.startswith("# HELP")} == set(tally.HELP)
    assert run(["admin", "metrics", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["metrics"]
    assert {"name": "fenshen_workers", "labels": {}, "value": 0} in found


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["worker", "--lane", "GPU 1"], "lane_invalid"),
        (["worker", "--metrics", "0.0.0.0:9464"], "metrics_open"),
        (["serve", "--metrics", "0.0.0.0:9464", "--no-worker"], "metrics_open"),
    ],
)
def test_what_makes_no_sense_or_is_not_safe_is_refused_before_anything_begins(
    options: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*options, "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_a_secret_that_is_too_short_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "secret").write_text("short")
    monkeypatch.setenv("FENSHEN_METRICS_SECRET_FILE", str(home / "secret"))
    assert run(["worker", "--metrics", "127.0.0.1:0", "--once", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "metrics_open"
