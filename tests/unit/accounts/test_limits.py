"""Token buckets: so many at once, one more after a while, and nobody's address in the open."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.requests import Request
from tests.fakes import postgres
from tests.fakes.clock import FakeClock
from tests.fakes.rights import settings_at

from fenshen.accounts.limits import Limits, Rate, TooOftenError, per_minute
from fenshen.rights import account_holdings
from fenshen.rights.desk import Desk, open_desk
from fenshen.store.account_tables import buckets
from fenshen.web.limits import address_of

FIVE = Rate(burst=5, seconds=60)


@pytest.fixture(params=["sqlite", "postgres"])
def desk(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Desk]:
    if request.param == "sqlite":
        yield open_desk(settings_at(tmp_path / "home"), clock)
        return
    if postgres.binaries() is None:
        pytest.skip("needs Postgres")
    with postgres.running() as server:
        here = replace(settings_at(tmp_path / "home"), database=postgres.new_database(server))
        yield open_desk(here, clock)


def limits_of(desk: Desk) -> Limits:
    return Limits(store=desk.store, keys=desk.vault.keys, clock=desk.clock)


def tried(limits: Limits, times: int, whose: str = "192.0.2.7", *rates: Rate) -> list[int]:
    """Try; 0 = let through, else the seconds to wait."""
    waits = []
    for _ in range(times):
        try:
            limits.take("sign-in", whose, *(rates or (FIVE,)))
            waits.append(0)
        except TooOftenError as error:
            waits.append(int(error.facts["wait"]))
    return waits


def test_so_many_at_once_then_one_after_each_while(desk: Desk, clock: FakeClock) -> None:
    limits = limits_of(desk)
    assert tried(limits, 7) == [0, 0, 0, 0, 0, 60, 60]
    clock.advance(timedelta(seconds=45))
    assert tried(limits, 1) == [15]
    clock.advance(timedelta(seconds=15))
    assert tried(limits, 2) == [0, 60]
    clock.advance(timedelta(days=1))
    assert tried(limits, 6) == [0, 0, 0, 0, 0, 60]


def test_each_is_counted_alone_and_forgiven_alone(desk: Desk) -> None:
    limits = limits_of(desk)
    tried(limits, 5, "a")
    tried(limits, 5, "b")
    limits.forgive("sign-in", "a", FIVE)
    assert (tried(limits, 1, "a"), tried(limits, 1, "b"), tried(limits, 1, "c")) == ([0], [60], [0])


def test_the_slower_rate_holds_and_a_refused_try_costs_nothing(desk: Desk, clock: FakeClock) -> None:
    limits, slow = limits_of(desk), Rate(burst=6, seconds=600)
    assert tried(limits, 6, "a", FIVE, slow) == [0, 0, 0, 0, 0, 60]
    clock.advance(timedelta(seconds=60))
    assert tried(limits, 1, "a", FIVE, slow) == [0]
    clock.advance(timedelta(seconds=120))
    assert tried(limits, 1, "a", FIVE, slow) == [420]


def test_tries_at_the_same_moment_are_all_counted(desk: Desk) -> None:
    limits = limits_of(desk)
    with ThreadPoolExecutor(6) as pool:
        waits = [wait for batch in pool.map(lambda _: tried(limits, 2), range(6)) for wait in batch]
    assert sorted(waits)[:6] == [0, 0, 0, 0, 0, 60]


def test_no_address_lies_in_the_open_and_a_day_later_nothing_does(desk: Desk, clock: FakeClock) -> None:
    tried(limits_of(desk), 1, "192.0.2.7")
    with desk.store.begin() as connection:
        (row,) = connection.execute(select(buckets)).all()
    assert "192.0.2.7" not in str(row)
    clock.advance(timedelta(days=1, seconds=1))
    account_holdings.sweep(desk)
    with desk.store.begin() as connection:
        assert connection.execute(select(buckets)).all() == []


def test_so_many_a_minute() -> None:
    assert per_minute(30) == Rate(burst=30, seconds=2)


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
    ],
)
def test_a_household_is_one_address(host: str, counted: str) -> None:
    assert address_of(Request({"type": "http", "client": (host, 1)})) == counted
