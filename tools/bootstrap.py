"""Make `.venv` hold exactly what the lock says; quick when it does already. Needs only Python and pip.

    python3 tools/bootstrap.py          what the studio needs to run
    python3 tools/bootstrap.py --dev    and what its tests and checks need

1. Is the stamp in `.venv` that of today's lock? Then there is nothing to do.
2. Make `.venv`, with the standard library's venv, or with pip where Debian has left ensurepip out.
3. Install uv into it with pip, pinned by hash.
4. Let uv install what the lock names, pinned by hash, and the studio itself, editable.
5. Compile all of it once, as pip would: where PYTHONDONTWRITEBYTECODE is set, Python compiles anew at every start.
6. Leave the stamp.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV_LOCK = ROOT / "tools" / "uv.lock"
LOCKS = {"runtime": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
OLDEST, NEWEST = (3, 11), (3, 13)


def main() -> None:
    """Run the six steps."""
    wanted = "dev" if "--dev" in sys.argv[1:] else "runtime"
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(f"Fenshen needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}.")
    if any(
        _stamp(kind).is_file() and _stamp(kind).read_text() == _state(kind) for kind in (wanted, "dev")
    ):  # (1)
        return
    print(f"Preparing .venv ({wanted}) …", flush=True)
    if not _works():
        _make_venv()  # (2)
    if not (VENV / "bin" / "uv").is_file():
        _run(PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", UV_LOCK)  # (3)
    for stamp in map(_stamp, LOCKS):
        stamp.unlink(missing_ok=True)
    uv = (VENV / "bin" / "uv", "pip")
    _run(
        *uv, "sync", "-q", "--compile-bytecode", "--require-hashes", "--python", PYTHON, LOCKS[wanted]
    )  # (4) (5)
    _run(*uv, "install", "-q", "--no-deps", "--python", PYTHON, "--editable", ROOT)
    subprocess.run([PYTHON, "-m", "compileall", "-qq", ROOT / "src"], check=False)  # where it may be written
    _stamp(wanted).write_text(_state(wanted))  # (6)


def _stamp(kind: str) -> Path:
    return VENV / f"fenshen-{kind}.stamp"


def _state(kind: str) -> str:
    """Name what `.venv` was made from: the files, and its place, because scripts in it hold their full path."""
    content = b"".join(file.read_bytes() for file in (LOCKS[kind], UV_LOCK, ROOT / "pyproject.toml"))
    return hashlib.sha256(str(VENV).encode() + content).hexdigest()


def _works() -> bool:
    """Is there a `.venv` of a Python we support, with pip, at the place where it was made?"""
    if not PYTHON.exists():
        return False
    probe = "import sys, pip; print(*sys.version_info[:2], sys.prefix)"
    answer = subprocess.run(
        [str(PYTHON), "-c", probe], capture_output=True, text=True, check=False
    ).stdout.split(None, 2)
    if len(answer) != 3:  # noqa: PLR2004
        return False
    supported = OLDEST <= (int(answer[0]), int(answer[1])) <= NEWEST
    return supported and Path(answer[2].strip()) == VENV


def _make_venv() -> None:
    if VENV.exists():
        shutil.rmtree(VENV)
    if _can_import("ensurepip"):
        _run(sys.executable, "-m", "venv", VENV)
    elif find_spec("pip"):
        _run(sys.executable, "-m", "venv", "--without-pip", VENV)
        _run(sys.executable, "-m", "pip", "--python", PYTHON, "install", "-q", "pip")
    else:
        sys.exit(
            "This Python has neither pip nor ensurepip. On Debian or Ubuntu: apt install python3-venv python3-pip"
        )


def _can_import(name: str) -> bool:
    try:
        __import__(name)
    except ImportError:
        return False
    return True


def _run(*command: str | Path) -> None:
    done = subprocess.run([str(word) for word in command], env=_environment(), check=False)
    if done.returncode:
        sys.exit(
            f"This did not work: {' '.join(map(str, command))}\nRun make again once it is mended; nothing is lost."
        )


def _environment() -> dict[str, str]:
    """Tell uv of the package index that pip is set to (a mirror, say): it does not read pip's settings itself."""
    environment = os.environ.copy()
    environment.pop("VIRTUAL_ENV", None)
    if "UV_DEFAULT_INDEX" not in environment and (mirror := _index_of_pip()):
        environment["UV_DEFAULT_INDEX"] = mirror
    return environment


def _index_of_pip() -> str:
    if not PYTHON.exists():
        return ""
    command = [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return os.environ.get("PIP_INDEX_URL") or asked


if __name__ == "__main__":
    main()
