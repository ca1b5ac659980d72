"""``fenshen doctor``: is this machine ready, and what to mend if not. It changes nothing and opens no photo."""

import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal

import typer

from fenshen import settings
from fenshen.cli.screen import Json, new_app, print_json, show_table, told
from fenshen.settings import Settings

app = new_app()

SUPPORTED: Final = ((3, 11), (3, 13))  # first and last Python the locked wheels exist for
DISK_NEEDED: Final = 2.0  # GB: weights 100 MB, one sealed double and its portraits far less; the rest is air
MEMORY_NEEDED: Final = 2.0  # GB available, the peak while a double is built
VERSIONS: Final = ("fenshen", "numpy", "opencv-python-headless", "ai-edge-litert", "pillow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at."""

    check: str  # python, versions, weights, home, key, disk, memory
    state: Literal["good", "warn", "bad"]
    found: str  # what was found, in numbers or names
    fix: str = ""  # what to do, in the user's language; empty when good


@app.command(help=told("verb_doctor"))
def doctor(*, as_json: Json = False) -> None:
    """Look at the machine; exit code 1 when something must be mended first."""
    findings = list(examine(settings.load()))
    if as_json:
        print_json({"ready": not _any_bad(findings), "findings": [asdict(f) for f in findings]})
    else:
        columns = [told(f"doctor_column_{name}") for name in ("check", "state", "found", "fix")]
        show_table(columns, [_as_row(finding) for finding in findings])
    if _any_bad(findings):
        raise typer.Exit(1)


def examine(chosen: Settings) -> Iterator[Finding]:
    """Look at everything the studio needs, cheapest first."""
    yield python()
    yield Finding(check="versions", state="good", found=", ".join(f"{n} {version(n)}" for n in VERSIONS))
    yield home(chosen.home)
    yield key(chosen)
    yield from mirror(chosen)
    yield disk(chosen.home)
    yield memory()
    yield from models(chosen)


def python() -> Finding:
    """Is this a Python the locked packages exist for?"""
    good = SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]
    return _finding("python", platform.python_version(), bad=not good)


def home(folder: Path) -> Finding:
    """Can the studio keep things where it should, and can nobody else read them?"""
    place = _existing(folder)
    if not os.access(place, os.W_OK | os.X_OK):
        return _finding("home", told("doctor_not_writable"), bad=True)
    open_to_others = folder.exists() and bool(stat.S_IMODE(folder.stat().st_mode) & stat.S_IWOTH)
    return _finding("home", str(folder), bad=open_to_others)


def mirror(chosen: Settings) -> Iterator[Finding]:
    """Do both copies of the keys agree, where there are two?"""
    from fenshen.vault.mirror import Mirror, MirrorUnreachableError

    if chosen.key_mirror is None or not (chosen.home / "keys").exists():
        return
    try:
        differing = Mirror(chosen.home / "keys", chosen.key_mirror).differing()
    except MirrorUnreachableError as away:
        yield _finding("mirror", told(away.code), bad=True)
        return
    yield _finding("mirror", told("doctor_mirror_differs", count=differing), bad=differing > 0)


def key(chosen: Settings) -> Finding:
    """Is the key that wraps all others readable by its owner alone, where it is a file?"""
    kind, _, rest = chosen.key_address.partition(":")
    if kind not in {"file", "passphrase"}:
        return _finding("key", kind)
    file = Path(rest).expanduser()
    if not file.exists():
        return _finding("key", told("doctor_no_key_yet"))
    mode = stat.S_IMODE(file.stat().st_mode)
    return _finding("key", f"{mode:04o}", bad=bool(mode & (stat.S_IRWXG | stat.S_IRWXO)))


def disk(folder: Path) -> Finding:
    """Is there room for weights, doubles and portraits?"""
    free = shutil.disk_usage(_existing(folder)).free / 1e9
    return _finding("disk", f"{free:.1f} GB", warn=free < DISK_NEEDED)


def memory() -> Finding:
    """Is there memory for building a double? Linux only; elsewhere it is not looked at."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return _finding("memory", told("doctor_unknown"))
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("MemAvailable")), 0)
    return _finding("memory", f"{kilobytes / 1e6:.1f} GB", warn=kilobytes / 1e6 < MEMORY_NEEDED)


def models(chosen: Settings) -> Iterator[Finding]:
    """Is every default weight here, and the pinned one?"""
    from fenshen.vision import weights

    for state in weights.verify(chosen):
        if state.card.default:
            found = f"{state.card.name}: {told(f'weight_state_{state.state}')}"
            yield _finding("weights", found, bad=state.state != "present")


def _finding(check: str, found: str, *, warn: bool = False, bad: bool = False) -> Finding:
    state: Literal["good", "warn", "bad"] = "bad" if bad else "warn" if warn else "good"
    return Finding(
        check=check, state=state, found=found, fix="" if state == "good" else told(f"doctor_fix_{check}")
    )


def _existing(folder: Path) -> Path:
    """Give the folder or the nearest one above it that exists."""
    return folder if folder.exists() else _existing(folder.parent)


def _any_bad(findings: list[Finding]) -> bool:
    return any(finding.state == "bad" for finding in findings)


def _as_row(finding: Finding) -> tuple[str, ...]:
    return told(f"doctor_{finding.check}"), told(f"doctor_state_{finding.state}"), finding.found, finding.fix
