"""Promise: killed between any two steps, the studio keeps no photo, and an erasure that was begun is finished.

Nothing is random here: the same work dies before its first touch of the disk, before its second, and so on.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.mortal import ANNA, CANARY, DOUBLES, OMAR, OMARS, homes_after_death
from tests.fakes.rights import settings_at
from tests.scan import faces_in

from fenshen.errors import ConsentRequiredError, NotFoundError
from fenshen.ids import SitterId
from fenshen.rights import consent, receipt_check, receipts, retention
from fenshen.rights.consent import Purpose, agreed
from fenshen.rights.desk import Desk, open_desk
from fenshen.rights.holdings import holdings
from fenshen.store import doubles
from fenshen.vault.keys import KeyUse
from fenshen.vault.vault import DataClass

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FEWEST_STEPS = 15  # else the alarm is not connected


def given(home: Path) -> list[dict[str, object]]:
    """Every receipt of erasure in a home; each must hold."""
    public, found = (home / "keys" / "studio.pub").read_bytes(), []
    for path in sorted((home / "receipts").glob("*.json")):
        receipt_check.verify(path.read_bytes(), public)
        body = json.loads(path.read_bytes())
        found += [body] if body["type"] == "erasure" else []
    return found


def kinds(body: dict[str, object]) -> set[str]:
    objects = body["objects"]
    assert isinstance(objects, list)
    return {each["kind"] for each in objects}


def opens(desk: Desk, sitter: SitterId, double: str) -> bool:
    try:
        return desk.vault.get(sitter, DataClass.DOUBLE, double) == CANARY * 2000 + double.encode()
    except NotFoundError:
        return False


def assert_omar_noticed_nothing(desk: Desk) -> None:
    assert opens(desk, OMAR, OMARS)
    assert Purpose.RENDER_PORTRAIT in agreed(desk, OMAR)
    with desk.store.begin() as connection:
        assert doubles.get(connection, OMARS).sitter == OMAR


def assert_every_listed_double_opens(desk: Desk) -> None:
    with desk.store.begin() as connection:
        rows = doubles.every(connection)
    assert all(opens(desk, row.sitter, row.id) for row in rows)


def assert_nothing_lies_about(desk: Desk, home: Path) -> None:
    assert faces_in(home, [CANARY]) == []
    alive = {
        key.id
        for kind in DataClass
        for sitter in desk.vault.people(kind)
        for key in desk.vault.keys.keys(sitter, KeyUse(kind))
    }
    assert {path.name for path in (home / "blobs").iterdir()} <= alive
    assert [path.name for path in home.rglob("*") if path.name.endswith(".part") or "#" in path.name] == []


def test_the_very_first_start_killed_at_any_step_leaves_no_stray_key(tmp_path: Path) -> None:
    """A key file that was being written holds a key in the clear. It was never used; it must not lie about."""
    homes = homes_after_death("start", tmp_path / "homes")
    assert len(homes) > FEWEST_STEPS
    assert any(list((home / "keys").glob(".kek.*.part")) for home in homes)
    for home in homes:
        desk = retention.start(settings_at(home))
        desk.vault.put(ANNA, DataClass.DOUBLE, DOUBLES[0], CANARY)
        later = FakeClock(desk.clock.now() + timedelta(hours=2))
        assert retention.start(settings_at(home), later).vault.people(DataClass.DOUBLE) == []
        assert list(home.rglob("*.part")) == []


def test_a_sitting_killed_at_any_step_leaves_no_photo_and_nothing_half_made(tmp_path: Path) -> None:
    homes = homes_after_death("sit", tmp_path / "homes")
    assert len(homes) > FEWEST_STEPS
    for home in homes:
        assert faces_in(home, [CANARY]) == []
        desk = retention.start(settings_at(home))  # the next start …
        assert desk.vault.people(DataClass.PHOTO) == []
        later = FakeClock(desk.clock.now() + timedelta(hours=2))
        desk = retention.start(settings_at(home), later)  # … and one when no writer can be alive any more
        assert_every_listed_double_opens(desk)
        assert_nothing_lies_about(desk, home)
        assert_omar_noticed_nothing(desk)
        given(home)


def gone_whole(desk: Desk, home: Path) -> bool:
    """Whether nothing whatever is left of Anna."""
    if holdings(desk, ANNA) or any(desk.vault.keys.keys(ANNA, use) for use in KeyUse):
        return False
    with pytest.raises(ConsentRequiredError):
        consent.require(desk, ANNA, Purpose.RENDER_PORTRAIT)
    names = [each.removeprefix(kind).encode() for each in (ANNA, *DOUBLES) for kind in ("sitter_", "double_")]
    return faces_in(home, [CANARY, *names]) == []


@pytest.mark.parametrize("work", ["erase", "withdraw"])
def test_an_erasure_killed_at_any_step_is_finished_by_the_next_start(tmp_path: Path, work: str) -> None:
    """Begun is begun: is one thing gone, or a consent taken back, then at the next start all is, with a receipt."""
    homes = homes_after_death(work, tmp_path / "homes")
    assert len(homes) > FEWEST_STEPS
    untouched = open_desk(settings_at(tmp_path / "homes" / "template"))
    everything, subject = len(holdings(untouched, ANNA)), receipts.subject(untouched, ANNA)
    broken, finished = {}, 0
    for step, home in enumerate(homes):
        assert faces_in(home, [CANARY]) == []
        left = open_desk(settings_at(home))
        was_begun = len(holdings(left, ANNA)) < everything or Purpose.KEEP_DOUBLE not in agreed(left, ANNA)
        desk = retention.start(settings_at(home))
        assert_omar_noticed_nothing(desk)
        if not was_begun and all(opens(desk, ANNA, double) for double in DOUBLES):
            continue  # died before it began: she asks again
        told = [body for body in given(home) if body["subject"] == subject and kinds(body) - {"photo"}]
        if not gone_whole(desk, home):
            broken[step] = f"{len(holdings(desk, ANNA))} of {everything} things are left"
        elif not told:
            broken[step] = "no receipt"
        else:
            finished += 1
    assert broken == {}
    assert finished


def test_one_double_of_two_is_erased_or_not_and_the_other_stays(tmp_path: Path) -> None:
    homes = homes_after_death("erase_one", tmp_path / "homes")
    assert len(homes) > FEWEST_STEPS
    for home in homes:
        desk = retention.start(settings_at(home))
        assert_omar_noticed_nothing(desk)
        assert_every_listed_double_opens(desk)
        assert opens(desk, ANNA, DOUBLES[1])
        later = FakeClock(desk.clock.now() + timedelta(hours=2))
        desk = retention.start(settings_at(home), later)
        assert_nothing_lies_about(desk, home)
        with desk.store.begin() as connection:
            listed = {row.id for row in doubles.every(connection, sitter=ANNA)}
        assert opens(desk, ANNA, DOUBLES[0]) == (DOUBLES[0] in listed)
