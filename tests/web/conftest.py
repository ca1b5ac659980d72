"""A studio on the web, in a home of its own, and people who visit it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fenshen.flow.later import queue_of
from fenshen.flow.portray_group import Shown
from fenshen.ids import SitterId
from fenshen.portrait.likeness import Likeness
from fenshen.rights.desk import open_desk
from fenshen.settings import Settings
from fenshen.store import accounts
from fenshen.web.app import make_app
from fenshen.web.lookers import Lookers
from fenshen.web.studio import Studio, read_origin
from tests.fakes.belongings import Belongings, furnish
from tests.fakes.clock import FakeClock
from tests.fakes.gathering import Paper, invites, room_of, sits, with_double
from tests.fakes.web import AGREED, Visit, settings_for

ORIGIN = "http://localhost:8000"


@pytest.fixture
def settings(tmp_path: Path, models: Path) -> Settings:
    return settings_for(tmp_path / "home", models)


@pytest.fixture
def studio(settings: Settings, clock: FakeClock) -> Iterator[Studio]:
    desk = open_desk(settings, clock)
    made = Studio(desk=desk, queue=queue_of(desk), lookers=Lookers(settings, 1), origin=read_origin(ORIGIN))
    yield made
    made.lookers.close()


@pytest.fixture
def visit(studio: Studio) -> Callable[[], Visit]:
    """Give a browser of somebody who has not been here before, each time it is called."""
    app = make_app(studio)

    def come() -> Visit:
        client = TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=True)
        client.headers["sec-fetch-site"] = "same-origin"
        return Visit(client=client, studio=studio)

    return come


@pytest.fixture
def anna(visit: Callable[[], Visit]) -> Visit:
    """Somebody who has agreed to everything, for herself, and has an empty album."""
    return visit().agrees(AGREED)


@pytest.fixture
def omar(visit: Callable[[], Visit]) -> Visit:
    """Somebody else who has agreed."""
    return visit().agrees(AGREED)


def sitters_of(visitor: Visit) -> list[SitterId]:
    """Give the sitters an account looks after."""
    account = visitor.account
    with visitor.studio.desk.store.begin() as connection:
        return accounts.sitters_of(connection, account)


@pytest.fixture
def annas(anna: Visit) -> Belongings:
    """One of everything, of Anna."""
    return furnish(anna)


@pytest.fixture
def omars(omar: Visit) -> Belongings:
    """One of everything, of Omar."""
    return furnish(omar)


@pytest.fixture
def api(studio: Studio, annas: Belongings) -> TestClient:
    """A program with a key of Anna's, for everything; a browser knows nothing of it."""
    client = TestClient(make_app(studio), base_url=f"{ORIGIN}/api/v1/", follow_redirects=False)
    client.headers["authorization"] = f"Bearer {annas.secret}"
    return client


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Paper:
    """Give an engine without a net; likeness, which needs one, is the same for all."""
    like = Likeness(value=0.6, percentile=50.0)
    monkeypatch.setattr(
        "fenshen.flow.portray_group._measured",
        lambda rendered, *_: tuple(
            Shown(seat=n, photo=1, likeness=like) for n, _ in enumerate(rendered.faces, 1)
        ),
    )
    return Paper()


@pytest.fixture
def couple(anna: Visit, omar: Visit) -> tuple[Visit, Visit]:
    """Two accounts, each with a double."""
    with_double(anna)
    with_double(omar)
    return anna, omar


@pytest.fixture
def whole(couple: tuple[Visit, Visit]) -> tuple[Visit, Visit]:
    """The same two, who have both said yes."""
    anna, omar = couple
    sits(omar, invites(anna))
    assert anna.post(f"{room_of(anna)}/agree").status_code == 303
    return couple
