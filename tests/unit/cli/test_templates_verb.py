"""What ``fenshen templates list`` tells, and which part of it."""

import json
from pathlib import Path

import pytest
from tests.fakes.packs import put_pack, recipe

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
    assert len(everything) > len(painted) > len(both)
    assert {row["name"] for row in both} == {"ink_wash", "guofeng_painting"}
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


def test_every_pack_of_the_studio_is_sound_and_one_with_a_fault_does_not_hide_the_others(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_pack(home / "templates" / "mine", recipe())
    assert run(["templates", "check", "--json"]) == 0
    packs = json.loads(capsys.readouterr().out)["packs"]
    assert {"first_light", "heritage", "graduation", "mine"} <= set(packs)
    assert sum(len(pack["templates"]) for pack in packs.values()) == len(listed(capsys))
    put_pack(home / "templates" / "worse", "name = 3")
    assert run(["templates", "check", "--json"]) == 1
    packs = json.loads(capsys.readouterr().out)["packs"]
    assert packs["worse"]["faults"]
    assert not packs["mine"]["faults"]
