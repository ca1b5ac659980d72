"""What a person can do at the keyboard with what is kept of them."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.rights import agree

from fenshen.cli import run
from fenshen.ids import DoubleId, SitterId
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import Settings
from fenshen.store import doubles
from fenshen.vault.vault import DataClass

ANNA = SitterId("sitter_anna")
ONE, TWO = DoubleId("double_0000000000000001"), DoubleId("double_0000000000000002")


@pytest.fixture
def desk(chosen: Settings) -> Desk:
    """A studio that keeps two doubles of Anna."""
    desk = open_desk(chosen)
    agree(desk, ANNA)
    for name in (ONE, TWO):
        desk.vault.put(ANNA, DataClass.DOUBLE, name, b"a double")
        with desk.store.begin() as connection:
            doubles.add(connection, doubles.new(name, ANNA, desk.clock.now(), takes=5, format_version=1))
    return desk


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """Run a verb that must succeed; give its JSON."""
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a verb that must refuse; give the code."""
    assert run([*arguments, "--json"]) == 1
    code = json.loads(capsys.readouterr().out)["error"]["code"]
    assert isinstance(code, str)
    return code


@pytest.mark.usefixtures("desk")
def test_doubles_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    listed = answer(capsys, "double", "list")
    assert [each["double"] for each in listed] == [ONE, TWO]
    assert answer(capsys, "double", "show", ONE) == listed[0]
    assert listed[0]["takes"] == 5
    assert listed[0]["bytes"] > 0


@pytest.mark.usefixtures("home")
def test_an_empty_studio_has_no_doubles_and_knows_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(capsys, "double", "list") == []
    for verb in (["double", "show"], ["double", "delete"], ["rights", "holdings"], ["rights", "erase"]):
        assert refusal(capsys, *verb, ONE) == "not_found"
    assert refusal(capsys, "rights", "export", "sitter_nobody") == "not_found"


def test_a_deleted_double_is_gone_and_its_receipt_verifies(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "double", "delete", ONE)
    assert [each["kind"] for each in told["destroyed"]] == ["double"]
    assert [each["double"] for each in answer(capsys, "double", "list")] == [TWO]
    checked = answer(capsys, "receipt", "verify", told["receipt"])
    assert checked["genuine"] is True
    assert checked["receipt"]["type"] == "erasure"
    assert desk.vault.objects(ANNA, DataClass.DOUBLE) == [TWO]


@pytest.mark.parametrize("who", [ONE, ANNA])
@pytest.mark.usefixtures("desk")
def test_holdings_are_shown_by_either_id(capsys: pytest.CaptureFixture[str], who: str) -> None:
    kinds = {each["kind"] for each in answer(capsys, "rights", "holdings", who)}
    assert kinds == {"double", "double_record", "consent", "receipt_record", "receipt_key"}


@pytest.mark.usefixtures("desk")
def test_an_export_holds_the_double_for_its_owner_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "mine.zip"
    told = answer(capsys, "rights", "export", ONE, "-o", str(target))
    assert told["encrypted"] is False
    assert target.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(target) as archive:
        assert archive.read(f"doubles/{TWO}") == b"a double"
    assert (
        refusal(capsys, "rights", "export", ONE, "-o", str(tmp_path / "nowhere" / "x.zip"))
        == "file_unwritable"
    )
    assert refusal(capsys, "rights", "export", ONE, "-o", str(tmp_path)) == "file_unwritable"


def test_erasing_leaves_nothing_but_receipts(
    home: Path, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "rights", "erase", ONE)
    assert answer(capsys, "double", "list") == []
    assert refusal(capsys, "rights", "holdings", ANNA) == "not_found"
    assert list((home / "blobs").iterdir()) == []
    assert answer(capsys, "receipt", "verify", told["receipt"])["genuine"] is True
    assert desk.vault.people(DataClass.DOUBLE) == []


@pytest.mark.usefixtures("desk")
def test_people_read_plain_words(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for arguments, said in (
        (["double", "list"], ONE),
        (["double", "show", TWO], TWO),
        (["rights", "holdings", ONE], "make the digital double"),
        (["double", "delete", ONE, "--yes"], "Destroyed objects: 1"),
        (["rights", "erase", TWO], "Signed receipt"),
        (["double", "list"], "No digital double"),
    ):
        assert run(arguments) == 0
        assert said in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_a_receipt_that_is_none_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refusal(capsys, "receipt", "verify", str(tmp_path / "none.json")) == "file_unreadable"
    (tmp_path / "text.json").write_text("hello")
    assert (
        refusal(capsys, "receipt", "verify", str(tmp_path / "text.json")) == "file_unreadable"
    )  # no studio.pub yet
    (tmp_path / "pub").write_text("no key")
    public = ["--public-key", str(tmp_path / "pub")]
    assert refusal(capsys, "receipt", "verify", str(tmp_path / "text.json"), *public) == "public_key_invalid"


def test_what_a_receipt_proves_is_told_and_what_not(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    receipt = next((desk.settings.home / "receipts").iterdir())
    assert run(["receipt", "verify", str(receipt)]) == 0
    shown = capsys.readouterr().out
    assert "The receipt is genuine." in shown
    assert "does not prove who sat at the keyboard" in shown
    assert desk.signer.public_file.exists()
