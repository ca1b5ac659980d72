"""The one door to what is kept: sealed on the way in, opened only for its own, destroyed beyond recovery."""

import os
import shutil
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.fakes.rights import settings_at
from tests.fakes.small_disk import files_in, small_disk

from fenshen.errors import DiskFullError, NotFoundError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.vault.blobs import LocalBlobs
from fenshen.vault.keys import KeyStore, KeyUse, SitterBusyError
from fenshen.vault.vault import DataClass, ErasureFailedError, Vault

ANNA, OMAR = SitterId("sitter_anna"), SitterId("sitter_omar")
SOON = datetime.now(UTC) + timedelta(days=1)
PHOTO, DOUBLE, PORTRAIT = DataClass.PHOTO, DataClass.DOUBLE, DataClass.PORTRAIT


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(settings_at(tmp_path))


def blob_of(home: Path, vault: Vault, sitter: SitterId, kind: DataClass) -> Path:
    key = vault.keys.key(sitter, KeyUse(kind))
    return next((home / "blobs" / key.id).iterdir())


def test_an_object_comes_back_also_in_another_run(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"a face")
    assert Vault(settings_at(tmp_path)).get(ANNA, DOUBLE, "double_1") == b"a face"


def test_an_object_is_replaced_by_one_of_the_same_id(vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"old")
    vault.put(ANNA, DOUBLE, "double_1", b"new")
    assert vault.get(ANNA, DOUBLE, "double_1") == b"new"
    assert vault.objects(ANNA, DOUBLE) == ["double_1"]


def test_nobody_sees_an_object_of_another_sitter_class_or_id(vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"a face")
    for sitter, kind, object_id in (
        (OMAR, DOUBLE, "double_1"),
        (ANNA, PORTRAIT, "double_1"),
        (ANNA, DOUBLE, "x"),
    ):
        with pytest.raises(NotFoundError):
            vault.get(sitter, kind, object_id)


def test_what_is_told_about_an_object_is_what_the_disk_has(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"a face")
    (kept,) = vault.kept(ANNA, DOUBLE)
    assert kept.bytes == blob_of(tmp_path, vault, ANNA, DOUBLE).stat().st_size
    assert kept.key_id == vault.keys.key(ANNA, KeyUse.DOUBLE).id


def test_neither_content_nor_names_on_the_disk_tell_anything(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, PHOTO, "photo_of_anna", b"\xff\xd8\xff a face")
    assert "anna" not in "".join(files_in(tmp_path))
    assert all(b"a face" not in (tmp_path / name).read_bytes() for name in files_in(tmp_path))


def test_a_blob_under_another_name_of_the_same_sitter_does_not_open(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"one")
    first = blob_of(tmp_path, vault, ANNA, DOUBLE)
    sealed = first.read_bytes()
    vault.put(ANNA, DOUBLE, "double_2", b"two")
    for path in first.parent.iterdir():
        path.write_bytes(sealed)
    assert vault.get(ANNA, DOUBLE, "double_1") == b"one"
    with pytest.raises(SealBrokenError):
        vault.get(ANNA, DOUBLE, "double_2")


def test_destroying_a_class_takes_all_of_it_and_leaves_the_others(vault: Vault) -> None:
    vault.put(ANNA, PHOTO, "photo_1", b"1")
    vault.put(ANNA, PHOTO, "photo_2", b"2")
    vault.put(ANNA, DOUBLE, "double_1", b"d")
    vault.put(OMAR, DOUBLE, "double_2", b"o")
    gone = vault.destroy(ANNA, PHOTO)
    assert gone.count == 2
    assert len(gone.key_ids) == 1
    assert vault.objects(ANNA, PHOTO) == []
    assert vault.get(ANNA, DOUBLE, "double_1") == b"d"
    assert vault.get(OMAR, DOUBLE, "double_2") == b"o"
    assert vault.destroy(ANNA, PHOTO).count == 0


def test_blobs_put_back_after_destruction_do_not_open(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"d")
    shutil.copytree(tmp_path / "blobs", tmp_path / "yesterdays_backup")
    vault.destroy(ANNA, DOUBLE)
    shutil.copytree(tmp_path / "yesterdays_backup", tmp_path / "blobs", dirs_exist_ok=True)
    with pytest.raises(NotFoundError):
        vault.get(ANNA, DOUBLE, "double_1")
    assert vault.bury(SOON) == 1
    assert files_in(tmp_path / "blobs") == []


def test_what_others_left_among_the_blobs_is_neither_listed_nor_buried(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"d")
    blob_of(tmp_path, vault, ANNA, DOUBLE).with_name(".DS_Store").write_bytes(b"Finder was here")
    (tmp_path / "blobs" / "lost+found").mkdir()
    assert vault.objects(ANNA, DOUBLE) == ["double_1"]
    assert vault.bury(SOON) == 0
    assert (tmp_path / "blobs" / "lost+found").exists()


def test_one_of_several_objects_dies_beyond_recovery_and_the_others_live(
    tmp_path: Path, vault: Vault
) -> None:
    for name in ("double_1", "double_2", "double_3"):
        vault.put(ANNA, DOUBLE, name, name.encode())
    old_key = vault.keys.key(ANNA, KeyUse.DOUBLE)
    shutil.copytree(tmp_path / "blobs", tmp_path / "yesterdays_backup")
    gone = vault.delete(ANNA, DOUBLE, "double_2")
    assert gone.count == 1
    assert gone.key_ids == (old_key.id,)
    assert vault.objects(ANNA, DOUBLE) == ["double_1", "double_3"]
    assert vault.get(ANNA, DOUBLE, "double_3") == b"double_3"
    shutil.copytree(tmp_path / "yesterdays_backup", tmp_path / "blobs", dirs_exist_ok=True)
    with pytest.raises(NotFoundError):
        vault.get(ANNA, DOUBLE, "double_2")


def test_the_key_of_the_last_object_dies_with_it(vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"d")
    vault.delete(ANNA, DOUBLE, "double_1")
    assert vault.keys.keys(ANNA, KeyUse.DOUBLE) == []
    with pytest.raises(NotFoundError):
        vault.delete(ANNA, DOUBLE, "double_1")


def test_a_crash_while_moving_objects_to_a_new_key_loses_nothing(vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"1")
    vault.put(ANNA, DOUBLE, "double_2", b"2")
    new = vault.keys.succeed(ANNA, KeyUse.DOUBLE)
    vault._write(new, ANNA, DOUBLE, "double_1", b"1")  # and here the power fails
    assert vault.objects(ANNA, DOUBLE) == ["double_1", "double_2"]
    assert vault.get(ANNA, DOUBLE, "double_1") == b"1"
    assert vault.get(ANNA, DOUBLE, "double_2") == b"2"
    vault.delete(ANNA, DOUBLE, "double_2")
    assert vault.objects(ANNA, DOUBLE) == ["double_1"]


def test_two_runs_do_not_share_the_photos_of_one_sitter(tmp_path: Path, vault: Vault) -> None:
    other_run = Vault(settings_at(tmp_path))
    vault.put(ANNA, PHOTO, "photo_1", b"1")
    with pytest.raises(SitterBusyError):
        other_run.put(ANNA, PHOTO, "photo_2", b"2")
    with pytest.raises(SitterBusyError):
        other_run.destroy(ANNA, PHOTO)
    other_run.put(ANNA, DOUBLE, "double_1", b"d")
    vault.destroy(ANNA, PHOTO)
    other_run.put(ANNA, PHOTO, "photo_2", b"2")


def test_photos_of_a_living_run_are_not_taken_for_abandoned(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, PHOTO, "photo_1", b"1")
    assert Vault(settings_at(tmp_path)).take_over() == []
    assert vault.take_over() == []
    vault._leases[ANNA].close()  # what the kernel does when the process dies
    assert Vault(settings_at(tmp_path)).take_over() == [ANNA]


class BlobsThatAreSlow(LocalBlobs):
    """While a blob is being written, another run erases the person."""

    erase: Callable[[], object] = staticmethod(lambda: None)

    def put(self, name: str, sealed: Iterable[bytes | memoryview]) -> None:
        self.erase()
        super().put(name, sealed)


def test_writing_while_the_person_is_erased_leaves_no_orphan(tmp_path: Path) -> None:
    blobs = BlobsThatAreSlow(tmp_path / "blobs")
    vault = Vault(settings_at(tmp_path), blobs=blobs)
    blobs.erase = lambda: Vault(settings_at(tmp_path)).destroy(ANNA, DOUBLE)
    with pytest.raises(NotFoundError):
        vault.put(ANNA, DOUBLE, "double_1", b"1")
    assert files_in(tmp_path / "blobs") == []


class KeysThatStay(KeyStore):
    """A disk that says it destroyed and did not."""

    def destroy(self, *_: object, **__: object) -> list[str]:
        return []


def test_destruction_that_did_not_work_is_not_called_done(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"1")
    vault.keys = KeysThatStay(settings_at(tmp_path))
    with pytest.raises(ErasureFailedError):
        vault.destroy(ANNA, DOUBLE)


def test_a_damaged_key_keeps_nobody_from_being_destroyed(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, PHOTO, "photo_1", b"1")
    (vault.keys._folder(ANNA, KeyUse.PHOTO) / "1").write_bytes(os.urandom(60))
    with pytest.raises(SealBrokenError):
        vault.bury(SOON)
    assert files_in(tmp_path / "blobs") != []
    vault.destroy(ANNA, PHOTO)
    vault.bury(SOON)
    assert files_in(tmp_path / "blobs") == []


def test_half_written_blobs_go_when_their_writer_must_be_dead(tmp_path: Path, vault: Vault) -> None:
    vault.put(ANNA, DOUBLE, "double_1", b"1")
    half = blob_of(tmp_path, vault, ANNA, DOUBLE).with_name(".00ff.0a1b2c3d.part")
    half.write_bytes(b"half")
    vault.bury(SOON - timedelta(days=2))
    assert half.exists()
    vault.bury(SOON)
    assert not half.exists()
    assert vault.objects(ANNA, DOUBLE) == ["double_1"]


def test_a_full_disk_keeps_nothing_new_and_destroying_still_works(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3) as disk:
        vault = Vault(settings_at(disk))
        vault.put(ANNA, PHOTO, "photo_1", os.urandom(1 << 20))
        with pytest.raises(DiskFullError):
            vault.put(ANNA, PHOTO, "photo_2", os.urandom(4 << 20))
        assert vault.objects(ANNA, PHOTO) == ["photo_1"]
        assert vault.destroy(ANNA, PHOTO).count == 1
        assert files_in(disk / "blobs") == []
