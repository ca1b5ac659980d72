"""One real sitting, shared by every test of a process."""

from pathlib import Path

import pytest
from tests.fakes.sitting import Sat, sat

from fenshen.engines.studio import engine as studio_engine
from fenshen.engines.studio.dressing import HeadNotBareError
from fenshen.rights.desk import Desk
from fenshen.templates.recipe import Template


@pytest.fixture(scope="session")
def anna(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Sat:
    """Give a studio in which anna sat: not to be changed."""
    return sat(tmp_path_factory.mktemp("anna") / "home", models)


@pytest.fixture
def studio(anna: Sat, home: Path) -> Desk:
    """Give a copy of that studio, in the home that the verbs of this test use too."""
    return anna.moved_to(home)


@pytest.fixture
def scarf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a scarf on the sitter: no photo shows the throat, so nothing can be worn below it."""

    def covered(_double: object, recipe: Template, *_: object) -> None:
        raise HeadNotBareError(template=recipe.name, turned=0, hair=0, covered=10, poor=0)

    monkeypatch.setitem(studio_engine.UNDRESS, "head", covered)
