"""``fenshen worker``: a process that does what waits in the queue. As many as wanted may run."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, tell, told
from fenshen.errors import FenshenError
from fenshen.jobs.states import JobKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from fenshen.jobs.worker import Handler, Listener, Worker
    from fenshen.rights.desk import Desk

app = new_app()

MANNERS = 10  # how far a worker beside a server lets it go first
MOST_ABREAST = 32
MOST_LANES = 6
PATIENCE = 60.0  # seconds that a job under way may still take when the worker is told to go
Once = Annotated[bool, typer.Option("--once", help=told("worker_once"))]
Only = Annotated[list[JobKind] | None, typer.Option("--only", help=told("worker_only"))]
Lanes = Annotated[list[str] | None, typer.Option("--lane", help=told("worker_lane"))]
Abreast = Annotated[int, typer.Option("--abreast", min=1, max=MOST_ABREAST, help=told("worker_abreast"))]
Figures = Annotated[str | None, typer.Option("--metrics", metavar="HOST:PORT", help=told("option_metrics"))]
Beside = Annotated[bool, typer.Option("--beside", help=told("worker_beside"))]
Patience = Annotated[float, typer.Option("--patience", min=0, help=told("worker_patience"))]


class LaneInvalidError(FenshenError):
    """A lane is no word, or there are too many of them. Facts: ``most``."""

    code, exit_status = "lane_invalid", 2


@app.command(help=told("verb_worker"))
def worker(
    *,
    only: Only = None,
    lane: Lanes = None,
    abreast: Abreast = 1,
    once: Once = False,
    patience: Patience = PATIENCE,
    beside: Beside = False,
    metrics: Figures = None,
    as_json: Json = False,
) -> None:
    """Take jobs in their turn and do them, until told to go (SIGTERM, Ctrl-C)."""
    from fenshen.flow.later import queue_of
    from fenshen.jobs.dbos_journal import open_journal
    from fenshen.jobs.worker import Worker
    from fenshen.rights import retention
    from fenshen.watch.endpoint import secret_in, serving
    from fenshen.watch.meters import Meters
    from fenshen.watch.tally import Tally

    here = settings.load()
    slots = slots_of(lane or here.worker_lanes, abreast)
    desk, meters = retention.start(here), Meters()
    at_work = Worker(
        queue=queue_of(desk),
        handlers=_able(desk, only),
        keep_house=lambda: (retention.sweep(desk), None)[1],
        tell=both(listener(as_json=as_json), meters.hear),
        slots=slots,
        rest=_rest,
        rest_after=here.rest,
    )
    meters.registry.register(Tally(at_work.queue))
    _heed_signals(at_work, patience)
    if beside:
        os.nice(MANNERS)
        threading.Thread(target=_go_with_parent, daemon=True, name="beside").start()
    address = "" if beside else (metrics or here.metrics)  # the server speaks for who works beside it
    with serving(address, meters.registry, secret=secret_in(here.metrics_secret_file)):
        at_work.run(open_journal(here), once=once)


def _able(desk: Desk, only: list[JobKind] | None) -> dict[JobKind, Handler]:
    """Give what this machine can do, or the part of it that is wanted."""
    from fenshen.engines.studio.engine import StudioEngine
    from fenshen.engines.studio.gathering import GroupStudio
    from fenshen.engines.studio.workbench import Workbench
    from fenshen.flow.handlers import handlers

    def engine() -> StudioEngine:
        return StudioEngine(Workbench())  # of one piece of work, and gone with it

    able = handlers(desk, engine, engine, GroupStudio)
    return {kind: able[kind] for kind in able if not only or kind in only}


def slots_of(wanted: Sequence[str], abreast: int) -> dict[str, int]:
    """Give how many jobs of each lane are done at a time. Raises LaneInvalidError."""
    from fenshen.jobs import lanes

    if len(set(wanted)) > MOST_LANES or not all(settings.LANE.fullmatch(lane) for lane in wanted):
        raise LaneInvalidError(most=MOST_LANES)
    return lanes.slots_of(wanted or lanes.USUAL, abreast)


def _rest() -> None:
    """Let the nets go, and give what they took back to the machine."""
    from fenshen.jobs import memory
    from fenshen.vision import nets

    nets.let_go()
    memory.give_back()


def both(*listeners: Listener) -> Listener:
    """Let several hear the same."""

    def hear(event: str, /, **facts: str | float) -> None:
        for listener in listeners:
            listener(event, **facts)

    return hear


def listener(*, as_json: bool) -> Listener:
    """Print what a worker does: one JSON document a line, or words. Ids, kinds, seconds and codes; nobody's data."""
    import json
    from datetime import UTC, datetime

    lock = threading.Lock()

    def hear(event: str, /, **facts: str | float) -> None:
        with lock:
            if as_json:
                at = datetime.now(UTC).isoformat(timespec="milliseconds")
                typer.echo(json.dumps({"at": at, "event": event, **facts}, default=str))
            else:
                tell(told(event, **facts))

    return hear


def _go_with_parent() -> None:
    """Go as if told when whoever began us is gone: then our input ends."""
    while os.read(sys.stdin.fileno(), 1 << 10):  # not through a buffer: its lock would outlive us
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _heed_signals(at_work: Worker, patience: float) -> None:
    """Go when told: finish the job under way; after a while, or when told again, leave it to another worker."""
    told_once = threading.Event()

    def leave() -> None:
        at_work.abandon()
        os._exit(0)  # whatever is half-done is as if the process had been killed, which jobs survive

    def heed(_number: int, _frame: FrameType | None) -> None:
        if told_once.is_set():
            leave()
        told_once.set()
        at_work.stop()
        timer = threading.Timer(patience, leave)
        timer.daemon = True
        timer.start()

    signal.signal(signal.SIGTERM, heed)
    signal.signal(signal.SIGINT, heed)
