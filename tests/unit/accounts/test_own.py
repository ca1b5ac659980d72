"""Whose is what: asked in one place, and only of what may be an id."""

from pathlib import Path

import pytest
from sqlalchemy import Connection
from tests.fakes.clock import FakeClock
from tests.fakes.rights import desk_at

from fenshen.accounts import own, sessions
from fenshen.accounts.own import OWNERS, must_own
from fenshen.errors import NotFoundError
from fenshen.ids import SitterId, new_id
from fenshen.rights.desk import Desk
from fenshen.store import accounts


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Desk:
    return desk_at(tmp_path / "home", clock)


def test_an_account_owns_whom_it_looks_after_and_nobody_else(desk: Desk) -> None:
    anna, omar = (sessions.open_account(desk.store, desk.clock) for _ in range(2))
    sitter = SitterId(new_id("sitter"))
    with desk.store.begin() as connection:
        accounts.look_after(connection, anna, sitter, desk.clock.now())
        must_own(connection, anna, "sitter", sitter)
        for account, id_ in ((omar, sitter), (anna, new_id("sitter")), (anna, anna)):
            with pytest.raises(NotFoundError) as refused:
                must_own(connection, account, "sitter", id_)
            assert dict(refused.value.facts) == {"kind": "sitter", "id": ""}


@pytest.mark.parametrize("kind", sorted(OWNERS))
def test_nothing_is_owned_by_an_account_that_has_nothing(desk: Desk, kind: str) -> None:
    account = sessions.open_account(desk.store, desk.clock)
    with desk.store.begin() as connection, pytest.raises(NotFoundError):
        must_own(connection, account, kind, new_id(kind))


@pytest.mark.parametrize(
    "id_",
    [
        "",
        "x",
        "..",
        "a\x00b",
        "sitter_\x00",
        "sitter_x\n",
        "💥",
        "' OR 1=1--",
        "sitter_" + "0" * 61,
        "SITTER_1",
    ],
)
def test_what_has_not_the_form_of_an_id_never_reaches_the_database(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, id_: str
) -> None:
    asked: list[str] = []

    def look_up(_: Connection, id_: str) -> str:
        asked.append(id_)
        return account

    monkeypatch.setattr(own, "OWNERS", dict.fromkeys(OWNERS, look_up))
    account = sessions.open_account(desk.store, desk.clock)
    with desk.store.begin() as connection:
        must_own(connection, account, "sitter", "sitter_1")
        with pytest.raises(NotFoundError):
            must_own(connection, account, "sitter", id_)
    assert asked == ["sitter_1"]
