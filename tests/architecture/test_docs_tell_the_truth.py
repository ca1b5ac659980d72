"""What the documents name exists: files, functions, commands, options, settings, tests, and times."""

import ast
import re
from collections import Counter
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from fenshen.cli import VERBS
from fenshen.rights.lifetimes import LIFETIMES
from tests.architecture.source import ROOT

GENERATED = ROOT / "docs" / "reference"
PAGES = sorted(
    [page for page in ROOT.glob("*.md") if page.name != "CHANGELOG.md"]
    + [page for page in (ROOT / "docs").rglob("*.md") if GENERATED not in page.parents]
)
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]

LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
FILE = re.compile(r"^(?:src|docs|tests|tools|benchmarks)/[\w./-]+$")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
COMMAND = re.compile(r"(?:^|[\s/])fenshen((?: +(?:-?-?[\w./*-]+))+)")
MAKE = re.compile(r"^make ([a-z-]+)", re.MULTILINE)
SETTING = re.compile(r"FENSHEN_[A-Z_]+")
TWINS = (("README.md", "README.zh.md"), ("PRIVACY.md", "PRIVACY.zh.md"))
LONGEST_RECORD = 60  # lines


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def code(page: str) -> list[str]:
    """Give every piece of code of a page: fenced blocks by line, without comments, and spans."""
    pieces = [block or span for block, span in CODE.findall(text(page))]
    return [line.split("#")[0].strip() for piece in pieces for line in piece.splitlines()]


def commands(page: str) -> list[str]:
    """Give what follows `fenshen` in the code of a page."""
    return [found.strip() for line in code(page) for found in COMMAND.findall(line)]


@cache
def defined(path: Path) -> frozenset[str]:
    """Give the names a module defines: functions, classes with methods, constants."""
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            inner = (n.name for n in node.body if isinstance(n, ast.FunctionDef))
            names |= {node.name, *(f"{node.name}.{name}" for name in inner)}
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return frozenset(names)


@cache
def command_of(verb: str) -> Any:
    """Give a verb's command; typer brings a click of its own, hence no name for its type."""
    return get_command(import_module(f"fenshen.cli.{verb}").app)


@pytest.mark.parametrize("page", NAMES)
def test_every_link_leads_somewhere(page: str) -> None:
    here = (ROOT / page).parent
    inside = [where.split("#")[0] for _, where in LINK.findall(text(page)) if "://" not in where]
    assert not [where for where in inside if where and not (here / where).exists()]


@pytest.mark.parametrize("page", NAMES)
def test_every_path_named_exists(page: str) -> None:
    named = {piece.split("::")[0] for piece in code(page) if FILE.match(piece.split("::")[0])}
    named = {name for name in named if not name.startswith("benchmarks/results")}
    assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("page", NAMES)
def test_every_name_linked_to_a_file_is_defined_there(page: str) -> None:
    lost = []
    for label, where in LINK.findall(text(page)):
        name, target = label.strip("`"), ((ROOT / page).parent / where).resolve()
        if label.startswith("`") and target.suffix == ".py" and re.fullmatch(r"[\w.]+", name):
            short = name.removeprefix(f"{target.stem}.")  # `doubles.add` of doubles.py
            if not {name, short} & defined(target):
                lost.append((name, where))
    assert not lost


@pytest.mark.parametrize("page", NAMES)
def test_every_command_named_can_be_given(page: str) -> None:
    wrong = []
    for given in commands(page):
        words = given.split()
        verb, rest = words[0], words[1:]
        if verb.startswith("-"):
            continue
        if verb not in VERBS:
            wrong.append(given)
            continue
        command = command_of(verb)
        subverbs: dict[str, Any] = getattr(command, "commands", {})
        if subverbs and rest and not rest[0].startswith("-"):
            if rest[0] not in subverbs:
                wrong.append(given)
                continue
            command = subverbs[rest[0]]
        known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
        wrong += [f"{given}: {word}" for word in rest if word.startswith("-") and word not in known]
    assert not wrong


def test_a_command_that_is_not_there_would_be_noticed() -> None:
    assert COMMAND.findall("`fenshen sing --loud 1`") == []  # a span is given without its ticks
    assert COMMAND.findall(".venv/bin/fenshen sing --loud 1") == [" sing --loud 1"]
    assert "sing" not in VERBS
    assert "create" in getattr(command_of("double"), "commands", {})


@pytest.mark.parametrize("page", NAMES)
def test_every_target_of_make_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z -]+):", text("Makefile"), re.MULTILINE))
    known = {name for line in targets for name in line.split()}
    assert {name for line in code(page) for name in MAKE.findall(line)} <= known


@pytest.mark.parametrize("page", NAMES)
def test_every_setting_named_is_known(page: str) -> None:
    assert set(SETTING.findall(text(page))) <= set(SETTING.findall(text("docs/reference/settings.md")))


def test_every_promise_names_a_test_that_exists() -> None:
    promised, _, planned = text("docs/promises.md").partition("## Not yet promised")
    rows = [line for line in promised.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    for row in rows:
        (found,) = TEST.findall(row)
        assert found[1] in defined(ROOT / found[0]), row
    assert not TEST.findall(planned)


@pytest.mark.parametrize(("english", "chinese"), TWINS)
def test_both_languages_name_the_same_commands(english: str, chinese: str) -> None:
    assert Counter(commands(english)) == Counter(commands(chinese))
    one, other = ({n for line in code(page) for n in MAKE.findall(line)} for page in (english, chinese))
    assert one == other


@pytest.mark.parametrize(
    ("page", "day", "run"),
    [("PRIVACY.md", "day", "until the run ends"), ("PRIVACY.zh.md", "天", "到本次运行结束")],
)
def test_the_times_told_are_the_times_kept(page: str, day: str, run: str) -> None:
    rows = [line.split("|") for line in text(page).splitlines() if line.startswith("| ")]
    told = {row[4].strip(" `"): row[5] for row in rows if len(row) == 7}
    for each in LIFETIMES:
        if each.life == timedelta(0):
            assert run in told[each.kind]
        elif each.life is not None:
            assert f"{each.life.days} {day}" in told[each.kind]
        else:
            assert told[each.kind]


def test_decision_records_are_short_and_numbered_once() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [r.name for r in records if r.read_text("utf-8").count("\n") > LONGEST_RECORD] == []
    assert max(Counter(r.name[:4] for r in records).values()) == 1
