"""Which jobs wait for which machines, and that nobody waits for a machine of another kind."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.fakes.clock import NOON, FakeClock
from tests.fakes.rights import settings_at

from fenshen import settings
from fenshen.cli.worker import LaneInvalidError, slots_of
from fenshen.engines.cards import STUDIO
from fenshen.errors import SettingInvalidError
from fenshen.ids import DoubleId, JobId, SitterId, WorkerId
from fenshen.jobs import lanes
from fenshen.jobs.journal import Json, Unwritten
from fenshen.jobs.queue import Limits, Queue, Wish
from fenshen.jobs.states import JobKind, JobState, LaneUnservedError, TooManyJobsError
from fenshen.jobs.worker import Work, Worker
from fenshen.store import jobs
from fenshen.store.database import open_store
from fenshen.store.jobs import JobRow, WorkerRow

ONE, OTHER = WorkerId("worker_1"), WorkerId("worker_2")
KINDS = list(JobKind)
RULES = {"previews": lanes.LIGHT, "group": lanes.GPU, "diffusion": "a100"}
PATIENCE = 30.0  # seconds; only a test that fails waits so long


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def queue(tmp_path: Path, clock: FakeClock) -> Queue:
    return Queue(open_store(settings_at(tmp_path)), clock, Limits(open=3), RULES)


def ask(
    queue: Queue,
    account: str = "anna",
    *,
    kind: JobKind = JobKind.PORTRAITS,
    engine: str = "",
    units: int = 1,
) -> JobRow:
    wish = Wish(
        kind=kind, account=account, sitter=SitterId(f"sitter_{account}"), double=DoubleId("double_1"),
        units=units, wanted={}, engine=engine,
    )  # fmt: skip
    return queue.submit(wish)


def serves(queue: Queue, worker: WorkerId = ONE, kinds: str = "portraits,group", **slots: int) -> None:
    queue.beat(
        WorkerRow(
            id=worker, started_at=NOON, beat_at=NOON, abreast=sum(slots.values()), kinds=kinds,
            lanes=lanes.written(slots),
        )
    )  # fmt: skip


# ---- which lane


@pytest.mark.parametrize(
    ("kind", "engine", "device", "lane"),
    [
        ("double", "", "cpu", "cpu"),
        ("portraits", STUDIO.name, STUDIO.device, "cpu"),
        ("portraits", "other", "cuda", "gpu"),  # what its card needs …
        ("portraits", "diffusion", "cuda", "a100"),  # … before that what the operator says of the engine …
        ("group", "diffusion", "cuda", "gpu"),  # … and before that what they say of the kind
        ("webhook", "", "cpu", "light"),
        ("export", "", "cpu", "light"),
    ],
)
def test_a_kind_goes_before_an_engine_and_an_engine_before_its_card(
    kind: str, engine: str, device: str, lane: str
) -> None:
    assert lanes.lane_of(kind, RULES, engine=engine, device=device) == lane


def test_an_operator_may_send_even_webhooks_elsewhere() -> None:
    assert lanes.lane_of("webhook", {"webhook": "cpu"}) == "cpu"


def test_lanes_are_settings() -> None:
    environ = {"FENSHEN_LANES": "portraits=gpu diffusion=a100", "FENSHEN_WORKER_LANES": "gpu, light"}
    chosen = settings.load(environ)
    assert dict(chosen.lanes) == {"portraits": "gpu", "diffusion": "a100"}
    assert chosen.worker_lanes == ("gpu", "light")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FENSHEN_LANES", "portraits"),
        ("FENSHEN_LANES", "webhook=slow"),
        ("FENSHEN_LANES", "portraits=GPU!"),
        ("FENSHEN_WORKER_LANES", "cpu;light"),
        ("FENSHEN_REST", "soon"),
        ("FENSHEN_METRICS", "9464"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingInvalidError):
        settings.load({name: value})


def test_a_worker_serves_light_work_beside_the_long_and_abreast_is_for_the_long() -> None:
    assert slots_of([], 1) == {"cpu": 1, "light": lanes.LIGHT_SLOTS}
    assert slots_of(["gpu", "cpu"], 3) == {"gpu": 3, "cpu": 3}
    assert lanes.read(lanes.written({"cpu": 2, "light": 1})) == {"cpu": 2, "light": 1}
    for wrong in (["GPU"], [f"lane{n}" for n in range(7)]):
        with pytest.raises(LaneInvalidError):
            slots_of(wrong, 1)


# ---- who takes what


def test_a_worker_claims_only_from_its_lanes(queue: Queue) -> None:
    serves(queue, OTHER, gpu=1)
    portraits, group = ask(queue), ask(queue, "omar", kind=JobKind.GROUP)
    assert (portraits.lane, group.lane) == ("cpu", "gpu")
    assert queue.claim(OTHER, KINDS, ["light"]) is None
    taken = queue.claim(OTHER, KINDS, ["gpu"])
    assert taken is not None
    assert taken.id == group.id
    assert queue.claim(OTHER, KINDS, ["gpu"]) is None
    assert queue.place(portraits.id).job.state == JobState.WAITING


def test_turns_are_fair_in_each_lane_whatever_one_has_in_another(queue: Queue) -> None:
    serves(queue, gpu=1)
    for _ in range(3):
        ask(queue, "anna")
    annas = [ask(queue, "anna", kind=JobKind.GROUP).id for _ in range(2)]
    omars = ask(queue, "omar", kind=JobKind.GROUP).id
    assert [queue.place(job).ahead for job in (*annas, omars)] == [0, 2, 1]
    order = []
    while (row := queue.claim(ONE, KINDS, ["gpu"])) is not None:
        order.append(row.id)
        queue.end(row.id, ONE, JobState.DONE)
    assert order == [annas[0], omars, annas[1]]


def test_an_account_has_only_so_many_at_work_and_open_in_each_lane(queue: Queue) -> None:
    serves(queue, cpu=2, gpu=2)
    for _ in range(3):
        ask(queue, "anna")
    with pytest.raises(TooManyJobsError):
        ask(queue, "anna")
    ask(queue, "anna", kind=JobKind.GROUP)
    assert queue.claim(ONE, KINDS, ["cpu"]) is not None
    assert queue.claim(ONE, KINDS, ["cpu"]) is None
    assert queue.claim(ONE, KINDS, ["gpu"]) is not None


def test_light_work_waits_for_no_long_work_of_the_same_account(queue: Queue) -> None:
    ask(queue)
    light = ask(queue, kind=JobKind.PREVIEWS)
    assert queue.claim(ONE, KINDS, ["cpu"]) is not None
    taken = queue.claim(ONE, KINDS, ["cpu", "light"])
    assert taken is not None
    assert taken.id == light.id


# ---- what people are told


def test_a_promise_reckons_with_its_own_lane_only(queue: Queue) -> None:
    serves(queue, cpu=1, gpu=1)
    alone = queue.outlook("group", 2)
    for account in ("anna", "omar", "eva"):
        ask(queue, account, units=30)
    assert queue.outlook("group", 2) == alone
    assert queue.outlook("portraits", 2).latest > alone.latest


def test_more_slots_in_a_lane_promise_sooner(queue: Queue) -> None:
    serves(queue, cpu=1)
    for account in ("anna", "omar", "eva"):
        ask(queue, account, units=30)
    before = queue.outlook("portraits", 2)
    serves(queue, OTHER, cpu=2)
    sooner = queue.outlook("portraits", 2)
    assert sooner.latest < before.latest
    serves(queue, WorkerId("worker_3"), gpu=9)
    assert queue.outlook("portraits", 2) == sooner


def test_a_lane_that_nobody_serves_is_told_before_anything_is_taken(queue: Queue, clock: FakeClock) -> None:
    serves(queue, cpu=1)
    with pytest.raises(LaneUnservedError) as refused:
        ask(queue, kind=JobKind.GROUP)
    assert refused.value.facts == {"lane": "gpu"}
    with pytest.raises(LaneUnservedError):
        queue.outlook("group", 2)  # asked by the page that tells the price
    with queue.store.begin() as connection:
        assert jobs.recent(connection, 9) == []
    serves(queue, OTHER, gpu=1)
    assert ask(queue, kind=JobKind.GROUP).lane == "gpu"
    clock.advance(queue.limits.dead_after * 2)  # it was not heard of since
    with pytest.raises(LaneUnservedError):
        ask(queue, "omar", kind=JobKind.GROUP)


def test_a_worker_of_the_lane_that_does_not_do_this_kind_serves_it_not(queue: Queue) -> None:
    serves(queue, kinds="double", gpu=1)
    with pytest.raises(LaneUnservedError):
        ask(queue, kind=JobKind.GROUP)


def test_what_any_worker_can_do_is_taken_and_it_is_told_that_nobody_is_there(queue: Queue) -> None:
    job = ask(queue).id
    assert queue.place(job).served is False
    serves(queue, cpu=1)
    assert queue.place(job).served is True


# ---- abreast


def working(
    queue: Queue, handlers: Mapping[JobKind, Callable[[Work], Json]], slots: Mapping[str, int]
) -> list[str]:
    """Let one worker do all there is; give what was heard."""
    heard: list[str] = []

    def hear(event: str, /, **_: str | float) -> None:
        heard.append(event)

    worker = Worker(queue=queue, handlers=handlers, keep_house=lambda: None, tell=hear, slots=slots)
    worker.run(lambda _, body: Unwritten(body), once=True)
    return heard


def test_two_abreast_are_at_work_together(queue: Queue) -> None:
    both = threading.Barrier(2, timeout=PATIENCE)
    done = [ask(queue, account).id for account in ("anna", "omar")]

    def meet(_: Work) -> Json:
        both.wait()
        return {}

    working(queue, {JobKind.PORTRAITS: meet}, {"cpu": 2})
    assert [queue.place(job).job.state for job in done] == [JobState.DONE] * 2


def test_two_of_one_account_are_never_at_work_together(queue: Queue) -> None:
    busy, most = [0], [0]
    for account in ("anna", "anna", "anna"):
        ask(queue, account)

    def count(work: Work) -> Json:
        busy[0] += 1
        most[0] = max(most[0], busy[0])
        for _ in range(5):
            work.check()
        busy[0] -= 1
        return {}

    working(queue, {JobKind.PORTRAITS: count}, {"cpu": 3})
    assert most == [1]


def test_light_work_never_waits_behind_long_work(queue: Queue) -> None:
    told = threading.Event()
    long = ask(queue).id
    ask(queue, kind=JobKind.PREVIEWS)

    def wait_for_light(_: Work) -> Json:
        assert told.wait(PATIENCE)
        return {}

    def tell(_: Work) -> Json:
        told.set()
        return {}

    working(queue, {JobKind.PORTRAITS: wait_for_light, JobKind.PREVIEWS: tell}, slots_of([], 1))
    assert queue.place(long).job.state == JobState.DONE


def died_with(queue: Queue, *accounts: str, kind: JobKind = JobKind.PORTRAITS) -> list[JobId]:
    """Jobs that a worker has died with."""
    asked = [ask(queue, account, kind=kind).id for account in accounts]
    for _ in asked:
        assert queue.claim(OTHER, [kind], ["cpu", "light"]) is not None
    assert [row.id for row in queue.reap()] == asked  # nobody of that name was ever heard of
    return asked


def test_nobody_overtakes_a_job_that_a_worker_died_with_while_it_waits_to_be_alone(queue: Queue) -> None:
    serves(queue, gpu=1)
    (first,) = died_with(queue, "anna")
    ask(queue, "omar")
    ask(queue, "omar", kind=JobKind.GROUP)
    assert (
        queue.claim(ONE, KINDS, ["gpu", "cpu"], wary=["cpu", "gpu"]) is None
    )  # no long one, so that it empties
    light = ask(queue, "omar", kind=JobKind.PREVIEWS).id
    for wanted, wary in ((light, ["cpu", "gpu"]), (first, [])):
        taken = queue.claim(ONE, KINDS, ["cpu", "light", "gpu"], wary=wary)
        assert taken is not None
        assert taken.id == wanted


def beside_each_other(queue: Queue, slots: Mapping[str, int]) -> dict[str, set[str]]:
    """Let one worker do all there is; give, of each job, which were at work at the same time."""
    at_work: set[str] = set()
    beside: dict[str, set[str]] = {}

    def look(work: Work) -> Json:
        at_work.add(work.job.id)
        for _ in range(20):
            work.check()
            beside.setdefault(work.job.id, set()).update(at_work)
        at_work.discard(work.job.id)
        return {}

    working(queue, {JobKind.PORTRAITS: look, JobKind.PREVIEWS: look}, slots)
    return beside


def test_a_job_that_a_worker_died_with_is_done_alone(queue: Queue) -> None:
    (first,) = died_with(queue, "anna")
    for account in ("omar", "eva"):
        ask(queue, account)
    beside = beside_each_other(queue, {"cpu": 3})
    assert len(beside) == 3
    assert beside[first] == {first}


def test_two_that_a_worker_died_with_are_never_at_work_together_not_even_a_light_one(queue: Queue) -> None:
    jobs = died_with(queue, "eva", kind=JobKind.PREVIEWS) + died_with(queue, "anna", "omar")
    beside = beside_each_other(queue, {"cpu": 2, "light": 2})
    assert beside == {job: {job} for job in jobs}


def test_light_work_goes_on_beside_a_job_that_a_worker_died_with(queue: Queue) -> None:
    told = threading.Event()
    (first,) = died_with(queue, "anna")
    ask(queue, "omar", kind=JobKind.PREVIEWS)

    def wait_for_light(_: Work) -> Json:
        assert told.wait(PATIENCE)
        return {}

    def tell(_: Work) -> Json:
        told.set()
        return {}

    working(queue, {JobKind.PORTRAITS: wait_for_light, JobKind.PREVIEWS: tell}, {"light": 1, "cpu": 1})
    assert queue.place(first).job.state == JobState.DONE


# ---- rest


def test_an_idle_worker_lets_its_nets_go_once_and_works_on(queue: Queue) -> None:
    rested: list[str] = []
    events: list[str] = []

    def hear(event: str, /, **_: str | float) -> None:
        events.append(event)
        if event == "worker_rests" and events.count("worker_rests") == 1:
            ask(queue, "omar")
        elif event == "worker_rests":
            worker.stop()

    worker = Worker(
        queue=queue, handlers={JobKind.PORTRAITS: lambda _: {}}, keep_house=lambda: None, tell=hear,
        rest=lambda: rested.append("rest"), rest_after=0.0,
    )  # fmt: skip
    ask(queue)
    worker.run(lambda _, body: Unwritten(body))
    assert rested == ["rest", "rest"]
    assert [event for event in events if event in {"job_ended", "worker_rests"}] == [
        "job_ended", "worker_rests", "job_ended", "worker_rests",
    ]  # fmt: skip
