"""Promise: what is kept of a face is sealed before the first write, for one person and one purpose."""

import shutil
from pathlib import Path

import pytest
from tests.fakes.rights import agree, desk_at, settings_at
from tests.scan import faces_in

from fenshen.errors import FenshenError, NotFoundError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.custody import Custody
from fenshen.vault.kek import KeyFileMissingError
from fenshen.vault.keys import KeyUse
from fenshen.vault.seal import unseal
from fenshen.vault.vault import DataClass, Vault, _context

ANNA, OMAR = SitterId("sitter_anna"), SitterId("sitter_omar")
CANARY = b"canary pixels \x01\x02\x03\x04 of one face"
PICTURES = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + CANARY,
    b"\x89PNG\r\n\x1a\n" + CANARY,
    b"RIFF\x00\x00\x00\x00WEBPVP8 " + CANARY,
    b"\x00\x00\x00\x18ftypheic" + CANARY,
)


def blobs_of(home: Path, vault: Vault, sitter: SitterId, kind: DataClass) -> list[Path]:
    key = vault.keys.key(sitter, KeyUse(kind))
    return sorted((home / "blobs" / key.id).iterdir())


def test_data_directory_holds_no_image_header(tmp_path: Path) -> None:
    desk = desk_at(tmp_path)
    agree(desk, ANNA)
    permit = consent.require(desk, ANNA, Purpose.BUILD_DOUBLE)
    with Custody(desk, ANNA) as photos:
        for picture in PICTURES:
            photos.add(picture, permit)
        desk.vault.put(ANNA, DataClass.DOUBLE, "double_1", b"".join(PICTURES))
        desk.vault.put(ANNA, DataClass.PORTRAIT, "portrait_1", PICTURES[0])
        assert faces_in(tmp_path, [CANARY]) == []  # while photos are kept
    assert faces_in(tmp_path, [CANARY]) == []  # and after they were destroyed


@pytest.mark.parametrize("picture", PICTURES)
def test_the_scanner_would_have_found_one(tmp_path: Path, picture: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / ".hidden").write_bytes(b"some database page " + picture)
    assert len(faces_in(tmp_path, [CANARY])) == 2
    assert faces_in(tmp_path, except_below=["deep"]) == []


def test_photos_key_cannot_open_a_double(tmp_path: Path) -> None:
    """A cryptographic failure, not an ``if``: the very bytes and the very context, with the other key."""
    vault = Vault(settings_at(tmp_path))
    vault.put(ANNA, DataClass.PHOTO, "thing_1", b"a photo")
    vault.put(ANNA, DataClass.DOUBLE, "thing_1", b"a double")
    (sealed,) = (path.read_bytes() for path in blobs_of(tmp_path, vault, ANNA, DataClass.DOUBLE))
    photo_key = vault.keys.key(ANNA, KeyUse.PHOTO).secret
    double_key = vault.keys.key(ANNA, KeyUse.DOUBLE).secret
    for context in (
        _context(ANNA, DataClass.DOUBLE, "thing_1", 1),
        _context(ANNA, DataClass.PHOTO, "thing_1", 1),
    ):
        with pytest.raises(SealBrokenError):
            unseal(sealed, photo_key, context)
    with pytest.raises(SealBrokenError):
        unseal(sealed, double_key, _context(ANNA, DataClass.PHOTO, "thing_1", 1))
    assert unseal(sealed, double_key, _context(ANNA, DataClass.DOUBLE, "thing_1", 1)) == b"a double"


def test_swapped_blobs_do_not_open(tmp_path: Path) -> None:
    vault = Vault(settings_at(tmp_path))
    for sitter in (ANNA, OMAR):
        for kind in DataClass:
            vault.put(sitter, kind, "thing_1", f"{sitter} {kind}".encode())
    places = {
        (who, kind): blobs_of(tmp_path, vault, who, kind)[0] for who in (ANNA, OMAR) for kind in DataClass
    }
    sealed = {owner: path.read_bytes() for owner, path in places.items()}
    for victim, path in places.items():
        for thief, content in sealed.items():
            path.write_bytes(content)
            if victim == thief:
                assert vault.get(*victim, "thing_1") == f"{victim[0]} {victim[1]}".encode()
            else:
                with pytest.raises(SealBrokenError):
                    vault.get(*victim, "thing_1")
        path.write_bytes(sealed[victim])


def test_swapped_keys_and_blobs_together_do_not_open(tmp_path: Path) -> None:
    """Omar puts Anna's wrapped key and her blob in his own place; he still sees nothing."""
    vault = Vault(settings_at(tmp_path))
    for sitter in (ANNA, OMAR):
        vault.put(sitter, DataClass.DOUBLE, "double_1", sitter.encode())
    anna_key, omar_key = (vault.keys._folder(sitter, KeyUse.DOUBLE) / "1" for sitter in (ANNA, OMAR))
    shutil.copy(anna_key, omar_key)
    with pytest.raises(SealBrokenError):
        vault.get(OMAR, DataClass.DOUBLE, "double_1")


def test_nothing_readable_without_the_kek(tmp_path: Path) -> None:
    home, stolen = tmp_path / "home", tmp_path / "stolen"
    vault = Vault(settings_at(home))
    for kind in DataClass:
        vault.put(ANNA, kind, "thing_of_anna", CANARY)
    shutil.copytree(home, stolen, ignore=shutil.ignore_patterns("kek"))
    assert faces_in(stolen, [CANARY, b"thing_of_anna", b"sitter_anna"]) == []
    with pytest.raises(KeyFileMissingError):
        Vault(settings_at(stolen))
    key = stolen / "keys" / "kek"
    key.write_bytes(b"fenshen-kek-1 " + b"ab" * 32)  # a guess
    key.chmod(0o600)
    with pytest.raises(SealBrokenError):
        Vault(settings_at(stolen))


def test_one_flipped_byte_in_any_file_is_never_taken_for_the_face(tmp_path: Path) -> None:
    vault = Vault(settings_at(tmp_path))
    vault.put(ANNA, DataClass.DOUBLE, "double_1", CANARY)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and not path.name.endswith(".lock")]
    assert len(files) == 4  # the key file, the names' secret, Anna's key, her double
    for path in files:
        whole = path.read_bytes()
        for where in range(0, len(whole), 7):
            path.write_bytes(whole[:where] + bytes([whole[where] ^ 0x20]) + whole[where + 1 :])
            with pytest.raises((FenshenError, ValueError)) as refused:
                Vault(settings_at(tmp_path)).get(ANNA, DataClass.DOUBLE, "double_1")
            assert not isinstance(refused.value, AssertionError)
        path.write_bytes(whole)
    assert Vault(settings_at(tmp_path)).get(ANNA, DataClass.DOUBLE, "double_1") == CANARY
    with pytest.raises(NotFoundError):
        vault.get(OMAR, DataClass.DOUBLE, "double_1")
