"""Attack: sealed faces and wrapped keys are altered a thousand times. A thousand are noticed, none opens."""

import random
from collections import Counter
from pathlib import Path

import pytest
from tests.fakes.altering import WAYS, alterations
from tests.fakes.rights import settings_at

from fenshen.errors import FenshenError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.vault.keys import KeyUse
from fenshen.vault.seal import FRAME
from fenshen.vault.vault import DataClass, Vault

ANNA = SitterId("sitter_anna")
BLOBS, KEYS = 1000, 1000
FACE = random.Random(3).randbytes(2 * FRAME + 5000)  # noqa: S311  (three frames, the last one short)


def opened(vault: Vault) -> bytes:
    return vault.get(ANNA, DataClass.DOUBLE, "double_1")


def signed_and_opened(home: Path) -> bytes:
    """Use every key there is."""
    vault = Vault(settings_at(home))
    vault.keys.studio_secret("signing", 32)
    return opened(vault)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    vault = Vault(settings_at(tmp_path))
    vault.put(ANNA, DataClass.DOUBLE, "double_1", FACE)
    vault.put(ANNA, DataClass.DOUBLE, "double_2", FACE[::-1])
    return tmp_path


def sealed(home: Path, vault: Vault, object_id: str) -> Path:
    """Find the blob of an object by what it is not: the one that changes when it is put again."""
    folder = home / "blobs" / vault.keys.key(ANNA, KeyUse.DOUBLE).id
    before = {path: path.read_bytes() for path in folder.iterdir()}
    vault.put(ANNA, DataClass.DOUBLE, object_id, vault.get(ANNA, DataClass.DOUBLE, object_id))
    (found,) = (path for path in folder.iterdir() if path.read_bytes() != before[path])
    return found


def test_a_thousand_altered_faces_are_noticed_and_none_opens(home: Path) -> None:
    vault = Vault(settings_at(home))
    path, other = sealed(home, vault, "double_1"), sealed(home, vault, "double_2")
    whole, noticed = path.read_bytes(), Counter[str]()
    for way, altered in alterations(whole, other.read_bytes(), BLOBS, seed=5):
        path.write_bytes(altered)
        with pytest.raises(SealBrokenError):
            opened(vault)
        noticed[way] += 1
    assert noticed.total() == BLOBS
    assert set(noticed) == set(WAYS)
    path.write_bytes(whole)
    assert opened(vault) == FACE


def test_a_thousand_altered_keys_are_noticed_and_none_opens_a_face(home: Path) -> None:
    """The keys of Anna, of the names and of the signature: each of the three files, by every way that fits it."""
    vault = Vault(settings_at(home))
    vault.keys.studio_secret("signing", 32)
    files = [
        vault.keys._folder(ANNA, KeyUse.DOUBLE) / "1",
        home / "keys" / "names",
        home / "keys" / "signing",
    ]
    wholes, noticed = [path.read_bytes() for path in files], 0
    for path, whole in zip(files, wholes, strict=True):
        for _way, altered in alterations(whole, whole, KEYS // 3 + 1, seed=6, of_frames=False):
            path.write_bytes(altered)
            with pytest.raises(SealBrokenError):
                signed_and_opened(home)
            noticed += 1
        path.write_bytes(whole)
    assert noticed >= KEYS
    assert opened(Vault(settings_at(home))) == FACE


def test_an_altered_key_file_never_becomes_another_key_that_opens(home: Path) -> None:
    """A digit of the key file read wrong is a wrong key: refused, by whichever guard comes first."""
    path = settings_at(home).key_file
    whole = path.read_bytes()
    for _way, altered in alterations(whole, whole, 300, seed=7, of_frames=False):
        path.write_bytes(altered)
        if altered.rstrip(b"\n").lower() == whole.rstrip(b"\n").lower():
            continue  # a newline lost, or a capital: the same key
        with pytest.raises(FenshenError):
            opened(Vault(settings_at(home)))
    path.write_bytes(whole)
    assert opened(Vault(settings_at(home))) == FACE
