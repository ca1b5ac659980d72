"""The log on the command line: checked, taken away, its head kept; what is wrong is named."""

import json
from pathlib import Path

import pytest
from tests.fakes.rights import agree

from fenshen.cli import run
from fenshen.ids import SitterId
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import Settings


@pytest.fixture
def desk(chosen: Settings) -> Desk:
    desk = open_desk(chosen)
    for n in range(3):
        agree(desk, SitterId(f"sitter_{n}"))
    return desk


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_the_log_is_checked_with_heads_and_receipts_kept_earlier(
    tmp_path: Path, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", "head", "--json"]) == 0
    kept = tmp_path / "head.json"
    kept.write_text(capsys.readouterr().out)
    agree(desk, SitterId("sitter_more"))
    receipts = str(desk.settings.home / "receipts")
    assert run(["audit", "verify", "--since", str(kept), "--receipts", receipts, "--json"]) == 0
    answer = said(capsys)
    assert (answer["holds"], answer["since"], answer["receipts"]) == (True, 3, 4)
    assert run(["audit", "head", "--since", str(kept), "--json"]) == 0
    assert set(said(capsys)) == {"since", "head", "proof"}


def test_people_are_told_what_it_proves_and_what_not(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    receipts = str(desk.settings.home / "receipts")
    assert run(["audit", "verify", "--receipts", receipts]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "3 entries" in told
    assert "Receipts found in the log: 3" in told
    assert "newest state" in told
    assert run(["audit", "head"]) == 0
    assert "3 entries" in capsys.readouterr().out


def test_an_exported_log_can_be_kept_as_a_head(
    tmp_path: Path, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "log.jsonl"
    assert run(["audit", "export", str(target), "--json"]) == 0
    assert said(capsys)["entries"] == 3
    assert target.read_bytes().count(b"\n") == 4
    assert run(["audit", "verify", "--since", str(target), "--json"]) == 0
    assert said(capsys)["since"] == 3
    assert run(["audit", "export", str(target)]) == 0


@pytest.mark.parametrize("verb", ["verify", "head"])
def test_what_is_no_head_is_refused(
    tmp_path: Path, desk: Desk, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("{}")
    assert run(["audit", verb, "--since", str(wrong), "--json"]) == 1
    assert '"head_unreadable"' in capsys.readouterr().out


def test_a_log_cannot_be_written_where_nobody_may(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", "export", "/nowhere/at/all", "--json"]) == 1
    assert '"file_unwritable"' in capsys.readouterr().out


def test_an_altered_log_is_refused_by_name(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    with desk.store.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_entries SET body = body || ' ' WHERE n = 1")
    assert run(["audit", "verify", "--json"]) == 1
    assert '"audit_damaged"' in capsys.readouterr().out
    assert run(["audit", "export", str(desk.settings.home / "log"), "--json"]) == 1
    assert not (desk.settings.home / "log").exists()


def test_a_receipt_tells_its_place_in_the_log(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    receipt = next((desk.settings.home / "receipts").glob("*.json"))
    assert run(["receipt", "verify", str(receipt)]) == 0
    assert "in the studio's log" in " ".join(capsys.readouterr().out.split())
    assert run(["receipt", "verify", str(receipt), "--json"]) == 0
    assert set(said(capsys)["log"]) == {"index", "size"}  # type: ignore[call-overload]
