"""What a person can do at the keyboard with what is kept of them."""

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.rights import agree

from fenshen.cli import run
from fenshen.ids import DoubleId, SitterId
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
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
    assert [each["kind"] for each in told["destroyed"]] == ["double", "double_record"]
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
        (["double", "delete", ONE, "--yes"], "Destroyed: digital double × 1"),
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


def test_one_purpose_is_taken_back_alone_and_certified(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "rights", "withdraw", ONE, "--purpose", "render_portrait")
    assert told["withdrawn"] == ["render_portrait"]
    assert told["erased"] is None
    assert answer(capsys, "receipt", "verify", told["receipt"])["receipt"]["type"] == "withdrawal"
    assert consent.agreed(desk, ANNA) == set(Purpose) - {Purpose.RENDER_PORTRAIT}
    assert [each["double"] for each in answer(capsys, "double", "list")] == [ONE, TWO]


def test_taking_back_what_the_double_rests_on_takes_everything(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "rights", "withdraw", ANNA, "--purpose", "keep_double", "--yes")
    assert Path(told["erased"]).exists()
    assert answer(capsys, "double", "list") == []
    assert consent.agreed(desk, ANNA) == set()


@pytest.mark.usefixtures("desk")
def test_without_naming_a_purpose_all_is_taken_back(capsys: pytest.CaptureFixture[str]) -> None:
    told = answer(capsys, "rights", "withdraw", ANNA, "--yes")
    assert sorted(told["withdrawn"]) == sorted(Purpose)
    assert refusal(capsys, "rights", "withdraw", ANNA, "--yes") == "not_found"


@pytest.mark.usefixtures("desk")
def test_a_purpose_that_is_not_on_the_list_is_wrong_usage() -> None:
    assert run(["rights", "withdraw", ANNA, "--purpose", "train_models"]) == 2


def test_who_said_no_is_not_asked_and_may_change_their_mind(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "rights", "withdraw", ANNA, "--purpose", "render_portrait")
    consent.refuse(desk, ANNA, [Purpose.RENDER_PORTRAIT])
    assert refusal(capsys, "portrait", ONE, "-t", "daylight", "-o", "out") == "refused_lately"
    told = answer(capsys, "rights", "agree", ANNA, "--purpose", "render_portrait", "--adult", "--consent")
    assert sorted(told["agreed"]) == sorted(Purpose)
    assert consent.not_to_be_asked(desk, ANNA) == {}


def test_the_sitter_chooses_how_long_a_double_may_lie_unused(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    told = answer(capsys, "double", "keep", ONE, "--days", "7")
    assert told["keep_days"] == 7
    with desk.store.begin() as connection:
        later = desk.clock.now() + timedelta(days=2)
        doubles.used(connection, ONE, later)
        assert doubles.get(connection, ONE).expires_at == later + timedelta(days=7)
    assert run(["double", "keep", ONE, "--days", "0"]) == 2
    assert run(["double", "keep", ONE, "--days", "366"]) == 2
