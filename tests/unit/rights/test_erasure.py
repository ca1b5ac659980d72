"""Erasing takes everything, says so in a receipt, and says nothing it did not see."""

import json
from pathlib import Path

import pytest
from tests.fakes.clock import NOON
from tests.fakes.rights import agree, desk_at

from fenshen.errors import ConsentRequiredError, NotFoundError
from fenshen.ids import DoubleId, SitterId
from fenshen.rights import consent, erasure, holdings, receipt_check
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.erasure import Reason
from fenshen.store import doubles
from fenshen.vault.keys import KeyUse, SitterBusyError
from fenshen.vault.vault import DataClass

ONE, TWO = DoubleId("double_0000000000000001"), DoubleId("double_0000000000000002")


def keep(desk: Desk, sitter: SitterId, *names: DoubleId) -> None:
    for name in names:
        desk.vault.put(sitter, DataClass.DOUBLE, name, name.encode())
        with desk.store.begin() as connection:
            doubles.add(connection, doubles.new(name, sitter, NOON, takes=5, format_version=1))


def test_erasing_takes_every_key_blob_and_row(tmp_path: Path, desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    keep(desk, anna, ONE)
    desk.vault.put(anna, DataClass.PHOTO, "photo_1", b"1")
    receipt = erasure.erase(desk, anna)
    assert holdings.holdings(desk, anna) == []
    assert list((tmp_path / "blobs").iterdir()) == []
    assert list((tmp_path / "keys" / "people").iterdir()) == []
    assert all(anna.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    body = receipt_check.verify(receipt.data, desk.signer.public_pem()).body
    assert {each["kind"]: each["n"] for each in body["objects"]} == {
        "photo": 1, "double": 1, "double_record": 1, "consent": len(Purpose), "receipt_record": 1,
    }  # fmt: skip
    assert len(body["dek_ids"]) == 3  # photos, double, pseudonym
    assert body["reason"] == "the person asked"


def test_after_erasing_there_is_no_permit_and_nothing_left_to_erase(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    erasure.erase(desk, anna)
    with pytest.raises(ConsentRequiredError):
        consent.require(desk, anna, Purpose.BUILD_DOUBLE)
    with pytest.raises(NotFoundError):
        erasure.erase(desk, anna)


def test_the_pseudonym_joins_consent_and_erasure_for_who_holds_both_and_for_nobody_else(
    desk: Desk, anna: SitterId
) -> None:
    consented = consent.grant(desk, anna, list(Purpose), adult=True, is_self=True, language="en")
    erased = erasure.erase(desk, anna)
    assert json.loads(consented.data)["subject"] == json.loads(erased.data)["subject"]
    with desk.store.begin() as connection:
        rows = connection.exec_driver_sql("SELECT sitter FROM receipts").all()
    assert [row[0] for row in rows] == [None, None]
    assert desk.vault.keys.keys(anna, KeyUse.SUBJECT) == []


def test_another_person_keeps_everything(desk: Desk, anna: SitterId) -> None:
    omar = SitterId("sitter_omar")
    for sitter, name in ((anna, ONE), (omar, TWO)):
        agree(desk, sitter)
        keep(desk, sitter, name)
    before = holdings.holdings(desk, omar)
    erasure.erase(desk, anna)
    assert holdings.holdings(desk, omar) == before
    assert desk.vault.get(omar, DataClass.DOUBLE, TWO) == TWO.encode()


def test_one_double_of_two_goes_and_the_person_stays(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    keep(desk, anna, ONE, TWO)
    body = json.loads(erasure.erase_double(desk, ONE).data)
    assert [each["kind"] for each in body["objects"]] == ["double", "double_record"]
    assert desk.vault.objects(anna, DataClass.DOUBLE) == [TWO]
    assert desk.vault.get(anna, DataClass.DOUBLE, TWO) == TWO.encode()
    assert consent.agreed(desk, anna) == set(Purpose)


def test_with_the_last_double_goes_everything(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    keep(desk, anna, ONE)
    erasure.erase_double(desk, ONE)
    assert holdings.holdings(desk, anna) == []
    with pytest.raises(NotFoundError):
        erasure.erase_double(desk, ONE)


def test_nobody_is_erased_while_another_run_works_with_the_photos(
    tmp_path: Path, desk: Desk, anna: SitterId
) -> None:
    agree(desk, anna)
    at_work = desk_at(tmp_path)
    at_work.vault.put(anna, DataClass.PHOTO, "photo_1", b"1")
    with pytest.raises(SitterBusyError):
        erasure.erase(desk, anna)
    assert at_work.vault.get(anna, DataClass.PHOTO, "photo_1") == b"1"
    at_work.vault.destroy(anna, DataClass.PHOTO)
    erasure.erase(desk, anna)


def test_erasing_goes_on_where_a_crash_stopped_it(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    keep(desk, anna, ONE)
    for kind in holdings.KINDS[:4]:
        kind.shredded(desk, anna)  # and here the power fails
    erasure.erase(desk, anna)
    assert holdings.holdings(desk, anna) == []


@pytest.mark.parametrize("purpose", [Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE, Purpose.INSPECT_PHOTOS])
def test_withdrawing_what_the_double_rests_on_erases_everything(
    desk: Desk, anna: SitterId, purpose: Purpose
) -> None:
    agree(desk, anna)
    keep(desk, anna, ONE)
    receipt = erasure.withdraw(desk, anna, [purpose]).erased
    assert receipt is not None
    assert json.loads(receipt.data)["reason"] == Reason.WITHDRAWN
    assert holdings.holdings(desk, anna) == []


def test_withdrawing_consent_to_portraits_takes_the_portraits_and_leaves_the_double(
    desk: Desk, anna: SitterId
) -> None:
    agree(desk, anna)
    keep(desk, anna, ONE)
    desk.vault.put(anna, DataClass.PORTRAIT, "portrait_1", b"p")
    assert erasure.withdraw(desk, anna, [Purpose.RENDER_PORTRAIT]).erased is not None
    assert desk.vault.objects(anna, DataClass.PORTRAIT) == []
    assert desk.vault.objects(anna, DataClass.DOUBLE) == [ONE]
    assert erasure.withdraw(desk, anna, [Purpose.RENDER_PORTRAIT]).erased is None


def test_a_person_is_found_by_the_id_of_a_double_or_by_their_own(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    keep(desk, anna, ONE)
    assert erasure.whose(desk, ONE) == erasure.whose(desk, anna) == anna
    for unknown in ("double_x", "sitter_x", "", "../../etc"):
        with pytest.raises(NotFoundError):
            erasure.whose(desk, unknown)
