"""A disk that is full soon: a real file system of a few megabytes, where we may mount one."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(at: Path, megabytes: int) -> Iterator[Path]:
    """Mount a tmpfs of that size, or skip the test where that is not allowed."""
    at.mkdir(parents=True, exist_ok=True)
    try:
        made = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(at)], capture_output=True, check=False
        )
    except FileNotFoundError:
        pytest.skip("no mount command here")
    if made.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


def files_in(folder: Path) -> list[str]:
    """Name every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
