"""One real sitting, shared by every test of a process."""

from pathlib import Path

import pytest
from tests.fakes.sitting import Sat, sat

from fenshen.rights.desk import Desk


@pytest.fixture(scope="session")
def anna(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Sat:
    """Give a studio in which anna sat: not to be changed."""
    return sat(tmp_path_factory.mktemp("anna") / "home", models)


@pytest.fixture
def studio(anna: Sat, home: Path) -> Desk:
    """Give a copy of that studio, in the home that the verbs of this test use too."""
    return anna.moved_to(home)
