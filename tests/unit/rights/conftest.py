"""A desk on an empty home, with a clock that stands still."""

from pathlib import Path

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.rights import desk_at

from fenshen.ids import SitterId
from fenshen.rights.desk import Desk

ANNA = SitterId("sitter_anna")


@pytest.fixture
def still() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(tmp_path: Path, still: FakeClock) -> Desk:
    return desk_at(tmp_path, still)


@pytest.fixture
def anna() -> SitterId:
    return ANNA
