"""What one more photo adds to a double, and when the studio may stop asking.

    python benchmarks/enough.py DATA [-o FILE.json]

DATA holds ``synthetic/<person>`` and, when present, ``measure-only/<person>``: a folder of photos per person. For each
person, ROUNDS times: a frontal is drawn, a quarter of the photos (six at least) are held out, the rest come one by one
in a random order. After each, takes are chosen as the product chooses them, and the double's quality is

    50 x service + 50 x likeness          (see fenshen.photos.enough)

No take is cut and no portrait is rendered: this is a proxy, fast enough for thousands of doubles. The gain of a photo
is fitted as A x n^-P x (1 + B if it shows a view that was missing). Last, per person, the quality with the photos that
the product's rule would open is compared with that of all of them.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np
from scipy.optimize import curve_fit

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.double.build import _candidate
from fenshen.double.choose import choose, quality
from fenshen.photos import enough
from fenshen.photos.inspect import Inspected, inspect
from fenshen.photos.measure import Measures
from fenshen.photos.score import VIEWS
from fenshen.rights.consent import Purpose, for_this_run
from fenshen.vision.arrays import Floats

ROUNDS, SEED = 40, 7
MOST = 24
FRONT = 13.0  # degrees of yaw


def look_at(data: Path) -> dict[str, list[Inspected]]:
    """Inspect every photo and keep the usable ones, by person."""
    permit, models = for_this_run(Purpose.INSPECT_PHOTOS, SystemClock()), settings.load().models
    people: dict[str, list[Inspected]] = defaultdict(list)
    for kind in ("synthetic", "measure-only"):
        for file in sorted((data / kind).glob("*/*.jpg")):
            seen = inspect(file.read_bytes(), permit, models)
            if seen.measures and seen.embedding is not None and seen.verdict.is_usable:
                people[f"{kind}/{file.parent.name}"].append(seen)
    return people


def place(m: Measures) -> Floats:
    """Where a photo lies among poses, expressions and lights."""
    return np.array(
        [m.yaw / 25, m.pitch / 25, m.smile / 0.8, m.mouth_open / 0.8, m.side_light / 0.5], np.float32
    )


class Person:
    """One person's photos, and the quality of a double of some of them."""

    def __init__(self, photos: list[Inspected]) -> None:
        self.measures = [photo.measures for photo in photos if photo.measures]
        self.faces = np.array([photo.embedding for photo in photos if photo.embedding is not None])
        self.candidates = [
            _candidate(Inspected(index=i, role=p.role, verdict=p.verdict, measures=p.measures))
            for i, p in enumerate(photos)
        ]
        self.places = np.array([place(m) for m in self.measures])
        self.worth = np.array([quality(candidate) for candidate in self.candidates])

    def quality(self, photos: list[int], held_out: list[int]) -> tuple[float, float]:
        """Service and likeness, each 0..1, of the double that the product would make of these photos."""
        takes = [k - 1 for k in choose([self.candidates[i] for i in photos], photos[0] + 1)]
        apart = ((self.places[held_out][:, None] - self.places[takes][None]) ** 2).sum(2)
        service = (self.worth[takes] * np.exp(-apart / 2)).max(1).mean()
        middle = self.faces[takes].mean(0)
        return float(service), float(np.median(self.faces[held_out] @ (middle / np.linalg.norm(middle))))


def points(parts: tuple[float, float]) -> float:
    return 50 * parts[0] + 50 * parts[1]


def fills(person: Person, photos: list[int], new: int) -> bool:
    """Whether a photo shows a view that these do not."""
    shown = [person.measures[i] for i in photos]
    return any(shows(person.measures[new]) and not any(map(shows, shown)) for shows in VIEWS.values())


def opened(person: Person, order: list[int]) -> int:
    """How many photos, in this order, the product would open."""
    for n in range(1, len(order)):
        if enough.is_enough([person.measures[i] for i in order[:n]]):
            return n
    return len(order)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("-o", "--output", type=Path)
    chosen = words.parse_args()
    if not chosen.data.is_dir():
        print("skipped: the folder of test sets is not here")
        return 0
    chance = random.Random(SEED)  # noqa: S311  (a draw, no secret)
    curve: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    gains: list[tuple[str, int, bool, float]] = []
    stops: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
    for name, photos in look_at(chosen.data).items():
        person, kind = Person(photos), name.split("/")[0]
        fronts = [i for i, m in enumerate(person.measures) if abs(m.yaw) < FRONT]
        for _ in range(ROUNDS):
            first = chance.choice(fronts)
            others = [i for i in range(len(photos)) if i != first]
            chance.shuffle(others)
            out = max(6, len(photos) // 4)
            order = [first, *others[out:]][:MOST]
            quality_of = [person.quality(order[:n], others[:out]) for n in range(1, len(order) + 1)]
            for n, parts in enumerate(quality_of, 1):
                curve[kind, n].append(parts)
            gains += [
                (
                    kind,
                    n,
                    fills(person, order[:n], order[n]),
                    points(quality_of[n]) - points(quality_of[n - 1]),
                )
                for n in range(1, len(order))
            ]
            stop = opened(person, order)
            stops[name].append((stop, points(quality_of[stop - 1]), points(quality_of[-1])))
    figures = report(curve, gains, stops)
    if chosen.output:
        chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def report(
    curve: dict[tuple[str, int], list[tuple[float, float]]],
    gains: list[tuple[str, int, bool, float]],
    stops: dict[str, list[tuple[int, float, float]]],
) -> dict[str, object]:
    figures: dict[str, object] = {}
    print("photos   quality (service, likeness)          gain of one more")
    print("(people with few photos leave the curve early: read the gains, which are paired)")
    for kind in sorted({kind for kind, _ in curve}):
        print(kind)
        for n in sorted(n for each, n in curve if each == kind):
            parts = np.array(curve[kind, n])
            line = {"quality": float((50 * parts.sum(1)).mean()), "doubles": len(parts)}
            figures[f"{kind}/{n}"] = line
            service, likeness = parts.mean(0)
            after = [gain for k, at, _, gain in gains if k == kind and at == n]
            line["gain"] = mean(after) if after else 0.0
            told = f"{line['quality']:5.1f}  ({service:.3f}, {likeness:.3f})   {line['gain']:+5.2f}"
            print(f"  {n:3d}    {told}   n = {len(parts)}")

    def model(x: Any, a: float, p: float, b: float) -> Any:
        return a * x[0] ** -p * (1 + b * x[1])

    x = np.array([(n, fresh) for _, n, fresh, _ in gains], float).T
    fit, spread = curve_fit(model, x, [gain for *_, gain in gains], (9, 1.2, 0.3))
    errors = 1.96 * np.sqrt(np.diag(spread))
    told = "  ".join(f"{k} = {v:.2f} ± {e:.2f}" for k, v, e in zip("APB", fit, errors, strict=True))
    print(f"\nfit   {told}   n = {len(gains)} photos added")
    print(f"used  A = {enough.A}  P = {enough.P}  B = {enough.B}  least gain = {enough.LEAST_GAIN} points")
    print("\nstopped by the rule        photos opened of all    quality lost by stopping, points")
    lost = []
    for name, rounds in stops.items():
        count, loss = mean(n for n, *_ in rounds), mean(b - a for _, a, b in rounds)
        lost.append(loss)
        print(f"  {name:28s} {count:5.1f}               {loss:5.2f}")
    error = 1.96 * stdev(lost) / len(lost) ** 0.5
    print(
        f"  all people, paired           {' ' * 16} {mean(lost):5.2f} ± {error:.2f}   n = {len(lost)} people"
    )
    figures |= {"A": fit[0], "P": fit[1], "B": fit[2], "lost": mean(lost), "lost_error": error}
    return figures


if __name__ == "__main__":
    sys.exit(main())
