"""How often the gate refuses a good photo, misses a fault, or takes a stranger for the sitter; and how fast it is.

    python benchmarks/gate DATA [-o FILE.json] [--most N] [--no-speed]          (make bench-gate DATA=...)

DATA holds the sets: ``synthetic/<person>``, ``composite/<name>``, ``london/<person>``, ``measure-only/<person>``
(good photos, one folder per person) and ``gate/<fault>`` (spoilt ones). What is absent is left out, and without DATA
nothing is done. Only figures are printed.

Limits were drawn on one half of the people of each set; the other half was kept away while they were. The halves
are told apart by person (``looking.held_out``), so nobody's photos are in both. Faults are counted on both halves, and
the held-out one is the figure to quote.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))  # showing.py, which tests use too

import calibration
import optional
import sameness
import speed
from looking import GOOD, Spoilt, files_of, held_out, look_at, spoil
from spoil import FAULTS
from table import Rate, told

from fenshen.photos.inspect import Inspected
from fenshen.photos.judge import judge
from fenshen.photos.repeats import Shot, near_duplicates
from fenshen.photos.scene import RULES

HALVES = (("drawn on", False), ("held out", True))
REFUSED, MISSED = 3.0, 5.0  # percent: targets
OF_OPTIONAL_NETS = {"nudity", "maybe_nudity"}
FACING = 13.0  # degrees of yaw of a photo that could be a frontal


def report_good(photos: dict[str, list[Inspected]], held: frozenset[str]) -> dict[str, object]:
    """Count good photos that were refused."""
    figures: dict[str, object] = {}
    print("\nGood photos refused, as one among the others                        [95 % Wilson]")
    for half, out in HALVES:
        every: list[Inspected] = []
        for name in GOOD:
            group = [
                p
                for key, found in photos.items()
                if key.startswith(name) and (key in held) == out
                for p in found
            ]
            every += group
            _print_refused(f"{half}  {name}", group, figures)
        _print_refused(f"{half}  all", every, figures)
    print("\nGood photos from the front refused as the frontal")
    for half, out in HALVES:
        group = [
            p
            for key, found in photos.items()
            if key.startswith(GOOD) and (key in held) == out
            for p in found
            if p.measures and abs(p.measures.yaw) < FACING and p.measures.eye_distance >= 60  # noqa: PLR2004
        ]
        bad = [
            r
            for p in group
            if p.measures and not (v := judge(p.measures, "frontal")).is_usable
            for r in v.reasons
        ]
        count = sum(not judge(p.measures, "frontal").is_usable for p in group if p.measures)
        print(f"  {half:24s} {Rate(count, len(group))}  {dict(Counter(bad).most_common(5)) or ''}")
        figures[f"frontal/{half}"] = Rate(count, len(group)).as_dict()
    return figures


def _print_refused(name: str, group: list[Inspected], figures: dict[str, object]) -> None:
    if not group:
        return
    bad = [photo for photo in group if not photo.verdict.is_usable]
    why = dict(Counter(reason for photo in bad for reason in photo.verdict.reasons).most_common(4))
    print(f"  {name:24s} {told(Rate(len(bad), len(group)), REFUSED)}  {why or ''}")
    figures[name] = Rate(len(bad), len(group)).as_dict()


def report_labelled(photos: dict[str, list[Inspected]]) -> dict[str, object]:
    """Count photos of the labelled faults that passed without a word."""
    figures: dict[str, object] = {}
    print("\nLabelled faults that passed without a word")
    for key, group in photos.items():
        if key.startswith("gate/"):
            rate = Rate(sum(photo.verdict.verdict == "accepted" for photo in group), len(group))
            print(f"  {key[5:]:24s} {told(rate, MISSED)}")
            figures[key] = rate.as_dict()
    return figures


def report_spoilt(found: list[Spoilt], held: frozenset[str]) -> dict[str, object]:
    """Count spoilt photos of which no reason named the fault."""
    figures: dict[str, object] = {}
    by: dict[tuple[str, bool], list[Spoilt]] = defaultdict(list)
    for one in found:
        by[one.fault.name, one.person in held].append(one)
    for half, out in HALVES:
        print(f"\nGood photos spoilt: fault not named, {half}                        [95 % Wilson]   refused")
        for fault in FAULTS:
            group = by[fault.name, out]
            if not group:
                continue
            rate = Rate(sum(one.missed for one in group), len(group))
            refused = Rate(sum(not one.verdict.is_usable for one in group), len(group))
            print(f"  {fault.name:24s} {told(rate, MISSED):48s} {refused.percent:5.1f} %")
            figures[f"{half}/{fault.name}"] = rate.as_dict() | {"refused_percent": refused.percent}
    return figures


def _repeats(photos: list[Inspected]) -> int:
    """Count photos of one folder that show almost what another shows."""
    shots = [
        Shot(index=n, fingerprint=p.scene.fingerprint, measures=p.measures, rank=p.measures.sharpness)
        for n, p in enumerate(photos)
        if p.scene and p.measures and p.mesh
    ]
    return len(near_duplicates(shots))


def report_around(photos: dict[str, list[Inspected]]) -> dict[str, object]:
    """Count what was seen around the face of good photos that is not there, or that somebody would mind."""
    scenes = [p.scene for key, found in photos.items() if key.startswith(GOOD) for p in found if p.scene]
    print("\nSeen around the face of good photos, all of them                    [95 % Wilson]")
    rules = [rule for rule in RULES if optional.are_here() or rule.code not in OF_OPTIONAL_NETS]
    rates = {rule.code: Rate(sum(map(rule.there, scenes)), len(scenes)) for rule in rules}
    rates["near_duplicate"] = Rate(
        sum(_repeats(found) for key, found in photos.items() if key.startswith(GOOD)), len(scenes)
    )
    for code, rate in rates.items():
        print(f"  {code:24s} {rate}")
    return {code: rate.as_dict() for code, rate in rates.items()}


def main() -> int:
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path, nargs="?")
    words.add_argument("-o", "--output", type=Path)
    words.add_argument(
        "--most", type=int, default=6, help="photos of each person that are spoilt in every way"
    )
    words.add_argument("--no-speed", action="store_true")
    chosen = words.parse_args()
    if chosen.data is None or not chosen.data.is_dir():
        print("Skipped: the folder of test sets is not here. Say where it is: make bench-gate DATA=folder")
        return 0
    figures: dict[str, object] = {}
    files = files_of(chosen.data)
    if not chosen.no_speed:
        with tempfile.TemporaryDirectory() as folder:
            sources = [file for key, of in files.items() if key.startswith("synthetic") for file in of]
            figures["speed"] = speed.report(sources, Path(folder)) if sources else None
    photos, held = look_at(files), held_out(files)
    figures["good"] = report_good(photos, held)
    figures["labelled"] = report_labelled(photos)
    spoilt = list(spoil(files, photos, chosen.most))
    figures["spoilt"] = report_spoilt(spoilt, held)
    figures["around"] = report_around(photos)
    figures["optional"] = optional.report(files, held)
    figures["calibration"] = calibration.report(photos, spoilt, held)
    figures["same_person"] = sameness.report(photos)
    if chosen.output:
        chosen.output.parent.mkdir(parents=True, exist_ok=True)
        chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
