"""Consent binds to terms, not only to words; and a no is a no for thirty days."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.rights import agree, take_back

from fenshen.errors import ConsentRequiredError, PermitRefusedError
from fenshen.ids import SitterId
from fenshen.rights import consent, holdings, lifetimes, retention, terms
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk


def test_the_terms_name_how_long_each_thing_lives(desk: Desk) -> None:
    told = terms.terms(Purpose.KEEP_DOUBLE, desk.settings)
    assert "double (biometric): P30D since it was last used, by choice up to P365D" in told.lives
    assert told.processors == ()


def test_every_purpose_has_terms_of_its_own(desk: Desk) -> None:
    assert len({terms.terms(purpose, desk.settings).sha256 for purpose in Purpose}) == len(Purpose)


def test_another_operator_makes_every_consent_void_until_agreed_anew(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    sold = replace(desk, settings=replace(desk.settings, operator="Somebody Else Ltd, privacy@example.org"))
    assert consent.agreed(desk, anna) == set(Purpose)
    assert consent.agreed(sold, anna) == set()
    with pytest.raises(ConsentRequiredError):
        consent.require(sold, anna, Purpose.RENDER_PORTRAIT)
    agree(sold, anna)
    assert consent.agreed(sold, anna) == set(Purpose)


@pytest.mark.parametrize("kind", [each.kind for each in lifetimes.LIFETIMES if each.life is not None])
def test_keeping_something_longer_makes_the_consent_void(
    desk: Desk, anna: SitterId, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agree(desk, anna)
    (changed,) = [each for each in lifetimes.LIFETIMES if each.kind == kind]
    longer = replace(changed, life=(changed.life or timedelta(0)) + timedelta(days=1))
    monkeypatch.setattr(
        terms, "LIFETIMES", [longer if each.kind == kind else each for each in lifetimes.LIFETIMES]
    )
    assert consent.agreed(desk, anna) == set(Purpose) - {changed.purpose}


def test_a_no_is_not_asked_again_for_thirty_days(desk: Desk, anna: SitterId, still: FakeClock) -> None:
    agree(desk, anna, [Purpose.BUILD_DOUBLE])
    consent.refuse(desk, anna, [Purpose.RENDER_PORTRAIT])
    assert set(consent.not_to_be_asked(desk, anna)) == {Purpose.RENDER_PORTRAIT}
    still.advance(timedelta(days=29, hours=23))
    assert set(consent.not_to_be_asked(desk, anna)) == {Purpose.RENDER_PORTRAIT}
    still.advance(timedelta(hours=1))
    assert consent.not_to_be_asked(desk, anna) == {}


def test_a_second_no_begins_the_thirty_days_anew(desk: Desk, anna: SitterId, still: FakeClock) -> None:
    consent.refuse(desk, anna, [Purpose.RENDER_PORTRAIT])
    still.advance(timedelta(days=20))
    consent.refuse(desk, anna, [Purpose.RENDER_PORTRAIT])
    (until,) = consent.not_to_be_asked(desk, anna).values()
    assert until == still.now() + timedelta(days=30)
    assert len([held for held in holdings.holdings(desk, anna) if held.kind == "refusal"]) == 1


def test_who_agrees_after_all_is_no_longer_counted_as_refusing(desk: Desk, anna: SitterId) -> None:
    consent.refuse(desk, anna, [Purpose.RENDER_PORTRAIT, Purpose.KEEP_DOUBLE])
    agree(desk, anna, [Purpose.RENDER_PORTRAIT])
    assert set(consent.not_to_be_asked(desk, anna)) == {Purpose.KEEP_DOUBLE}


def test_a_no_is_forgotten_when_its_time_is_over(desk: Desk, anna: SitterId, still: FakeClock) -> None:
    consent.refuse(desk, anna, [Purpose.RENDER_PORTRAIT])
    still.advance(timedelta(days=30))
    retention.sweep(desk)
    assert holdings.holdings(desk, anna) == []


def test_a_no_of_somebody_else_keeps_nobody_from_being_asked(desk: Desk, anna: SitterId) -> None:
    consent.refuse(desk, SitterId("sitter_omar"), [Purpose.RENDER_PORTRAIT])
    assert consent.not_to_be_asked(desk, anna) == {}


def test_a_permit_does_not_outlive_the_consent_behind_it(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)
    permit = consent.require(desk, anna, Purpose.RENDER_PORTRAIT)
    consent.still(desk, permit, Purpose.RENDER_PORTRAIT)
    take_back(desk, anna, Purpose.RENDER_PORTRAIT)
    with pytest.raises(PermitRefusedError):
        consent.still(desk, permit, Purpose.RENDER_PORTRAIT)


def test_a_permit_for_one_purpose_is_none_for_another_even_when_both_were_agreed_to(
    desk: Desk, anna: SitterId
) -> None:
    agree(desk, anna)
    permit = consent.require(desk, anna, Purpose.RENDER_PORTRAIT)
    with pytest.raises(PermitRefusedError):
        consent.still(desk, permit, Purpose.BUILD_DOUBLE)
