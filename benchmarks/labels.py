"""What labelling costs, and what its marks survive: ``make bench-labels``. See README.md beside this file.

Every mark at once, on a portrait's usual size and on 12 megapixels, in each format; then what the invisible mark
survives and how often it is seen where nobody wrote it, and what the register finds. Half
an hour. Prints each figure beside its target and writes ``benchmarks/results/labels.json``.
"""

import json
import os
import platform
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from benchmarks import register, watermark
from benchmarks.speed import Figure
from PIL import Image

from fenshen import settings
from fenshen.labels import c2pa_manifest, c2pa_native, tc260, write
from fenshen.labels.c2pa_operator import open_credentials
from fenshen.labels.commitment import commit
from fenshen.labels.container import MIMES
from fenshen.labels.verify import verify
from fenshen.people import photos_of
from fenshen.rights.desk import Desk, open_desk

RESULTS = Path(__file__).parent / "results" / "labels.json"
SIZES = {(1024, 1536): 250.0, (3000, 4000): 1000.0}  # width, height: most milliseconds to label
LARGEST_GROWTH = 15.0  # KB
RUNS = 7
NOISE = 2.0
FORMATS: tuple[write.Format, ...] = ("JPEG", "PNG", "WEBP")
UNMARKED = 10_000  # pictures that nobody marked
LIBRARIES = ("c2pa-python", "numpy", "opencv-python-headless", "pillow", "cryptography")


def portrait(width: int, height: int) -> write.visible.RGB8:
    """Enlarge a bundled person's photo, with a sensor's noise; always the same."""
    with Image.open(BytesIO(photos_of("anna")[0].read())) as image:
        rgb = np.asarray(image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC), np.float32)
    noisy = rgb + np.random.default_rng(9).normal(0, NOISE, rgb.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def milliseconds(work: Callable[[], object], runs: int) -> float:
    """Give the median of several runs, after one that warms up."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def labelling(desk: Desk, runs: int) -> list[Figure]:
    """Label, sign and verify each size in each format."""
    credentials = open_credentials(desk.settings, desk.vault.keys, desk.clock.now())
    mark, note = secrets.randbits(48), "all marks"
    story = c2pa_manifest.Story(beautify=0.2, consent=commit(b"a receipt", secrets.token_bytes(16)))
    key = desk.signer.public_pem()
    figures: list[Figure] = []
    for (width, height), most in SIZES.items():
        rgb = portrait(width, height)
        for form in FORMATS:
            number = tc260.new_produce_id(datetime.now(UTC), secrets.token_bytes(16))

            def labelled(form: write.Format = form, number: str = number, rgb: Any = rgb) -> bytes:
                return write.label(
                    rgb,
                    format=form,
                    source_type=write.SourceType.COMPOSITE_SYNTHETIC,
                    producer=desk.settings.producer,
                    produce_id=number,
                    language="en",
                    faces=(),
                    signer=desk.signer.sign,
                    mark=mark,
                    credentials=credentials,
                    story=story,
                ).data

            said = c2pa_manifest.define(
                source_type=write.SourceType.COMPOSITE_SYNTHETIC,
                producer=desk.settings.producer,
                produce_id=number,
                mark=mark,
                story=story,
            )
            plain, data, mime = write._encode(rgb, form), labelled(), MIMES[form]  # noqa: SLF001
            where = f"{form} {width}x{height}"
            signed, read, whole = (
                milliseconds(work, runs)
                for work in (
                    lambda: c2pa_native.sign(plain, mime, said, credentials),  # noqa: B023
                    lambda: c2pa_native.read(data, mime, credentials.anchor),  # noqa: B023
                    lambda: verify(data, public_key=key, anchor=credentials.anchor),  # noqa: B023
                )
            )
            coded = milliseconds(lambda: write._encode(rgb, form), runs)  # noqa: B023, SLF001
            grown = f"the file itself grows by {(len(data) - len(plain)) / 1000:.1f} KB: visible label's pixels too"
            figures += [
                Figure(
                    what=f"label {where}",
                    value=milliseconds(labelled, runs),
                    unit="ms",
                    target=most,
                    note=note,
                ),
                Figure(what=f"  of it: encode {where}", value=coded, unit="ms"),
                Figure(what=f"  of it: C2PA sign {where}", value=signed, unit="ms"),
                Figure(what=f"  of it: C2PA read back {where}", value=read, unit="ms"),
                Figure(what=f"verify {where}", value=whole, unit="ms"),
                Figure(
                    what=f"metadata {where}", value=added(data), unit="KB", target=LARGEST_GROWTH, note=grown
                ),
            ]
    return figures


def added(data: bytes) -> float:
    """Give the kilobytes of packet and manifest."""
    file = write.take_apart(data)
    return (sum(map(len, file.xmp)) + len(file.c2pa)) / 1000


def show_marks() -> dict[str, Any]:
    """Measure what the invisible mark survives, then what the register finds; print each part as it comes."""
    print("\nthe invisible mark", flush=True)
    mark = watermark.measure(n=UNMARKED)
    watermark.show(mark)
    print("\nthe register, after every mark in the metadata was stripped", flush=True)
    found = register.measure()
    print(json.dumps(found, indent=1))
    return {"watermark": mark, "register": found}


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    load = [round(value, 2) for value in os.getloadavg()]
    with tempfile.TemporaryDirectory() as home:
        figures = labelling(open_desk(settings.load({"FENSHEN_HOME": home})), runs)
    print(f"median of {runs}; load average {load} on {os.cpu_count()} cores\n")
    for each in figures:
        target = "" if each.target is None else f"<= {each.target:g}"
        print(f"{each.what:38} {each.value:9.1f} {each.unit:3} {target:>8} {each.verdict:7} {each.note}")
    asked = show_marks()
    told = {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
        "python": platform.python_version(),
        **{name: version(name) for name in LIBRARIES},
        "load_average": load,
        "runs": runs,
        "figures": [{**vars(each), "verdict": each.verdict} for each in figures],
        **asked,
    }
    RESULTS.write_text(json.dumps(told, indent=1, default=str) + "\n")


if __name__ == "__main__":
    main()
