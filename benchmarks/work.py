"""The work that is measured, each piece in a process of its own: ``python benchmarks/work.py PIECE HOME PHOTOS``.

Prints one JSON object. Cold start and warm runs are told apart, and the peak of memory belongs to one piece alone.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from fenshen import settings
from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import EngineCard, RenderedPortrait, RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.engines.studio.workbench import Workbench
from fenshen.flow.portray import Order, portray
from fenshen.flow.sit import sit
from fenshen.ids import SitterId, new_id
from fenshen.photos.folder import list_photos
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk, open_desk
from fenshen.store import doubles
from fenshen.templates.catalogue import catalogue
from fenshen.templates.recipe import Template
from fenshen.vault.vault import DataClass

ROUNDS = 3  # of all templates
BATCH = 8  # templates that one person orders together
LARGE, LARGE_ONES = 3072, 3  # pixels of the shorter side, and of how many templates
OPENINGS = 9


def photos(_: Path, folder: Path) -> dict[str, Any]:
    """Make the photos; also tells which templates there are."""
    from photos import write_photos  # beside this file

    return write_photos(folder) | {"templates": list(catalogue())}


def large_photos(_: Path, folder: Path) -> dict[str, Any]:
    """Make photos of 12 megapixels, all of them."""
    from photos import write_photos

    return write_photos(folder, megapixels=(12,))


def double(home: Path, folder: Path) -> dict[str, Any]:
    """From a folder of photos to a sealed double, the photos destroyed."""
    desk, sitter = _desk(home), SitterId(new_id("sitter"))
    consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
    files = list_photos(folder)
    start = time.perf_counter()
    sitting = sit(files, sitter, desk=desk, progress=Silent())
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "steps": dict(sitting.seconds),
        "accepted": sitting.report.accepted,
        "takes": len(sitting.takes),
        "double": sitting.double,
    }


def portraits(home: Path, _: Path) -> dict[str, Any]:
    """Every template several times at 1024 pixels on the shorter side, warm: from the open double to the file."""
    desk = _desk(home)
    row = _only(desk)
    engine = Watched()
    whole: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(ROUNDS + 1):
            order = Order(templates=list(catalogue()), replace=True)
            engine.seconds.clear()
            for made in portray(
                row.id, order, Path(folder), desk=desk, engine=engine, progress=Silent(), skipped=[]
            ):
                if turn:  # the first round warms up
                    whole.setdefault(made.template, []).append(made.seconds)
    every = [seconds for times in whole.values() for seconds in times]
    by_template = {name: median(times) for name, times in whole.items()}
    worst = max(by_template, key=by_template.__getitem__)
    return {
        "median": median(every),
        "n": len(every),
        "engine_median": median(engine.seconds),
        "worst": worst,
        "worst_median": by_template[worst],
        "by_template": by_template,
    }


def batch(home: Path, _: Path) -> dict[str, Any]:
    """Eight templates in one order, from the sealed double to eight files; the first order warms up."""
    desk = _desk(home)
    row = _only(desk)
    order = Order(templates=list(catalogue())[:BATCH], replace=True)
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _turn in range(ROUNDS + 1):
            start = time.perf_counter()
            list(
                portray(
                    row.id,
                    order,
                    Path(folder),
                    desk=desk,
                    engine=StudioEngine(Workbench()),
                    progress=Silent(),
                    skipped=[],
                )
            )
            times.append(time.perf_counter() - start)
    return {"median": median(times[1:]), "n": ROUNDS}


def large(home: Path, _: Path) -> dict[str, Any]:
    """The largest portraits, from the open double to the file; the first one warms up."""
    desk = _desk(home)
    row = _only(desk)
    names = list(catalogue())[: LARGE_ONES + 1]
    order = Order(templates=names, replace=True, short_side=LARGE)
    with tempfile.TemporaryDirectory() as folder:
        made = list(
            portray(
                row.id, order, Path(folder), desk=desk, engine=StudioEngine(), progress=Silent(), skipped=[]
            )
        )
    return {"median": median(each.seconds for each in made[1:]), "n": LARGE_ONES}


def opening(home: Path, _: Path) -> dict[str, Any]:
    """Unseal and unpack the double."""
    desk = _desk(home)
    row = _only(desk)
    plain, times = b"", []
    for _turn in range(OPENINGS):
        start = time.perf_counter()
        plain = desk.vault.get(row.sitter, DataClass.DOUBLE, row.id)
        codec.unpack(plain)
        times.append(time.perf_counter() - start)
    return {"milliseconds": 1000 * median(times), "megabytes": len(plain) / 1e6, "n": OPENINGS}


@dataclass
class Watched:
    """The studio engine with a watch on it."""

    card: EngineCard = StudioEngine.card
    seconds: list[float] = field(default_factory=list)
    engine: StudioEngine = field(default_factory=StudioEngine)

    def render(self, double: OpenDouble, template: Template, options: RenderOptions, /) -> RenderedPortrait:
        """Render, and note how long it took."""
        start = time.perf_counter()
        rendered = self.engine.render(double, template, options)
        self.seconds.append(time.perf_counter() - start)
        return rendered


def _desk(home: Path) -> Desk:
    return open_desk(
        settings.load({"FENSHEN_HOME": str(home), "FENSHEN_MODELS": str(settings.load().models)})
    )


def _only(desk: Desk) -> doubles.DoubleRow:
    with desk.store.begin() as connection:
        return doubles.every(connection)[0]


PIECES: dict[str, Callable[[Path, Path], dict[str, Any]]] = {
    "photos": photos,
    "large_photos": large_photos,
    "double": double,
    "portraits": portraits,
    "batch": batch,
    "large": large,
    "opening": opening,
}

if __name__ == "__main__":
    print(json.dumps(PIECES[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))))
