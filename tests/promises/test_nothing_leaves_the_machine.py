"""The studio talks to nobody and writes nowhere but in its home: seen from outside, by the system's own eyes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fenshen.people import photos_of

TRACE = ["strace", "-f", "-qq", "-e", "trace=connect,openat,open,creat,mkdir,rename,renameat2,unlink"]
WRITES = re.compile(r'open(?:at)?\((?:AT_FDCWD|\d+), "(/[^"]+)", [^)\n]*O_(?:WRONLY|RDWR|CREAT)')
TALKS = re.compile(r"connect\(\d+, \{sa_family=AF_INET6?")
HARMLESS = ("/dev/", "/proc/")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_a_whole_sitting_opens_no_connection_and_writes_only_in_its_home(
    tmp_path: Path, models: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for photo in photos_of("anna")[:6]:
        (folder / photo.name).write_bytes(photo.read())
    home, person = tmp_path / "home", tmp_path / "person"
    person.mkdir()
    log = tmp_path / "trace"
    command = [
        sys.executable,
        "-B",
        "-m",
        "fenshen",
        "double",
        "create",
        str(folder),
        "--adult",
        "--consent",
        "--json",
    ]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(person),
        "FENSHEN_HOME": str(home),
        "FENSHEN_MODELS": str(models),
    }
    traced = [*TRACE, "-o", str(log), *command]
    done = subprocess.run(traced, check=False, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    seen = log.read_text(errors="replace")

    assert TALKS.findall(seen) == []
    written = {path for path in WRITES.findall(seen) if not path.startswith((*HARMLESS, str(home)))}
    assert written == set()
    assert list(person.iterdir()) == []  # nothing in the home of who runs it: no cache, no device id
