"""One key per sitter and use; the file that opens them all; and what destroying a key means."""

import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.fakes.rights import settings_at

from fenshen.errors import NotFoundError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.store import disk
from fenshen.vault import kek
from fenshen.vault.kek import KeyFile, KeyFileExposedError, KeyFileInvalidError, KeyFileMissingError
from fenshen.vault.keys import KeyStore, KeyUse, SitterBusyError

ANNA, OMAR = SitterId("sitter_anna"), SitterId("sitter_omar")


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(settings_at(tmp_path))


def test_the_key_file_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    KeyStore(settings_at(tmp_path))
    path = tmp_path / "keys" / "kek"
    first = path.read_bytes()
    KeyStore(settings_at(tmp_path))
    assert path.read_bytes() == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o777])
def test_a_key_file_that_others_can_read_is_refused_and_the_mode_is_told(tmp_path: Path, mode: int) -> None:
    KeyStore(settings_at(tmp_path))
    (tmp_path / "keys" / "kek").chmod(mode)
    with pytest.raises(KeyFileExposedError) as refused:
        KeyStore(settings_at(tmp_path))
    assert refused.value.facts == {"mode": f"{mode:04o}"}


def test_a_lost_key_file_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    KeyStore(settings_at(tmp_path)).key(ANNA, KeyUse.PHOTO, create=True)
    (tmp_path / "keys" / "kek").unlink()
    with pytest.raises(KeyFileMissingError):
        KeyStore(settings_at(tmp_path))
    assert not (tmp_path / "keys" / "kek").exists()


@pytest.mark.parametrize("content", [b"", b"fenshen-kek-1 00", b"-----BEGIN", b"fenshen-kek-1 " + b"g" * 64])
def test_a_file_that_holds_no_key_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kek"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFileInvalidError):
        KeyFile(path, may_create=True)


def test_many_threads_that_start_at_once_make_one_key_file(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        providers = list(pool.map(lambda _: KeyFile(tmp_path / "kek", may_create=True), range(16)))
    wrapped = providers[0].wrap(b"secret", b"")
    assert all(provider.unwrap(wrapped, b"") == b"secret" for provider in providers)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".kek.lock", "kek"]


def test_many_processes_that_start_at_once_make_one_key_for_a_sitter(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from fenshen.vault.keys import KeyStore, KeyUse; from fenshen.settings import load;"
        "print(KeyStore(load({'FENSHEN_HOME': sys.argv[1]})).key('sitter_anna', KeyUse.PHOTO, create=True).id)"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    assert len({run.communicate(timeout=60)[0] for run in runs}) == 1
    assert all(run.returncode == 0 for run in runs)


def test_every_sitter_and_every_use_has_a_key_of_its_own(keys: KeyStore) -> None:
    made = [keys.key(sitter, use, create=True) for sitter in (ANNA, OMAR) for use in KeyUse]
    assert len({key.secret for key in made}) == len({key.id for key in made}) == 2 * len(KeyUse)


def test_a_key_is_found_again_by_another_run_and_not_made_unasked(tmp_path: Path, keys: KeyStore) -> None:
    with pytest.raises(NotFoundError):
        keys.key(ANNA, KeyUse.DOUBLE)
    key = keys.key(ANNA, KeyUse.DOUBLE, create=True)
    assert KeyStore(settings_at(tmp_path)).key(ANNA, KeyUse.DOUBLE) == key


def test_the_names_of_key_files_tell_neither_sitter_nor_use(tmp_path: Path, keys: KeyStore) -> None:
    keys.key(ANNA, KeyUse.PHOTO, create=True)
    names = " ".join(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert "anna" not in names
    assert "photo" not in names
    assert keys.people(KeyUse.PHOTO) == [ANNA]
    assert keys.people(KeyUse.DOUBLE) == []


def test_a_secret_is_not_shown_when_a_key_is_printed(keys: KeyStore) -> None:
    key = keys.key(ANNA, KeyUse.PHOTO, create=True)
    assert key.secret.hex() not in repr(key)
    assert "secret" not in repr(key)


@pytest.mark.parametrize(("sitter", "use"), [(OMAR, KeyUse.PHOTO), (ANNA, KeyUse.DOUBLE)])
def test_a_wrapped_key_moved_to_another_sitter_or_use_does_not_open(
    keys: KeyStore, sitter: SitterId, use: KeyUse
) -> None:
    keys.key(ANNA, KeyUse.PHOTO, create=True)
    keys.key(sitter, use, create=True)
    shutil.copy(keys._folder(ANNA, KeyUse.PHOTO) / "1", keys._folder(sitter, use) / "1")
    with pytest.raises(SealBrokenError):
        keys.key(sitter, use)


def test_an_old_wrapped_key_does_not_pass_for_a_newer_one(keys: KeyStore) -> None:
    keys.key(ANNA, KeyUse.PHOTO, create=True)
    keys.succeed(ANNA, KeyUse.PHOTO)
    folder = keys._folder(ANNA, KeyUse.PHOTO)
    shutil.copy(folder / "1", folder / "2")
    with pytest.raises(SealBrokenError):
        keys.keys(ANNA, KeyUse.PHOTO)


def test_a_wrapped_key_opens_with_no_other_key_file(tmp_path: Path, keys: KeyStore) -> None:
    keys.key(ANNA, KeyUse.PHOTO, create=True)
    (tmp_path / "keys" / "kek").write_bytes(b"fenshen-kek-1 " + b"0" * 64)
    with pytest.raises(SealBrokenError):
        KeyStore(settings_at(tmp_path))


def test_a_destroyed_key_is_gone_for_every_process_and_for_the_disk(tmp_path: Path, keys: KeyStore) -> None:
    other_run = KeyStore(settings_at(tmp_path))
    key = keys.key(ANNA, KeyUse.PHOTO, create=True)
    path = keys._folder(ANNA, KeyUse.PHOTO) / "1"
    wrapped = path.read_bytes()
    with path.open("rb") as held_open:  # what a forensic reader of the same blocks would see
        assert keys.destroy(ANNA, KeyUse.PHOTO) == [key.id]
        assert held_open.read() != wrapped
    assert other_run.keys(ANNA, KeyUse.PHOTO) == []
    assert not path.parent.exists()
    assert keys.destroy(ANNA, KeyUse.PHOTO) == []  # repeating it is fine


def test_a_run_killed_while_destroying_leaves_no_damaged_key(tmp_path: Path, keys: KeyStore) -> None:
    keys.key(ANNA, KeyUse.DOUBLE, create=True)
    folder = keys._folder(ANNA, KeyUse.DOUBLE)
    (folder / "1").rename(folder / ".1.dying.part")
    (folder / ".1.dying.part").write_bytes(os.urandom(40))  # and here the process dies
    later = KeyStore(settings_at(tmp_path))
    assert later.keys(ANNA, KeyUse.DOUBLE) == []
    assert later.people(KeyUse.DOUBLE) == []
    later.tidy()
    assert not folder.exists()


def test_a_damaged_key_opens_nothing_but_can_be_destroyed(keys: KeyStore) -> None:
    keys.key(ANNA, KeyUse.DOUBLE, create=True)
    (keys._folder(ANNA, KeyUse.DOUBLE) / "1").write_bytes(os.urandom(60))
    with pytest.raises(SealBrokenError):
        keys.keys(ANNA, KeyUse.DOUBLE)
    keys.destroy(ANNA, KeyUse.DOUBLE)
    assert keys.keys(ANNA, KeyUse.DOUBLE) == []


def test_a_key_made_after_destruction_is_a_new_one(keys: KeyStore) -> None:
    old = keys.key(ANNA, KeyUse.PHOTO, create=True)
    keys.destroy(ANNA, KeyUse.PHOTO)
    new = keys.key(ANNA, KeyUse.PHOTO, create=True)
    assert new.id != old.id
    assert new.secret != old.secret


def test_a_half_made_key_of_a_killed_run_goes_with_the_others(keys: KeyStore) -> None:
    keys.key(ANNA, KeyUse.PHOTO, create=True)
    folder = keys._folder(ANNA, KeyUse.PHOTO)
    (folder / ".2.abcd.part").write_bytes(b"half")
    keys.destroy(ANNA, KeyUse.PHOTO)
    keys.tidy()
    assert not folder.exists()


def test_two_runs_cannot_hold_the_same_sitter_and_one_may_follow_the_other(
    keys: KeyStore, tmp_path: Path
) -> None:
    other_run = KeyStore(settings_at(tmp_path))
    with keys.lease(ANNA, KeyUse.PHOTO):
        with pytest.raises(SitterBusyError), other_run.lease(ANNA, KeyUse.PHOTO):
            pass
        with other_run.lease(OMAR, KeyUse.PHOTO):
            pass
    with other_run.lease(ANNA, KeyUse.PHOTO):
        pass


def test_tidying_removes_empty_folders_but_none_that_somebody_holds(keys: KeyStore, tmp_path: Path) -> None:
    with keys.lease(OMAR, KeyUse.PHOTO):
        pass
    keys.key(ANNA, KeyUse.DOUBLE, create=True)
    with keys.lease(ANNA, KeyUse.PHOTO):
        KeyStore(settings_at(tmp_path)).tidy()
        assert keys._folder(ANNA, KeyUse.PHOTO).exists()
    assert not keys._folder(OMAR, KeyUse.PHOTO).exists()
    assert keys.people(KeyUse.DOUBLE) == [ANNA]


def test_a_key_file_elsewhere_is_used_and_stays_the_only_copy(tmp_path: Path) -> None:
    settings = settings_at(tmp_path / "home")
    elsewhere = type(settings)(
        home=settings.home,
        models=settings.models,
        key_file=tmp_path / "usb" / "kek",
        language="en",
        producer="t",
    )
    KeyStore(elsewhere).key(ANNA, KeyUse.PHOTO, create=True)
    assert (tmp_path / "usb" / "kek").exists()
    assert not (tmp_path / "home" / "keys" / "kek").exists()
    with pytest.raises(KeyFileMissingError):
        KeyStore(settings)


def test_the_wrapping_differs_each_time_and_is_bound_to_its_owner(tmp_path: Path) -> None:
    provider = KeyFile(tmp_path / "kek", may_create=True)
    assert provider.wrap(b"secret", b"a") != provider.wrap(b"secret", b"a")
    with pytest.raises(SealBrokenError):
        provider.unwrap(provider.wrap(b"secret", b"a"), b"b")
    for cut in range(kek.ID + kek.NONCE + 1):
        with pytest.raises(SealBrokenError):
            provider.unwrap(provider.wrap(b"secret", b"a")[:cut], b"a")


def test_tidying_takes_a_half_made_key_too(keys: KeyStore) -> None:
    folder = disk.private_folder(keys._folder(ANNA, KeyUse.DOUBLE))
    (folder / ".1.abcd.part").write_bytes(b"half")
    keys.tidy()
    assert not folder.exists()


def test_what_others_left_in_our_folders_is_neither_read_nor_removed(tmp_path: Path, keys: KeyStore) -> None:
    people = tmp_path / "keys" / "people"
    (people / ".DS_Store").write_bytes(b"Finder was here")
    (people / "lost+found").mkdir()
    (people / "lost+found" / "1").write_bytes(b"x")
    keys.key(ANNA, KeyUse.PHOTO, create=True)
    keys.tidy()
    assert keys.people(KeyUse.PHOTO) == [ANNA]
    assert (people / ".DS_Store").exists()
    assert (people / "lost+found" / "1").exists()


def test_an_error_inside_a_lease_comes_out_as_it_is(keys: KeyStore) -> None:
    with pytest.raises(FileNotFoundError), keys.lease(ANNA, KeyUse.PHOTO):
        raise FileNotFoundError
