"""What a worker does with a job: steps, ends, refusals, and being told to stop."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.rights import settings_at

from fenshen.errors import DiskFullError, FenshenError
from fenshen.ids import DoubleId, JobId, SitterId
from fenshen.jobs.journal import Json, Unwritten
from fenshen.jobs.queue import Queue, Wish
from fenshen.jobs.states import BROKEN, JobKind, JobLostError, JobState, JobStoppedError
from fenshen.jobs.worker import Work, Worker
from fenshen.store.database import open_store


class PhotosUnfitError(FenshenError):
    code = "too_few_photos"


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    return Queue(open_store(settings_at(tmp_path)), FakeClock())


def done(queue: Queue, handler: Callable[[Work], Json]) -> tuple[str, str | None, list[str]]:
    """Let one worker do one job; give how it ended and what was heard."""
    wish = Wish(
        kind=JobKind.DOUBLE, account="anna", sitter=SitterId("sitter_anna"), double=DoubleId("double_1"),
        units=1, wanted={"photos": ["photo_1"]},
    )  # fmt: skip
    job, heard = queue.submit(wish).id, []

    def hear(event: str, /, **_: str | float) -> None:
        heard.append(event)

    worker = Worker(queue=queue, handlers={JobKind.DOUBLE: handler}, keep_house=lambda: None, tell=hear)
    worker.run(lambda _, body: Unwritten(body), once=True)
    row = queue.place(job).job
    return row.state, row.code, heard


def test_a_job_is_done_and_its_result_kept(queue: Queue) -> None:
    def handler(work: Work) -> Json:
        work.step("progress_judging", 1, 2)
        return {"photo": work.wanted["photos"][0]} | work.once("make", lambda: {"double": work.job.double})

    state, code, heard = done(queue, handler)
    assert (state, code) == (JobState.DONE, None)
    assert heard == ["worker_ready", "job_begun", "job_step", "job_ended", "worker_gone"]
    with queue.store.begin() as connection:
        from fenshen.store import jobs

        (row,) = jobs.recent(connection, 1)
        assert jobs.living(connection, queue.clock.now()) == []
    assert row.result == '{"double": "double_1", "photo": "photo_1"}'
    assert (row.step, row.done, row.total) == ("progress_judging", 1, 2)


@pytest.mark.parametrize(
    ("error", "state", "code"),
    [
        (PhotosUnfitError(), JobState.FAILED, "too_few_photos"),
        (DiskFullError(), JobState.PARKED, "disk_full"),
        (ZeroDivisionError("a face"), JobState.PARKED, BROKEN),
        (JobStoppedError(), JobState.CANCELLED, "job_stopped"),
    ],
)
def test_how_it_ends_when_it_cannot_be_done(queue: Queue, error: Exception, state: str, code: str) -> None:
    def handler(_: Work) -> Json:
        raise error

    ended, said, heard = done(queue, handler)
    assert (ended, said) == (state, code)
    assert "a face" not in str(heard)


def test_a_worker_that_lost_its_job_says_nothing_of_it(queue: Queue) -> None:
    def handler(work: Work) -> Json:
        queue.end(work.job.id, work._worker, JobState.DONE, result={"by": "another"})
        with pytest.raises(JobLostError):
            work.step("progress_judging", 2, 2)
        with pytest.raises(JobLostError):
            work.once("publish", lambda: pytest.fail("it must not be published"))
        with pytest.raises(JobLostError), queue.store.begin() as connection:
            work.guard(connection)
        return {"by": "me"}

    assert done(queue, handler)[0] == JobState.DONE
    with queue.store.begin() as connection:
        from fenshen.store import jobs

        assert jobs.recent(connection, 1)[0].result == '{"by": "another"}'


def test_a_job_that_is_stopped_ends_at_its_next_step(queue: Queue) -> None:
    def handler(work: Work) -> Json:
        queue.stop(work.job.id)
        work.step("progress_judging", 2, 2)
        return {}

    assert done(queue, handler)[:2] == (JobState.CANCELLED, "job_stopped")


def test_a_table_that_cannot_be_written_ends_no_worker(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    end = queue.end
    failed: list[bool] = []

    def failing_once(*args: object, **kwargs: object) -> bool:
        if not failed:
            failed.append(True)
            raise OSError("no space left")
        return end(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(queue, "end", failing_once)
    monkeypatch.setattr("fenshen.jobs.worker.HOUSE", 0.1)
    state, _, heard = done(queue, lambda _: {"double": "double_1"})
    assert state == JobState.DONE
    assert "job_unwritten" in heard


def test_an_abandoned_job_waits_again(queue: Queue) -> None:
    seen: list[JobId] = []

    def handler(work: Work) -> Json:
        if not seen:
            seen.append(work.job.id)
            worker.abandon()
            work.check()
        return {"again": True}

    wish = Wish(
        kind=JobKind.DOUBLE, account="anna", sitter=SitterId("sitter_anna"), double=DoubleId("double_1"),
        units=1, wanted={},
    )  # fmt: skip
    job = queue.submit(wish).id
    worker = Worker(
        queue=queue, handlers={JobKind.DOUBLE: handler}, keep_house=lambda: None, tell=lambda *_, **__: None
    )
    worker.run(lambda _, body: Unwritten(body), once=True)
    assert queue.place(job).job.state == JobState.DONE
    assert queue.place(job).job.attempts == 2


def test_a_worker_takes_only_what_it_can_do(queue: Queue) -> None:
    wish = Wish(
        kind=JobKind.PORTRAITS, account="anna", sitter=SitterId("sitter_anna"), double=DoubleId("double_1"),
        units=1, wanted={},
    )  # fmt: skip
    portraits = queue.submit(wish).id
    assert done(queue, lambda _: {"double": "double_1"})[0] == JobState.DONE
    assert queue.place(portraits).job.state == JobState.WAITING
