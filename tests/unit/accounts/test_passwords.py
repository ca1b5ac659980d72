"""What a password must be, how it is kept, and that nobody learns which names there are."""

import re
from pathlib import Path

import pytest
from tests.fakes.rights import desk_at

from fenshen.accounts import passwords, sessions
from fenshen.accounts.common_passwords import is_common
from fenshen.accounts.keyed import keyed
from fenshen.accounts.passwords import Passwords, PasswordWeakError, PasswordWrongError, plain
from fenshen.ids import AccountId
from fenshen.rights.desk import Desk
from fenshen.store import credentials

GOOD = "lantern river teapot nine"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path / "home")


@pytest.fixture
def account(desk: Desk) -> AccountId:
    return sessions.open_account(desk.store, desk.clock)


def of(desk: Desk) -> Passwords:
    return Passwords(store=desk.store, keys=desk.vault.keys, clock=desk.clock)


def test_a_password_is_argon2id_with_the_work_that_was_promised(desk: Desk, account: AccountId) -> None:
    of(desk).set(account, "anna", GOOD, session="")
    with desk.store.begin() as connection:
        row = credentials.password_of(connection, account)
    assert row
    assert re.match(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$", row.hash)
    assert of(desk).whose("ANNA ", GOOD) == account


def test_a_hash_of_weaker_days_is_made_stronger_when_it_is_used(desk: Desk, account: AccountId) -> None:
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    of(desk).set(account, "anna", GOOD, session="")
    weak = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64),)).hash(GOOD)
    with desk.store.begin() as connection:
        row = credentials.password_of(connection, account)
        assert row
        credentials.rehash(connection, row.login_hash, old=row.hash, new=weak)
    assert of(desk).whose("anna", GOOD) == account
    with desk.store.begin() as connection:
        row = credentials.password_of(connection, account)
    assert row
    assert "m=65536" in row.hash


def test_a_name_that_nobody_has_costs_the_same_work(
    desk: Desk, account: AccountId, monkeypatch: pytest.MonkeyPatch
) -> None:
    work: list[str] = []
    hasher = passwords._hasher()

    class Counted:
        def verify_and_update(self, password: str, hashed: str) -> tuple[bool, str | None]:
            work.append(hashed.rsplit("$", 2)[0])
            return hasher.verify_and_update(password, hashed)

        def hash(self, password: str) -> str:
            return hasher.hash(password)

    of(desk).set(account, "anna", GOOD, session="")
    monkeypatch.setattr(passwords, "_hasher", Counted)
    for name in ("anna", "nobody"):
        with pytest.raises(PasswordWrongError):
            of(desk).whose(name, "not the one at all")
    assert len(work) == 2
    assert work[0] == work[1]


@pytest.mark.parametrize(
    "password",
    [
        "password", "PASSWORD1", "12345678", "iloveyou", "woaini1314", "88888888", "qwertyuiop", "23456789", "zyxwvuts",
        "fenshen", "fenshen123", "分身分身分身分身", "baseball2024!", "abababab",
    ],
)  # fmt: skip
def test_what_is_tried_first_is_common(password: str) -> None:
    assert is_common(password)


def test_the_name_with_little_around_it_is_common() -> None:
    assert is_common("anna.lee99", "anna.lee")
    assert not is_common("anna.lee counts nine herons", "anna.lee")


@pytest.mark.parametrize("password", [GOOD, "雨后的茶壶与河灯", "k3#vQz8!mW", "correct zebra umbrella"])
def test_what_nobody_tries_first_is_not(password: str) -> None:
    assert not is_common(password)


@pytest.mark.parametrize("password", ["", "seven77", "x" * 129])
def test_a_length_is_all_that_is_demanded(desk: Desk, account: AccountId, password: str) -> None:
    with pytest.raises(PasswordWeakError):
        of(desk).set(account, "anna", password, session="")


def test_a_name_is_the_same_in_any_width_and_case() -> None:
    assert plain("  Ａnna@Ｅxample.ORG ") == plain("anna@example.org")


def test_a_keyed_hash_tells_parts_apart_and_studios_apart(desk: Desk, tmp_path: Path) -> None:
    keys, others = desk.vault.keys, desk_at(tmp_path / "other").vault.keys
    assert keyed(keys, "login", "ab", "c") != keyed(keys, "login", "a", "bc")
    assert keyed(keys, "login", "ab") != keyed(keys, "bucket", "ab")
    assert keyed(keys, "login", "ab") != keyed(others, "login", "ab")
    assert keyed(keys, "login", "ab") == keyed(keys, "login", "ab")
