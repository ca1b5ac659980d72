"""`fenshen admin webhooks`: whoever runs the studio is told of refunds, and there is no free redo besides."""

import json
from pathlib import Path

import pytest

from fenshen import settings
from fenshen.cli import run
from fenshen.ids import DoubleId, SitterId
from fenshen.jobs import ends
from fenshen.jobs.outbox import OPERATOR
from fenshen.jobs.queue import Queue, Wish
from fenshen.jobs.redress import Owed
from fenshen.jobs.states import JobKind, JobState
from fenshen.rights import webhooks
from fenshen.rights.desk import open_desk

URL = "https://till.example.com/fenshen"


@pytest.fixture
def _named(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    assert home.is_dir()
    monkeypatch.setenv("FENSHEN_WEBHOOK_HOSTS", "till.example.com")


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, str]:
    assert run(["admin", "webhooks", *arguments, "--json"]) == 0
    told: dict[str, str] = json.loads(capsys.readouterr().out)
    return told


@pytest.mark.usefixtures("_named")
def test_it_is_added_tried_mended_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    made = asked(capsys, "add", URL)
    assert made["secret"].startswith("whsec_")
    id_ = made["webhook"]
    assert asked(capsys, "rotate", id_)["secret"] != made["secret"]
    assert asked(capsys, "test", id_)["event"].startswith("event_")
    webhooks.has_failed(open_desk(settings.load()), id_, "gone")  # type: ignore[arg-type]
    assert run(["admin", "webhooks", "list"]) == 0
    assert "disabled" in capsys.readouterr().out
    assert asked(capsys, "enable", id_)["state"] == "enabled"
    for verb in ("rotate", "enable", "test"):
        assert run(["admin", "webhooks", verb, id_]) == 0
    assert run(["admin", "webhooks", "remove", id_]) == 0
    assert run(["admin", "webhooks", "remove", id_]) == 1  # it is gone
    assert "secret" not in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_without_the_setting_nothing_is_added(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["admin", "webhooks", "add", URL]) == 1
    assert "FENSHEN_WEBHOOK_HOSTS" in "".join(capsys.readouterr())


@pytest.mark.usefixtures("_named")
def test_who_is_told_of_refunds_gives_no_free_redo(capsys: pytest.CaptureFixture[str]) -> None:
    def parked() -> str | None:
        desk = open_desk(settings.load())
        queue = Queue(desk.store, desk.clock)
        wish = Wish(
            kind=JobKind.DOUBLE, account="anna", sitter=SitterId("sitter_anna"), double=DoubleId("double_1"),
            units=1, wanted={},
        )  # fmt: skip
        job = queue.submit(wish).id
        with desk.store.begin() as connection:
            ends.end(connection, job, JobState.PARKED, desk.clock.now(), only_from=JobState.WAITING)
        return queue.place(job).job.redress

    assert parked() == Owed.FREE_REDO
    asked(capsys, "add", URL)
    assert parked() == Owed.REFUND
    (hook,) = webhooks.every(open_desk(settings.load()), OPERATOR)
    assert hook.row.events == "refund.due"
