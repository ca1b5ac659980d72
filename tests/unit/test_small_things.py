"""Errors, ids, clocks, progress: the bottom of the house."""

import pickle
import socket
from datetime import UTC

import pytest
from tests.conftest import NetworkTouchedError

from fenshen.cli.screen import bars, show_table, tell
from fenshen.clock import SystemClock
from fenshen.errors import NotFoundError
from fenshen.ids import new_id
from fenshen.progress import Silent


def test_an_error_shows_its_code_and_facts_and_survives_a_process_boundary() -> None:
    error = pickle.loads(pickle.dumps(NotFoundError(kind="double", id="double_00")))  # noqa: S301
    assert str(error) == "not_found kind=double id=double_00"
    assert error.facts["kind"] == "double"
    with pytest.raises(TypeError):
        error.facts["kind"] = "photo"


def test_ids_are_told_apart_and_say_their_kind() -> None:
    ids = {new_id("double") for _ in range(100)}
    assert len(ids) == 100
    assert all(i.startswith("double_") and len(i) == len("double_") + 16 for i in ids)


def test_the_clock_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_bars_hear_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    with bars() as progress:
        progress.step("progress_weights", 1, 2)
        progress.step("progress_weights", 2, 2)
    assert "100%" in capsys.readouterr().err


def test_bars_are_silent_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    with bars(as_json=True) as progress:
        progress.step("progress_weights", 2, 2)
    assert isinstance(progress, Silent)
    assert capsys.readouterr() == ("", "")


def test_brackets_in_a_file_name_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    tell("[red]face[/red].jpg")
    show_table(["file"], [["[bold]x.jpg"]])
    out = capsys.readouterr().out
    assert "[red]face[/red].jpg" in out
    assert "[bold]x.jpg" in out


def test_a_test_cannot_leave_this_machine() -> None:
    with pytest.raises(NetworkTouchedError):
        socket.create_connection(("192.0.2.1", 80), timeout=0.1)
    with pytest.raises(NetworkTouchedError):
        socket.getaddrinfo("example.com", 80)
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())
