"""A studio of toy jobs with real worker processes, to be killed; and the count of what went wrong."""

import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Final

from fenshen.ids import JobId
from fenshen.jobs.states import JobState
from tests.fakes.toy_worker import STEPS, lines, queue_at, start, submit

POINTS: Final = (
    3 + 3 * STEPS
)  # of danger in a toy job: claim, before and after each effect, after its record, the end
WORKERS: Final = 3
PATIENCE: Final = 120.0  # seconds

Process = subprocess.Popen[bytes]


class Shop:
    """One studio of toys, on one store."""

    def __init__(self, folder: Path, database: str) -> None:
        self.home, self.database = folder / "home", database
        self.home.mkdir()
        self.queue = queue_at(self.home, database)

    def worker(self, *options: str) -> Process:
        """Start a worker of this shop."""
        return start(self.home, *options, database=self.database)

    def wait(self, jobs: list[JobId], patience: float = PATIENCE, *, every: float = 0.05) -> bool:
        """Wait until all have ended; tell whether they did."""
        left, until = set(jobs), time.monotonic() + patience
        while left and time.monotonic() < until:
            left -= {job for job in list(left)[:20] if self.queue.place(job).ready is None}
            time.sleep(every)
        return not left

    def audit(self, jobs: list[JobId]) -> dict[str, int]:
        """Count what went wrong with jobs that should all be done: each effect once, each end once."""
        told = lines(self.home)
        effects = Counter((line["job"], line["step"]) for line in told if line["event"] == "effect")
        ends = Counter(line["job"] for line in told if line["event"] == "job_ended")
        states = Counter(self.queue.place(job).job.state for job in jobs)
        wanted = {(job, step) for job in jobs for step in range(STEPS)}
        return {
            "jobs": len(jobs),
            "lost": len(jobs) - states[JobState.DONE],
            "effects missing": len(wanted - set(effects)),
            "effects twice": sum(effects[each] > 1 for each in wanted),
            "ends twice": sum(ends[job] > 1 for job in jobs),
            "steps done again": sum(line["event"] == "found" for line in told),
        }


def stop(workers: list[Process]) -> None:
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    for worker in workers:
        try:
            worker.wait(20)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def killed_at_every_point(shop: Shop, points: list[int] | None = None) -> dict[str, int]:
    """Let a worker die at each point of danger, with others there to go on, then see what became of its job."""
    others = [shop.worker() for _ in range(WORKERS - 1)] if shop.database else []
    jobs, deaths = [], 0
    for point in range(POINTS) if points is None else points:
        if others:  # they would take the job before the one that is to die
            stop(others)
        jobs.append(submit(shop.queue, f"a{point}").id)
        dying = shop.worker("--die", str(point))
        deaths += dying.wait(60) == -signal.SIGKILL
        others = [shop.worker() for _ in range(WORKERS - 1 if shop.database else 1)]
        shop.wait(jobs)
    stop(others)
    return {"points": len(jobs), "deaths": deaths, **shop.audit(jobs)}


def killed_at_random(shop: Shop, kills: int, seed: int = 3) -> dict[str, int]:
    """Kill one of three workers at random moments, and start another in its place, until so many have died."""
    rng, jobs = random.Random(seed), [submit(shop.queue, f"r{n % 7}").id for n in range(2 * kills)]  # noqa: S311
    workers = [shop.worker("--seconds", "0.2") for _ in range(WORKERS)]
    time.sleep(4)
    died = 0
    while died < kills:
        time.sleep(rng.uniform(0.05, 1.0))
        place = rng.randrange(WORKERS)
        workers[place].kill()
        workers[place].wait()
        died += 1
        workers[place] = shop.worker("--seconds", "0.2")
        if died % 10 == 0:
            jobs += [submit(shop.queue, f"r{n % 7}").id for n in range(10)]
    shop.wait(jobs)
    stop(workers)
    return {"kills": died, **shop.audit(jobs)}
