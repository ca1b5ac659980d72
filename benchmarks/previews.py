"""How fast the gallery is: ``make bench-previews``. See README.md beside this file.

Prints each figure beside its target and writes ``benchmarks/results/previews.json``; the pictures are not kept.
"""

import json
import os
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.photos import write_photos
from benchmarks.speed import Figure, machine, seconds

from fenshen import settings
from fenshen.engines.studio.engine import StudioEngine
from fenshen.engines.studio.workbench import Workbench
from fenshen.flow.preview import Preview, previews
from fenshen.flow.sit import sit
from fenshen.ids import SitterId, new_id
from fenshen.photos.folder import list_photos
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import open_desk
from fenshen.templates.catalogue import catalogue

RESULTS = Path(__file__).parent / "results" / "previews.json"
RUNS = 3  # after one that warms up
MOST = 0.3  # seconds each


def main() -> None:
    load = [round(value, 2) for value in os.getloadavg()]
    with tempfile.TemporaryDirectory() as scratch:
        home, photos = Path(scratch) / "home", Path(scratch) / "photos"
        photos.mkdir()
        write_photos(photos)
        models = str(settings.load().models)
        desk = open_desk(settings.load({"FENSHEN_HOME": str(home), "FENSHEN_MODELS": models}))
        sitter = SitterId(new_id("sitter"))
        consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
        double = sit(list_photos(photos), sitter, desk=desk, progress=Silent()).double
        wholes, runs = [], []
        for _ in range(RUNS + 1):
            start = time.perf_counter()
            engine = StudioEngine(Workbench())
            runs.append(list(previews(double, list(catalogue()), desk=desk, engine=engine)))
            wholes.append(time.perf_counter() - start)
    figures, facts = of_runs(runs[1:], wholes[1:])
    print(f"load average before: {', '.join(map(str, load))}\n")
    for f in figures:
        target = "" if f.target is None else f"<= {f.target:g} {f.unit}"
        print(f"{f.what:<34}{f.value:>9.3g} {f.unit:<3} {target:<11} {f.verdict:<7} {f.note}".rstrip())
    table = [
        {"what": f.what.strip(), "value": round(f.value, 4), "unit": f.unit, "target": f.target}
        for f in figures
    ]
    RESULTS.write_text(
        json.dumps({**machine(), "load_average": load, **facts, "figures": table}, indent=1) + "\n"
    )


def of_runs(runs: list[list[Any]], wholes: list[float]) -> tuple[list[Figure], dict[str, Any]]:
    """What three galleries say."""
    by_template: dict[str, list[float]] = {}
    for each in (each for run in runs for each in run if isinstance(each, Preview)):
        by_template.setdefault(each.template, []).append(each.seconds)
    every = [value for values in by_template.values() for value in values]
    names, made = len(runs[0]), len(by_template)
    sizes = [len(each.picture.data) / 1000 for each in runs[0] if isinstance(each, Preview)]
    slow = {name: round(median(values), 3) for name, values in by_template.items() if median(values) > MOST}
    figures = [
        seconds("one preview, warm", median(every), MOST, f"n = {len(every)}"),
        seconds("   of 100, 95 take no longer", quantiles(every, n=20)[-1]),
        seconds("   slowest template", max(median(values) for values in by_template.values())),
        seconds(
            "gallery, all in all, by template",
            median(wholes) / names,
            MOST,
            "opening and skipped ones included",
        ),
        seconds("gallery of 40", 40 * median(wholes) / names, 40 * MOST),
        Figure(what="size of a preview", value=median(sizes), unit="KB"),
    ]
    return figures, {"templates": names, "made": made, "over_target": slow}


if __name__ == "__main__":
    main()
