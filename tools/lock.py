"""Write the locks anew: every version pinned by hash, for every Python and platform, and no address in them."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = ROOT / ".venv" / "bin" / "uv"
HOW = ("--universal", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "-q")


def main() -> None:
    """Resolve the runtime, then the same with the tools of developers; `--upgrade` takes newer versions."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    runtime, dev = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
    _compile(runtime, upgrade)
    _compile(dev, ["--group", "dev", *upgrade])
    if strangers := _pins(runtime) - _pins(dev):
        sys.exit(f"The tests would run on other versions than the studio: {', '.join(sorted(strangers))}")
    if "://" in runtime.read_text() + dev.read_text():
        sys.exit("A lock holds an address; it must hold none.")


def _compile(lock: Path, more: list[str]) -> None:
    command = [
        str(UV),
        "pip",
        "compile",
        "pyproject.toml",
        *HOW,
        "--python-version",
        "3.11",
        "-o",
        str(lock),
        *more,
    ]
    subprocess.run(command, cwd=ROOT, check=True)


def _pins(lock: Path) -> set[str]:
    return set(re.findall(r"^\S+==\S+", lock.read_text(), re.MULTILINE))


if __name__ == "__main__":
    main()
