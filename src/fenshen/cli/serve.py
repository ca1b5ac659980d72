"""``fenshen serve``: the web studio on this machine, with a worker beside it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Annotated, NoReturn

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, tell, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from fenshen.settings import Settings
    from fenshen.watch.meters import Meters
    from fenshen.web.studio import Studio

app = new_app()

Host = Annotated[str, typer.Option("--host", help=told("serve_host"))]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, help=told("serve_port"))]
Address = Annotated[str | None, typer.Option("--origin", help=told("serve_origin"))]
Figures = Annotated[str | None, typer.Option("--metrics", metavar="HOST:PORT", help=told("option_metrics"))]
Alone = Annotated[bool, typer.Option("--no-worker", help=told("serve_alone"))]


@app.command(help=told("verb_serve"))
def serve(
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    origin: Address = None,
    no_worker: Alone = False,
    metrics: Figures = None,
    as_json: Json = False,
) -> None:
    """Open the studio to visitors until told to go (SIGTERM, Ctrl-C)."""
    import uvicorn

    from fenshen.watch.endpoint import secret_in, serving
    from fenshen.watch.meters import Meters
    from fenshen.watch.tally import Tally
    from fenshen.web.app import make_app
    from fenshen.web.counted import Counted
    from fenshen.web.studio import read_origin

    here = settings.load()
    address = read_origin(origin or here.origin or f"http://localhost:{port}")
    studio, meters = open_studio(here, str(address)), Meters()
    meters.registry.register(Tally(studio.queue))
    studio.lookers.tell = meters.looked
    site = Counted(make_app(studio), meters)  # before anything is promised: a setting may still be wrong
    signal.signal(
        signal.SIGTERM, _leave
    )  # the server hands the signal on when it has closed; then we tidy up
    watched = serving(metrics or here.metrics, meters.registry, secret=secret_in(here.metrics_secret_file))
    with watched, _worker_beside(meters, wanted=not no_worker):
        if as_json:
            print_json({"address": str(address), "pid_of": "server"})
        else:
            tell(told("serve_open", address=str(address)), style="bold")
        uvicorn.run(
            site, host=host, port=port, log_level="warning", access_log=False,
            server_header=False, date_header=False, timeout_graceful_shutdown=10, limit_concurrency=1000,
            proxy_headers=bool(here.proxies), forwarded_allow_ips=here.proxies or None,
        )  # fmt: skip


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def open_studio(here: Settings, origin: str) -> Studio:
    """Open all that the pages need; what is due is destroyed first."""
    from fenshen.flow.later import queue_of
    from fenshen.rights import retention
    from fenshen.web.lookers import Lookers
    from fenshen.web.studio import Studio, read_origin

    desk = retention.start(here)
    return Studio(desk=desk, queue=queue_of(desk), lookers=Lookers(here), origin=read_origin(origin))


@contextmanager
def _worker_beside(meters: Meters, *, wanted: bool) -> Iterator[None]:
    """Let a worker run beside the server; it goes when the server does, leaving its job to the next one."""
    if not wanted:
        yield
        return
    worker = subprocess.Popen(
        [sys.executable, "-m", "fenshen", "worker", "--json", "--beside"],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,  # closed when we are gone, however we went
    )
    if worker.stdout is not None:
        threading.Thread(target=_count, args=(worker.stdout, meters), daemon=True, name="beside").start()
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(90)


def _count(said: IO[bytes], meters: Meters) -> None:
    """Count what the worker beside us says, so that one address tells of both."""
    for line in said:
        with suppress(ValueError, TypeError, AttributeError):  # it died over this line; or a library spoke
            facts = json.loads(line)
            meters.hear(facts.pop("event", ""), **facts)
