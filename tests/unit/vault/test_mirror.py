"""A second copy of the keys loses nobody with a disk, and never outlives a receipt."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fakes.rights import agree, settings_at

from fenshen.cli import doctor
from fenshen.ids import SitterId
from fenshen.rights import erasure, holdings, retention
from fenshen.rights.desk import Desk, open_desk
from fenshen.store import erasures
from fenshen.vault.keys import KeyUse
from fenshen.vault.mirror import MARK, MirrorUnreachableError, wrapped_files
from fenshen.vault.vault import DataClass, Vault

ANNA, OMAR = SitterId("sitter_anna"), SitterId("sitter_omar")


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


@pytest.fixture
def desk(tmp_path: Path, mirror: Path) -> Desk:
    desk = open_desk(replace(settings_at(tmp_path / "home"), key_mirror=mirror))
    for sitter in (ANNA, OMAR):
        agree(desk, sitter)
        desk.vault.put(sitter, DataClass.DOUBLE, "double_1", sitter.encode())
    return desk


def copies(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in wrapped_files(root)}


def test_every_wrapped_key_has_its_second_copy_and_the_main_key_has_none(desk: Desk, mirror: Path) -> None:
    home = desk.settings.home / "keys"
    assert copies(mirror) == copies(home) != {}
    assert (home / "kek").read_bytes() not in {
        path.read_bytes() for path in mirror.rglob("*") if path.is_file()
    }
    assert desk.vault.keys.mirror.differing() == 0


def test_an_erasure_kills_both_copies(desk: Desk, mirror: Path) -> None:
    before = copies(mirror)
    erasure.erase(desk, ANNA)
    assert copies(mirror) == copies(desk.settings.home / "keys")
    assert len(copies(mirror)) == len(before) - 2  # double, pseudonym


def test_a_lost_disk_loses_nobody(desk: Desk, mirror: Path) -> None:
    home = desk.settings.home
    for path in copies(home / "keys"):
        (home / "keys" / path).unlink()
    shutil.copytree(mirror, home / "keys", dirs_exist_ok=True)
    assert Vault(desk.settings).get(OMAR, DataClass.DOUBLE, "double_1") == OMAR.encode()


def test_while_the_mirror_is_away_nothing_is_certified_and_what_was_ordered_goes_later(
    desk: Desk, mirror: Path
) -> None:
    away = mirror.rename(mirror.with_name("unplugged"))
    with pytest.raises(MirrorUnreachableError):
        erasure.erase(desk, ANNA)
    assert desk.vault.keys.holds(ANNA, KeyUse.DOUBLE)
    with desk.store.begin() as connection:
        (order,) = erasures.every(connection)
    assert not (desk.settings.home / "receipts" / f"{order.receipt}.json").exists()
    away.rename(mirror)
    retention.sweep(desk)
    assert (desk.settings.home / "receipts" / f"{order.receipt}.json").exists()
    assert holdings.holdings(desk, ANNA) == []
    assert copies(mirror) == copies(desk.settings.home / "keys")


def test_while_the_mirror_is_away_no_key_is_made(desk: Desk, mirror: Path) -> None:
    mirror.rename(mirror.with_name("unplugged"))
    with pytest.raises(MirrorUnreachableError):
        desk.vault.put(SitterId("sitter_new"), DataClass.DOUBLE, "double_1", b"1")
    assert not desk.vault.keys.holds(SitterId("sitter_new"), KeyUse.DOUBLE)


def test_an_empty_place_where_a_disk_should_be_mounted_is_taken_for_a_mirror_only_when_it_is_empty(
    desk: Desk, tmp_path: Path
) -> None:
    other = tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(MirrorUnreachableError):
        Vault(replace(desk.settings, key_mirror=other))
    assert not (other / MARK).exists()


def test_a_mirror_that_lags_is_counted_and_mended_by_the_sweep(desk: Desk, mirror: Path) -> None:
    wrapped = [path for path in wrapped_files(mirror) if path.name.isdecimal()]
    wrapped[0].unlink()
    stray = wrapped[1].with_name("7")
    stray.write_bytes(b"x")
    assert desk.vault.keys.mirror.differing() == 2
    retention.sweep(desk)
    assert desk.vault.keys.mirror.differing() == 0


def test_the_doctor_tells_how_the_two_copies_differ(desk: Desk, mirror: Path) -> None:
    (healthy,) = doctor.mirror(desk.settings)
    assert (healthy.state, healthy.found) == ("good", "keys that differ: 0")
    next(path for path in wrapped_files(mirror) if path.name.isdecimal()).unlink()
    (ill,) = doctor.mirror(desk.settings)
    assert (ill.state, ill.found) == ("bad", "keys that differ: 1")
    mirror.rename(mirror.with_name("unplugged"))
    (away,) = doctor.mirror(desk.settings)
    assert (away.state, bool(away.fix)) == ("bad", True)


def test_the_doctor_asks_no_file_of_a_key_that_lives_in_a_service(desk: Desk) -> None:
    assert doctor.key(replace(desk.settings, key="aws-kms://key-1")).found == "aws-kms"
