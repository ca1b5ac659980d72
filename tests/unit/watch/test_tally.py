"""What the tables say of the studio, for who watches it."""

from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.rights import settings_at

from fenshen.ids import DoubleId, SitterId, WorkerId
from fenshen.jobs.queue import Limits, Queue, Wish
from fenshen.jobs.states import JobKind, JobState
from fenshen.store.database import open_store
from fenshen.store.jobs import WorkerRow
from fenshen.watch import tally

ONE = WorkerId("worker_1")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue(tmp_path: Path, clock: FakeClock) -> Queue:
    return Queue(open_store(settings_at(tmp_path)), clock, Limits(running=9), {"previews": "light"})


def ask(queue: Queue, kind: JobKind = JobKind.PORTRAITS, account: str = "anna") -> str:
    wish = Wish(
        kind=kind,
        account=account,
        sitter=SitterId("sitter_1"),
        double=DoubleId("double_1"),
        units=1,
        wanted={},
    )
    return queue.submit(wish).id


def told(queue: Queue) -> dict[tuple[str, ...], float]:
    return {(each.name, *each.labels.values()): each.value for each in tally.readings(queue)}


def test_what_waits_is_counted_by_lane_and_kind_and_since_when(queue: Queue, clock: FakeClock) -> None:
    ask(queue)
    clock.advance(timedelta(seconds=90))
    ask(queue)
    ask(queue, JobKind.PREVIEWS)
    found = told(queue)
    assert found["fenshen_jobs", "cpu", "portraits", "waiting"] == 2
    assert found["fenshen_jobs", "light", "previews", "waiting"] == 1
    assert found["fenshen_oldest_wait_seconds", "cpu"] == 90
    assert found["fenshen_oldest_wait_seconds", "light"] == 0


def test_a_lane_in_which_something_waits_for_nobody_has_no_slots(queue: Queue) -> None:
    ask(queue)
    assert told(queue)["fenshen_slots", "cpu"] == 0
    queue.beat(
        WorkerRow(id=ONE, started_at=NOON, beat_at=NOON, abreast=3, kinds="double", lanes="cpu=2,gpu=1")
    )
    found = told(queue)
    assert (found["fenshen_slots", "cpu"], found["fenshen_slots", "gpu"]) == (2, 1)
    assert found["fenshen_workers",] == 1


def test_a_silent_worker_is_seen_by_the_age_of_its_beat(queue: Queue, clock: FakeClock) -> None:
    queue.beat(WorkerRow(id=ONE, started_at=NOON, beat_at=NOON, abreast=1, kinds="double"))
    clock.advance(timedelta(seconds=25))
    found = told(queue)
    assert found["fenshen_beat_age_seconds",] == 25
    assert found["fenshen_workers",] == 0


def test_ends_failures_and_what_was_survived_are_counted(queue: Queue) -> None:
    for state, code in (
        (JobState.DONE, None),
        (JobState.FAILED, "too_few_photos"),
        (JobState.PARKED, "job_undone"),
    ):
        ask(queue)
        row = queue.claim(ONE, list(JobKind))
        assert row is not None
        queue.end(row.id, ONE, state, code=code)
    ask(queue)
    queue.claim(ONE, list(JobKind))
    queue.reap()  # nobody of that name is on the list
    found = told(queue)
    assert found["fenshen_jobs", "cpu", "portraits", "parked"] == 1
    assert found["fenshen_jobs_failed", "portraits", "too_few_photos"] == 1
    assert found["fenshen_jobs_failed", "portraits", "job_undone"] == 1
    assert found["fenshen_jobs_survived",] == 1


def test_promises_are_kept_or_early_or_late(queue: Queue, clock: FakeClock) -> None:
    for seconds in (2.2, 2.2, 2.2, 2.2, 2.2, 2.2, 0, 3600):  # what it takes is known after five
        ask(queue)
        row = queue.claim(ONE, list(JobKind))
        assert row is not None
        clock.advance(timedelta(seconds=seconds))
        queue.end(row.id, ONE, JobState.DONE, seconds=2.0)
    found = told(queue)
    assert [found["fenshen_promises", which] for which in ("early", "kept", "late")] == [1, 6, 1]


def test_prometheus_can_read_it_and_every_number_has_its_meaning(queue: Queue) -> None:
    ask(queue)
    families = {each.name: each for each in text_string_to_metric_families(tally.exposition(queue))}
    assert set(families) == set(tally.HELP)
    assert all(each.documentation for each in families.values())
    assert families["fenshen_jobs"].samples[0].labels == {
        "lane": "cpu",
        "kind": "portraits",
        "state": "waiting",
    }
