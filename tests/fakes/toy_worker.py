"""A real worker process on a real queue and journal, whose jobs are toys: steps that leave a mark and take a moment.

``python -m tests.fakes.toy_worker HOME [--die POINT] [--once] [--seconds S] [--steps N] [--abreast N]`` with
FENSHEN_DATABASE as in life. Every effect and every start of a step is a line in ``HOME/toys.log``. ``--die n`` kills
the process (SIGKILL) when it passes its n-th point of danger: between claim and journal, before and after every effect,
and around the end. ``--poison`` makes every redo kill it once another job is at work beside it, or no other waits.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.ids import DoubleId, JobId, SitterId, WorkerId
from fenshen.jobs.dbos_journal import open_journal
from fenshen.jobs.journal import Body, Journal, Json
from fenshen.jobs.lanes import LIGHT, USUAL, slots_of
from fenshen.jobs.queue import Limits, Queue, Wish
from fenshen.jobs.states import JobKind
from fenshen.jobs.worker import Work, Worker
from fenshen.store import jobs as rows
from fenshen.store.database import open_store
from fenshen.store.jobs import JobRow

STEPS: Final = 3
LIMITS: Final = Limits(
    running=100, open=100_000, longest=timedelta(days=99), attempts=99, dead_after=timedelta(seconds=1.5)
)
RULES: Final = {"previews": "light", "group": "gpu"}


def queue_at(home: Path, database: str = "") -> Queue:
    environ = {"FENSHEN_HOME": str(home), "FENSHEN_DATABASE": database}
    return Queue(open_store(settings.load(environ)), SystemClock(), LIMITS, RULES)


def submit(queue: Queue, account: str, *, kind: JobKind = JobKind.PORTRAITS, units: int = 1) -> JobRow:
    wish = Wish(
        kind=kind, account=account, sitter=SitterId(f"sitter_{account}"), double=DoubleId("double_0"),
        units=units, wanted={},
    )  # fmt: skip
    return queue.submit(wish)


def start(home: Path, *options: str, database: str = "") -> "subprocess.Popen[bytes]":
    """Start a worker process."""
    environ = {**os.environ, "FENSHEN_DATABASE": database}
    command = [sys.executable, "-m", "tests.fakes.toy_worker", str(home), *options]
    return subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)


def lines(home: Path) -> list[dict[str, Any]]:
    """What the toys have told so far; a line that a killed process began is no line."""
    path = home / "toys.log"
    told = path.read_text().splitlines() if path.exists() else []
    return [json.loads(line) for line in told if line.endswith("}")]


class Toys:
    """The handler of toy jobs, and the dangers on its way."""

    def __init__(self, home: Path, *, die: int, seconds: float, steps: int, burn: bool) -> None:
        self.home, self.left, self.seconds, self.steps, self.burn = home, die, seconds, steps, burn
        (home / "effects").mkdir(exist_ok=True)

    def danger(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1

    def tell(self, event: str, /, **facts: object) -> None:
        line = (
            json.dumps({"event": event, "pid": os.getpid(), "at": time.time(), **facts}, default=str) + "\n"
        )
        descriptor = os.open(self.home / "toys.log", os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        os.write(descriptor, line.encode())
        os.close(descriptor)

    def handle(self, work: Work) -> Json:
        for number in range(self.steps):
            work.once(f"step_{number}", partial(self.step, work, number))
            self.danger()
        return {"steps": self.steps}

    def kill(self, work: Work) -> Json:
        """Kill the process; not before another job is at work, as long as one that nobody died over waits."""
        with work._queue.store.look() as connection:
            others = [row for row in rows.open_ones(connection, JobKind.PORTRAITS) if not row.deaths]
        while others and not any(line["event"] == "start" for line in lines(self.home)):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("killed")

    def step(self, work: Work, number: int) -> Json:
        self.tell("start", job=work.job.id, step=number)
        self.danger()
        if work.job.lane != LIGHT:
            self.pass_time()
        work.check()
        try:
            descriptor = os.open(self.home / "effects" / f"{work.job.id}.{number}", os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            self.tell("found", job=work.job.id, step=number)
        else:
            os.close(descriptor)
            self.tell("effect", job=work.job.id, step=number)
        self.danger()
        return {"step": number}

    def pass_time(self) -> None:
        if not self.burn:
            time.sleep(self.seconds)
            return
        end, spent = time.process_time() + self.seconds, 0
        while time.process_time() < end:
            spent += sum(range(1000))


class DangerousQueue(Queue):
    """A queue whose worker may die right after it claimed, and right before and after it ends a job."""

    danger: Callable[[], None] = staticmethod(lambda: None)

    def claim(self, *args: Any, **kwargs: Any) -> JobRow | None:
        row = super().claim(*args, **kwargs)
        if row is not None:
            self.danger()
        return row

    def end(self, *args: Any, **kwargs: Any) -> bool:
        self.danger()
        ended = super().end(*args, **kwargs)
        self.danger()
        return ended


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--die", type=int, default=-1)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--burn", action="store_true")
    parser.add_argument("--seconds", type=float, default=0.05)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--poison", action="store_true")
    parser.add_argument("--attempts", type=int, default=LIMITS.attempts)
    parser.add_argument("--abreast", type=int, default=1)
    asked = parser.parse_args()
    here = settings.load({**os.environ, "FENSHEN_HOME": str(asked.home)})
    toys = Toys(asked.home, die=asked.die, seconds=asked.seconds, steps=asked.steps, burn=asked.burn)
    limits = replace(LIMITS, attempts=asked.attempts)
    queue = DangerousQueue(open_store(here), SystemClock(), limits, RULES)
    queue.danger = toys.danger
    worker = Worker(
        queue=queue,
        handlers=dict.fromkeys(set(JobKind) - {JobKind.WEBHOOK}, toys.handle)
        | ({JobKind.REDO: toys.kill} if asked.poison else {}),
        keep_house=lambda: None,
        tell=toys.tell,
        slots=slots_of(USUAL, asked.abreast),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    opened = open_journal(here)
    worker.run(partial(_opened, opened), once=asked.once)


def _opened(
    open_it: Callable[[WorkerId, Body], Journal], worker: WorkerId, body: Callable[[JobId], None]
) -> Journal:
    return open_it(worker, body)


if __name__ == "__main__":
    main()
