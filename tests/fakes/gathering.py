"""A picture of several without a net, and what people do to be in one."""

import re
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import Origin, RenderedGroup
from fenshen.engines.studio.gathering import GroupStudio
from fenshen.flow import handlers
from fenshen.ids import DoubleId, SitterId, new_id
from fenshen.jobs.journal import Unwritten
from fenshen.jobs.states import JobKind
from fenshen.jobs.worker import Worker
from fenshen.rights.desk import Desk
from fenshen.store import accounts, doubles, seats
from fenshen.store import together as parts
from fenshen.store.seats import SeatRow
from fenshen.store.together import TogetherRow
from fenshen.vault.vault import DataClass
from fenshen.web.studio import Studio
from tests.fakes.takes import a_double
from tests.fakes.web import AGREED, Visit

Come = Callable[[], Visit]
CHILD = {**AGREED, "age": "child", "who": "", "told": "yes"}


class Paper:
    """An engine that draws two grey people, so that everything else is real."""

    card = GroupStudio.card

    def __init__(self) -> None:
        """Note nothing yet. before: what happens while it draws."""
        self.drawn = 0
        self.meanwhile: Callable[[], object] = lambda: None

    def render(self, doubles: Sequence[OpenDouble], *_: object) -> RenderedGroup:
        """Draw noise with a box for each."""
        self.drawn += 1
        self.meanwhile()
        noise = np.random.default_rng(1).integers(90, 160, (600, 750, 3), np.uint8)
        faces = tuple((100.0 + 300 * k, 200.0, 120.0, 150.0) for k in range(len(doubles)))
        return RenderedGroup(pixels=noise, faces=faces, photos=(1,) * len(doubles), origin=Origin.OWN_PIXELS)


def sitters_of(visitor: Visit) -> list[SitterId]:
    account = visitor.account
    with visitor.studio.desk.store.begin() as connection:
        return accounts.sitters_of(connection, account)


def sitter_of(visitor: Visit) -> SitterId:
    return sitters_of(visitor)[-1]


def with_double(visitor: Visit) -> DoubleId:
    """Give the visitor's last person a double that no net was needed for."""
    desk, sitter, double = visitor.studio.desk, sitter_of(visitor), DoubleId(new_id("double"))
    desk.vault.put(sitter, DataClass.DOUBLE, double, codec.pack(a_double()))
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(double, sitter, desk.clock.now(), takes=2, format_version=1))
    return double


def invites(host: Visit, pick: str = "couple:2:1") -> str:
    """Let somebody invite; give the code behind the link."""
    double = doubles_of(host)[-1]
    answer = host.post(f"/doubles/{double}/together", {"pick": pick})
    assert answer.status_code == 200, answer.text
    found = re.search(r"/together#([\w-]{22})<", answer.text)
    assert found
    return found[1]


def doubles_of(visitor: Visit) -> list[DoubleId]:
    mine = sitters_of(visitor)
    with visitor.studio.desk.store.begin() as connection:
        return [row.id for each in mine for row in doubles.every(connection, sitter=each)]


def sits(guest: Visit, code: str, seat: int = 2, double: str = "") -> str:
    """Open a link and sit down; give the address of the waiting room."""
    assert guest.post("/together", {"code": code}).headers["location"] == "/together/seat"
    answer = guest.post("/together/sit", {"double": double or doubles_of(guest)[-1], "seat": seat})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def seats_of(visitor: Visit) -> list[SeatRow]:
    mine = sitters_of(visitor)
    with visitor.studio.desk.store.begin() as connection:
        return [row for each in mine for row in seats.every(connection, each)]


def parts_of(visitor: Visit) -> list[TogetherRow]:
    mine = sitters_of(visitor)
    with visitor.studio.desk.store.begin() as connection:
        return [row for each in mine for row in parts.every(connection, each)]


def room_of(visitor: Visit) -> str:
    (row,) = seats_of(visitor)
    return f"/seats/{row.id}"


def works(studio: Studio, engine: Paper) -> None:
    """Let a worker do all that waits."""
    able = handlers.handlers(studio.desk, lambda: pytest.fail("no portraits"), open_group=lambda: engine)
    told: list[str] = []

    def hear(event: str, /, **facts: str | float) -> None:
        told.append(f"{event} {facts}")

    worker = Worker(
        queue=studio.queue,
        handlers={JobKind.GROUP: able[JobKind.GROUP]},
        keep_house=lambda: None,
        tell=hear,
    )
    worker.run(lambda _, body: Unwritten(body), once=True)
    assert not [each for each in told if "broken" in each], told


def pictures(desk: Desk, visitor: Visit) -> list[str]:
    return [
        name for each in sitters_of(visitor) for name in desk.vault.objects(each, DataClass.PORTRAIT)
        if name.startswith("together_")
    ]  # fmt: skip
