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


Done = tuple[dict[str, Any], float]  # figures of a piece of work, its peak of memory in MB


def measure(runs: int) -> tuple[list[Figure], dict[str, Any]]:
    """Measure everything; also gives what the photos were and how busy the machine was."""
    with tempfile.TemporaryDirectory() as scratch:
        mixed, large = Path(scratch) / "photos", Path(scratch) / "large"
        for folder in (mixed, large):
            folder.mkdir()
        set_, _ = run_piece("photos", mixed, mixed)
        run_piece("large_photos", large, large)
        load = [round(value, 2) for value in os.getloadavg()]
        sittings = [run_piece("double", Path(scratch) / f"home{k}", mixed) for k in range(runs)]
        twelve = [run_piece("double", Path(scratch) / f"large{k}", large) for k in range(runs)]
        home = Path(scratch) / "home0"
        done = {piece: run_piece(piece, home, mixed) for piece in ("portraits", "batch", "large", "opening")}
    figures = [
        *of_sittings("24 photos of 1-12 MP -> double", sittings, target=30),
        *of_sittings("24 photos of 12 MP -> double", twelve, target=15),
        *of_portraits(done),
        seconds("fenshen --help", help_seconds(), 0.25, f"n = {HELPS}"),
        memory("double", max(peak for _, peak in (*sittings, *twelve))),
        memory("portraits", done["portraits"][1]),
        memory("3072x4608", done["large"][1]),
        *of_opening(done["opening"][0]),
    ]
    by_template = done["portraits"][0]["by_template"]
    return figures, {"photos": set_, "load_average": load, "portrait_seconds_by_template": by_template}


def of_sittings(what: str, sittings: list[Done], target: float) -> list[Figure]:
    """From photos to a double, and its steps."""
    told = [each for each, _ in sittings]
    note = f"{told[0]['accepted']} accepted, {told[0]['takes']} takes; median of {len(told)}"
    steps = {name: median(each["steps"][name] for each in told) for name in told[0]["steps"]}
    return [
        seconds(what, median(each["seconds"] for each in told), target, note),
        *(seconds(f"   {name}", value) for name, value in steps.items()),
    ]


def of_portraits(done: dict[str, Done]) -> list[Figure]:
    """From a double to labelled files."""
    (one, _), (batch, _), (big, _) = done["portraits"], done["batch"], done["large"]
    return [
        seconds("portrait 1024x1536, warm", one["median"], 1.2, f"n = {one['n']}"),
        seconds("   rendering alone", one["engine_median"]),
        seconds("   slowest template", one["worst_median"], 1.2, one["worst"]),
        seconds("8 templates in one order, warm", batch["median"], 6, f"n = {batch['n']}"),
        seconds("portrait 3072x4608, warm", big["median"], 8, f"n = {big['n']}"),
    ]


def of_opening(opening: dict[str, Any]) -> list[Figure]:
    """How soon a double is there, and how large it is."""
    note = f"n = {opening['n']}"
    return [
        Figure(what="opening a double", value=opening["milliseconds"], unit="ms", target=150, note=note),
        Figure(what="size of a double", value=opening["megabytes"], unit="MB", target=40),
    ]


def seconds(what: str, value: float, target: float | None = None, note: str = "") -> Figure:
    """One line of the table, in seconds."""
    return Figure(what=what, value=value, unit="s", target=target, note=note)


def memory(what: str, peak: float) -> Figure:
    """One line of the table, in MB of resident memory."""
    return Figure(what=f"peak memory, {what}", value=peak, unit="MB", target=2048)


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
