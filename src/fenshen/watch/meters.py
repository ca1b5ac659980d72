"""What one process has counted: the web's requests, and what workers say of jobs.

A worker tells events (``jobs.worker.Listener``); here they become numbers. Their labels are lanes, kinds, steps, states
and codes: words of our own, of which there are few. No id is a label, of nobody and of nothing. What is true of the
studio as a whole, whoever asks, is in ``tally``.
"""

import re
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

SHORT: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
LONG: Final = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0, 300.0, 900.0, 3600.0)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NUMBERED: Final = re.compile(r"_?\d+$")  # portrait_0, portrait_1 … are one step


class Meters:
    """Counters of one process. Safe to use from any thread."""

    def __init__(self) -> None:
        """Begin at nothing."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # half as many lines, and nobody asks when a counter was made
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        job = ("lane", "kind")
        self._waited = Histogram(
            "fenshen_job_wait_seconds", "from asking until a worker took the job up", job, buckets=LONG,
            registry=registry,
        )  # fmt: skip
        self._took = Histogram(
            "fenshen_job_seconds",
            "work on a job, waiting left out",
            (*job, "state"),
            buckets=LONG,
            registry=registry,
        )
        self._step = Histogram(
            "fenshen_job_step_seconds", "one step of a job", (*job, "step"), buckets=LONG, registry=registry
        )
        self._failed = Counter(
            "fenshen_job_failures",
            "jobs that ended undone, by the code of why",
            (*job, "code"),
            registry=registry,
        )
        self._deaths = Counter(
            "fenshen_job_deaths", "jobs taken back from workers that died", job, registry=registry
        )
        self._faults = Counter(
            "fenshen_faults", "what nobody foresaw, by where", ("where",), registry=registry
        )
        self._rests = Counter(
            "fenshen_worker_rests", "times that idle workers let their nets go", registry=registry
        )
        self._answers = Histogram(
            "fenshen_http_seconds", "from a request until its answer began", ("method", "route", "status"),
            buckets=SHORT, registry=registry,
        )  # fmt: skip
        self._looks = Histogram(
            "fenshen_look_seconds", "of a looker over a photo", ("outcome",), buckets=SHORT, registry=registry
        )

    def hear(self, event: str, /, **facts: str | float) -> None:
        """Count an event of a worker; one that is not known counts nothing."""
        job = {"lane": str(facts.get("lane", "")), "kind": str(facts.get("kind", ""))}
        seconds = float(facts.get("ms", 0)) / 1000
        if event == "job_begun" and facts.get("attempt") == 1:
            self._waited.labels(**job).observe(float(facts.get("waited_ms", 0)) / 1000)
        elif event == "job_step":
            step = NUMBERED.sub("", str(facts.get("step", "")))
            self._step.labels(**job, step=step).observe(seconds)
        elif event == "job_ended":
            self._took.labels(**job, state=str(facts.get("state"))).observe(seconds)
            if facts.get("code"):
                self._failed.labels(**job, code=str(facts["code"])).inc()
        elif event == "job_taken_back":
            self._deaths.labels(**job).inc()
        elif event in {"job_broken", "job_unwritten", "house_unkept"}:
            self._faults.labels(where=event).inc()
        elif event == "worker_rests":
            self._rests.inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request. route: the template of its address, never the address."""
        known = method if method in METHODS else "other"
        self._answers.labels(method=known, route=route, status=str(status)).observe(seconds)

    def looked(self, outcome: str, seconds: float) -> None:
        """Count a look of a looker: seen, refused or died."""
        self._looks.labels(outcome=outcome).observe(seconds)
