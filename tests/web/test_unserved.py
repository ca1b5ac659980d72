"""What no machine at work can do: said where the price is told, and nothing is taken."""

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fenshen.ids import WorkerId
from fenshen.settings import Settings
from fenshen.store import jobs
from fenshen.store.jobs import WorkerRow
from fenshen.web.studio import Studio
from tests.fakes.belongings import Belongings, furnish
from tests.fakes.web import Visit, settings_for

ONE = WorkerId("worker_1")


@pytest.fixture
def settings(tmp_path: Path, models: Path) -> Settings:
    """A studio that sends all its long work to machines with a GPU."""
    lanes = (("double", "gpu"), ("studio", "gpu"))
    return replace(settings_for(tmp_path / "home", models), lanes=lanes)


def someone_comes(studio: Studio) -> None:
    now = studio.desk.clock.now()
    kinds, lanes = "double,portraits,previews", "gpu=1"
    row = WorkerRow(id=ONE, started_at=now, beat_at=now, abreast=1, kinds=kinds, lanes=lanes)
    studio.queue.beat(row)


@pytest.fixture
def annas(anna: Visit) -> Belongings:
    """One of everything, of Anna, asked for while somebody was at work who has gone."""
    someone_comes(anna.studio)
    hers = furnish(anna)
    anna.studio.queue.leave(ONE)
    return hers


def test_the_page_that_tells_the_price_says_that_nobody_is_at_work(anna: Visit) -> None:
    answer = anna.get(f"/albums/{anna.album}/price")
    assert answer.status_code == 503
    assert "nothing is to be paid" in answer.text
    chinese = anna.get(f"/albums/{anna.album}/price", headers={"accept-language": "zh-CN"})
    assert "也不用付款" in chinese.text
    someone_comes(anna.studio)
    assert anna.get(f"/albums/{anna.album}/price").status_code == 200


def test_a_program_is_told_by_a_code_and_nothing_is_taken(
    api: TestClient, annas: Belongings, studio: Studio
) -> None:
    def taken() -> int:
        with studio.desk.store.begin() as connection:
            return len(jobs.of_account(connection, annas.account))

    before = taken()
    answer = api.post(f"doubles/{annas.double}/portraits", json={"templates": ["film"]})
    assert (answer.status_code, answer.json()["code"]) == (503, "lane_unserved")
    assert taken() == before
    someone_comes(studio)
    assert api.post(f"doubles/{annas.double}/portraits", json={"templates": ["film"]}).status_code == 202
    assert taken() == before + 1


def test_a_job_whose_worker_has_gone_says_that_nobody_is_at_work(
    anna: Visit, annas: Belongings, studio: Studio
) -> None:
    assert "Nobody is at work" in anna.get(f"/jobs/{annas.waiting}").text
    someone_comes(studio)
    assert "Nobody is at work" not in anna.get(f"/jobs/{annas.waiting}").text
