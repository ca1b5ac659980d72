"""What ``fenshen templates list`` tells, and which part of it."""

import json

import pytest

from fenshen.cli import run


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, object]]:
    assert run(["templates", "list", "--json", *options]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.usefixtures("home")
def test_a_list_can_be_narrowed_to_tags_and_to_whom_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    everything = listed(capsys)
    painted = listed(capsys, "--tag", "painting")
    both = listed(capsys, "--tag", "painting", "--tag", "chinese")
    assert len(everything) > len(painted) > len(both) == 1
    assert all(row["child_safe"] for row in listed(capsys, "--suits", "child"))


@pytest.mark.usefixtures("home")
def test_when_nothing_is_like_that_the_tags_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["templates", "list", "--tag", "nosuch"]) == 0
    assert "painting" in capsys.readouterr().out
    assert listed(capsys, "--tag", "nosuch") == []


@pytest.mark.usefixtures("home")
def test_a_person_sees_names_and_descriptions(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["templates", "list", "--tag", "festival"]) == 0
    assert "lanterns" in capsys.readouterr().out
