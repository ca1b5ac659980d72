"""Portraits without visible words: only for who applied, logged as long as the law asks, and not a day longer."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.rights import agree
from tests.scan import faces_in

from fenshen.errors import NotFoundError
from fenshen.ids import SitterId
from fenshen.rights import duties, erasure, export, holdings, label_free, receipt_check, retention
from fenshen.rights.desk import Desk
from fenshen.rights.label_free import (
    Applied,
    LabelFreeNotAgreedError,
    LabelFreePermit,
    LabelFreePurpose,
    LegalTermError,
    RecipientMissingError,
)
from fenshen.store import label_free as applications
from fenshen.vault.vault import DataClass

GALLERY = "Gallery Nine, 9 Example Road, Qingdao"
DAY = timedelta(days=1)


def applied_for(desk: Desk, sitter: SitterId, recipient: str = GALLERY) -> Applied:
    return label_free.apply(
        desk, sitter, purpose=LabelFreePurpose.PRINT, recipient=recipient, language="zh", duty_accepted=True
    )


def test_without_an_application_the_label_stays(desk: Desk, anna: SitterId) -> None:
    with pytest.raises(LabelFreeNotAgreedError):
        label_free.require(desk, anna)


def test_who_does_not_take_the_duty_over_gets_nothing_and_nothing_is_kept(desk: Desk, anna: SitterId) -> None:
    with pytest.raises(LabelFreeNotAgreedError):
        label_free.apply(
            desk, anna, purpose=LabelFreePurpose.PRINT, recipient=GALLERY, language="en", duty_accepted=False
        )
    assert desk.vault.people(DataClass.RECIPIENT) == []


@pytest.mark.parametrize("nobody", ["", "  \n", "x" * 2001])
def test_the_recipient_must_be_named(nobody: str, desk: Desk, anna: SitterId) -> None:
    with pytest.raises(RecipientMissingError):
        applied_for(desk, anna, nobody)
    assert desk.vault.people(DataClass.RECIPIENT) == []


def test_an_application_gives_a_permit_for_this_sitter_only(desk: Desk, anna: SitterId) -> None:
    given = applied_for(desk, anna)
    permit = label_free.require(desk, anna)
    assert (permit.application, permit.sitter) == (given.application, anna)
    with pytest.raises(LabelFreeNotAgreedError):
        label_free.require(desk, SitterId("sitter_omar"))


def test_nobody_else_makes_a_permit(desk: Desk, anna: SitterId) -> None:
    given = applied_for(desk, anna)
    with pytest.raises(TypeError, match="require only"):
        LabelFreePermit(application=given.application, sitter=anna, expires_at=NOON + DAY)


def test_the_agreement_ends_after_thirty_days_even_for_a_permit_in_hand(
    desk: Desk, anna: SitterId, still: FakeClock
) -> None:
    applied_for(desk, anna)
    still.advance(29 * DAY)
    permit = label_free.require(desk, anna)
    still.advance(DAY)
    with pytest.raises(LabelFreeNotAgreedError):
        label_free.require(desk, anna)
    with pytest.raises(LabelFreeNotAgreedError):
        label_free.note_use(desk, permit)


def test_other_words_of_the_duty_need_a_new_agreement(
    desk: Desk, anna: SitterId, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied_for(desk, anna)
    other = duties.Duty(language="zh", text="other words", sha256="0" * 64)
    monkeypatch.setattr(label_free, "duty", lambda _: other)
    with pytest.raises(LabelFreeNotAgreedError):
        label_free.require(desk, anna)


def test_the_receipt_proves_the_words_and_names_no_recipient(desk: Desk, anna: SitterId) -> None:
    given = applied_for(desk, anna)
    checked = receipt_check.verify(given.receipt.data, desk.signer.public_pem())
    assert checked.body["duty_sha256"] == duties.duty("zh").sha256
    assert checked.body["purpose"] == "print"
    assert checked.proves == ("receipt_proves_signed", "receipt_proves_label_free", "receipt_proves_logged")
    assert b"Gallery" not in given.receipt.data


def test_the_recipient_is_nowhere_in_the_clear(desk: Desk, anna: SitterId, tmp_path: Path) -> None:
    given = applied_for(desk, anna)
    assert faces_in(tmp_path, [b"Gallery Nine"]) == []
    assert label_free.recipient(desk, given.application) == GALLERY


def test_the_sitter_sees_and_takes_away_who_received_portraits(desk: Desk, anna: SitterId) -> None:
    given = applied_for(desk, anna)
    (held,) = (each for each in holdings.holdings(desk, anna) if each.kind == "recipient")
    assert held.id == given.application
    assert held.bytes > 0
    assert held.expires_at == NOON + label_free.KEPT
    with zipfile.ZipFile(io.BytesIO(export.export(desk, anna))) as archive:
        assert json.loads(archive.read("label_free.json"))[0]["recipient"] == GALLERY


def test_erasing_the_sitter_leaves_what_the_law_keeps_and_the_receipt_says_so(
    desk: Desk, anna: SitterId, tmp_path: Path
) -> None:
    agree(desk, anna)
    given = applied_for(desk, anna)
    receipt = erasure.erase(desk, anna)
    assert json.loads(receipt.data)["kept"] == [
        {"kind": "recipient", "id": given.application, "until": "2027-05-25", "law": label_free.ARTICLE}
    ]
    assert "recipient" not in {each["kind"] for each in json.loads(receipt.data)["objects"]}
    assert holdings.holdings(desk, anna) == []
    assert all(anna.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    own = SitterId(given.application)
    assert [each.kind for each in holdings.holdings(desk, own)] == ["recipient"]
    assert erasure.whose(desk, own) == own  # who keeps the number can still look
    with pytest.raises(LabelFreeNotAgreedError):
        label_free.require(desk, anna)


def test_a_receipt_of_somebody_who_never_applied_speaks_of_nothing_kept(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    assert "kept" not in json.loads(erasure.erase(desk, anna).data)


def test_an_application_is_not_erased_before_its_term_and_no_key_is_made_by_trying(
    desk: Desk, anna: SitterId, tmp_path: Path
) -> None:
    own = SitterId(applied_for(desk, anna).application)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(LegalTermError) as refused:
        erasure.erase(desk, own)
    assert refused.value.facts == {"until": "2027-05-25"}
    assert sorted(tmp_path.rglob("*")) == before


def test_the_log_is_kept_184_days_after_the_last_use_and_not_a_moment_longer(
    desk: Desk, anna: SitterId, still: FakeClock, tmp_path: Path
) -> None:
    given = applied_for(desk, anna)
    still.advance(10 * DAY)
    label_free.note_use(desk, label_free.require(desk, anna))
    still.advance(label_free.KEPT - timedelta(seconds=1))
    retention.sweep(desk)
    assert label_free.recipient(desk, given.application) == GALLERY
    still.advance(timedelta(seconds=1))
    retention.sweep(desk)
    with pytest.raises(NotFoundError):
        label_free.recipient(desk, given.application)
    with desk.store.begin() as connection:
        assert applications.every(connection) == []
    assert desk.vault.people(DataClass.RECIPIENT) == []
    assert all(given.application.encode() not in path.read_bytes() for path in tmp_path.glob("studio.db*"))


def test_a_recipient_whose_application_was_never_finished_goes_after_an_hour(
    desk: Desk, still: FakeClock
) -> None:
    lost = SitterId("labelfree_0000000000000001")
    desk.vault.put(lost, DataClass.RECIPIENT, lost, b"somebody")
    (kept,) = desk.vault.kept(lost, DataClass.RECIPIENT)
    still.moment = kept.written_at
    still.advance(timedelta(minutes=59))
    retention.sweep(desk)
    assert desk.vault.people(DataClass.RECIPIENT) == [lost]
    still.advance(timedelta(minutes=2))
    retention.sweep(desk)
    assert desk.vault.people(DataClass.RECIPIENT) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_duty_says_what_the_law_wants_said(language: str) -> None:
    text = duties.duty(language).text
    wanted = {
        "zh": ("第九条", "第十条", "由您负责加上", "承担", "不得删除", "184 天", "30 天", "接收对象"),
        "en": (
            "Article 9",
            "Article 10",
            "your duty to label",
            "answer for it",
            "must not remove",
            "184 days",
            "30 days",
        ),
    }
    assert [words for words in wanted[language] if words not in text] == []
    assert str(label_free.KEPT.days) in text
    assert str(label_free.STANDS.days) in text
    assert duties.duty("zh").sha256 != duties.duty("en").sha256


def test_184_days_are_six_months_wherever_they_begin() -> None:
    for start in range(366):
        begun = NOON + start * DAY
        month = (begun.month + 5) % 12 + 1
        year = begun.year + (begun.month > 6)
        ended = begun.replace(year=year, month=month, day=min(begun.day, 28))
        assert begun + label_free.KEPT >= ended
