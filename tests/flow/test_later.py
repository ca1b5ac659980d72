"""What waits in the queue: photos sealed for their job and no longer, doubles and portraits that a worker makes."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.rights import agree, take_back
from tests.fakes.sitting import ANNA, GOOD_SHOTS, Sat, as_files, put, settings_of, shots
from tests.scan import faces_in

from fenshen.cli import run
from fenshen.clock import SystemClock
from fenshen.engines.studio.engine import StudioEngine
from fenshen.errors import ConsentRequiredError, NotFoundError
from fenshen.flow import handlers as at_work
from fenshen.flow import later
from fenshen.flow.later import NotForLaterError, double_later, portraits_later, queue_of
from fenshen.flow.portray import Order
from fenshen.ids import JobId, SitterId
from fenshen.jobs.journal import Journal, Unwritten
from fenshen.jobs.queue import Limits, Queue
from fenshen.jobs.states import JobKind, JobState, QueueFullError
from fenshen.jobs.worker import Worker
from fenshen.labels.verify import verify
from fenshen.photos import who
from fenshen.rights import consent, erasure, receipt_check, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk, open_desk
from fenshen.rights.erasure import Reason
from fenshen.store import doubles
from fenshen.store.jobs import JobRow
from fenshen.vault.keys import SitterBusyError
from fenshen.vault.vault import DataClass

pytestmark = pytest.mark.xdist_group("sitting")
MIA = SitterId("sitter_mia")
SMALL = Order(templates=["rembrandt", "film"], short_side=400)


@pytest.fixture
def desk(models: Path, home: Path) -> Desk:
    """An empty studio in which Mia has agreed to everything."""
    made = open_desk(settings_of(home, models), SystemClock())
    agree(made, MIA)
    return made


def work(desk: Desk, wrap: Callable[[Journal], Journal] = lambda journal: journal) -> None:
    """Let one worker do all that waits."""
    worker = Worker(
        queue=queue_of(desk),
        handlers=at_work.handlers(desk, StudioEngine),
        keep_house=lambda: None,
        tell=lambda *_, **__: None,
    )
    worker.run(lambda _, body: wrap(Unwritten(body)), once=True)


def photos_here(desk: Desk, sitter: SitterId = MIA) -> int:
    return len(desk.vault.objects(sitter, DataClass.PHOTO))


def job_of(desk: Desk, job: JobRow) -> JobRow:
    return queue_of(desk).place(job.id).job


def another_process(desk: Desk) -> Desk:
    return open_desk(desk.settings, SystemClock())


def test_a_double_is_made_by_a_worker_and_its_photos_are_destroyed(desk: Desk, home: Path) -> None:
    job = double_later(as_files(shots()), MIA, desk=desk)
    assert photos_here(desk) == len(GOOD_SHOTS)
    assert faces_in(home, []) == []
    retention.sweep(another_process(desk))  # a job waits for them: they stay
    assert photos_here(desk) == len(GOOD_SHOTS)
    work(another_process(desk))
    done = job_of(desk, job)
    assert (done.state, done.code) == (JobState.DONE, None)
    result = json.loads(done.result or "")
    assert result["double"] == job.double
    assert result["photos_destroyed"] == len(GOOD_SHOTS)
    assert photos_here(desk) == 0
    assert desk.vault.get(MIA, DataClass.DOUBLE, job.double)
    receipt = (home / "receipts" / f"{result['receipt']}.json").read_bytes()
    receipt_check.verify(receipt, desk.signer.public_pem())


def test_portraits_wait_sealed_and_labelled_until_they_are_fetched(
    studio: Desk, anna: Sat, home: Path
) -> None:
    job = portraits_later(anna.sitting.double, SMALL, desk=studio)
    work(studio)
    result = json.loads(job_of(studio, job).result or "")
    assert [each["template"] for each in result["portraits"]] == ["rembrandt", "film"]
    assert faces_in(home, []) == []
    files = later.fetch(job.id, desk=studio)
    assert [name.rpartition(".")[2] for name, _ in files] == ["jpg", "jpg"]
    for _, data in files:
        assert verify(data, public_key=studio.signer.public_pem()).ours
    later.done_with(job.id, desk=studio)
    assert later.fetch(job.id, desk=studio) == []


def test_a_batch_that_is_cut_off_goes_on_at_the_portrait_that_is_missing(studio: Desk, anna: Sat) -> None:
    """The journal remembers the first portrait; the second worker makes only the second."""
    job = portraits_later(anna.sitting.double, SMALL, desk=studio)
    kept: dict[str, dict[str, object]] = {}
    done: list[str] = []

    class Remembering(Unwritten):
        def once(self, name: str, act: Callable[[], dict[str, object]]) -> dict[str, object]:
            if name not in kept:
                if done == ["portrait_0"]:
                    done.append("died")
                    raise ConnectionError("the machine died")
                kept[name] = act()
                done.append(name)
            return kept[name]

    worker = Worker(
        queue=queue_of(studio), handlers=at_work.handlers(studio, StudioEngine), keep_house=lambda: None,
        tell=lambda *_, **__: None,
    )  # fmt: skip
    worker.run(lambda _, body: Remembering(body), once=True)
    with studio.store.begin() as connection:  # as the reaper would have put it, had it really died
        from fenshen.store import jobs

        jobs.move(connection, job.id, ["parked"], {"state": "waiting", "ended_at": None, "code": None})
    worker = replace(worker, _going=type(worker._going)(), _over=type(worker._over)())
    worker.run(lambda _, body: Remembering(body), once=True)
    assert done == ["portrait_0", "died", "portrait_1"]
    assert len(later.fetch(job.id, desk=studio)) == 2


def test_a_guardian_is_not_asked_once_more_whether_the_child_is_grown_up(
    studio: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(who, "ASKS", dict.fromkeys(("adult", "not_checked"), "sitter_likely_minor"))
    consent.grant(
        studio, MIA, list(Purpose), adult=False, minor=consent.AgeBand.TEEN, is_self=False, language="en"
    )
    job = double_later(as_files(shots(0)), MIA, desk=studio, accept_few=True)
    work(studio)
    assert job_of(studio, job).state == JobState.DONE


def test_a_job_that_died_after_its_double_was_registered_only_destroys_the_photos(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = double_later(as_files(shots()), MIA, desk=desk)
    with desk.store.begin() as connection:
        row = doubles.new(job.double, MIA, desk.clock.now(), takes=3, format_version=1)
        doubles.add(connection, row)
    monkeypatch.setattr(at_work, "sit", lambda *_, **__: pytest.fail("it was made already"))
    work(desk)
    assert job_of(desk, job).state == JobState.DONE
    assert photos_here(desk) == 0


def test_photos_of_a_job_that_fails_for_a_passing_reason_stay_for_the_next_attempt(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = double_later(as_files(shots()), MIA, desk=desk)
    seen: list[int] = []

    def failing(*_: object, **__: object) -> None:
        seen.append(photos_here(desk))
        raise MemoryError

    monkeypatch.setattr("fenshen.flow.sit.build", failing)
    work(desk)
    assert seen == [len(GOOD_SHOTS)]
    assert job_of(desk, job).state == JobState.PARKED
    assert photos_here(desk) == len(GOOD_SHOTS)  # spared for another attempt, until it is given up
    retention.sweep(another_process(desk))
    assert photos_here(desk) == 0


def test_photos_that_are_refused_are_destroyed_at_once_and_the_reason_is_told(desk: Desk) -> None:
    job = double_later(as_files(shots(0, 1)), MIA, desk=desk)
    work(desk)
    row = job_of(desk, job)
    assert (row.state, row.code) == (JobState.FAILED, "too_few_photos")
    assert photos_here(desk) == 0


def test_stopping_a_waiting_job_destroys_its_photos(desk: Desk) -> None:
    job = double_later(as_files(shots(0)), MIA, desk=desk)
    queue_of(desk).stop(job.id)
    retention.sweep(another_process(desk))
    assert photos_here(desk) == 0


def test_a_job_does_not_wait_longer_than_twelve_hours(desk: Desk) -> None:
    job = double_later(as_files(shots(0)), MIA, desk=desk)

    class Tomorrow(SystemClock):
        def now(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
            return super().now() + timedelta(hours=13)

    retention.sweep(open_desk(desk.settings, Tomorrow()))
    assert job_of(desk, job).code == "job_too_old"
    assert photos_here(desk) == 0


def test_taking_consent_back_ends_a_waiting_job_and_everything_goes(desk: Desk) -> None:
    job = double_later(as_files(shots(0)), MIA, desk=desk)
    erasure.withdraw(desk, MIA, [Purpose.BUILD_DOUBLE])
    assert photos_here(desk) == 0
    with pytest.raises(NotFoundError):
        job_of(desk, job)
    assert queue_of(desk).claim(worker="worker_1", kinds=list(JobKind)) is None  # type: ignore[arg-type]


def test_taking_back_the_portraits_alone_ends_those_that_wait(studio: Desk, anna: Sat) -> None:
    job = portraits_later(anna.sitting.double, SMALL, desk=studio)
    erasure.withdraw(studio, ANNA, [Purpose.RENDER_PORTRAIT])
    assert job_of(studio, job).state == JobState.CANCELLED


def test_consent_that_is_gone_when_its_turn_comes_is_asked_again_by_the_job(desk: Desk) -> None:
    job = double_later(as_files(shots(0)), MIA, desk=desk)
    take_back(desk, MIA, Purpose.KEEP_DOUBLE)
    work(desk)
    assert job_of(desk, job).code == "consent_required"


def test_one_job_with_photos_at_a_time_and_a_second_harms_no_first(desk: Desk) -> None:
    double_later(as_files(shots(0, 1)), MIA, desk=desk)
    with pytest.raises(SitterBusyError):
        double_later(as_files(shots(3)), MIA, desk=another_process(desk))
    assert photos_here(desk) == 2


def test_what_the_queue_refuses_is_destroyed_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    full = Limits(longest=timedelta(seconds=-1))
    monkeypatch.setattr(later, "queue_of", lambda desk: Queue(desk.store, desk.clock, full))
    with pytest.raises(QueueFullError):
        double_later(as_files(shots(0, 1)), MIA, desk=desk)
    assert photos_here(desk) == 0


def test_the_frontal_stays_the_frontal_when_a_file_before_it_cannot_be_read(desk: Desk) -> None:
    def unreadable() -> bytes:
        raise OSError

    files = as_files(shots(0, 1, 3))
    job = double_later([replace(files[0], read=unreadable), *files[1:]], MIA, desk=desk, frontal=2)
    wanted = json.loads(job.wanted)
    assert (wanted["frontal"], len(wanted["photos"]), job.units) == (1, 2, 2)


def test_no_photo_is_read_before_every_consent_is_there(desk: Desk) -> None:
    take_back(desk, MIA, Purpose.KEEP_DOUBLE)
    unread = [replace(photo, read=lambda: pytest.fail("read")) for photo in as_files(shots(0))]
    with pytest.raises(ConsentRequiredError):
        double_later(unread, MIA, desk=desk)


def test_a_double_is_made_anew_and_the_old_one_destroyed(studio: Desk, anna: Sat) -> None:
    old = anna.sitting.double
    photos = as_files(shots(0, 1, 3, 15, 18, 20))
    job = double_later(photos, ANNA, desk=studio, instead_of=old)
    work(studio)
    result = json.loads(job_of(studio, job).result or "")
    assert job_of(studio, job).state == JobState.DONE
    with studio.store.begin() as connection:
        assert [row.id for row in doubles.every(connection, sitter=ANNA)] == [job.double]
    assert result["erased"].startswith("receipt_")


def test_what_is_for_who_sits_at_the_machine_cannot_wait(studio: Desk, anna: Sat) -> None:
    with pytest.raises(NotForLaterError):
        portraits_later(anna.sitting.double, replace(SMALL, explain=True), desk=studio)


def test_a_job_of_nobody_cannot_be_fetched(studio: Desk) -> None:
    with pytest.raises(NotFoundError):
        later.fetch(JobId("job_none"), desk=studio)


def test_the_whole_journey_by_the_command_line_and_real_processes(
    models: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Photos into the queue, a worker, portraits into the queue, a worker, fetched; the journal is DBOS in SQLite."""

    def asked(*arguments: str) -> dict[str, object]:
        assert run([*arguments, "--json"]) == 0
        return dict(json.loads(capsys.readouterr().out))

    def worker() -> list[dict[str, object]]:
        command = [sys.executable, "-m", "fenshen", "worker", "--once", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        assert "Traceback" not in done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    folder = put(tmp_path / "photos", shots())
    job = asked("double", "create", str(folder), "--adult", "--consent", "--later")
    assert (job["state"], job["ahead"]) == ("waiting", 0)
    assert {line["event"] for line in worker()} >= {"worker_ready", "job_begun", "job_ended", "worker_gone"}
    double = asked("jobs", "show", str(job["job"]))
    assert double["state"] == "done"
    batch = asked(
        "portrait",
        str(double["double"]),
        "-t",
        "film",
        "--short-side",
        "400",
        "--later",
        "--adult",
        "--consent",
    )
    worker()
    fetched = asked("jobs", "fetch", str(batch["job"]), "-o", str(tmp_path / "out"))
    portrait = next(iter(fetched["portraits"]))  # type: ignore[call-overload]
    assert asked("verify", str(portrait))["ours"] is True
    listed = asked("jobs", "list")
    assert listed["queue"]["ended"] == {"done": 2}  # type: ignore[index]
    assert faces_in(home, []) == []
    assert run(["jobs", "follow", str(job["job"])]) == run(["jobs", "show", str(job["job"])]) == 0
    assert capsys.readouterr().out.count("done\n") == 2
    assert run(["jobs", "list"]) == 0
    told = capsys.readouterr().out
    assert told.count("done") == 2, told
    assert str(job["job"]) in told


def test_photos_that_a_spared_custody_left_are_held_by_nobody(desk: Desk) -> None:
    double_later(as_files(shots(0)), MIA, desk=desk)
    other = another_process(desk)
    other.vault.hold(MIA)
    erasure.destroy(other, MIA, DataClass.PHOTO, reason=Reason.ABANDONED)
    assert photos_here(desk) == 0
