"""Promise: long work survives whoever dies over it; each effect happens once. Real processes, SIGKILL, both stores.

The whole matrix and fifty random deaths are ``make bench-jobs``.
"""

import os
import signal
import time
from pathlib import Path

import pytest
from tests.fakes import postgres
from tests.fakes.toy_shop import (
    POINTS,
    Shop,
    killed_at_every_point,
    killed_at_random,
    killed_by_one_of_them,
    stop,
)
from tests.fakes.toy_worker import lines, submit

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.xdist_group("jobs")]
WRONG = ("lost", "effects missing", "effects twice", "ends twice")


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    database = ""
    if request.param == "postgres":
        database = postgres.new_database(request.getfixturevalue("server"))
    return Shop(tmp_path, database)


@pytest.mark.parametrize("abreast", [1, 2])
def test_killed_at_a_point_of_danger_a_job_still_ends_once(shop: Shop, abreast: int) -> None:
    points = [0, 2, 3, POINTS - 1]  # claimed; effect made; its step recorded; the end written down
    counts = killed_at_every_point(shop, points, abreast=abreast)
    assert counts["deaths"] == len(points)
    assert {name: counts[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
    if abreast == 1:  # two that pass points together may both be elsewhere
        assert counts["steps done again"] >= 1  # else nobody died between an effect and its record


@pytest.mark.parametrize("abreast", [1, 2])
def test_killed_at_random_moments_no_job_is_lost_or_done_twice(shop: Shop, abreast: int) -> None:
    counts = killed_at_random(shop, 5, seed=int.from_bytes(os.urandom(2)), abreast=abreast)
    assert {name: counts[name] for name in WRONG} == dict.fromkeys(WRONG, 0)


def test_who_was_beside_a_job_that_kills_is_not_parked_for_it(shop: Shop) -> None:
    assert killed_by_one_of_them(shop) == {"redo": "parked job_poisoned", "portraits": "done"}


def test_a_worker_that_is_told_to_go_ends_its_job_first(shop: Shop) -> None:
    job = submit(shop.queue, "anna").id
    worker = shop.worker("--seconds", "0.7")
    for _ in range(200):
        if any(line["event"] == "start" for line in lines(shop.home)):
            break
        time.sleep(0.1)
    waiting = submit(shop.queue, "omar").id
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert shop.audit([job])["lost"] == 0
    assert shop.queue.place(waiting).job.state == "waiting"
    assert [line["event"] for line in lines(shop.home)][-1] == "worker_gone"


def test_a_zombie_publishes_nothing(shop: Shop) -> None:
    """A worker that was stopped for a while, and whose job another did meanwhile, wakes up."""
    job = submit(shop.queue, "anna").id
    sleeper = shop.worker("--seconds", "0.6")
    for _ in range(200):
        if any(line["event"] == "start" for line in lines(shop.home)):
            break
        time.sleep(0.1)
    sleeper.send_signal(signal.SIGSTOP)
    other = shop.worker("--seconds", "0.1")
    assert shop.wait([job], 60)
    sleeper.send_signal(signal.SIGCONT)
    time.sleep(2)
    counts = shop.audit([job])
    stop([sleeper, other])
    assert {name: counts[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
    ends = [line for line in lines(shop.home) if line["event"] == "job_ended"]
    assert [line["pid"] for line in ends] == [other.pid]
