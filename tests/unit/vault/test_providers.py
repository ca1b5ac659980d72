"""Wherever the main key lives, it wraps alike: bound to its owner, never shown, and its faults are named."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.key_services import AWS, FakeAliyun, FakeGoogle, FakeVault
from tests.fakes.rights import settings_at

from fenshen import settings
from fenshen.errors import SealBrokenError, SettingInvalidError
from fenshen.vault.kek import KeyElsewhereError, KeyFile, KeyProvider
from fenshen.vault.providers import open_provider
from fenshen.vault.providers.aliyun import AliyunKms
from fenshen.vault.providers.google import GoogleKms
from fenshen.vault.providers.hashicorp import VaultTransit
from fenshen.vault.providers.passphrase import (
    PassphraseExposedError,
    PassphraseFile,
    PassphraseMissingError,
    PassphraseWeakError,
    PassphraseWrongError,
    asked,
)
from fenshen.vault.providers.service import (
    KeyServiceRefusedError,
    KeyServiceUnreachableError,
    LibraryMissingError,
    imported,
)

SECRET, OWNER, OTHER = b"a data key of forty bytes, say, or so ..", b"anna photo 1", b"omar photo 1"
PHRASE = "correct horse battery staple"


@pytest.fixture
def aws_key(aws_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    import boto3

    for name, value in {**AWS, "AWS_ENDPOINT_URL_KMS": aws_server}.items():
        monkeypatch.setenv(name, value)
    return str(boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])


@pytest.fixture(params=["file", "passphrase", "aws", "google", "aliyun", "vault", "vault of another type"])
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> KeyProvider:
    """Each kind; AWS's against a real server, the others' against clients that behave as documented."""
    if request.param == "aws":
        address = f"aws-kms://{request.getfixturevalue('aws_key')}"
        return open_provider(address, settings_at(tmp_path), may_create=False)
    google, aliyun = FakeGoogle(), FakeAliyun()
    made: dict[str, Callable[[], KeyProvider]] = {
        "file": lambda: KeyFile(tmp_path / "kek", may_create=True),
        "passphrase": lambda: PassphraseFile(tmp_path / "kek", lambda _: PHRASE, may_create=True),
        "google": lambda: GoogleKms("projects/p/locations/l/keyRings/r/cryptoKeys/k", google),
        "aliyun": lambda: AliyunKms("key-1", aliyun, aliyun),
        "vault": lambda: VaultTransit("transit/fenshen", FakeVault()),
        "vault of another type": lambda: VaultTransit("transit/fenshen", FakeVault(heeds_context=False)),
    }
    return made[request.param]()


def test_a_secret_comes_back_to_its_owner_and_to_nobody_else(provider: KeyProvider) -> None:
    wrapped = provider.wrap(SECRET, OWNER)
    assert SECRET not in wrapped
    assert bytes(provider.unwrap(wrapped, OWNER)) == SECRET
    with pytest.raises(SealBrokenError):
        provider.unwrap(wrapped, OTHER)


def test_it_differs_each_time_and_tells_whose_it_is(provider: KeyProvider) -> None:
    first, second = provider.wrap(SECRET, OWNER), provider.wrap(SECRET, OWNER)
    assert first != second
    assert provider.knows(first)
    assert not provider.knows(b"12345678" + first[8:])
    with pytest.raises(KeyElsewhereError):
        provider.unwrap(b"12345678" + first[8:], OWNER)


def test_an_altered_or_cut_secret_is_refused(provider: KeyProvider) -> None:
    wrapped = provider.wrap(SECRET, OWNER)
    for altered in (wrapped[:-1], wrapped[:20], wrapped[:-3] + bytes([wrapped[-3] ^ 1]) + wrapped[-2:]):
        with pytest.raises(SealBrokenError):
            provider.unwrap(altered, OWNER)


def test_a_new_generation_leaves_the_old_readable_until_it_is_retired(provider: KeyProvider) -> None:
    before = provider.wrap(SECRET, OWNER)
    provider.renew()
    provider.renew()  # again is fine
    assert bytes(provider.unwrap(before, OWNER)) == SECRET
    after = provider.wrap(SECRET, OWNER)
    provider.retire()
    provider.retire()
    assert bytes(provider.unwrap(after, OWNER)) == SECRET
    if provider.is_ours:
        with pytest.raises(KeyElsewhereError):
            provider.unwrap(before, OWNER)


@pytest.mark.parametrize("kind", ["google", "aliyun", "vault"])
def test_a_service_that_does_not_answer_is_named_and_may_be_tried_again(kind: str) -> None:
    google, aliyun, vault = FakeGoogle(), FakeAliyun(), FakeVault()
    provider = {
        "google": GoogleKms("projects/p", google),
        "aliyun": AliyunKms("key-1", aliyun, aliyun),
        "vault": VaultTransit("transit/fenshen", vault),
    }[kind]
    wrapped = provider.wrap(SECRET, OWNER)
    google.down = aliyun.down = vault.down = True
    with pytest.raises(KeyServiceUnreachableError) as refusal:
        provider.unwrap(wrapped, OWNER)
    assert refusal.value.retry


def test_a_service_sees_neither_whose_key_it_is_nor_what_for() -> None:
    google = FakeGoogle()
    GoogleKms("projects/p", google).wrap(SECRET, OWNER)
    assert OWNER not in google.seen[0]


def test_amazon_s_refusal_is_named_by_its_code_and_tells_no_key(aws_key: str, tmp_path: Path) -> None:
    provider = open_provider("aws-kms://no-such-key", settings_at(tmp_path), may_create=False)
    with pytest.raises(KeyServiceRefusedError) as refusal:
        provider.wrap(SECRET, OWNER)
    assert refusal.value.facts == {"service": "aws-kms", "reason": "NotFoundException"}


def test_amazon_out_of_reach_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**AWS, "AWS_ENDPOINT_URL_KMS": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    provider = open_provider("aws-kms://key", settings_at(tmp_path), may_create=False)
    with pytest.raises(KeyServiceUnreachableError):
        provider.wrap(SECRET, OWNER)


@pytest.mark.parametrize(
    "address", ["gcp-kms://projects/p", "aliyun-kms://cn-hangzhou/k", "vault-transit://t/k"]
)
def test_a_library_that_is_not_installed_is_named_with_what_brings_it(address: str, tmp_path: Path) -> None:
    with pytest.raises(LibraryMissingError) as refusal:
        open_provider(address, settings_at(tmp_path), may_create=False)
    assert refusal.value.facts["extra"] in {"google", "aliyun", "hashicorp"}


def test_an_address_of_no_known_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalidError):
        open_provider("ftp://key", settings_at(tmp_path), may_create=False)
    for name in ("FENSHEN_KEY", "FENSHEN_BLOBS"):
        with pytest.raises(SettingInvalidError):
            settings.load({name: "ftp://somewhere"})


def test_what_is_installed_is_imported() -> None:
    assert imported("json", "none").loads("1") == 1


# ---- the passphrase


def test_the_file_under_a_passphrase_holds_no_key_in_the_open_and_opens_with_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    wrapped = PassphraseFile(path, lambda _: PHRASE, may_create=True).wrap(SECRET, OWNER)
    assert path.read_bytes().startswith(b"fenshen-kek-2 argon2id m=65536 t=3 p=4 salt=")
    again = PassphraseFile(path, lambda _: PHRASE, may_create=False)
    assert bytes(again.unwrap(wrapped, OWNER)) == SECRET
    with pytest.raises(PassphraseWrongError):
        PassphraseFile(path, lambda _: PHRASE + "!", may_create=False)


def test_a_short_passphrase_is_refused_and_no_file_is_made(tmp_path: Path) -> None:
    with pytest.raises(PassphraseWeakError):
        PassphraseFile(tmp_path / "kek", lambda _: "short", may_create=True)
    assert not (tmp_path / "kek").exists()


def test_a_file_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kek"
    PassphraseFile(path, lambda _: PHRASE, may_create=True)
    path.write_bytes(path.read_bytes().replace(b"m=65536", b"m=99999999"))
    path.chmod(0o600)
    from fenshen.vault.kek import KeyFileInvalidError

    with pytest.raises(KeyFileInvalidError):
        PassphraseFile(path, lambda _: PHRASE, may_create=False)


def test_the_passphrase_comes_from_a_private_file_or_a_terminal_and_from_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "phrase"
    file.write_text(PHRASE + "\n")
    file.chmod(0o600)
    chosen: Any = settings.load({"FENSHEN_HOME": str(tmp_path), "FENSHEN_PASSPHRASE_FILE": str(file)})
    assert asked(chosen)(False) == PHRASE  # noqa: FBT003
    file.chmod(0o644)
    with pytest.raises(PassphraseExposedError):
        asked(chosen)(False)  # noqa: FBT003
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115, PTH123
    with pytest.raises(PassphraseMissingError):
        asked(settings.load({"FENSHEN_HOME": str(tmp_path)}))(False)  # noqa: FBT003
