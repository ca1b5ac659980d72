"""A studio of toy jobs with real worker processes, to be killed; and the count of what went wrong."""

import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Final

from fenshen.ids import JobId
from fenshen.jobs.states import JobKind, JobState
from tests.fakes.toy_worker import STEPS, lines, queue_at, start, submit

POINTS: Final = (
    3 + 3 * STEPS
)  # of danger in a toy job: claim, before and after each effect, after its record, the end
WORKERS: Final = 3
PATIENCE: Final = 120.0  # seconds
MOST_ROUNDS: Final = 9  # workers that die over one job that kills

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


def killed_at_every_point(shop: Shop, points: list[int] | None = None, *, abreast: int = 1) -> dict[str, int]:
    """Let a worker die at each point of danger, with others there to go on, then see what became of its jobs.

    abreast: so many jobs of different people are put into the queue for each death; the first one is of ``a{point}``.
    """
    several = ("--abreast", str(abreast))
    others = [shop.worker(*several) for _ in range(WORKERS - 1)] if shop.database else []
    jobs, deaths = [], 0
    tried = range(POINTS) if points is None else points
    for point in tried:
        if others:  # they would take the job before the one that is to die
            stop(others)
        jobs += [submit(shop.queue, f"a{point}{'_' * n}").id for n in range(abreast)]
        dying = shop.worker("--die", str(point), *several)
        deaths += dying.wait(60) == -signal.SIGKILL
        others = [shop.worker(*several) for _ in range(WORKERS - 1 if shop.database else 1)]
        shop.wait(jobs)
    stop(others)
    return {"points": len(tried), "deaths": deaths, **shop.audit(jobs)}


def killed_at_random(shop: Shop, kills: int, seed: int = 3, *, abreast: int = 1) -> dict[str, int]:
    """Kill one of three workers at random moments, and start another in its place, until so many have died."""
    rng, jobs = random.Random(seed), [submit(shop.queue, f"r{n % 7}").id for n in range(2 * kills)]  # noqa: S311
    options = ("--seconds", "0.2", "--abreast", str(abreast))
    workers = [shop.worker(*options) for _ in range(WORKERS)]
    time.sleep(4)
    died = 0
    while died < kills:
        time.sleep(rng.uniform(0.05, 1.0))
        place = rng.randrange(WORKERS)
        workers[place].kill()
        workers[place].wait()
        died += 1
        workers[place] = shop.worker(*options)
        if died % 10 == 0:
            jobs += [submit(shop.queue, f"r{n % 7}").id for n in range(10)]
    shop.wait(jobs)
    stop(workers)
    return {"kills": died, **shop.audit(jobs)}


def killed_by_one_of_them(shop: Shop) -> dict[str, str]:
    """Let one job kill every worker that takes it up, with another beside it; give how both ended, by kind."""
    poison = submit(shop.queue, "omar", kind=JobKind.REDO).id
    other = submit(shop.queue, "anna").id
    for _ in range(MOST_ROUNDS):
        worker = shop.worker("--poison", "--abreast", "2", "--attempts", "3", "--seconds", "0.5")
        while worker.poll() is None and not shop.wait([poison, other], 0.1):
            pass
        if worker.poll() is None:
            stop([worker])
            break
    rows = [shop.queue.place(job).job for job in (poison, other)]
    return {row.kind: f"{row.state} {row.code or ''}".strip() for row in rows}
