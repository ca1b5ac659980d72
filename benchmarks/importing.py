"""How fast a picture becomes a template, and what of its person stays: ``make bench-import``. See README.md.

The pictures are photos of the bundled people, who do not exist, enlarged to what telephones take; ``DATA=folder`` takes
your own instead. Prints a table and writes ``benchmarks/results/importing.json``.
"""

import argparse
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.engines.studio.engine import StudioEngine
from fenshen.engines.studio.scenery import coded
from fenshen.errors import FenshenError
from fenshen.flow.import_template import Imported, Named, import_template
from fenshen.flow.keep_template import keep_template
from fenshen.flow.try_template import try_template
from fenshen.labels.profile import srgb
from fenshen.people import NAMES, photos_of
from fenshen.rights.consent import Purpose, for_this_run
from fenshen.rights.desk import open_desk
from fenshen.settings import Settings
from fenshen.templates.packs import PREVIEW
from fenshen.templates.recipe import Words
from fenshen.templates.writing import as_toml
from fenshen.vision import faces, identity, mesh

sys.path.insert(0, str(Path(__file__).parent))
from speed import machine

RESULTS = Path(__file__).parent / "results" / "importing.json"
MEGAPIXELS = (1, 12)
SHOTS = (0, 1, 3, 15)
TARGET = 5.0  # seconds
WORDS = Words(zh="试", en="Try")


def pictures(folder: Path | None) -> dict[str, list[bytes]]:
    """The pictures by what they are."""
    if folder is not None:
        files = sorted(
            file for file in folder.rglob("*") if file.suffix.lower() in {".jpg", ".jpeg", ".png", ".heic"}
        )
        return {"own pictures": [file.read_bytes() for file in files]}
    shots = [
        photos_of(name)[number].read() for name in NAMES for number in SHOTS if number < len(photos_of(name))
    ]
    return {f"{size} MP": [enlarged(shot, size) for shot in shots] for size in MEGAPIXELS}


def enlarged(data: bytes, megapixels: int) -> bytes:
    image = Image.open(io.BytesIO(data)).convert("RGB")
    scale = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
    sink = io.BytesIO()
    image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS).save(
        sink, "JPEG", quality=92
    )
    return sink.getvalue()


def take(data: bytes, name: str, studio: Settings) -> tuple[Imported, float]:
    """Import and keep one picture, and show it on a bundled person; seconds for all three."""
    clock, start = SystemClock(), time.perf_counter()
    permit = for_this_run(Purpose.INSPECT_PHOTOS, clock)
    named = Named(name=name, title=WORDS, description=WORDS)
    made = import_template(lambda: data, permit, named, models=studio.models, clock=clock)
    kept = keep_template(made, settings=studio, clock=clock)
    recipe = made.template.lying_in(kept)
    try_template(recipe, kept / PREVIEW, desk=open_desk(studio, clock), engine=StudioEngine())
    return made, time.perf_counter() - start


def likeness_left(data: bytes, made: Imported, models: Path) -> float | None:
    """Cosine of the person's face to whatever the detector can find on the plate; None when it finds nothing at all."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    image.thumbnail((1280, 1280))
    rgb = np.asarray(image)
    found = faces.detect(made.plate, models, sure=0.3)
    own = identity.embed(rgb, mesh.fit(rgb, faces.detect(rgb, models)[0], models), models)
    seen = [identity.embed(made.plate, mesh.fit(made.plate, face, models), models) for face in found]
    return max((float(identity.cosine(own, each)) for each in seen), default=None)


def measure(what: str, files: list[bytes], models: Path) -> dict[str, Any]:
    """All pictures of one kind, in a home of their own, after one that warms up."""
    times, sizes, left, refused = [], [], [], 0
    with tempfile.TemporaryDirectory() as home:
        studio = settings.load({"FENSHEN_HOME": home, "FENSHEN_MODELS": str(models)})
        for number, data in enumerate([files[0], *files]):
            try:
                made, seconds = take(data, f"t{number}", studio)
            except FenshenError as why:
                refused += number > 0
                print(f"{what}: {why.code}")
                continue
            if number:
                times.append(seconds)
                sizes.append(len(coded(made.plate, srgb())) + len(as_toml(made.template)))
                left.append(likeness_left(data, made, models))
    alike = [each for each in left if each is not None]
    return {
        "what": what, "n": len(times), "refused": refused, "median_seconds": round(median(times), 2),
        "slowest_seconds": round(max(times), 2), "target_seconds": TARGET,
        "median_kilobytes": round(median(sizes) / 1000),
        "plates_with_a_suspected_face": len(alike), "most_like_the_person": round(max(alike), 2) if alike else None,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", type=Path)
    folder = parser.parse_args().data
    load = [round(value, 2) for value in os.getloadavg()]
    rows = [measure(what, files, settings.load().models) for what, files in pictures(folder).items()]
    for row in rows:
        verdict = "ok" if row["slowest_seconds"] <= TARGET else "MISSED"
        print(
            f"{row['what']:<14} n = {row['n']:<3} refused {row['refused']}   median {row['median_seconds']:.2f} s   "
            f"slowest {row['slowest_seconds']:.2f} s   <= {TARGET:g} s {verdict}   pack {row['median_kilobytes']} kB   "
            f"suspected faces on plates {row['plates_with_a_suspected_face']}, most alike {row['most_like_the_person']}"
        )
    print(f"load average before: {', '.join(map(str, load))}")
    if folder is None:
        RESULTS.write_text(json.dumps({**machine(), "load_average": load, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
