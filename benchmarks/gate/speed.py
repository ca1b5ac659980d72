"""How fast the gate is: one 12-MP photo against decoding it alone, and 24 of them, each run in a process of its own.

    python benchmarks/gate/speed.py one FOLDER MODELS         ratio, warm, in turns
    python benchmarks/gate/speed.py set FOLDER MODELS TIME    24 photos: wall, first verdict, memory; cold, then warm

"Decoding it alone" is ``Image.open(file).load()``: Pillow, full size, RGB, the least that a reader would write. Times
in a crowd say little, so the ratio is also given in processor time, which a busy machine bends less. Cold counts from
the moment the process is asked for: it holds the start of Python, all imports and the opening of the nets.
``check_first_s`` is what a person at a terminal waits for: ``fenshen check`` as it is, cold, to the first verdict it
tells. The studio's code must have been compiled once, as ``make`` and every first start do.
"""

import io
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

SIZE = (3000, 4000)
PHOTOS = 24
TURNS, RUNS = 21, 3
TARGETS = {
    "ratio": 2.5,
    "check_first_s": 0.5,
    "cold_first_s": 0.5,
    "warm_first_s": 0.5,
    "cold_set_s": 3.0,
    "warm_set_s": 3.0,
    "peak_mb": 1024.0,
}


def make_photos(sources: list[Path], folder: Path) -> None:
    """Write 24 JPEGs of 12 MP: people enlarged, with the grain of a sensor, so that they weigh what a phone's do."""
    import numpy as np
    from PIL import Image

    chance = np.random.default_rng(1)
    grain = chance.normal(0, 4, (SIZE[1], SIZE[0], 1))
    for number in range(PHOTOS):
        image = (
            Image.open(sources[number % len(sources)]).convert("RGB").resize(SIZE, Image.Resampling.BICUBIC)
        )
        pixels = np.clip(np.asarray(image) + np.roll(grain, 37 * number, axis=1), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number:02d}.jpg", quality=90)


def one(folder: Path, models: Path) -> dict[str, float]:
    """Decode alone and inspect, in turns, on the same file; ratios with their quartiles."""
    from PIL import Image

    from fenshen.clock import SystemClock
    from fenshen.photos.inspect import inspect
    from fenshen.rights.consent import Purpose, for_this_run
    from fenshen.vision import nets

    data, permit = (folder / "00.jpg").read_bytes(), for_this_run(Purpose.INSPECT_PHOTOS, SystemClock())
    rows = []
    with nets.one_thread_each():  # as in a set
        for _ in range(TURNS):
            began, work = time.perf_counter(), time.process_time()
            Image.open(io.BytesIO(data)).load()
            middle, half = time.perf_counter(), time.process_time()
            inspect(data, permit, models)
            ended, done = time.perf_counter(), time.process_time()
            rows.append((middle - began, ended - middle, half - work, done - half))
    rows = rows[3:]  # the first ones open the nets
    low, middle_ratio, high = quantiles((row[1] / row[0] for row in rows), n=4)
    return {
        "decode_ms": 1000 * median(row[0] for row in rows),
        "inspect_ms": 1000 * median(row[1] for row in rows),
        "ratio": middle_ratio,
        "ratio_low": low,
        "ratio_high": high,
        "ratio_of_best": min(row[1] for row in rows) / min(row[0] for row in rows),
        "ratio_of_work": median(row[3] / row[2] for row in rows),
    }


def whole_set(folder: Path, models: Path, asked_at: float) -> dict[str, float]:
    """Inspect 24 photos twice: cold, counted from when the process was asked for, and warm."""
    from fenshen.clock import SystemClock
    from fenshen.photos.inspect import inspect_set
    from fenshen.rights.consent import Purpose, for_this_run

    loaders = [file.read_bytes for file in sorted(folder.iterdir())]
    permit = for_this_run(Purpose.INSPECT_PHOTOS, SystemClock())
    figures: dict[str, float] = {}
    for name in ("cold", "warm"):
        begin = asked_at if name == "cold" else time.time()
        first: list[float] = []
        inspect_set(loaders, permit, models, on_photo=lambda _, seen=first: seen.append(time.time()))
        figures[f"{name}_first_s"] = first[0] - begin
        figures[f"{name}_set_s"] = time.time() - begin
    figures["peak_mb"] = _peak_mb()
    return figures


def check_first(photos: Path, models: Path) -> float:
    """Seconds from asking for ``fenshen check`` until the first verdict can be read."""
    command = [sys.executable, "-c", "from fenshen.cli import main; main()", "check", str(photos)]
    place = os.environ | {"FENSHEN_MODELS": str(models)}
    asked_at = time.time()
    with subprocess.Popen(command, env=place, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        told = b""
        while process.stderr and b"00.jpg" not in told and (more := process.stderr.read1(4096)):
            told += more
        waited = time.time() - asked_at
        process.communicate()
    return waited


def _peak_mb() -> float:
    """Most memory this process ever held. Linux's ru_maxrss would count the parent's, for it outlives exec."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def report(sources: list[Path], folder: Path) -> dict[str, Any]:
    """Make the photos, measure with the nets that everybody has and with the optional ones if here, print."""
    from fenshen import settings
    from fenshen.vision import age, nudity
    from fenshen.vision.weights import WEIGHTS

    photos, plain, every = folder / "photos", folder / "models", settings.load().models
    photos.mkdir()
    plain.mkdir()
    make_photos(sources, photos)
    for card in WEIGHTS:
        if card.default:
            (plain / card.name).symlink_to(every / card.name)
    size = sum(file.stat().st_size for file in photos.iterdir()) / PHOTOS / 1e6
    print(f"\nSpeed. {PHOTOS} JPEGs of 12 MP, {size:.1f} MB each: one person's photos enlarged, with grain;")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; medians (and range) of {RUNS} processes")
    figures: dict[str, Any] = {}
    print("  with the nets that everybody has")
    figures["default"] = _measured(photos, plain, TARGETS)
    if all((every / name).exists() for name in (nudity.WEIGHT, age.MODEL, age.VALUES)):
        print("  with the optional nets for age and nudity besides")
        figures["optional"] = _measured(photos, every, {})
    return figures


def _measured(photos: Path, models: Path, targets: dict[str, float]) -> dict[str, float]:
    figures = _run("one", photos, models)
    runs = [_run("set", photos, models) | {"check_first_s": check_first(photos, models)} for _ in range(RUNS)]
    ranges = {name: (min(run[name] for run in runs), max(run[name] for run in runs)) for name in runs[0]}
    figures |= {name: median(run[name] for run in runs) for name in runs[0]}
    ranges["ratio"] = (figures.pop("ratio_low"), figures.pop("ratio_high"))  # quartiles
    for name, value in figures.items():
        between = "({:.2f} .. {:.2f})".format(*ranges[name]) if name in ranges else ""
        limit = targets.get(name)
        verdict = "" if limit is None else f"target {limit:g}  {'ok' if value <= limit else 'MISSED'}"
        print(f"    {name:14s} {value:8.2f} {between:20s} {verdict}")
    return figures


def _run(what: str, photos: Path, models: Path) -> dict[str, float]:
    command = [sys.executable, __file__, what, str(photos), str(models), str(time.time())]
    figures: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return figures


if __name__ == "__main__":
    _, chosen, *paths, asked = sys.argv
    shown, nets_at = (Path(path) for path in paths)
    print(json.dumps(one(shown, nets_at) if chosen == "one" else whole_set(shown, nets_at, float(asked))))
