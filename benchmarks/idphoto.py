"""How fast ID photos are and how true their geometry: ``python benchmarks/idphoto.py [FOLDER ...]``.

Speed: from the bytes of a 12-megapixel JPEG to a delivered file, warm, with and without a print sheet; medians.

Geometry: on the frontals of the bundled people and of every photo in the folders, the finished picture is looked at
anew and compared with where the head was to go. The crown is found without the matte, as the first row in which
something as wide as a tuft differs from the plain background. Errors are shares of the head's and the picture's height.
Only photos that the lane would take count; figures are printed, pictures are not.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
from photos import write_photos  # beside this file

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.flow.make_id_photo import IdPhotoUnfitError, Order, Taken, make_id_photo
from fenshen.people import NAMES, photos_of
from fenshen.photos.container import PhotoRefusedError
from fenshen.portrait.id_head import TUFT
from fenshen.portrait.id_photo import IdPhoto, Wanted
from fenshen.portrait.id_sizes import size
from fenshen.rights.consent import Purpose, for_this_run

RESULTS = Path(__file__).parent / "results" / "idphoto.json"
TIMED = ("one_inch", "id_card", "passport", "small_two_inch", "five_inch")
STREET = 2  # number of a photo before something uneven
TARGETS = {"alone": 0.6, "with a sheet": 0.9}  # seconds
MEASURED = ("one_inch", "id_card", "passport", "driving_licence", "schengen_visa")
GREEN = (0, 255, 0)  # no hair has it
DIFFERENT = 150  # sum over the channels
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Of one size over all people: median and worst, in percent."""

    size: str
    people: int
    head: tuple[float, float]  # of the head's height, chin and crown seen anew
    eyes: tuple[float, float]  # of the picture's height
    centre: tuple[float, float]  # of the picture's width
    keeps_its_rule: float  # share of the photos


def take(data: bytes, name: str, target: Path, paper: str | None = None, colour: object = GREEN) -> Taken:
    wanted = Wanted(size=size(name), background=colour)  # type: ignore[arg-type]
    permit = for_this_run(Purpose.INSPECT_PHOTOS, CLOCK)
    order = Order(wanted=wanted, paper=paper, replace=True)
    return make_id_photo(lambda: data, permit, order, target, models=settings.load().models, clock=CLOCK)


def speed(folder: Path, runs: int) -> dict[str, float]:
    """Seconds from bytes to file, median of some warm runs."""
    write_photos(folder, count=STREET + 1, megapixels=(12,))
    wall, street = ((folder / f"{number:02}.jpg").read_bytes() for number in (0, STREET))
    cases = [(name, "before a wall", wall) for name in TIMED] + [(TIMED[0], "before a street", street)]
    table = {}
    for name, where, data in cases:
        for what, paper in (("alone", None), ("with a sheet", "A4" if name == "five_inch" else "6inch")):
            times = []
            for turn in range(runs + 1):
                start = time.perf_counter()
                take(data, name, folder / "id.jpg", paper, (255, 255, 255))
                if turn:
                    times.append(time.perf_counter() - start)
            table[f"{name}, {where}, {what}"] = median(times)
            verdict = "ok" if median(times) <= TARGETS[what] else "MISSED"
            print(
                f"{name:<16}{where:<17}{what:<14}{median(times):6.2f} s  target {TARGETS[what]} s  {verdict}"
            )
    return table


def people(folders: Sequence[Path]) -> Iterator[bytes]:
    """Photos of people, whoever they are."""
    for name in NAMES:
        yield photos_of(name)[0].read()
    for folder in folders:
        for file in sorted(folder.rglob("*.jpg")):
            yield file.read_bytes()


def crown_of(photo: IdPhoto) -> float:
    """Row of the crown, seen without the matte."""
    differs = np.abs(photo.pixels.astype(int) - GREEN).sum(-1) > DIFFERENT
    return float(np.flatnonzero(differs.sum(1) > TUFT * photo.head.face_width)[0])


def geometry(folders: Sequence[Path], target: Path) -> list[Errors]:
    """How far the finished pictures are from where they were aimed."""
    rows = []
    everybody = list(people(folders))
    for name in MEASURED:
        height, width = size(name).px[1], size(name).px[0]
        found, kept = [], 0
        for data in everybody:
            try:
                taken = take(data, name, target)
            except (IdPhotoUnfitError, PhotoRefusedError):
                continue
            photo = taken.photo
            seen = photo.head.chin - crown_of(photo)
            found.append(
                (
                    100 * abs(seen - photo.aimed.height) / photo.aimed.height,
                    100 * abs(photo.head.eyes - photo.aimed.eyes) / height,
                    100 * abs(photo.head.middle - width / 2) / width,
                )
            )
            kept += not photo.faults
        head, eyes, centre = ((float(np.median(c)), float(max(c))) for c in zip(*found, strict=True))
        share = kept / len(found)
        rows.append(
            Errors(size=name, people=len(found), head=head, eyes=eyes, centre=centre, keeps_its_rule=share)
        )
        print(
            f"{name:<16}n={len(found):<4} head {head[0]:.2f} / {head[1]:.2f} %   eyes {eyes[0]:.2f} / "
            f"{eyes[1]:.2f} %   centre {centre[0]:.2f} / {centre[1]:.2f} %   keeps its rule {share:.0%}"
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="more photos to measure on, one face each")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    if missing := [folder for folder in options.folders if not folder.is_dir()]:
        sys.exit(f"There is no such folder: {missing[0].name}")
    with tempfile.TemporaryDirectory() as scratch:
        seconds = speed(Path(scratch), options.runs)
        print("median / worst, in percent")
        errors = geometry(options.folders, Path(scratch) / "id.jpg")
    table = {"seconds": {k: round(v, 3) for k, v in seconds.items()}, "errors": [asdict(e) for e in errors]}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(table, indent=1) + "\n")


if __name__ == "__main__":
    main()
