"""How fast the gate is: one 12-MP photo against decoding it alone, and 24 of them, each in a process of its own.

python benchmarks/gate/speed.py one FOLDER      ratio, warm
python benchmarks/gate/speed.py set FOLDER      24 photos: wall, first verdict, memory; cold and then warm
"""

import io
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

SIZE = (3000, 4000)
PHOTOS = 24
BEGAN = time.perf_counter()


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


def one(folder: Path) -> dict[str, float]:
    """Decode alone and inspect, in turns, on the same file."""
    from looking import MODELS, permit
    from PIL import Image

    from fenshen.photos.inspect import inspect

    data, allowed = (folder / "00.jpg").read_bytes(), permit()
    alone, whole = [], []
    for _ in range(9):
        start = time.perf_counter()
        Image.open(io.BytesIO(data)).load()
        middle = time.perf_counter()
        inspect(data, allowed, MODELS)
        alone.append(middle - start)
        whole.append(time.perf_counter() - middle)
    ratios = [b / a for a, b in zip(alone[2:], whole[2:], strict=True)]
    return {
        "decode_ms": 1000 * median(alone[2:]),
        "inspect_ms": 1000 * median(whole[2:]),
        "ratio": median(ratios),
        "ratio_of_best": min(whole) / min(alone),
    }


def whole_set(folder: Path) -> dict[str, float]:
    """Inspect 24 photos twice: cold, counted from the start of the process, and warm."""
    from looking import MODELS, permit

    from fenshen.photos.inspect import inspect_set

    loaders = [file.read_bytes for file in sorted(folder.iterdir())]
    figures: dict[str, float] = {}
    for name, start in (("cold", BEGAN), ("warm", 0.0)):
        begin, first = start or time.perf_counter(), []
        inspect_set(
            loaders, permit(), MODELS, on_photo=lambda _, seen=first: seen.append(time.perf_counter())
        )
        figures[f"{name}_first_s"] = first[0] - begin
        figures[f"{name}_set_s"] = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    figures["peak_mb"] = peak / (1024 if sys.platform == "linux" else 1024**2)
    return figures


def report(sources: list[Path], folder: Path) -> dict[str, Any]:
    """Make the photos, measure, print against the targets."""
    make_photos(sources, folder)
    figures: dict[str, Any] = {}
    for what in ("one", "set"):
        command = [sys.executable, __file__, what, str(folder)]
        figures |= json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    print("\nSpeed, photos of 12 MP")
    for name, limit in (
        *(("decode_ms", None), ("inspect_ms", None), ("ratio", 2.5), ("ratio_of_best", 2.5)),
        *(
            ("cold_first_s", None),
            ("warm_first_s", 0.5),
            ("cold_set_s", 3.0),
            ("warm_set_s", 3.0),
            ("peak_mb", 1024),
        ),
    ):
        verdict = "" if limit is None else f"target {limit:g}  {'ok' if figures[name] <= limit else 'MISSED'}"
        print(f"  {name:14s} {figures[name]:8.2f}  {verdict}")
    return figures


if __name__ == "__main__":
    print(json.dumps({"one": one, "set": whole_set}[sys.argv[1]](Path(sys.argv[2]))))
