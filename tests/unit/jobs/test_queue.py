"""Whose turn it is, who may move a job, and what people are told."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.rights import settings_at

from fenshen.errors import NotFoundError
from fenshen.ids import DoubleId, JobId, SitterId, WorkerId
from fenshen.jobs.census import census
from fenshen.jobs.facts import as_json
from fenshen.jobs.queue import Limits, Queue, Wish
from fenshen.jobs.states import (
    NEXT,
    OPEN,
    POISONED,
    JobKind,
    JobLostError,
    JobState,
    JobStoppedError,
    QueueFullError,
    TooManyJobsError,
    sources,
)
from fenshen.jobs.stream import follow
from fenshen.store import jobs
from fenshen.store.database import open_store
from fenshen.store.jobs import JobRow, WorkerRow

ONE, OTHER = WorkerId("worker_1"), WorkerId("worker_2")
KINDS = list(JobKind)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue(tmp_path: Path, clock: FakeClock) -> Queue:
    return Queue(open_store(settings_at(tmp_path)), clock, Limits(running=2, open=5))


def ask(queue: Queue, account: str, *, kind: JobKind = JobKind.PORTRAITS, units: int = 1) -> JobRow:
    wish = Wish(
        kind=kind, account=account, sitter=SitterId(f"sitter_{account}"), double=DoubleId("double_1"),
        units=units, wanted={"templates": ["film"]},
    )  # fmt: skip
    return queue.submit(wish)


def alive(queue: Queue, *workers: WorkerId) -> None:
    for worker in workers:
        queue.beat(WorkerRow(id=worker, started_at=NOON, beat_at=NOON, abreast=1, kinds="double"))


def claimed(queue: Queue, worker: WorkerId = ONE) -> JobRow:
    row = queue.claim(worker, KINDS)
    assert row is not None
    return row


def state(queue: Queue, job: JobId) -> str:
    return queue.place(job).job.state


def test_who_brings_one_waits_for_one_of_each_other_however_many_they_brought(queue: Queue) -> None:
    many = [ask(queue, "anna").id for _ in range(4)]
    one = ask(queue, "omar").id
    assert queue.place(one).ahead == 1
    assert [queue.place(job).ahead for job in many] == [0, 2, 3, 4]
    order = []
    while (row := queue.claim(ONE, KINDS)) is not None:
        order.append(row.id)
        queue.end(row.id, ONE, JobState.DONE)
    assert order == [many[0], one, *many[1:]]


def test_who_comes_late_takes_no_turn_that_has_passed(queue: Queue) -> None:
    for _ in range(3):
        ask(queue, "anna")
    first = claimed(queue)
    queue.end(first.id, ONE, JobState.DONE)
    second = claimed(queue)
    late = ask(queue, "omar")
    assert late.turn == second.turn
    assert queue.place(late.id).ahead == 0


def test_an_account_has_only_so_many_at_work(queue: Queue) -> None:
    for _ in range(3):
        ask(queue, "anna")
    assert {claimed(queue).account, claimed(queue, OTHER).account} == {"anna"}
    assert queue.claim(ONE, KINDS) is None
    omars = ask(queue, "omar").id
    assert claimed(queue).id == omars


def test_an_account_has_only_so_many_open(queue: Queue) -> None:
    for _ in range(5):
        ask(queue, "anna")
    with pytest.raises(TooManyJobsError) as refused:
        ask(queue, "anna")
    assert refused.value.facts == {"open": 5, "limit": 5}


def test_what_cannot_be_promised_soon_enough_is_not_taken(tmp_path: Path, clock: FakeClock) -> None:
    queue = Queue(open_store(settings_at(tmp_path)), clock, Limits(longest=timedelta(minutes=1), open=99))
    taken = 0
    refused = None
    while refused is None and taken < 99:
        try:
            ask(queue, f"account_{taken}", units=12)
        except QueueFullError as error:
            refused = error
        taken += 1
    assert refused is not None
    assert refused.facts["limit"] == 1
    assert 2 < census(queue).waiting < 30
    before = census(queue).waiting
    with pytest.raises(QueueFullError):
        ask(queue, "one_more", units=12)
    assert census(queue).waiting == before


def test_to_whom_the_studio_owes_one_goes_first_and_once(queue: Queue) -> None:
    failed = ask(queue, "anna").id
    claimed(queue)
    queue.end(failed, ONE, JobState.PARKED, code="job_undone")
    ask(queue, "omar")
    again = ask(queue, "anna")
    assert queue.place(again.id).ahead == 0
    claimed(queue)
    queue.end(again.id, ONE, JobState.DONE)
    assert queue.place(ask(queue, "anna").id).ahead == 1


def test_a_refusal_of_the_photos_is_no_debt(queue: Queue) -> None:
    refused = ask(queue, "anna").id
    claimed(queue)
    queue.end(refused, ONE, JobState.FAILED, code="too_few_photos")
    ask(queue, "omar")
    assert queue.place(ask(queue, "anna").id).ahead == 1


def test_only_the_worker_that_has_a_job_may_move_it(queue: Queue) -> None:
    job = ask(queue, "anna").id
    claimed(queue)
    assert not queue.end(job, OTHER, JobState.DONE)
    with pytest.raises(JobLostError):
        queue.must_hold(job, OTHER)
    with pytest.raises(JobLostError):
        queue.note(job, OTHER, "progress_judging", 1, 2)
    assert queue.end(job, ONE, JobState.DONE, result={"double": "double_1"})
    assert not queue.end(job, ONE, JobState.DONE)
    assert not queue.end(job, ONE, JobState.FAILED)
    assert state(queue, job) == JobState.DONE


def test_a_dead_workers_job_goes_on_with_another_and_the_dead_one_may_publish_nothing(
    queue: Queue, clock: FakeClock
) -> None:
    alive(queue, ONE)
    job = ask(queue, "anna").id
    claimed(queue)
    assert queue.reap() == []
    clock.moment += timedelta(seconds=11)
    alive(queue, OTHER)
    assert [row.id for row in queue.reap()] == [job]
    assert queue.reap() == []
    assert claimed(queue, OTHER).attempts == 2
    with pytest.raises(JobLostError), queue.store.begin() as connection:
        queue.must_hold(job, ONE, connection)


def test_a_job_that_three_workers_died_of_is_parked(queue: Queue, clock: FakeClock) -> None:
    job = ask(queue, "anna").id
    for _ in range(3):
        alive(queue, ONE)
        claimed(queue)
        clock.moment += timedelta(seconds=11)
        queue.reap()
    place = queue.place(job)
    assert (place.job.state, place.job.code, place.ready) == (JobState.PARKED, POISONED, None)


def test_a_job_given_back_goes_on_at_its_place_and_counts_no_attempt(queue: Queue) -> None:
    job = ask(queue, "anna").id
    ask(queue, "omar")
    claimed(queue)
    assert queue.give_back(job, ONE)
    again = claimed(queue, OTHER)
    assert (again.id, again.attempts) == (job, 2)  # two: so that the next worker looks into the journal
    assert queue.give_back(job, OTHER)
    assert claimed(queue).attempts == 2


def test_stopping_ends_what_waits_and_tells_what_is_at_work(queue: Queue) -> None:
    waiting, running = ask(queue, "anna").id, ask(queue, "omar").id
    queue.stop(waiting)
    assert state(queue, waiting) == JobState.CANCELLED
    assert claimed(queue).id == running
    queue.stop(running)
    with pytest.raises(JobStoppedError):
        queue.must_hold(running, ONE)
    with pytest.raises(NotFoundError):
        queue.stop(JobId("job_none"))


def test_a_stopped_job_whose_worker_died_is_not_begun_again(queue: Queue, clock: FakeClock) -> None:
    job = ask(queue, "anna").id
    alive(queue, ONE)
    claimed(queue)
    queue.stop(job)
    clock.moment += timedelta(seconds=11)
    queue.reap()
    assert state(queue, job) == JobState.CANCELLED


def test_who_is_erased_has_no_job_and_its_worker_stops(queue: Queue) -> None:
    job = ask(queue, "anna").id
    claimed(queue)
    with queue.store.begin() as connection:
        assert jobs.forget(connection, SitterId("sitter_anna")) == 1
    with pytest.raises(JobStoppedError):
        queue.must_hold(job, ONE)
    with pytest.raises(NotFoundError):
        queue.place(job)


def test_what_was_promised_is_compared_with_the_truth(queue: Queue, clock: FakeClock) -> None:
    for minutes, kept in ((0.01, 1), (60, 1)):
        job = ask(queue, "anna").id
        claimed(queue)
        clock.moment += timedelta(minutes=minutes)
        queue.end(job, ONE, JobState.DONE, seconds=60 * minutes)
        assert census(queue).kept == kept
    found = census(queue).as_dict()
    assert (found["promised"], found["ended"]) == (2, {"done": 2})
    assert found["seconds_per_unit"]["portraits"] == pytest.approx((0.6 + 3600) / 2)


@pytest.mark.parametrize(
    "wanted",
    [
        {"words": "my face and name"},
        {"templates": ["film", "a b"]},
        {"deep": {"er": ["\u5206\u8eab"]}},
        {"key with spaces": 1},
        {"path": "/home/anna/photos"},
        {"bytes": b"\xff"},
        {"long": "x" * 65},
    ],
)
def test_there_is_no_room_for_words_of_a_person_in_a_job(wanted: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="ids, names and numbers"):
        as_json(wanted)


def test_what_a_job_wants_comes_back() -> None:
    wanted = {"photos": ["photo_1"], "frontal": None, "adult": True, "beautify": 0.2, "n": 3}
    assert json.loads(as_json(wanted)) == wanted


def test_every_end_is_an_end_and_every_state_can_be_reached() -> None:
    assert {state for state, following in NEXT.items() if following} == set(OPEN)
    assert {state for state in JobState if sources(state)} == set(JobState)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12))
def test_nobody_is_served_twice_before_another_who_waited_as_long(
    tmp_path_factory: pytest.TempPathFactory, came: list[str]
) -> None:
    """Between two jobs of one account every other account that waits gets its turn."""
    store = open_store(settings_at(tmp_path_factory.mktemp("fair")))
    queue = Queue(store, FakeClock(), Limits(running=9, open=99))
    for account in came:
        ask(queue, account)
    left, since = Counter(came), Counter[str]()
    while (row := queue.claim(ONE, KINDS)) is not None:
        queue.end(row.id, ONE, JobState.DONE)
        left[row.account] -= 1
        since[row.account] += 1
        waiting = [account for account in left if left[account]]
        assert all(since[row.account] - since[other] <= 1 for other in waiting)


def test_who_follows_a_job_hears_each_change_once_and_its_end_last(queue: Queue) -> None:
    job = ask(queue, "anna").id
    acts: list[Callable[[], object]] = [
        lambda: None,
        lambda: claimed(queue),
        lambda: queue.note(job, ONE, "progress_judging", 1, 2),
        lambda: None,
        lambda: queue.end(job, ONE, JobState.DONE),
    ]
    heard = [
        (place.job.state, place.job.done)
        for place in follow(queue, job, wait=lambda _: (acts.pop(0)(), None)[1])
    ]
    assert heard == [("waiting", 0), ("running", 0), ("running", 1), ("done", 1)]


def test_who_follows_a_job_of_somebody_erased_is_told(queue: Queue) -> None:
    job = ask(queue, "anna").id
    followed = follow(queue, job, wait=lambda _: None)
    next(followed)
    with queue.store.begin() as connection:
        jobs.forget(connection, SitterId("sitter_anna"))
    with pytest.raises(NotFoundError):
        next(followed)
