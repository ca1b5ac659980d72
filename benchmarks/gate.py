"""How often the gate refuses a good photo, misses a fault, or takes a stranger for the sitter.

    python benchmarks/gate.py DATA [-o FILE.json]

DATA holds the sets: ``synthetic/<person>``, ``composite/<name>``, ``london/<person>``, ``measure-only/<person>``
(good photos, one folder per person) and ``gate/<fault>``. What is absent is left out. Only figures are printed;
they come from the sets the limits were chosen on, so they say how well the limits fit, not how well they travel.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from math import sqrt
from pathlib import Path

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.photos.inspect import Inspected, inspect
from fenshen.photos.judge import Role, judge
from fenshen.photos.sameness import compare
from fenshen.rights.consent import Purpose, for_this_run
from fenshen.vision import nets

GOOD = ("synthetic", "composite", "london", "measure-only")
STRANGERS = 3  # put among twenty own photos
ROUNDS = 100  # random sets per person
SIBLINGS = {"lin", "wei", "mei"}  # rendered to look alike: "not sure" is the right answer between them


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Give the 95 % interval of a rate in percent (Wilson 1927)."""
    if n == 0:
        return 0.0, 100.0
    z, p = 1.96, hits / n
    middle, half = p + z * z / (2 * n), z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return 100 * max(0.0, middle - half) / (1 + z * z / n), 100 * min(1.0, middle + half) / (1 + z * z / n)


def rate(hits: int, n: int) -> str:
    low, high = wilson(hits, n)
    return f"{hits:4d} / {n:<5d} {100 * hits / max(n, 1):5.1f} %  [{low:.1f}, {high:.1f}]"


def look_at(data: Path) -> dict[str, list[Inspected]]:
    """Inspect every photo; the key is the set and its folder, such as london/001."""
    permit, models = for_this_run(Purpose.INSPECT_PHOTOS, SystemClock()), settings.load().models
    files = [file for file in sorted(data.glob("*/*/*")) if file.suffix.lower() in {".jpg", ".png", ".webp"}]
    photos: dict[str, list[Inspected]] = {}
    with nets.one_thread_each(), ThreadPoolExecutor(2) as workers:
        seen = workers.map(lambda file: inspect(file.read_bytes(), permit, models), files)
        for file, photo in zip(files, seen, strict=True):
            photos.setdefault(f"{file.parts[-3]}/{file.parts[-2]}", []).append(photo)
    return photos


def refused(photo: Inspected, role: Role) -> bool:
    return not (judge(photo.measures, role) if photo.measures else photo.verdict).is_usable


def report_verdicts(photos: dict[str, list[Inspected]]) -> dict[str, dict[str, int]]:
    figures: dict[str, dict[str, int]] = {}
    print("\nGood photos refused (as one among the others)                [95 % Wilson]")
    for name in GOOD:
        group = [photo for key, found in photos.items() if key.startswith(f"{name}/") for photo in found]
        if group:
            bad = [photo for photo in group if refused(photo, "supplementary")]
            reasons = dict(
                Counter(reason for photo in bad for reason in photo.verdict.reasons).most_common(4)
            )
            print(f"  {name:16s} {rate(len(bad), len(group))}  {reasons or ''}")
            figures[name] = {"refused": len(bad), "n": len(group)}
    print("\nFaults missed (neither refused nor warned)")
    for key, group in photos.items():
        if key.startswith("gate/"):
            missed = sum(photo.verdict.verdict == "accepted" for photo in group)
            print(f"  {key[5:]:16s} {rate(missed, len(group))}")
            figures[key] = {"missed": missed, "n": len(group)}
    return figures


def sets(
    people: dict[str, list[Inspected]], chance: random.Random
) -> Iterator[tuple[str, list[Inspected], str, list[Inspected]]]:
    """Make sets of one person's photos, the first frontal, and photos of one other person."""
    for name, own in people.items():
        fronts = [photo for photo in own if photo.measures and abs(photo.measures.yaw) < 15]  # noqa: PLR2004
        for _ in range(ROUNDS if fronts else 0):
            first = chance.choice(fronts)
            others = [photo for photo in own if photo is not first]
            stranger = chance.choice([other for other in people if other != name])
            strangers = chance.sample(people[stranger], min(STRANGERS, len(people[stranger])))
            yield name, [first, *chance.sample(others, min(20, len(others)))], stranger, strangers


def report_sameness(photos: dict[str, list[Inspected]]) -> dict[str, dict[str, int]]:
    figures: dict[str, dict[str, int]] = {}
    print(f"\nSame person: up to 20 own photos and {STRANGERS} of another, {ROUNDS} random sets per person")
    for name in ("london", "measure-only", "synthetic"):
        people = {
            key.split("/")[1]: [photo for photo in found if photo.embedding is not None]
            for key, found in photos.items()
            if key.startswith(f"{name}/")
        }
        told: dict[str, Counter[str]] = {"own": Counter(), "stranger": Counter(), "sibling": Counter()}
        for person, own, other, strangers in sets(people, random.Random(5)):  # noqa: S311  (a draw, no secret)
            first, *rest = (photo.embedding for photo in [*own, *strangers] if photo.embedding is not None)
            answers = compare(first, rest)
            told["own"].update(answers[: len(own) - 1])
            told["sibling" if {person, other} <= SIBLINGS else "stranger"].update(answers[len(own) - 1 :])
        for who, answer in told.items():
            if n := sum(answer.values()):
                cells = "  ".join(
                    f"{what} {100 * answer[what] / n:6.2f} %" for what in ("same", "unsure", "other")
                )
                print(f"  {name:14s} {who:9s} {cells}   n = {n}")
                figures[f"{name}/{who}"] = {**answer, "n": n}
    return figures


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("-o", "--output", type=Path)
    chosen = words.parse_args()
    if not chosen.data.is_dir():
        print("skipped: the folder of test sets is not here")
        return 0
    photos = look_at(chosen.data)
    figures = {"verdicts": report_verdicts(photos), "same_person": report_sameness(photos)}
    if chosen.output:
        chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
