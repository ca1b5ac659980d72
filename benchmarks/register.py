"""Is a portrait known again when every label was stripped, and does a leaked set lead to its export?

    python -m benchmarks.register [-o FILE.json]

Portraits of the bundled people from every template are labelled, entered and delivered exactly as `fenshen portrait`
does, into a studio that lives for this run only. Then they are spoilt as strangers spoil pictures. Half of the people
are not in the register: whatever is said to be near their portraits is a false hint. ``measure()`` gives the figures.
"""

import argparse
import io
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.gate.table import Rate
from numpy.typing import NDArray
from PIL import Image

from fenshen import settings
from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import RenderedPortrait, RenderOptions, UnsuitedError
from fenshen.engines.studio.engine import StudioEngine
from fenshen.flow.portray import SOURCE_TYPES
from fenshen.flow.send import Export, Outgoing, open_export
from fenshen.flow.sit import sit
from fenshen.ids import SitterId
from fenshen.labels import register, trace
from fenshen.people import NAMES, photos_of
from fenshen.progress import Silent
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import Settings
from fenshen.templates.catalogue import catalogue
from fenshen.templates.recipe import Template
from fenshen.vault.vault import DataClass

Picture = NDArray[np.uint8]
SHORT_SIDE = 512  # pixels
EACH = 2  # portraits of each template, of different photos where there are
ROUNDS = 3  # times that each portrait is spoilt, each time by another lot
EXPORTS, FILES = 5, 40  # of the simulated leak
STRANGER = NAMES[-1]  # whose portraits are not in the register


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One portrait that was entered, and the template and photo it is of."""

    produce_id: str
    template: str
    photo: int
    pixels: Picture


def jpeg(rgb: Picture, quality: int) -> Picture:
    """Code and decode."""
    sink = io.BytesIO()
    Image.fromarray(rgb).save(sink, "JPEG", quality=quality)
    return np.asarray(Image.open(sink))


def resized(rgb: Picture, scale: float) -> Picture:
    """Resample."""
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR))


def cropped(rgb: Picture, kept: float, rng: random.Random) -> Picture:
    """Keep this share of both sides, at a place by lot."""
    height, width = rgb.shape[:2]
    x, y = rng.uniform(0, 1 - kept) * width, rng.uniform(0, 1 - kept) * height
    return rgb[int(y) : int(y + kept * height), int(x) : int(x + kept * width)]


ATTACKS: dict[str, Callable[[Picture, random.Random], Picture]] = {
    "JPEG q50": lambda rgb, _: jpeg(rgb, 50),
    "resize 50 %": lambda rgb, _: jpeg(resized(rgb, 0.5), 85),
    "screenshot": lambda rgb, _: jpeg(resized(resized(rgb, 0.73), 1.2), 70),
    "crop to 90 %": lambda rgb, rng: jpeg(cropped(rgb, 0.9, rng), 80),
    "crop to 80 %": lambda rgb, rng: jpeg(cropped(rgb, 0.8, rng), 80),
}


def measure() -> dict[str, object]:
    """Give every figure, with n and Wilson intervals, for JSON."""
    with tempfile.TemporaryDirectory() as folder:
        desk = studio(Path(folder) / "home")
        made = {name: list(portraits(desk, name)) for name in NAMES}
        known = [(t, p) for name, rendered in made.items() if name != STRANGER for t, p in rendered]
        export = open_export(desk, None, None, kind="portraits", engine=StudioEngine.card)
        pieces = [_entered(export, t, p, Path(folder) / f"{n}.jpg") for n, (t, p) in enumerate(known)]
        strangers = [p.pixels for _, p in made[STRANGER]]
        found = {name: _attack(desk, pieces, spoil) for name, spoil in ATTACKS.items()}
        false = _false_hints(desk, strangers)
        leak = _leak(desk, known, Path(folder))
    return {"portraits": len(pieces), "recovered": found, "strangers": false, "leak": leak}


def _attack(
    desk: Desk, pieces: list[Piece], spoil: Callable[[Picture, random.Random], Picture]
) -> dict[str, object]:
    """How often the right entry is named at all, and first; and how many others are named beside it."""
    rng, seen = random.Random(7), Counter[str]()  # noqa: S311
    others = []
    for piece in pieces * ROUNDS:
        matches = register.near(desk, spoil(piece.pixels, rng))
        ids = [match.row.id for match in matches]
        seen["named"] += piece.produce_id in ids
        seen["first"] += ids[:1] == [piece.produce_id]
        others.append(len(set(ids) - {piece.produce_id}))
    n = len(pieces) * ROUNDS
    return {
        "named": Rate(seen["named"], n).as_dict(),
        "first": Rate(seen["first"], n).as_dict(),
        "others_named_beside_it": float(np.mean(others)),
    }


def _false_hints(desk: Desk, strangers: list[Picture]) -> dict[str, object]:
    """How often a picture of somebody who is not in the register is said to be near an entry."""
    rng = random.Random(9)  # noqa: S311
    whole = sum(bool(register.near(desk, picture)) for picture in strangers)
    crops = sum(bool(register.near(desk, cropped(picture, 0.8, rng))) for picture in strangers)
    n = len(strangers)
    return {"whole": Rate(whole, n).as_dict(), "crop to 80 %": Rate(crops, n).as_dict()}


def _leak(desk: Desk, known: list[tuple[Template, RenderedPortrait]], folder: Path) -> dict[str, object]:
    """Leak 200 files of 5 exports, stripped and recoded; count by evidence how many lead to their own export.

    The same portraits leave with several exports, as they would: by their look alone exports cannot be told apart.
    """
    rng, sent = random.Random(11), []  # noqa: S311
    for number in range(EXPORTS):
        export = open_export(desk, None, None, kind="portraits", engine=StudioEngine.card)
        for n in range(FILES):
            recipe, portrait = known[(n + 7 * number) % len(known)]
            file = folder / f"leak-{number}-{n}.jpg"
            _entered(export, recipe, portrait, file)
            sent.append((export.id, file))
    files = [_stripped(file.read_bytes(), rng.choice((50, 70, 85))) for _, file in sent]
    traced = trace.trace(desk, files, reader=trace.watermark_reader)
    right, total, wrong = Counter[str](), Counter[str](), 0
    for tie, (export_id, _) in zip(traced.ties, sent, strict=True):
        total[tie.evidence] += 1
        right[tie.evidence] += tie.export == export_id
        wrong += tie.export not in {None, export_id}
    return {
        "files": len(files),
        "exports": EXPORTS,
        "to_their_own_export": Rate(sum(right.values()), len(files)).as_dict(),
        "to_another_export": Rate(wrong, len(files)).as_dict(),
        "by_evidence": {kind: {"files": total[kind], "right": right[kind]} for kind in sorted(total)},
        "watermark": True,
        "false_accusation_bound": traced.bound,
        "bound_is": "analytic",
    }


def _stripped(data: bytes, quality: int) -> bytes:
    sink = io.BytesIO()
    Image.fromarray(jpeg(register.pixels(data), quality)).save(sink, "JPEG", quality=quality)
    return sink.getvalue()


def _entered(export: Export, recipe: Template, portrait: RenderedPortrait, file: Path) -> Piece:
    going = Outgoing(
        pixels=portrait.pixels,
        faces=portrait.faces,
        source_type=SOURCE_TYPES[portrait.origin],
        kind="portrait",
        design=recipe.label,
        template=recipe.name,
    )
    sent = export.send(going, file)
    pixels = register.pixels(file.read_bytes())
    return Piece(produce_id=sent.produce_id, template=recipe.name, photo=portrait.photo, pixels=pixels)


def portraits(
    desk: Desk, name: str, *, short_side: int = SHORT_SIDE, each: int = EACH
) -> Iterator[tuple[Template, RenderedPortrait]]:
    """Render every template that suits, of several photos each."""
    double, engine = _double(desk, name), StudioEngine()
    for recipe in catalogue().values():
        used: tuple[int, ...] = ()
        for number in range(each):
            try:
                options = RenderOptions(short_side=short_side, seed=1 + number, without=used)
                portrait = engine.render(double, recipe, options)
            except UnsuitedError:
                break
            used = (*used, portrait.photo)
            yield recipe, portrait


def _double(desk: Desk, name: str) -> OpenDouble:
    sitter = SitterId(f"sitter_{name}")
    consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
    sitting = sit(photos_of(name), sitter, desk=desk, progress=Silent())
    return codec.unpack(desk.vault.get(sitter, DataClass.DOUBLE, sitting.double))


def studio(home: Path) -> Desk:
    models = settings.load().models
    key = home / "keys" / "kek"
    return open_desk(
        Settings(home=home, models=models, key_file=key, language="en", producer="fenshen-bench")
    )


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", type=Path, default=None)
    figures = json.dumps(measure(), indent=1)
    print(figures)
    if (target := parser.parse_args().o) is not None:
        target.write_text(figures + "\n")


if __name__ == "__main__":
    main()
