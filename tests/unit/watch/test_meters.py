"""What is counted, and under which words."""

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from fenshen.watch.meters import Meters

JOB = {"job": "job_0123456789abcdef", "kind": "portraits", "lane": "cpu"}
OF_A_JOB = {"kind": "portraits", "lane": "cpu"}


@pytest.fixture
def meters() -> Meters:
    return Meters()


def value(meters: Meters, name: str, **labels: str) -> float | None:
    return meters.registry.get_sample_value(name, labels)


def test_a_job_is_counted_from_its_wait_to_its_end(meters: Meters) -> None:
    meters.hear("job_begun", **JOB, attempt=1, waited_ms=1500)
    meters.hear("job_step", **JOB, step="portrait_12", ms=2500)
    meters.hear("job_step", **JOB, step="portrait_13", ms=500)
    meters.hear("job_ended", **JOB, state="done", code="", seconds=3.1, ms=3100)
    assert value(meters, "fenshen_job_wait_seconds_sum", **OF_A_JOB) == 1.5
    assert value(meters, "fenshen_job_step_seconds_count", **OF_A_JOB, step="portrait") == 2
    assert value(meters, "fenshen_job_step_seconds_sum", **OF_A_JOB, step="portrait") == 3.0
    assert value(meters, "fenshen_job_seconds_sum", **OF_A_JOB, state="done") == 3.1
    assert "fenshen_job_failures_total{" not in generate_latest(meters.registry).decode()


def test_a_job_that_is_taken_up_again_waited_once(meters: Meters) -> None:
    meters.hear("job_begun", **JOB, attempt=1, waited_ms=1500)
    meters.hear("job_taken_back", **JOB, attempt=1)
    meters.hear("job_begun", **JOB, attempt=2, waited_ms=1500)
    assert value(meters, "fenshen_job_wait_seconds_count", **OF_A_JOB) == 1
    assert value(meters, "fenshen_job_deaths_total", **OF_A_JOB) == 1


def test_a_failure_is_counted_by_its_code_and_a_fault_by_where(meters: Meters) -> None:
    meters.hear("job_broken", **JOB, fault="ZeroDivisionError")
    meters.hear("job_ended", **JOB, state="parked", code="job_undone", seconds=1.0, ms=1000)
    assert value(meters, "fenshen_job_failures_total", **OF_A_JOB, code="job_undone") == 1
    assert value(meters, "fenshen_faults_total", where="job_broken") == 1


def test_no_id_becomes_a_label_and_an_unknown_event_counts_nothing(meters: Meters) -> None:
    before = {
        family.name for family in text_string_to_metric_families(generate_latest(meters.registry).decode())
    }
    meters.hear("somebody_came", **JOB, name="Anna")
    meters.hear("job_begun", **JOB, attempt=1, waited_ms=0)
    told = generate_latest(meters.registry).decode()
    assert "Anna" not in told
    assert JOB["job"] not in told
    assert {family.name for family in text_string_to_metric_families(told)} == before


def test_a_method_that_somebody_made_up_makes_no_label(meters: Meters) -> None:
    meters.answered("BREW", "/jobs/{job}", 405, 0.01)
    assert value(meters, "fenshen_http_seconds_count", method="other", route="/jobs/{job}", status="405") == 1
