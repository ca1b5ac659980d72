"""What was worked out once lies on the bench, for the same question about the same thing, and for nothing else."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from tests.fakes.takes import a_double, a_take

from fenshen.engines.engine import RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.engines.studio.workbench import NO_BENCH, Workbench
from fenshen.templates.catalogue import template


def counting() -> tuple[list[int], Callable[[], int]]:
    calls: list[int] = []

    def make() -> int:
        calls.append(1)
        return len(calls)

    return calls, make


def test_the_same_question_about_the_same_thing_is_worked_out_once() -> None:
    (calls, make), bench, thing = counting(), Workbench(), object()
    assert [bench.once(thing, make, "spots") for _ in range(3)] == [1, 1, 1]
    assert calls == [1]


def test_another_thing_or_another_question_is_worked_out_anew() -> None:
    (_, make), bench, thing = counting(), Workbench(), [1]
    twin = list(thing)  # equal, and another
    answers = [bench.once(thing, make, "a"), bench.once(twin, make, "a"), bench.once(thing, make, "b")]
    assert answers == [1, 2, 3]


def test_a_thing_on_the_bench_is_held_so_that_no_other_takes_its_place() -> None:
    bench = Workbench()
    for k in range(200):
        assert bench.once([k], lambda k=k: k, "number") == k  # type: ignore[misc]


def test_an_engine_without_a_bench_keeps_nothing() -> None:
    (calls, make), thing = counting(), object()
    assert [NO_BENCH.once(thing, make, "spots") for _ in range(3)] == [1, 2, 3]
    assert len(calls) == 3


def test_a_bench_changes_no_pixel() -> None:
    double = a_double(a_take(photo=1, distance=3.0), a_take(photo=2), a_take(photo=3))
    options = RenderOptions(short_side=200)
    engine = StudioEngine(Workbench())
    for name in ("daylight", "corporate", "daylight"):
        with_bench = engine.render(double, template(name), options)
        alone = StudioEngine().render(double, template(name), replace(options))
        assert np.array_equal(with_bench.pixels, alone.pixels)
        assert with_bench.faces == alone.faces
