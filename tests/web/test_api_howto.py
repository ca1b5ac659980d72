"""The steps of docs/howto/use-the-api.md, run as they stand: real server, real worker, curl."""

import io
import json
import re
import shutil
import subprocess
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from fenshen.accounts import keys, sessions
from fenshen.accounts.keys import Scope
from fenshen.clock import SystemClock
from fenshen.engines.studio.engine import StudioEngine
from fenshen.flow import handlers as at_work
from fenshen.flow.later import queue_of
from fenshen.jobs.journal import Unwritten
from fenshen.jobs.worker import Worker
from fenshen.rights import receipt_check
from fenshen.rights.desk import Desk, open_desk
from fenshen.web.app import make_app
from fenshen.web.lookers import Lookers
from fenshen.web.studio import Studio, read_origin
from tests.architecture.source import ROOT
from tests.fakes.sitting import put, settings_of, shots

BASH = shutil.which("bash")
PAGE = (ROOT / "docs" / "howto" / "use-the-api.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("curl") and shutil.which("jq")), reason="the page needs curl and jq"
    ),
]


@contextmanager
def served(studio: Studio) -> Iterator[str]:
    """Let a real server answer on a free port of this machine; give the API's address."""
    config = uvicorn.Config(make_app(studio), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://localhost:{port}/api/v1"
    finally:
        server.should_exit = True
        thread.join()
        studio.lookers.close()


@contextmanager
def worked(desk: Desk) -> Iterator[None]:
    """Let a worker do what waits, until the block ends."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.2):
            worker = Worker(
                queue=queue_of(desk), handlers=at_work.handlers(desk, StudioEngine), keep_house=lambda: None,
                tell=lambda *_, **__: None,
            )  # fmt: skip
            worker.run(lambda _, body: Unwritten(body), once=True)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def desk(home: Path, models: Path) -> Desk:
    return open_desk(settings_of(home, models), SystemClock())


def run(script: str, folder: Path) -> str:
    done = subprocess.run(
        [str(BASH), "-euo", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_step_of_the_page_can_be_taken(desk: Desk, tmp_path: Path) -> None:
    account = sessions.open_account(desk.store, desk.clock)
    key, _ = keys.make(desk.store, desk.clock, account, tuple(Scope), days=1)
    studio = Studio(
        desk=desk,
        queue=queue_of(desk),
        lookers=Lookers(desk.settings, 1),
        origin=read_origin("http://localhost"),
    )
    folder = put(tmp_path / "sitting" / "photos", shots()).parent
    with served(studio) as address, worked(open_desk(desk.settings, SystemClock())):
        first = BLOCKS[0].replace("http://localhost:8000/api/v1", address).replace("fsk_...", key)
        assert (address in first, key in first) == (True, True)
        told = run("\n".join([first, *BLOCKS[1:]]), folder)
    assert "[true,true]" in told  # ours, intact
    assert '"done"' in told
    receipt_check.verify((folder / "receipt.json").read_bytes(), (folder / "studio.pub").read_bytes())
    assert json.loads((folder / "receipt.json").read_bytes())["type"] == "erasure"
    assert "event: over" in (folder / "events.txt").read_text()
    (portrait,) = folder.glob("portrait_*.jpg")
    assert portrait.read_bytes().startswith(b"\xff\xd8")
    names = zipfile.ZipFile(io.BytesIO((folder / "everything.zip").read_bytes())).namelist()
    assert "account.json" in names
    assert len(names) == 2
    assert_nothing_is_kept(desk, account)


def assert_nothing_is_kept(desk: Desk, account: Any) -> None:
    from fenshen.store import accounts

    with desk.store.begin() as connection:
        assert accounts.sitters_of(connection, account) == []
