"""A copy of everything, packed by a job: sealed, for a day, and never outliving what it was made of."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.rights import agree, desk_at, take_back

from fenshen.cli import run
from fenshen.errors import ConsentRequiredError, NotFoundError
from fenshen.flow.later import queue_of
from fenshen.flow.prepare_copy import archive_of, copy_later, destroy_copy, fetch_copy, is_here, prepare
from fenshen.ids import DoubleId, JobId, SitterId
from fenshen.jobs.journal import Unwritten
from fenshen.jobs.states import JobKind, JobState
from fenshen.jobs.worker import Work, Worker
from fenshen.rights import erasure, export, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.erasure import Reason
from fenshen.rights.holdings import KINDS, holdings
from fenshen.rights.lifetimes import life_of
from fenshen.store import audit, doubles
from fenshen.store.jobs import JobRow
from fenshen.vault.vault import DataClass

MIA = SitterId("sitter_mia")
DOUBLES = (DoubleId("double_0000000000000001"), DoubleId("double_0000000000000002"))
PORTRAIT = b"as if it were a portrait of Mia"


@pytest.fixture
def desk(tmp_path: Path, clock: FakeClock) -> Desk:
    """A studio that keeps two doubles and a portrait of Mia."""
    made = desk_at(tmp_path / "home", clock)
    agree(made, MIA)
    for double in DOUBLES:
        made.vault.put(MIA, DataClass.DOUBLE, double, f"as if it were {double}".encode())
        with made.store.begin() as connection:
            doubles.add(connection, doubles.new(double, MIA, clock.now(), takes=2, format_version=1))
    made.vault.put(MIA, DataClass.PORTRAIT, "portrait_1", PORTRAIT)
    return made


def work(desk: Desk, handler: Callable[[Desk, Work], object] = prepare) -> None:
    """Let one worker do all that waits."""
    worker = Worker(
        queue=queue_of(desk), handlers={JobKind.EXPORT: lambda work: handler(desk, work)},  # type: ignore[dict-item]
        keep_house=lambda: None, tell=lambda *_, **__: None,
    )  # fmt: skip
    worker.run(lambda _, body: Unwritten(body), once=True)


def packed(desk: Desk) -> JobRow:
    job = copy_later(desk, MIA)
    work(desk)
    return row_of(desk, job.id)


def row_of(desk: Desk, job: JobId) -> JobRow:
    return queue_of(desk).place(job).job


def archives(desk: Desk) -> list[str]:
    return desk.vault.objects(MIA, DataClass.ARCHIVE)


def names_in(data: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return set(archive.namelist())


def test_a_copy_is_packed_sealed_and_holds_what_the_direct_way_gives(desk: Desk, tmp_path: Path) -> None:
    job = packed(desk)
    assert (job.state, job.step, job.done) == ("done", "progress_packing", len(KINDS))
    assert archives(desk) == [archive_of(job.id)]
    told = json.loads(job.result or "")
    assert set(told) == {"archive", "bytes", "things"}
    raw = b"".join(path.read_bytes() for path in (tmp_path / "home" / "blobs").rglob("*") if path.is_file())
    assert b"PK" not in raw[:2]
    assert b"holdings.json" not in raw
    data = fetch_copy(desk, job.id)
    assert names_in(data) == names_in(export.export(desk, MIA))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("portraits/portrait_1") == PORTRAIT
    assert fetch_copy(desk, job.id) == data  # until its time is over, or it is destroyed


def test_a_job_for_a_copy_carries_ids_and_numbers_only(desk: Desk) -> None:
    job = copy_later(desk, MIA)
    assert (job.kind, job.wanted, job.double, job.sitter) == (JobKind.EXPORT, "{}", "", MIA)


def test_two_questions_for_the_same_copy_are_one_job(desk: Desk) -> None:
    assert copy_later(desk, MIA).id == copy_later(desk, MIA).id


def test_the_second_copy_replaces_the_first(desk: Desk) -> None:
    first, second = packed(desk), packed(desk)
    assert archives(desk) == [archive_of(second.id)]
    assert (is_here(desk, first), is_here(desk, second)) == (False, True)


def test_giving_a_copy_stands_in_the_audit_log_and_packing_it_does_not(desk: Desk) -> None:
    def given() -> int:
        with desk.store.begin() as connection:
            bodies = [json.loads(body) for _, body in audit.every_entry(connection)]
        return sum(body["event"] == "export_given" for body in bodies)

    job = packed(desk)
    assert given() == 0
    fetch_copy(desk, job.id)
    assert given() == 1


def test_a_copy_lives_a_day(desk: Desk) -> None:
    job = packed(desk)
    (held,) = [each for each in holdings(desk, MIA) if each.kind == "archive"]
    assert held.expires_at is not None
    assert life_of("archive") == timedelta(days=1)
    assert isinstance(desk.clock, FakeClock)
    desk.clock.moment = held.expires_at - timedelta(seconds=1)
    retention.sweep(desk)
    assert is_here(desk, job)
    desk.clock.advance(timedelta(seconds=2))
    retention.sweep(desk)
    assert archives(desk) == []
    with pytest.raises(NotFoundError):
        fetch_copy(desk, job.id)


def test_a_copy_can_be_destroyed_before_its_time_and_again(desk: Desk) -> None:
    job = packed(desk)
    for _ in range(2):
        destroy_copy(desk, job.id)
    assert archives(desk) == []


def test_a_copy_does_not_outlive_the_person_nor_any_picture_that_is_in_it(desk: Desk) -> None:
    deaths: tuple[Callable[[], object], ...] = (
        lambda: desk.vault.delete(MIA, DataClass.PORTRAIT, "portrait_1"),
        lambda: erasure.erase_double(desk, DOUBLES[0]),
        lambda: erasure.destroy(desk, MIA, DataClass.PHOTO, reason=Reason.DONE),
        lambda: erasure.withdraw(desk, MIA, [Purpose.RENDER_PORTRAIT]),
        lambda: erasure.erase(desk, MIA),
    )
    desk.vault.put(MIA, DataClass.PHOTO, "photo_1", b"a photo that waits for its double")
    for die in deaths:
        packed(desk)
        assert len(archives(desk)) == 1
        die()
        assert archives(desk) == []
    assert holdings(desk, MIA) == []


def test_what_is_destroyed_while_it_is_packed_is_not_in_the_copy(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and sealing a double dies: what was packed is destroyed, and the job says so."""
    tried: list[int] = []

    def die_meanwhile(desk: Desk, work: Work) -> object:
        put = desk.vault.put

        def put_late(sitter: SitterId, data_class: DataClass, name: str, data: bytes) -> None:
            if not tried:
                erasure.erase_double(desk, DOUBLES[0])
            tried.append(len(names_in(data)))
            put(sitter, data_class, name, data)

        with monkeypatch.context() as patched:
            patched.setattr(desk.vault, "put", put_late)
            return prepare(desk, work)

    job = copy_later(desk, MIA)
    work(desk, die_meanwhile)
    assert (row_of(desk, job.id).state, row_of(desk, job.id).code) == (JobState.PARKED, "copy_outdated")
    assert archives(desk) == []
    again = packed(desk)
    assert f"doubles/{DOUBLES[0]}" not in names_in(fetch_copy(desk, again.id))


def test_a_person_who_is_erased_while_it_is_sealed_leaves_no_copy(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def erase_meanwhile(desk: Desk, work: Work) -> object:
        put = desk.vault.put

        def put_late(sitter: SitterId, data_class: DataClass, name: str, data: bytes) -> None:
            erasure.erase(desk, MIA)
            put(sitter, data_class, name, data)

        with monkeypatch.context() as patched:
            patched.setattr(desk.vault, "put", put_late)
            return prepare(desk, work)

    copy_later(desk, MIA)
    work(desk, erase_meanwhile)
    assert archives(desk) == []
    assert holdings(desk, MIA) == []


@pytest.mark.parametrize("purpose", [Purpose.KEEP_DOUBLE, Purpose.BUILD_DOUBLE, Purpose.INSPECT_PHOTOS])
def test_taking_consent_back_stops_a_copy_that_waits(desk: Desk, purpose: Purpose) -> None:
    job = copy_later(desk, MIA)
    erasure.withdraw(desk, MIA, [purpose])
    work(desk)
    with pytest.raises(NotFoundError):
        row_of(desk, job.id)
    assert archives(desk) == []


def test_consent_is_asked_again_when_the_job_begins_and_before_each_kind(desk: Desk) -> None:
    job = copy_later(desk, MIA)
    take_back(desk, MIA, Purpose.KEEP_DOUBLE)
    work(desk)
    assert (row_of(desk, job.id).state, row_of(desk, job.id).code) == (JobState.FAILED, "consent_required")
    with pytest.raises(ConsentRequiredError):
        copy_later(desk, MIA)
    assert export.export(desk, MIA)  # at once, the right of access needs no consent


def test_consent_that_goes_half_way_ends_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = export.packed

    def half(*args: object, **kwargs: object) -> bytes:
        asked = kwargs["before_each"]

        def then(number: int) -> None:
            if number == 1:
                take_back(desk, MIA, Purpose.KEEP_DOUBLE)
            asked(number)  # type: ignore[operator]

        return real(*args, **{**kwargs, "before_each": then})  # type: ignore[arg-type]

    monkeypatch.setattr(export, "packed", half)
    job = copy_later(desk, MIA)
    work(desk)
    assert row_of(desk, job.id).code in {"consent_required", "permit_refused"}
    assert archives(desk) == []


def test_nobody_s_copy_and_no_copy_of_nobody(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        copy_later(desk, SitterId("sitter_nobody"))
    with pytest.raises(NotFoundError):
        fetch_copy(desk, JobId("job_none"))


def test_by_the_command_line_with_a_real_worker(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = desk_at(home)
    agree(made, MIA)
    made.vault.put(MIA, DataClass.PORTRAIT, "portrait_1", PORTRAIT)
    assert run(["rights", "export", MIA, "--later", "--json"]) == 0
    job = json.loads(capsys.readouterr().out)
    assert (job["kind"], job["state"]) == ("export", "waiting")
    command = [sys.executable, "-m", "fenshen", "worker", "--once", "--only", "export", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "Traceback" not in done.stderr
    assert run(["jobs", "show", job["job"]]) == 0
    assert f"jobs fetch {job['job']}" in " ".join(capsys.readouterr().out.split())
    assert run(["jobs", "fetch", job["job"], "-o", str(tmp_path / "out"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["encrypted"] is False
    assert "portraits/portrait_1" in names_in(Path(told["file"]).read_bytes())
    assert made.vault.objects(MIA, DataClass.ARCHIVE) == []
    assert run(["jobs", "fetch", job["job"], "-o", str(tmp_path / "again")]) == 1
