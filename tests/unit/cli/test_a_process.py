"""The command as a process of its own, as people start it."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "numpy",
    "cv2",
    "scipy",
    "ai_edge_litert",
    "PIL",
    "sqlalchemy",
    "cryptography",
    "rich",
    "typer",
}


def test_help_imports_nothing_heavy() -> None:
    code = "import sys; from fenshen.cli import run; run(['--help']); print('|', *sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(told.split("|")[-1].split())


@pytest.mark.parametrize("line", ["--help", "models list --json"])
def test_a_reader_who_leaves_early_causes_no_trace(line: str, home: Path) -> None:
    command = f"{sys.executable} -m fenshen {line} | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)  # noqa: S607
    assert done.stderr == ""
    assert home.is_dir()
