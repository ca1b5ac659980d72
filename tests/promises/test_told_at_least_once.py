"""Promise: whoever dies, an end is told, as one event with one id; a copy is packed once. Real processes, SIGKILL."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests.fakes import postgres
from tests.fakes.mortal_exporter import POINTS as MORTAL_POINTS
from tests.fakes.receiver import Got, Receiver
from tests.fakes.rights import agree
from tests.fakes.toy_shop import POINTS, Shop, killed_at_every_point
from tests.fakes.toy_worker import LIMITS

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.flow.prepare_copy import archive_of, copy_later
from fenshen.ids import AccountId, DoubleId, SitterId, WebhookId
from fenshen.jobs.outbox import Event
from fenshen.jobs.queue import Queue, Wish
from fenshen.jobs.states import JobKind, JobState
from fenshen.rights import webhooks
from fenshen.rights.desk import Desk, open_desk
from fenshen.store import accounts
from fenshen.store import jobs as rows
from fenshen.store import webhooks as webhook_rows
from fenshen.store.account_tables import events
from fenshen.store.database import Store
from fenshen.store.jobs import JobRow
from fenshen.store.webhooks import WebhookRow
from fenshen.vault.vault import DataClass

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("jobs")]
MIA, MIAS = SitterId("sitter_mia"), AccountId("account_mia")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    return postgres.new_database(request.getfixturevalue("server"))


@pytest.fixture
def environ(tmp_path: Path, database: str, receiver: Receiver) -> dict[str, str]:
    return {
        "FENSHEN_HOME": str(tmp_path / "home"), "FENSHEN_DATABASE": database, "FENSHEN_LANG": "en",
        "FENSHEN_WEBHOOK_HOSTS": receiver.hosts, "FENSHEN_WEBHOOK_CA": str(receiver.ca),
    }  # fmt: skip


@pytest.fixture
def desk(environ: dict[str, str]) -> Desk:
    return open_desk(settings.load(environ), SystemClock())


def told(store: Store) -> Counter[tuple[str, str]]:
    with store.begin() as connection:
        return Counter((row.about, row.type) for row in connection.execute(events.select()))


def deliveries(desk: Desk) -> list[JobRow]:
    with desk.store.begin() as connection:
        return [row for row in rows.recent(connection, 50) if row.kind == JobKind.WEBHOOK]


def test_an_end_is_one_event_whichever_moment_its_worker_is_killed_at(tmp_path: Path, database: str) -> None:
    shop = Shop(tmp_path, database)
    points = [0, 2, POINTS - 2, POINTS - 1]  # claimed; effect made; before and after the end is written down
    with shop.queue.store.begin() as connection:
        for point in points:
            row = WebhookRow(
                id=WebhookId(f"webhook_{point}"), account=f"a{point}", events=Event.PORTRAITS_READY,
                created_at=SystemClock().now(),
            )  # fmt: skip
            webhook_rows.add(connection, row)
    counts = killed_at_every_point(shop, points)
    assert (counts["deaths"], counts["lost"]) == (len(points), 0)
    with shop.queue.store.begin() as connection:
        ended = [row.id for row in rows.recent(connection, 50) if row.kind == JobKind.PORTRAITS]
        waiting = [json.loads(row.wanted) for row in rows.open_ones(connection, JobKind.WEBHOOK)]
    assert told(shop.queue.store) == {(job, Event.PORTRAITS_READY): 1 for job in ended}
    assert len(ended) == len({each["event"] for each in waiting}) == len(waiting) == len(points)


def test_killed_before_or_after_the_answer_it_is_told_again_with_the_same_id(
    desk: Desk, environ: dict[str, str], receiver: Receiver
) -> None:
    webhooks.register(desk, MIAS, receiver.url, list(Event))
    ended(Queue(desk.store, SystemClock()))
    workers: list[subprocess.Popen[bytes]] = []

    def answer(_: Got, handler: BaseHTTPRequestHandler) -> int | None:
        number = len(receiver.got)
        if number == 1:  # it has been sent, and nobody answers any more
            workers[-1].send_signal(signal.SIGKILL)
            return None
        if number == 2:  # it is answered, and nobody hears it any more
            workers[-1].send_signal(signal.SIGSTOP)
            handler.send_response(204)
            handler.end_headers()
            workers[-1].send_signal(signal.SIGKILL)
            return None
        return 204

    receiver.answer = answer
    for _ in range(3):
        workers.append(worker(environ))
        until(workers[-1], desk)
    assert [each.returncode for each in workers] == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert len(receiver.got) == 3
    assert (len(set(receiver.ids)), len({each.body for each in receiver.got})) == (1, 1)
    (delivery,) = deliveries(desk)
    assert (delivery.state, delivery.attempts) == (JobState.DONE, 3)
    assert sum(told(desk.store).values()) <= 1  # what everybody was told is deleted after a while


@pytest.mark.parametrize(
    ("database", "point"),
    [*(("sqlite", point) for point in range(MORTAL_POINTS)), ("postgres", 2), ("postgres", 3)],
    indirect=["database"],
)
def test_a_copy_is_packed_once_whichever_moment_its_worker_is_killed_at(
    desk: Desk, environ: dict[str, str], receiver: Receiver, point: int
) -> None:
    agree(desk, MIA)
    desk.vault.put(MIA, DataClass.PORTRAIT, "portrait_1", b"as if it were a portrait")
    with desk.store.begin() as connection:
        accounts.look_after(connection, MIAS, MIA, SystemClock().now())
    webhooks.register(desk, MIAS, receiver.url, list(Event))
    job = copy_later(desk, MIA, account=MIAS)
    assert exporter(environ, "--die", str(point)) == -signal.SIGKILL
    time.sleep(LIMITS.dead_after.total_seconds() + 0.2)
    assert exporter(environ) == 0
    with desk.store.begin() as connection:
        row = rows.get(connection, job.id)
    assert row is not None
    assert (row.state, json.loads(row.result or "")["archive"]) == (JobState.DONE, archive_of(job.id))
    assert desk.vault.objects(MIA, DataClass.ARCHIVE) == [archive_of(job.id)]
    assert told(desk.store) == {(job.id, Event.EXPORT_READY): 1}


def ended(queue: Queue) -> None:
    """Let an order end."""
    wish = Wish(
        kind=JobKind.PORTRAITS, account=MIAS, sitter=MIA, double=DoubleId("double_1"), units=1, wanted={}
    )
    queue.stop(queue.submit(wish).id)


def worker(environ: dict[str, str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "fenshen", "worker", "--once", "--only", "webhook", "--json"]
    return subprocess.Popen(command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL)


def until(process: "subprocess.Popen[bytes]", desk: Desk) -> None:
    """Wait for its end; one that finds the job still with a dead worker takes it back when no beat is heard."""
    process.wait(120)
    assert deliveries(desk)


def exporter(environ: dict[str, str], *options: str) -> int:
    command = [sys.executable, "-m", "tests.fakes.mortal_exporter", environ["FENSHEN_HOME"], *options]
    return subprocess.run(command, env={**os.environ, **environ}, timeout=120, check=False).returncode
