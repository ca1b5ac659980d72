"""Golden pictures: what the studio made when somebody last looked at it and was content.

After a change that is meant to change pictures, look at them, then make new ones and commit them:

    .venv/bin/python -m pytest tests/golden --update-golden

They are 400 pixels wide, below 60 KB each, and made from small doubles of anna and omar, who do not exist. They are
compared by structural similarity at half size, so grain, codecs and the arithmetic of another processor do not
matter; another take, crop, light, backdrop or tone does.
"""

from pathlib import Path

import pytest

from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.vault.vault import DataClass
from tests.fakes.sitting import ANNA, sat


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="keep what is rendered now as the golden pictures"
    )


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Tell whether golden pictures are made rather than compared; only when this folder alone is run."""
    return bool(request.config.getoption("--update-golden", default=False))


@pytest.fixture(scope="session")
def double(models: Path, tmp_path_factory: pytest.TempPathFactory) -> OpenDouble:
    """Give anna's double."""
    anna = sat(tmp_path_factory.mktemp("golden") / "home", models)
    return codec.unpack(anna.desk().vault.get(ANNA, DataClass.DOUBLE, anna.sitting.double))
