"""Nobody is shown with others unless each of them said yes to the same people, template and time, and still does."""

import json
from datetime import timedelta

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.rights import agree as consent_to_all
from tests.fakes.rights import desk_at, take_back

from fenshen.errors import NotFoundError
from fenshen.ids import GroupId, SitterId
from fenshen.rights import consent, erasure, export, receipt_check, retention, together
from fenshen.rights.consent import AgeBand, Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.together import (
    GroupSizeError,
    SamePersonTwiceError,
    TogetherNotAgreedError,
    TogetherPermit,
)
from fenshen.store import together as rows
from fenshen.store.rows import by_sitter as kept_in_a_backup

ANNA, LIN, OMAR = SitterId("sitter_anna"), SitterId("sitter_lin"), SitterId("sitter_omar")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory, clock: FakeClock) -> Desk:
    opened = desk_at(tmp_path_factory.mktemp("together"), clock)
    for sitter in (ANNA, LIN, OMAR):
        consent_to_all(opened, sitter)
    return opened


def agreed(desk: Desk, *sitters: SitterId, templates: tuple[str, ...] = ("couple",)) -> GroupId:
    group = together.propose(desk, sitters, templates)
    for sitter in sitters:
        together.agree(desk, group, sitter, language="en")
    return group


def missing(desk: Desk, *sitters: SitterId, template: str = "couple") -> object:
    with pytest.raises(TogetherNotAgreedError) as refusal:
        together.require(desk, sitters, template)
    return refusal.value.facts["seat"]


def test_only_when_everybody_said_yes_is_there_a_permit(desk: Desk) -> None:
    assert missing(desk, ANNA, LIN) == 1
    group = together.propose(desk, [ANNA, LIN], ["couple"])
    assert missing(desk, ANNA, LIN) == 1
    together.agree(desk, group, ANNA, language="en")
    assert missing(desk, ANNA, LIN) == 2
    assert missing(desk, LIN, ANNA) == 1  # a seat is told, and nobody's name
    together.agree(desk, group, LIN, language="zh")
    permit = together.require(desk, [LIN, ANNA], "couple")
    assert (permit.group, permit.sitters) == (group, (LIN, ANNA))


def test_a_yes_holds_for_these_people_and_no_others(desk: Desk) -> None:
    agreed(desk, ANNA, LIN)
    assert missing(desk, ANNA, LIN, OMAR)
    assert missing(desk, ANNA, OMAR)
    agreed(desk, ANNA, LIN, OMAR, templates=("family",))
    assert missing(desk, ANNA, LIN, template="family")  # nor for fewer


def test_a_yes_holds_for_the_templates_that_were_named(desk: Desk) -> None:
    agreed(desk, ANNA, LIN, templates=("couple", "parent_and_child"))
    together.require(desk, [ANNA, LIN], "parent_and_child")
    assert missing(desk, ANNA, LIN, template="friends")


def test_one_no_ends_the_group_for_all_and_gives_a_receipt(desk: Desk) -> None:
    group = agreed(desk, ANNA, LIN)
    permit = together.require(desk, [ANNA, LIN], "couple")
    receipt = together.withdraw(desk, group, LIN)
    assert json.loads(receipt.data)["type"] == "withdrawal"
    assert missing(desk, ANNA, LIN) == 2
    with pytest.raises(TogetherNotAgreedError):
        together.still(desk, permit)
    with pytest.raises(NotFoundError):
        together.agree(desk, group, LIN, language="en")


def test_consent_to_portraits_taken_back_takes_every_group_with_it(desk: Desk) -> None:
    agreed(desk, ANNA, LIN)
    take_back(desk, LIN, Purpose.RENDER_PORTRAIT)
    consent_to_all(desk, LIN)  # who changes their mind is asked anew
    assert missing(desk, ANNA, LIN) == 2


def test_a_group_ends_on_its_day_and_is_forgotten(desk: Desk, clock: FakeClock) -> None:
    agreed(desk, ANNA, LIN)
    clock.moment += together.STANDS
    assert missing(desk, ANNA, LIN)
    retention.sweep(desk)
    with desk.store.begin() as connection:
        assert rows.every(connection, ANNA) == []


def test_no_group_is_for_longer_than_the_longest_choice(desk: Desk, clock: FakeClock) -> None:
    group = together.propose(desk, [ANNA, LIN], ["couple"], life=timedelta(days=5000))
    assert together.part(desk, group, ANNA).expires_at == clock.moment + together.LONGEST


def test_a_backup_cannot_bring_back_a_yes_that_was_taken_back(desk: Desk) -> None:
    agreed(desk, ANNA, LIN)
    with desk.store.begin() as connection:
        people, nobody = kept_in_a_backup(connection)
    assert {ANNA, LIN} <= set(people)
    assert not any("together" in tables for tables in (*people.values(), nobody))


def test_an_erased_person_is_in_no_group_and_the_others_no_longer_either(desk: Desk) -> None:
    agreed(desk, ANNA, LIN)
    erasure.erase(desk, LIN)
    with desk.store.begin() as connection:
        assert rows.every(connection, LIN) == []
    assert missing(desk, ANNA, LIN) == 2


def test_what_a_person_takes_away_names_nobody_else(desk: Desk) -> None:
    agreed(desk, ANNA, LIN)
    archive = export.export(desk, ANNA)
    assert LIN.encode() not in archive
    with desk.store.begin() as connection:
        (row,) = rows.every(connection, ANNA)
    assert (row.sitter, row.people) == (ANNA, 2)


def test_a_receipt_holds_before_a_stranger_and_names_nobody(desk: Desk) -> None:
    group = together.propose(desk, [ANNA, LIN], ["couple"])
    receipt = together.agree(desk, group, ANNA, language="en")
    public = (desk.settings.home / "keys" / "studio.pub").read_bytes()
    checked = receipt_check.verify(receipt.data, public)
    assert "receipt_proves_together" in checked.proves
    assert (checked.body["people"], checked.body["templates"]) == (2, ["couple"])
    for name in (ANNA, LIN):
        assert name.encode() not in receipt.data


def test_other_words_need_another_yes(desk: Desk, clock: FakeClock) -> None:
    """A guardian read the words about minors; who grew up meanwhile did not say it themselves."""
    clock.moment += timedelta(hours=1)
    consent.grant(desk, LIN, list(Purpose), adult=False, minor=AgeBand.TEEN, is_self=False, language="en")
    agreed(desk, ANNA, LIN)
    together.require(desk, [ANNA, LIN], "couple")
    clock.moment += timedelta(hours=1)
    consent_to_all(desk, LIN)
    assert missing(desk, ANNA, LIN) == 2


@pytest.mark.parametrize("people", [(ANNA,), (), tuple(SitterId(f"sitter_{n}") for n in range(7))])
def test_too_few_and_too_many_are_refused(desk: Desk, people: tuple[SitterId, ...]) -> None:
    with pytest.raises(GroupSizeError):
        together.propose(desk, people, ["friends"])


def test_the_same_person_twice_is_refused(desk: Desk) -> None:
    with pytest.raises(SamePersonTwiceError) as refusal:
        together.propose(desk, [ANNA, LIN, ANNA], ["family"])
    assert refusal.value.facts == {"first": 1, "second": 3}


@pytest.mark.parametrize("name", ["Anna's wedding", "couple,family", ""])
def test_nobodys_words_are_kept_as_a_template(desk: Desk, name: str) -> None:
    with pytest.raises(NotFoundError):
        together.propose(desk, [ANNA, LIN], [name])


def test_nobody_else_makes_a_permit() -> None:
    with pytest.raises(TypeError):
        TogetherPermit(group=GroupId("group_1"), sitters=(ANNA, LIN), template="couple")
