"""The steps of docs/howto/webhooks.md, run as they stand: real server, the receiver of the page, curl, a worker."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fenshen.accounts import keys, sessions
from fenshen.accounts.keys import Scope
from fenshen.clock import SystemClock
from fenshen.flow.deliver import deliver
from fenshen.flow.later import queue_of
from fenshen.ids import DoubleId, SitterId
from fenshen.jobs.journal import Unwritten
from fenshen.jobs.queue import Wish
from fenshen.jobs.states import JobKind, JobState
from fenshen.jobs.worker import Worker
from fenshen.rights.desk import Desk, open_desk
from fenshen.web.lookers import Lookers
from fenshen.web.studio import Studio, read_origin
from tests.architecture.source import ROOT
from tests.fakes.postgres import free_port
from tests.fakes.receiver import authority
from tests.fakes.rights import settings_at
from tests.web.test_api_howto import BLOCKS as OF_THE_API
from tests.web.test_api_howto import run, served

PAGE = (ROOT / "docs" / "howto" / "webhooks.md").read_text("utf-8")
REGISTER, TRY = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
(RECEIVER,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
pytestmark = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("jq")), reason="the page needs curl and jq"
)


@contextmanager
def receiving(folder: Path, port: int) -> Iterator[Path]:
    """Let the page's receiver run; give the file that holds what it prints."""
    (folder / "receiver.py").write_text(RECEIVER, "utf-8")
    log = folder / "received.txt"
    command = [sys.executable, "receiver.py", str(port), "localhost.pem", "localhost.key"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out, stderr=subprocess.DEVNULL)
    try:
        yield log
    finally:
        process.terminate()
        process.wait(20)


def tell(desk: Desk) -> None:
    worker = Worker(
        queue=queue_of(desk), handlers={JobKind.WEBHOOK: partial(deliver, desk)}, keep_house=lambda: None,
        tell=lambda *_, **__: None,
    )  # fmt: skip
    worker.run(lambda _, body: Unwritten(body), once=True)


def until_told(desk: Desk, log: Path, lines: int) -> list[str]:
    """A receiver takes a moment to listen; until then what is told is put off."""
    for _ in range(100):
        tell(desk)
        if len(told := log.read_text("utf-8").splitlines()) >= lines:
            return told
        time.sleep(0.2)
    raise AssertionError("nothing was received")


def test_every_step_of_the_page_can_be_taken(tmp_path: Path) -> None:
    port = free_port()
    ca = tmp_path / "ca.pem"
    authority(ca, tmp_path / "localhost.pem", tmp_path / "localhost.key")
    here = replace(settings_at(tmp_path / "home"), webhook_hosts=f"local:localhost:{port}", webhook_ca=ca)
    desk = open_desk(here, SystemClock())
    account = sessions.open_account(desk.store, desk.clock)
    key, _ = keys.make(desk.store, desk.clock, account, [Scope.WEBHOOKS], days=1)
    studio = Studio(
        desk=desk, queue=queue_of(desk), lookers=Lookers(here, 1), origin=read_origin("http://localhost")
    )
    register = REGISTER.replace("https://hooks.example.com/", f"https://localhost:{port}/")
    assert register != REGISTER
    with served(studio) as address:
        first = OF_THE_API[0].replace("http://localhost:8000/api/v1", address).replace("fsk_...", key)
        run(first + register, tmp_path)
        with receiving(tmp_path, port) as log:
            assert '"enabled",null' in run(first + TRY, tmp_path)
            assert until_told(desk, log, 1) == ["test {}"]
            wish = Wish(
                kind=JobKind.PORTRAITS, account=account, sitter=SitterId("sitter_1"),
                double=DoubleId("double_1"), units=1, wanted={},
            )  # fmt: skip
            job = studio.queue.submit(wish)
            with desk.store.begin() as connection:
                from fenshen.jobs import ends

                ends.end(
                    connection,
                    job.id,
                    JobState.PARKED,
                    desk.clock.now(),
                    only_from=JobState.WAITING,
                    code="x",
                )
            told = until_told(desk, log, 2)
            assert told[1].startswith("portraits.failed ")
            assert job.id in told[1]


def test_the_receiver_of_the_page_refuses_what_is_forged_or_old_and_drops_what_it_knows(
    tmp_path: Path,
) -> None:
    from fenshen.jobs.standard_webhooks import headers, new_secret

    secret = new_secret()
    namespace: dict[str, Any] = {}
    (tmp_path / "webhook.secret").write_text(secret)
    script = RECEIVER.partition("class Receiver")[0].replace(
        '"webhook.secret"', repr(str(tmp_path / "webhook.secret"))
    )
    exec(script.replace('"seen.db"', '":memory:"'), namespace)  # noqa: S102  the page's own words
    is_genuine, now = namespace["is_genuine"], int(time.time())
    good = headers("event_1", now, b"{}", [new_secret(), secret])
    assert is_genuine(good, b"{}")
    assert not is_genuine(good, b"{ }")
    assert not is_genuine({**good, "webhook-id": "event_2"}, b"{}")
    assert not is_genuine(headers("event_1", now, b"{}", [new_secret()]), b"{}")
    assert not is_genuine(headers("event_1", now - 301, b"{}", [secret]), b"{}")
