"""API keys: shown once, kept as a hash, for a part, and for a time."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.rights import desk_at

from fenshen.accounts import keys, sessions
from fenshen.accounts.keys import KeyInvalidError, Scope, ScopeMissingError, TooManyKeysError
from fenshen.ids import AccountId
from fenshen.rights import account_holdings
from fenshen.rights.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Desk:
    return desk_at(tmp_path / "home", clock)


@pytest.fixture
def account(desk: Desk) -> AccountId:
    return sessions.open_account(desk.store, desk.clock)


def make(desk: Desk, account: AccountId, *scopes: Scope, days: int = 30) -> str:
    return keys.make(desk.store, desk.clock, account, scopes or (Scope.DATA,), days=days)[0]


def test_a_key_opens_its_account_for_its_scopes(desk: Desk, account: AccountId) -> None:
    caller = keys.caller(desk.store, desk.clock, make(desk, account, Scope.PHOTOS, Scope.DATA))
    assert caller.account == account
    assert caller.scopes == {Scope.PHOTOS, Scope.DATA}
    caller.must_have()
    caller.must_have(Scope.PORTRAITS, Scope.DATA)
    with pytest.raises(ScopeMissingError):
        caller.must_have(Scope.PORTRAITS)


def test_the_key_itself_is_kept_nowhere(desk: Desk, account: AccountId) -> None:
    secret = make(desk, account)
    assert secret.startswith("fsk_")
    files = [path for path in desk.settings.home.rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if secret.encode() in path.read_bytes()]
    assert secret[4:].encode() not in account_holdings.export_of(desk, account)
    assert b"hash" not in account_holdings.export_of(desk, account)


@pytest.mark.parametrize("key", ["", "fsk_", "fsk_x", "x" * 100, "fsk_" + "x" * 1000, "fsk_\x00", "💥"])
def test_what_is_no_key_opens_nothing(desk: Desk, account: AccountId, key: str) -> None:
    make(desk, account)
    with pytest.raises(KeyInvalidError):
        keys.caller(desk.store, desk.clock, key)


def test_a_key_ends_within_a_year_and_has_a_scope(desk: Desk, account: AccountId) -> None:
    for days in (0, 366, -1):
        with pytest.raises(ValueError, match="within a year"):
            make(desk, account, days=days)
    with pytest.raises(ValueError, match="scope"):
        keys.make(desk.store, desk.clock, account, (), days=1)


def test_a_lapsed_key_is_swept_away(desk: Desk, account: AccountId, clock: FakeClock) -> None:
    make(desk, account, days=10)
    longer = make(desk, account, days=20)
    clock.advance(timedelta(days=10, seconds=1))
    account_holdings.sweep(desk)
    assert len(keys.every(desk.store, account)) == 1
    assert keys.caller(desk.store, desk.clock, longer).account == account


def test_use_is_noted_but_not_each_time(desk: Desk, account: AccountId, clock: FakeClock) -> None:
    secret, first = make(desk, account), clock.now()
    keys.caller(desk.store, desk.clock, secret)
    clock.advance(timedelta(minutes=4))
    keys.caller(desk.store, desk.clock, secret)
    assert keys.every(desk.store, account)[0].used_at == first
    clock.advance(timedelta(minutes=2))
    keys.caller(desk.store, desk.clock, secret)
    assert keys.every(desk.store, account)[0].used_at == clock.now()


def test_nobody_needs_more_than_twenty(desk: Desk, account: AccountId) -> None:
    for _ in range(keys.MOST_KEYS):
        make(desk, account)
    with pytest.raises(TooManyKeysError):
        make(desk, account)


def test_keys_die_with_their_account(desk: Desk, account: AccountId) -> None:
    secret = make(desk, account)
    account_holdings.forget(desk, account)
    with pytest.raises(KeyInvalidError):
        keys.caller(desk.store, desk.clock, secret)
