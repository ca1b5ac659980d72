"""What follows from the end of a job is written with it: one event, and what is owed, once and never apart."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.rights import settings_at

from fenshen.ids import DoubleId, JobId, SitterId, WebhookId, WorkerId
from fenshen.jobs import ends, outbox, redress
from fenshen.jobs.outbox import OPERATOR, REFUND_DUE, Event
from fenshen.jobs.queue import Limits, Queue, Wish
from fenshen.jobs.redress import Owed
from fenshen.jobs.states import JobKind, JobState
from fenshen.store import jobs as rows
from fenshen.store import webhooks
from fenshen.store.account_tables import events
from fenshen.store.database import open_store
from fenshen.store.jobs import JobRow, WorkerRow
from fenshen.store.webhooks import EventRow, WebhookRow

ANNA = "account_anna"
SITTER = SitterId("sitter_anna")
ME, OTHER = WorkerId("worker_me"), WorkerId("worker_other")


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(open_store(settings_at(tmp_path)), FakeClock())


def listen(queue: Queue, *types: str, account: str = ANNA, id_: str = "webhook_1") -> WebhookRow:
    row = WebhookRow(id=WebhookId(id_), account=account, events=",".join(types), created_at=NOON)
    with queue.store.begin() as connection:
        webhooks.add(connection, row)
    return row


def submit(queue: Queue, kind: JobKind = JobKind.PORTRAITS) -> JobRow:
    wish = Wish(kind=kind, account=ANNA, sitter=SITTER, double=DoubleId("double_1"), units=1, wanted={})
    return queue.submit(wish)


def told(queue: Queue) -> list[EventRow]:
    with queue.store.begin() as connection:
        return [EventRow(**row._mapping) for row in connection.execute(events.select().order_by(events.c.at))]


def deliveries(queue: Queue) -> list[JobRow]:
    with queue.store.begin() as connection:
        return rows.open_ones(connection, JobKind.WEBHOOK)


def row_of(queue: Queue, job: JobId) -> JobRow:
    return queue.place(job).job


def worked(queue: Queue, job: JobRow, state: JobState, worker: WorkerId = ME) -> None:
    assert (claimed := queue.claim(worker, [job.kind])) is not None
    assert claimed.id == job.id
    assert queue.end(job.id, worker, state, code=None if state is JobState.DONE else "code")


@pytest.mark.parametrize(
    ("kind", "state", "event"),
    [
        (JobKind.DOUBLE, JobState.DONE, Event.DOUBLE_READY),
        (JobKind.REDO, JobState.DONE, Event.DOUBLE_READY),
        (JobKind.DOUBLE, JobState.FAILED, Event.DOUBLE_FAILED),
        (JobKind.PORTRAITS, JobState.PARKED, Event.PORTRAITS_FAILED),
        (JobKind.GROUP, JobState.DONE, Event.GROUP_READY),
        (JobKind.EXPORT, JobState.CANCELLED, Event.EXPORT_STOPPED),
    ],
)
def test_an_end_is_told_once_with_ids_and_states_only(
    queue: Queue, kind: JobKind, state: JobState, event: Event
) -> None:
    listen(queue, *Event)
    job = submit(queue, kind)
    worked(queue, job, state)
    (found,) = told(queue)
    assert (found.type, found.about, found.account) == (event, job.id, ANNA)
    assert json.loads(found.body) == {
        "job": job.id, "kind": kind, "state": state, "code": None if state is JobState.DONE else "code",
        "double": "double_1",
    }  # fmt: skip
    (delivery,) = deliveries(queue)
    assert json.loads(delivery.wanted) == {"event": found.id, "webhook": "webhook_1"}
    assert not queue.end(job.id, ME, JobState.DONE)  # again, by who does not know it
    assert [each.id for each in told(queue)] == [found.id]


def test_there_is_no_room_for_words_of_a_person_in_an_event(queue: Queue) -> None:
    listen(queue, *Event)
    for words in ("Anna Karenina", "安娜", "/home/anna/1.jpg", "anna@example.com"):
        with (
            pytest.raises(ValueError, match="ids, names and numbers only"),
            queue.store.begin() as connection,
        ):
            outbox.note(connection, ANNA, Event.DOUBLE_READY, "job_1", {"code": words}, NOON)
    assert told(queue) == []


def test_nothing_is_written_where_nobody_listens(queue: Queue) -> None:
    listen(queue, Event.DOUBLE_READY)
    listen(queue, *Event, account="account_omar", id_="webhook_2")
    worked(queue, submit(queue), JobState.DONE)
    worked(queue, submit(queue, JobKind.PREVIEWS), JobState.DONE)
    assert (told(queue), deliveries(queue)) == ([], [])


def test_each_who_listens_gets_a_delivery_of_the_one_event(queue: Queue) -> None:
    listen(queue, Event.PORTRAITS_READY)
    listen(queue, Event.PORTRAITS_READY, Event.ERASED, id_="webhook_2")
    worked(queue, submit(queue), JobState.DONE)
    (event,) = told(queue)
    assert [json.loads(each.wanted)["event"] for each in deliveries(queue)] == [event.id] * 2
    assert {each.account for each in deliveries(queue)} == {"webhook_1", "webhook_2"}


def test_an_end_that_is_rolled_back_tells_nobody(queue: Queue) -> None:
    listen(queue, *Event)
    job = submit(queue)

    def end_and_fail() -> None:
        with queue.store.begin() as connection:
            assert ends.end(connection, job.id, JobState.CANCELLED, NOON)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        end_and_fail()
    assert (row_of(queue, job.id).state, told(queue), deliveries(queue)) == ("waiting", [], [])


def test_however_a_job_ends_it_is_told(queue: Queue) -> None:
    """Stopped while it waits; asked to stop with its person; too old; with a worker that died too often."""
    listen(queue, *Event)
    queue.stop(submit(queue).id)
    submit(queue)
    with queue.store.begin() as connection:
        assert ends.ask_to_stop(connection, SITTER, None, NOON) == 1
    submit(queue, JobKind.DOUBLE)
    with queue.store.begin() as connection:
        assert ends.give_up(connection, [JobKind.DOUBLE], NOON + timedelta(hours=1), NOON) == 1
    killer = submit(queue)
    queue.limits = Limits(attempts=1)
    assert queue.claim(ME, [JobKind.PORTRAITS]) is not None
    queue.reap()
    assert row_of(queue, killer.id).code == "job_poisoned"
    queue.reap()
    assert sorted(each.type for each in told(queue)) == [
        "double.failed", "portraits.failed", "portraits.stopped", "portraits.stopped",
    ]  # fmt: skip


def test_a_zombie_that_ends_its_job_again_tells_nothing(queue: Queue) -> None:
    listen(queue, *Event)
    job = submit(queue)
    queue.claim(OTHER, [JobKind.PORTRAITS])
    queue.reap()  # it was not heard of
    worked(queue, job, JobState.DONE)
    assert not queue.end(job.id, OTHER, JobState.FAILED, code="late")
    assert [each.type for each in told(queue)] == ["portraits.ready"]


def test_events_of_an_erased_person_go_with_their_jobs(queue: Queue) -> None:
    listen(queue, *Event)
    worked(queue, submit(queue), JobState.DONE)
    with queue.store.begin() as connection:
        rows.forget(connection, SITTER)
    assert told(queue) == []


def test_what_is_announced_is_told_when_it_is_true_and_once(queue: Queue) -> None:
    listen(queue, Event.ERASED)
    with queue.store.begin() as connection:
        for _ in range(2):
            outbox.announce(connection, ANNA, Event.ERASED, "receipt_1", {"receipt": "receipt_1"}, NOON)
    assert [each.is_ready for each in told(queue)] == [False]
    assert deliveries(queue) == []
    with queue.store.begin() as connection:
        for _ in range(2):
            outbox.confirm(connection, Event.ERASED, "receipt_1", NOON)
    assert [each.is_ready for each in told(queue)] == [True]
    assert len(deliveries(queue)) == 1


def test_an_event_is_deleted_when_everybody_was_told_it_or_after_two_days(queue: Queue) -> None:
    listen(queue, *Event)
    worked(queue, submit(queue), JobState.DONE)
    (delivery,) = deliveries(queue)
    later, much_later = NOON + timedelta(minutes=5), NOON + timedelta(days=2, seconds=1)
    with queue.store.begin() as connection:
        assert outbox.forget(connection, later, NOON) == 0
        rows.move(connection, delivery.id, [JobState.WAITING], {"state": JobState.DONE})
        assert outbox.forget(connection, later, NOON) == 1
        outbox.announce(connection, ANNA, Event.ERASED, "receipt_1", {}, NOON)
        assert outbox.forget(connection, later, NOON) == 0  # it is not true yet
        assert outbox.forget(connection, later, much_later) == 1


def test_deliveries_hold_nobody_up_and_are_in_nobodys_count(queue: Queue) -> None:
    listen(queue, *Event)
    worked(queue, submit(queue), JobState.DONE)
    place = queue.place(submit(queue).id)
    assert place.ahead == 0
    assert len(deliveries(queue)) == 1


def test_a_job_that_is_put_off_is_not_taken_up_before_its_time_and_keeps_count(queue: Queue) -> None:
    job = submit(queue)
    assert queue.claim(ME, [JobKind.PORTRAITS]) is not None
    later = ends.Later(until=NOON + timedelta(hours=1), tries=3)
    assert not ends.put_off(queue.store, job.id, OTHER, later)  # it is not with this one
    assert ends.put_off(queue.store, job.id, ME, later)
    assert queue.claim(ME, [JobKind.PORTRAITS]) is None
    assert not queue.is_anything_open()  # nothing to be done now
    assert isinstance(queue.clock, FakeClock)
    queue.clock.advance(timedelta(hours=1))
    assert queue.is_anything_open()
    taken = queue.claim(OTHER, [JobKind.PORTRAITS])
    assert taken is not None
    assert (taken.done, taken.attempts) == (3, 2)


def park(queue: Queue, kind: JobKind = JobKind.PORTRAITS) -> JobRow:
    job = submit(queue, kind)
    worked(queue, job, JobState.PARKED)
    return row_of(queue, job.id)


@pytest.mark.parametrize("kind", sorted(redress.PAID_FOR))
def test_a_failure_of_ours_is_owed_one_free_redo_and_no_more(queue: Queue, kind: JobKind) -> None:
    parked = park(queue, kind)
    assert (parked.redress, parked.redeemed) == (Owed.FREE_REDO, None)
    assert is_owed(queue, kind)
    redo = submit(queue, kind)
    assert row_of(queue, parked.id).redeemed == redo.id
    assert redo.priority == 0  # and it goes first
    assert not is_owed(queue, kind)
    submit(queue, kind)
    assert row_of(queue, parked.id).redeemed == redo.id


def is_owed(queue: Queue, kind: JobKind) -> bool:
    with queue.store.begin() as connection:
        return redress.is_owed(connection, ANNA, kind)


def test_a_redo_that_fails_again_is_owed_again(queue: Queue) -> None:
    first, second = park(queue), park(queue)
    assert row_of(queue, first.id).redeemed == second.id
    assert is_owed(queue, JobKind.PORTRAITS)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_nothing_is_owed_for_what_was_no_fault_of_ours(queue: Queue, state: JobState) -> None:
    job = submit(queue)
    worked(queue, job, state)
    assert row_of(queue, job.id).redress is None


def test_nothing_is_owed_for_what_costs_nothing(queue: Queue) -> None:
    assert park(queue, JobKind.PREVIEWS).redress is None
    assert park(queue, JobKind.EXPORT).redress is None


def test_who_takes_money_is_told_which_order_to_pay_back_and_there_is_no_free_redo_besides(
    queue: Queue,
) -> None:
    listen(queue, REFUND_DUE, account=OPERATOR)
    parked = park(queue)
    (event,) = told(queue)
    assert parked.redress == Owed.REFUND
    assert (event.type, event.account, event.about) == (REFUND_DUE, OPERATOR, parked.id)
    assert json.loads(event.body) == {"job": parked.id, "kind": "portraits", "units": 1, "account": ANNA}
    assert not is_owed(queue, JobKind.PORTRAITS)
    assert submit(queue).priority == 0  # first all the same: they have waited once


def test_redress_is_granted_once_however_often_the_end_is_tried(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Till:
        """A payment provider's port, which counts."""

        def __init__(self) -> None:
            self.granted: list[str] = []

        def grant(self, connection: Connection, row: JobRow, now: Any, /) -> Owed:  # noqa: ARG002
            self.granted.append(row.id)
            return Owed.REFUND

    till = Till()
    monkeypatch.setattr(redress, "in_force", lambda _: till)
    queue.limits = Limits(attempts=1)
    job = submit(queue)
    queue.claim(ME, [JobKind.PORTRAITS])
    with queue.store.begin() as connection:
        rows.beat(connection, WorkerRow(id=OTHER, started_at=NOON, beat_at=NOON, abreast=1, kinds=""))
    for _ in range(3):
        queue.reap()
        queue.end(job.id, ME, JobState.PARKED, code="job_undone")
    assert till.granted == [job.id]
