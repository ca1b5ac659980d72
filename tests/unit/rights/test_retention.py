"""Whatever has outlived its rule goes at the next start; whatever has not stays."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.rights import agree, desk_at

from fenshen.errors import NotFoundError
from fenshen.ids import DoubleId, SitterId
from fenshen.rights import account_holdings, holdings, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.lifetimes import LIFETIMES, Sensitivity
from fenshen.store import doubles
from fenshen.vault.keys import KeyUse
from fenshen.vault.vault import DataClass

ONE = DoubleId("double_0000000000000001")


def keep(desk: Desk, sitter: SitterId) -> None:
    agree(desk, sitter)
    desk.vault.put(sitter, DataClass.DOUBLE, ONE, b"a double")
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(ONE, sitter, desk.clock.now(), takes=5, format_version=1))


def age_blobs(home: Path, to: timedelta) -> None:
    """Set back when the blobs were written, counted from noon of the test."""
    moment = (NOON - to).timestamp()
    for path in (home / "blobs").rglob("*"):
        os.utime(path, (moment, moment))


def test_every_kind_of_personal_data_has_its_line_and_every_clock_is_wound() -> None:
    assert {each.kind for each in LIFETIMES} == {kind.name for kind in holdings.KINDS}
    biometric = {each.kind for each in LIFETIMES if each.sensitivity is Sensitivity.BIOMETRIC}
    assert biometric == {DataClass.PHOTO, DataClass.DOUBLE, DataClass.PORTRAIT, DataClass.ARCHIVE}
    assert set(DataClass) <= {each.kind for each in LIFETIMES} | set(account_holdings.LIVES)
    assert set(retention.ENFORCED) == {each.kind for each in LIFETIMES if each.life is not None}


def test_a_double_lives_thirty_days_after_its_last_use_and_not_a_moment_longer(
    desk: Desk, anna: SitterId, still: FakeClock
) -> None:
    keep(desk, anna)
    still.advance(timedelta(days=29))
    assert retention.sweep(desk) == []
    with desk.store.begin() as connection:
        doubles.used(connection, ONE, still.now())
    still.advance(timedelta(days=29, hours=23))
    assert retention.sweep(desk) == []
    still.advance(timedelta(hours=1))
    (receipt,) = retention.sweep(desk)
    assert json.loads(receipt.data)["reason"] == "retention ended"
    assert holdings.holdings(desk, anna) == []


def test_photos_of_a_run_that_died_go_and_those_of_a_living_one_stay(tmp_path: Path, desk: Desk) -> None:
    dead, alive = SitterId("sitter_dead"), SitterId("sitter_alive")
    gone_run, living_run = desk_at(tmp_path), desk_at(tmp_path)
    gone_run.vault.put(dead, DataClass.PHOTO, "photo_1", b"1")
    living_run.vault.put(alive, DataClass.PHOTO, "photo_2", b"2")
    gone_run.vault._leases[dead].close()  # as the kernel does for a process that dies
    (receipt,) = retention.sweep(desk)
    assert json.loads(receipt.data)["reason"] == "the run that brought it was cut off"
    with pytest.raises(NotFoundError):
        desk.vault.get(dead, DataClass.PHOTO, "photo_1")
    assert living_run.vault.get(alive, DataClass.PHOTO, "photo_2") == b"2"


def test_a_double_whose_run_died_before_it_was_registered_goes_after_an_hour(
    tmp_path: Path, desk: Desk, anna: SitterId
) -> None:
    desk.vault.put(anna, DataClass.DOUBLE, ONE, b"a double")
    age_blobs(tmp_path, timedelta(minutes=59))
    retention.sweep(desk)
    assert desk.vault.objects(anna, DataClass.DOUBLE) == [ONE]
    age_blobs(tmp_path, timedelta(minutes=61))
    retention.sweep(desk)
    assert desk.vault.objects(anna, DataClass.DOUBLE) == []


def test_an_erasure_that_was_cut_off_is_finished(desk: Desk, anna: SitterId) -> None:
    keep(desk, anna)
    desk.vault.destroy(anna, DataClass.DOUBLE)  # and here the process dies
    (receipt,) = retention.sweep(desk)
    assert json.loads(receipt.data)["reason"] == "an erasure that was cut off is finished"
    assert holdings.holdings(desk, anna) == []


def test_the_deletion_of_one_of_two_doubles_that_was_cut_off_is_finished(desk: Desk, anna: SitterId) -> None:
    keep(desk, anna)
    two = DoubleId("double_0000000000000002")
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(two, anna, NOON, takes=5, format_version=1))
    retention.sweep(desk)
    with desk.store.begin() as connection:
        assert [row.id for row in doubles.every(connection)] == [ONE]
    assert desk.vault.get(anna, DataClass.DOUBLE, ONE) == b"a double"


def test_one_persons_damaged_key_keeps_nobody_elses_data_alive(
    desk: Desk, anna: SitterId, still: FakeClock
) -> None:
    damaged = SitterId("sitter_damaged")
    keep(desk, anna)
    desk.vault.put(damaged, DataClass.DOUBLE, "double_x", b"x")
    (desk.vault.keys._folder(damaged, KeyUse.DOUBLE) / "1").write_bytes(b"damaged")
    still.advance(timedelta(days=31))
    assert len(retention.sweep(desk)) == 1
    assert holdings.holdings(desk, anna) == []


def test_a_receipt_that_was_being_written_by_a_dead_run_goes_after_an_hour(
    desk: Desk, anna: SitterId, tmp_path: Path
) -> None:
    agree(desk, anna)
    part = tmp_path / "receipts" / ".receipt_1.json.abcd.part"
    part.write_bytes(b"half")
    for age, is_there in ((timedelta(minutes=59), True), (timedelta(minutes=61), False)):
        if part.exists():
            os.utime(part, ((NOON - age).timestamp(),) * 2)
        retention.sweep(desk)
        assert part.exists() is is_there


def test_a_portrait_nobody_fetched_goes_after_a_week(tmp_path: Path, desk: Desk, anna: SitterId) -> None:
    for name in ("portrait_1", "portrait_2"):
        desk.vault.put(anna, DataClass.PORTRAIT, name, b"p")
    age_blobs(tmp_path, timedelta(days=6))
    retention.sweep(desk)
    assert len(desk.vault.objects(anna, DataClass.PORTRAIT)) == 2
    age_blobs(tmp_path, timedelta(days=8))
    retention.sweep(desk)
    assert desk.vault.objects(anna, DataClass.PORTRAIT) == []


def test_consents_of_somebody_of_whom_nothing_is_kept_go_after_a_day(
    desk: Desk, anna: SitterId, still: FakeClock
) -> None:
    agree(desk, anna, [Purpose.INSPECT_PHOTOS])
    still.advance(timedelta(hours=23))
    assert retention.sweep(desk) == []
    still.advance(timedelta(hours=2))
    assert len(retention.sweep(desk)) == 1
    assert holdings.holdings(desk, anna) == []


def test_consents_live_as_long_as_the_double(desk: Desk, anna: SitterId, still: FakeClock) -> None:
    keep(desk, anna)
    still.advance(timedelta(days=29))
    retention.sweep(desk)
    assert any(held.kind == "consent" for held in holdings.holdings(desk, anna))


def test_blobs_of_dead_keys_are_buried(tmp_path: Path, desk: Desk, anna: SitterId) -> None:
    keep(desk, anna)
    (tmp_path / "blobs" / "key_dead").mkdir()
    (tmp_path / "blobs" / "key_dead" / "blob").write_bytes(b"sealed")
    retention.sweep(desk)
    assert [path.name for path in (tmp_path / "blobs").iterdir()] == [
        desk.vault.kept(anna, DataClass.DOUBLE)[0].key_id
    ]


def test_sweeping_an_empty_house_is_fine(desk: Desk) -> None:
    assert retention.sweep(desk) == []


def age_keys(home: Path, to: timedelta) -> None:
    """Set back when the keys were made, counted from noon of the test."""
    moment = (NOON - to).timestamp()
    for path in (home / "keys" / "people").rglob("*"):
        os.utime(path, (moment, moment))


def test_a_key_that_a_killed_run_made_for_nothing_goes_after_an_hour(
    tmp_path: Path, desk: Desk, anna: SitterId, still: FakeClock
) -> None:
    keep(desk, anna)
    uses = (KeyUse.DOUBLE, KeyUse.PORTRAIT, KeyUse.SUBJECT)
    for use in uses:
        desk.vault.keys.key(anna, use, create=True)  # the run was killed before it sealed anything with them
    age_keys(tmp_path, timedelta(minutes=59))
    retention.sweep(desk)
    assert all(desk.vault.keys.holds(anna, use) for use in uses)
    age_keys(tmp_path, timedelta(minutes=61))
    retention.sweep(desk)
    assert not desk.vault.keys.holds(anna, KeyUse.PORTRAIT)
    assert desk.vault.keys.holds(anna, KeyUse.SUBJECT)  # opens no blob, and is needed for receipts
    assert desk.vault.get(anna, DataClass.DOUBLE, ONE) == b"a double"
    desk.vault.put(anna, DataClass.PORTRAIT, "portrait_1", b"made later")
    assert desk.vault.get(anna, DataClass.PORTRAIT, "portrait_1") == b"made later"


def test_a_newer_key_to_which_nothing_was_moved_goes_and_the_old_one_stays(
    tmp_path: Path, desk: Desk, anna: SitterId
) -> None:
    keep(desk, anna)
    desk.vault.keys.succeed(anna, KeyUse.DOUBLE)  # killed before the first object was moved
    age_keys(tmp_path, timedelta(hours=2))
    retention.sweep(desk)
    assert [key.version for key in desk.vault.keys.keys(anna, KeyUse.DOUBLE)] == [1]
    assert desk.vault.get(anna, DataClass.DOUBLE, ONE) == b"a double"
