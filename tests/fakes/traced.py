"""Everything a process writes, seen from outside by strace: also files that come and go, and those without a name."""

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

MAKING = "open,openat,openat2,creat,memfd_create"
WRITING = "write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendfile,copy_file_range,splice"
PER_CALL = 32 << 20  # bytes of one write that are looked at: all of them
MADE = re.compile(r'^(?:\d+ +)?(?:open|openat|openat2|creat)\(.*?"((?:\\x[0-9a-f]{2})*)".*?(O_[A-Z_|]+)')
WROTE = re.compile(
    r"^(?:\d+ +)?(?:write|pwrite64|sendto)\(\d+<(.*?)>(?:\(deleted\))?, \"((?:\\x[0-9a-f]{2})*)\"(\.\.\.)?"
)
VECTOR = re.compile(r"^(?:\d+ +)?(?:writev|pwritev2?|sendmsg)\(\d+<(.*?)>(?:\(deleted\))?, (.*)$")
PIECE = re.compile(r'iov_base="((?:\\x[0-9a-f]{2})*)"')
SILENT = re.compile(r"^(?:\d+ +)?(memfd_create|sendfile|copy_file_range|splice)\(")


@dataclass
class Traced:
    """What was seen."""

    opened: set[str] = field(default_factory=set)  # names opened to write, or made
    unnamed: list[str] = field(default_factory=list)  # files without a name, and ways around write(2)
    written: dict[str, bytes] = field(default_factory=dict)  # all bytes by place, in the order of the calls
    cut: int = 0  # writes of which strace showed only the beginning


def strace(log: Path) -> Sequence[str]:
    """Give the words that go before a command, or skip the test where it cannot run."""
    found = shutil.which("strace")
    if found is None or subprocess.run([found, "-qq", "-o", "/dev/null", "true"], check=False).returncode:
        pytest.skip("strace cannot be used here")
    return [
        found, "-f", "-qq", "-y", "-xx", "-s", str(PER_CALL), "--seccomp-bpf",
        "-e", f"trace={MAKING},{WRITING}", "-e", "signal=none", "-o", str(log),
    ]  # fmt: skip


def read(log: Path) -> Traced:
    """Read what strace wrote."""
    seen, parts = Traced(), defaultdict(list)
    with log.open() as lines:
        for line in lines:
            if made := MADE.match(line):
                if {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TMPFILE"} & set(made[2].split("|")):
                    seen.opened.add(_plain(made[1]).decode(errors="replace"))
                if "O_TMPFILE" in made[2]:
                    seen.unnamed.append(line[:200])
            elif wrote := WROTE.match(line):
                parts[_place(wrote[1])].append(_plain(wrote[2]))
                seen.cut += bool(wrote[3])
            elif vector := VECTOR.match(line):
                parts[_place(vector[1])] += [_plain(piece) for piece in PIECE.findall(vector[2])]
            elif SILENT.match(line):
                seen.unnamed.append(line[:200])
    seen.written = {place: b"".join(pieces) for place, pieces in parts.items()}
    return seen


def _place(text: str) -> str:
    return _plain(text).decode(errors="replace") if text.startswith("\\x") else text


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))
