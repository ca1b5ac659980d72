"""How fast the studio is on this machine: ``make bench``. See README.md beside this file.

Every piece of work runs in a process of its own, so that its peak of memory is its own and nothing is warm by
accident. Prints each figure beside its target and writes ``benchmarks/results/speed.json``.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "speed.json"
LIBRARIES = ("numpy", "scipy", "opencv-python-headless", "ai-edge-litert", "pillow", "pi_heif")
HELPS = 10


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    target: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Say whether the target was met."""
        return "" if self.target is None else "ok" if self.value <= self.target else "MISSED"


def run_piece(piece: str, home: Path, folder: Path) -> tuple[dict[str, Any], float]:
    """Do one piece of work in its own process; give its figures and its peak of memory in MB."""
    command = [sys.executable, str(HERE / "work.py"), piece, str(home), str(folder)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(f"{piece}: stopped with {process.returncode}")
        said.seek(0)
        unit = 1024 if sys.platform == "linux" else 1024**2
        return json.loads(said.read()), usage.ru_maxrss / unit


def help_seconds() -> float:
    """Median of whole processes of ``fenshen --help``, after one that warms the disk."""
    command = [str(Path(sys.executable).with_name("fenshen")), "--help"]
    times = []
    for _ in range(HELPS + 1):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    return median(times[1:])


def measure(runs: int) -> tuple[list[Figure], dict[str, Any]]:
    """Measure everything; also gives what the photos were and how busy the machine was."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "photos"
        large = Path(scratch) / "large"
        folder.mkdir()
        large.mkdir()
        set_, _ = run_piece("photos", folder, folder)
        run_piece("large_photos", large, large)
        load = [round(value, 2) for value in os.getloadavg()]
        sittings = [run_piece("double", Path(scratch) / f"home{k}", folder) for k in range(runs)]
        twelve = [run_piece("double", Path(scratch) / f"large{k}", large) for k in range(runs)]
        home = Path(scratch) / "home0"
        portraits, portrait_peak = run_piece("portraits", home, folder)
        batch, _ = run_piece("batch", home, folder)
        big, big_peak = run_piece("large", home, folder)
        opening, _ = run_piece("opening", home, folder)
    seconds = median(sitting["seconds"] for sitting, _ in sittings)
    first = sittings[0][0]
    steps = {name: median(sitting["steps"][name] for sitting, _ in sittings) for name in first["steps"]}
    made = f"{first['accepted']} accepted, {first['takes']} takes; median of {runs}"
    n, worst = portraits["n"], portraits["worst"]
    figures = [
        Figure(
            what=f"{set_['photos']} photos of 1-12 MP -> double",
            value=seconds,
            unit="s",
            target=30,
            note=made,
        ),
        *(Figure(what=f"   {name}", value=value, unit="s") for name, value in steps.items()),
        Figure(
            what="24 photos of 12 MP -> double",
            value=median(sitting["seconds"] for sitting, _ in twelve),
            unit="s",
            target=15,
            note=f"{twelve[0][0]['accepted']} accepted, {twelve[0][0]['takes']} takes; median of {runs}",
        ),
        Figure(
            what="portrait 1024x1536, warm", value=portraits["median"], unit="s", target=1.2, note=f"n = {n}"
        ),
        Figure(what="   rendering alone", value=portraits["engine_median"], unit="s"),
        Figure(what="   slowest template", value=portraits["worst_median"], unit="s", target=1.2, note=worst),
        Figure(
            what="8 templates in one order, warm",
            value=batch["median"],
            unit="s",
            target=6,
            note=f"n = {batch['n']}",
        ),
        Figure(
            what="portrait 3072x4608, warm", value=big["median"], unit="s", target=8, note=f"n = {big['n']}"
        ),
        Figure(what="fenshen --help", value=help_seconds(), unit="s", target=0.25, note=f"n = {HELPS}"),
        Figure(
            what="peak memory, double", value=max(p for _, p in (*sittings, *twelve)), unit="MB", target=2048
        ),
        Figure(what="peak memory, portraits", value=portrait_peak, unit="MB", target=2048),
        Figure(what="peak memory, 3072x4608", value=big_peak, unit="MB", target=2048),
        Figure(
            what="opening a double",
            value=opening["milliseconds"],
            unit="ms",
            target=150,
            note=f"n = {opening['n']}",
        ),
        Figure(what="size of a double", value=opening["megabytes"], unit="MB", target=40),
    ]
    facts = {"photos": set_, "load_average": load, "portrait_seconds_by_template": portraits["by_template"]}
    return figures, facts


def machine() -> dict[str, str]:
    """What it ran on, without a name."""
    return {
        "machine": f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="how often a double is made (median)")
    options = parser.parse_args()
    here = machine()
    print("\n".join(f"{name}: {value}" for name, value in here.items()))
    figures, facts = measure(options.runs)
    photos = facts["photos"]
    heic = f"{photos['heic']} of them HEIC" if photos["heic"] else "no HEIC: nothing here can code it"
    print(f"load average before: {', '.join(map(str, facts['load_average']))}")
    print(f"photos: {photos['megapixels']} MP, {photos['megabytes']} MB in all, {heic}\n")
    for f in figures:
        target = "" if f.target is None else f"<= {f.target:g} {f.unit}"
        print(f"{f.what:<34}{f.value:>9.3g} {f.unit:<3} {target:<11} {f.verdict:<7} {f.note}".rstrip())
    table = [
        {
            "what": f.what.strip(),
            "value": round(f.value, 4),
            "unit": f.unit,
            "target": f.target,
            "note": f.note,
        }
        for f in figures
    ]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({**here, **facts, "figures": table}, indent=1) + "\n")


if __name__ == "__main__":
    main()
