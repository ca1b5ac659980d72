"""A fleet is planned: the least that serves, no less; what can never serve is refused; chance obeys the seed."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.architecture.source import ROOT

from fenshen.jobs import capacity, capacity_draw, capacity_figures, capacity_floor
from fenshen.jobs.capacity import CapacityInvalidError, CapacityUnstableError, Fleet
from fenshen.jobs.capacity_figures import CapacityFiguresError, Figures
from fenshen.jobs.capacity_floor import Errand

FLEET = Fleet(cores=8, price=2.0)


@pytest.fixture
def figures() -> Figures:
    return capacity_figures.measured()


def test_the_planner_reckons_with_what_was_measured(figures: Figures) -> None:
    speed = json.loads((ROOT / "benchmarks" / "results" / "speed.json").read_text("utf-8"))
    seen = {each["what"].strip(): each["value"] for each in speed["figures"]}
    assert figures.machine == speed["machine"]
    assert figures.double.seconds == pytest.approx(seen["24 photos of 1-12 MP -> double"], rel=0.25)
    assert figures.redo.seconds == figures.double.seconds
    assert figures.portraits.seconds == pytest.approx(seen["8 templates in one order, warm"], rel=0.25)
    assert figures.memory_megabytes == pytest.approx(seen["peak memory, double"], rel=0.25)


def test_sitters_come_as_the_day_says(figures: Figures) -> None:
    coming = capacity_draw.days(figures, 50_000, 4, np.random.default_rng(5))
    times = [at for at, _ in coming]
    assert times == sorted(times)
    hours = Counter((int(at / 3600) + figures.day.quietest) % 24 for at in times)
    for hour, share in enumerate(figures.day.shares):
        expected = 4 * 50_000 * share
        assert abs(hours[hour] - expected) < 4.5 * expected**0.5
    kinds = Counter(each.kind for _, errand in coming for each in errand.then)
    assert kinds["portraits"] == len(coming)
    assert kinds["redo"] == pytest.approx(0.1 * len(coming), rel=0.05)


def test_work_takes_as_long_as_measured_and_spreads_as_measured(figures: Figures) -> None:
    errands = list(capacity_draw.errands(figures, 40_000, np.random.default_rng(6)))
    doubles = np.array([each.seconds for each in errands])
    portraits = np.array([e.seconds for each in errands for e in each.then if e.kind == "portraits"])
    pauses = np.array([e.pause for each in errands for e in each.then])
    for seen, work in ((doubles, figures.double), (portraits, figures.portraits)):
        assert seen.mean() == pytest.approx(work.seconds, rel=0.02)
        assert seen.std() / seen.mean() == pytest.approx(work.spread, rel=0.03)
    assert pauses.mean() == pytest.approx(figures.day.think_seconds, rel=0.03)


def test_who_comes_first_is_served_first_and_a_redo_before_all_who_wait() -> None:
    redo = Errand("redo", 1.0, pause=1.0)
    coming = [(0.0, Errand("double", 10.0, then=(redo,))), (1.0, Errand("double", 10.0)),
              (2.0, Errand("double", 10.0))]  # fmt: skip
    done = capacity_floor.run(coming, 1)
    assert done.waits == {"double": [0.0, 9.0, 19.0], "redo": [9.0]}  # asked at 11, begun at 20
    assert done.busy == 31.0
    assert capacity_floor.run(coming, 3).waits == {"double": [0.0, 0.0, 0.0], "redo": [0.0]}


def test_nobody_is_lost_and_no_worker_does_two_things_at_once(figures: Figures) -> None:
    coming = capacity_draw.days(figures, 5_000, 1, np.random.default_rng(7))
    asked = Counter(["double"] * len(coming) + [e.kind for _, errand in coming for e in errand.then])
    total = sum(errand.seconds + sum(e.seconds for e in errand.then) for _, errand in coming)
    done = capacity_floor.run(coming, 2)
    assert {kind: len(waits) for kind, waits in done.waits.items()} == asked
    assert done.busy == pytest.approx(total)
    assert all(wait >= 0 for waits in done.waits.values() for wait in waits)


@pytest.mark.parametrize(("sitters", "within"), [(100, 120.0), (3_000, 1.0), (10_000, 120.0)])
def test_the_least_fleet_serves_and_one_worker_less_does_not(
    figures: Figures, sitters: int, within: float
) -> None:
    found = capacity.least(sitters, within, figures=figures, fleet=FLEET, seed=1)
    assert found.waits.most < within
    assert found.waits.count > 55_000
    again = capacity.outlook(sitters, found.workers, figures=figures, fleet=FLEET, seed=1)
    assert again == found
    if found.workers > 1:
        fewer = capacity.outlook(sitters, found.workers - 1, figures=figures, fleet=FLEET, seed=1)
        assert fewer.waits.most >= within


def test_a_line_that_builds_up_in_the_busiest_hour_is_told(figures: Figures) -> None:
    found = capacity.outlook(10_000, 3, figures=figures, fleet=FLEET, seed=1)
    assert found.utilisation == pytest.approx(figures.load(10_000) / 3, rel=0.03)
    assert found.busiest_hour > 1
    assert found.growth == pytest.approx((figures.busiest_load(10_000) - 3) * 3600 * 2.1 / 20.2093, rel=1e-3)
    assert found.waits.longest > 3600
    assert 0 < found.waits.over_an_hour < 1
    assert found.by_kind["redo"].most < 60 < found.by_kind["double"].most


@pytest.mark.slow
def test_shares_of_a_fleet_never_flatter_it(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = capacity.outlook(40_000, 22, figures=figures, fleet=FLEET, seed=1)
    monkeypatch.setattr(capacity, "SHARE", 10_000)
    shared = capacity.outlook(40_000, 22, figures=figures, fleet=FLEET, seed=1)
    assert (whole.shares, shared.shares) == (1, 4)
    assert shared.waits.most > whole.waits.most
    assert shared.utilisation == pytest.approx(whole.utilisation, rel=0.03)
    least = capacity.least(40_000, 120, figures=figures, fleet=FLEET, seed=1)
    assert least.workers % 4 == 0


def test_the_seed_alone_decides_chance(figures: Figures) -> None:
    one, same, other = (
        capacity.outlook(10_000, 5, figures=figures, fleet=FLEET, seed=seed) for seed in (3, 3, 4)
    )
    assert one == same
    assert one.waits != other.waits


def test_a_fleet_that_can_never_catch_up_is_refused_with_its_growth(figures: Figures) -> None:
    with pytest.raises(CapacityUnstableError) as refused:
        capacity.outlook(10_000, 2, figures=figures, fleet=FLEET, seed=1)
    facts = refused.value.facts
    assert facts["growth"] == round((figures.load(10_000) - 2) * 3600 * 2.1 / figures.seconds_a_sitter)
    assert facts["least"] == 3


@pytest.mark.parametrize(
    ("option", "given"),
    [
        ("--sitters", {"sitters": 0}),
        ("--sitters", {"sitters": -5}),
        ("--workers", {"workers": 0}),
        ("--within", {"within": 0.0}),
        ("--within", {"within": float("nan")}),
        ("--cores", {"fleet": replace(FLEET, cores=1)}),
        ("--price", {"fleet": replace(FLEET, price=-1.0)}),
        ("--price", {"fleet": replace(FLEET, price=float("inf"))}),
    ],
)
def test_numbers_without_sense_are_refused(figures: Figures, option: str, given: dict[str, object]) -> None:
    asked: dict[str, object] = {"sitters": 100, "workers": 1, "figures": figures, "fleet": FLEET}
    with pytest.raises(CapacityInvalidError) as refused:
        capacity.check(**{**asked, **given})  # type: ignore[arg-type]
    assert refused.value.facts["option"] == option


def test_a_machine_holds_whole_workers_and_is_paid_day_and_night(figures: Figures) -> None:
    assert [FLEET.machines(workers, figures) for workers in (1, 4, 5, 450)] == [1, 1, 2, 113]
    assert replace(FLEET, cores=3).machines(5, figures) == 5
    assert FLEET.cost_a_day(5, figures) == 96.0
    assert FLEET.gigabytes(figures) == pytest.approx(5.716)


def test_nobody_waits_where_nobody_asks() -> None:
    assert capacity.waits([]).count == 0


def test_figures_of_ones_own_are_read_as_toml_and_json(tmp_path: Path, figures: Figures) -> None:
    shipped = Path(capacity_figures.__file__).with_name("service_times.toml")
    own = tmp_path / "own.toml"
    own.write_bytes(shipped.read_bytes())
    assert capacity_figures.read(own) == figures
    own = tmp_path / "own.json"
    own.write_text(json.dumps(figures.model_dump()))
    assert capacity_figures.read(own) == figures


@pytest.mark.parametrize(
    ("where", "old", "new"),
    [
        ("double.seconds", "seconds = 13.9927    # median", "seconds = -1 # median"),
        ("portraits.spread", "spread = 0.17", "spread = nan"),
        ("day.arrivals", ", 7, 4]", "]"),
        ("double.a_sitter", "a_sitter = 1.0       # how", "a_sitter = 2.0 # how"),
        (
            "day",
            "[2, 1, 1, 0.5, 0.5, 1, 2, 3, 4, 5, 5, 6, 7, 6, 5, 5, 5, 5, 6, 7, 8, 8, 7, 4]",
            str([0] * 24),
        ),
        ("cores", "cores = 2 ", "colours = 2 "),
        ("own.toml", "cores = 2 ", "cores = "),
    ],
)
def test_figures_without_sense_are_refused_by_field(tmp_path: Path, where: str, old: str, new: str) -> None:
    text = Path(capacity_figures.__file__).with_name("service_times.toml").read_text("utf-8")
    assert old in text
    own = tmp_path / "own.toml"
    own.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(CapacityFiguresError) as refused:
        capacity_figures.read(own)
    assert refused.value.facts["where"] == where


def test_a_file_that_is_not_there_is_refused_by_its_name_alone(tmp_path: Path) -> None:
    with pytest.raises(CapacityFiguresError) as refused:
        capacity_figures.read(tmp_path / "lost.toml")
    assert refused.value.facts["where"] == "lost.toml"
