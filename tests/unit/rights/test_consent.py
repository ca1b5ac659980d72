"""No permit without consent: to this purpose, in these words, by an adult, not taken back."""

import copy
import dataclasses
import json
from datetime import timedelta

import pytest
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.rights import agree, take_back, unsafe_permit

from fenshen.errors import ConsentRequiredError, PermitRefusedError
from fenshen.ids import SitterId
from fenshen.rights import consent, notices
from fenshen.rights.consent import GuardianNeededError, Permit, Purpose
from fenshen.rights.desk import Desk
from fenshen.store import consents


@pytest.mark.parametrize("purpose", Purpose)
def test_nothing_is_agreed_to_by_default(desk: Desk, anna: SitterId, purpose: Purpose) -> None:
    with pytest.raises(ConsentRequiredError):
        consent.require(desk, anna, purpose)


@pytest.mark.parametrize("agreed", Purpose)
def test_agreeing_to_one_purpose_is_agreeing_to_no_other(desk: Desk, anna: SitterId, agreed: Purpose) -> None:
    agree(desk, anna, [agreed])
    assert consent.agreed(desk, anna) == {agreed}
    assert consent.require(desk, anna, agreed).purpose is agreed
    for other in set(Purpose) - {agreed}:
        with pytest.raises(ConsentRequiredError):
            consent.require(desk, anna, other)


def test_the_consent_of_one_sitter_is_not_that_of_another(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    with pytest.raises(ConsentRequiredError):
        consent.require(desk, SitterId("sitter_omar"), Purpose.BUILD_DOUBLE)


def test_a_purpose_that_is_not_on_the_list_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="train_models"):
        Purpose("train_models")


def test_who_is_not_declared_an_adult_is_refused_and_nothing_is_stored(desk: Desk, anna: SitterId) -> None:
    with pytest.raises(GuardianNeededError):
        consent.grant(desk, anna, list(Purpose), adult=False, is_self=True, language="en")
    with desk.store.begin() as connection:
        assert consents.every(connection, anna) == []
    assert not (desk.settings.home / "receipts").exists()


def test_a_permit_covers_its_own_purpose_for_an_hour(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    permit = consent.require(desk, anna, Purpose.BUILD_DOUBLE)
    permit.check(Purpose.BUILD_DOUBLE, NOON + timedelta(minutes=59))
    for purpose, moment in (
        (Purpose.RENDER_PORTRAIT, NOON),
        (Purpose.BUILD_DOUBLE, NOON + timedelta(hours=1)),
        (Purpose.BUILD_DOUBLE, NOON - timedelta(seconds=1)),
    ):
        with pytest.raises(PermitRefusedError):
            permit.check(purpose, moment)


def test_nobody_else_can_make_a_permit(anna: SitterId) -> None:
    for maker in (None, object(), True, "rights/consent.py"):
        with pytest.raises(PermitRefusedError):
            Permit(sitter=anna, purpose=Purpose.BUILD_DOUBLE, granted_at=NOON, expires_at=NOON, maker=maker)


def test_a_permit_cannot_be_stretched_or_turned_to_another_purpose() -> None:
    permit = unsafe_permit(Purpose.INSPECT_PHOTOS)
    with pytest.raises((PermitRefusedError, ValueError, TypeError)):
        dataclasses.replace(permit, purpose=Purpose.BUILD_DOUBLE)
    with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
        permit.purpose = Purpose.BUILD_DOUBLE  # type: ignore[misc]
    assert copy.copy(permit) == permit


def test_withdrawing_stops_permits_at_once(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    assert take_back(desk, anna, Purpose.RENDER_PORTRAIT) == 1
    with pytest.raises(ConsentRequiredError):
        consent.require(desk, anna, Purpose.RENDER_PORTRAIT)
    consent.require(desk, anna, Purpose.BUILD_DOUBLE)
    assert take_back(desk, anna, Purpose.RENDER_PORTRAIT) == 0


def test_one_may_agree_again_after_withdrawing(desk: Desk, anna: SitterId, still: FakeClock) -> None:
    agree(desk, anna)
    take_back(desk, anna, *Purpose)
    still.advance(timedelta(minutes=1))
    agree(desk, anna, [Purpose.BUILD_DOUBLE])
    assert consent.agreed(desk, anna) == {Purpose.BUILD_DOUBLE}


def test_other_words_make_the_consent_void(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    with desk.store.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE consents SET notice_sha256 = ? WHERE purpose = 'build_double'", ("0" * 64,)
        )
    assert consent.agreed(desk, anna) == set(Purpose) - {Purpose.BUILD_DOUBLE}


def test_a_permit_for_this_run_is_for_looking_only_and_stores_nothing(desk: Desk, still: FakeClock) -> None:
    permit = consent.for_this_run(Purpose.INSPECT_PHOTOS, still)
    permit.check(Purpose.INSPECT_PHOTOS, NOON)
    for purpose in set(Purpose) - {Purpose.INSPECT_PHOTOS}:
        with pytest.raises(ConsentRequiredError):
            consent.for_this_run(purpose, still)
    with desk.store.begin() as connection:
        assert consents.every(connection, permit.sitter) == []


def test_the_receipt_says_to_what_one_agreed_and_in_which_words(desk: Desk, anna: SitterId) -> None:
    receipt = consent.grant(desk, anna, [Purpose.BUILD_DOUBLE], adult=True, is_self=False, language="zh")
    body = json.loads(receipt.data)
    words = notices.notice("build_double", "zh").sha256
    (agreed_to,) = body["purposes"]
    assert (agreed_to["purpose"], agreed_to["notice_sha256"]) == ("build_double", words)
    assert agreed_to["lives"] == [
        "job (pseudonymous): P7D since it ended",
        (
            "photo (biometric): P0D since the run or the job that brought it ended, in whatever way; "
            "a job waits twelve hours at most, an album that nobody comes back to one hour"
        ),
    ]
    assert agreed_to["processors"] == []
    assert body["uploader_is_subject"] is False
    assert body["age_band"] == ">=18"
    assert anna not in receipt.data.decode()
    assert receipt.path.read_bytes() == receipt.data
