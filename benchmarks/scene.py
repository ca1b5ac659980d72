"""How often the gate sees a code, a card, a screen, a screenshot or a twin shot; and how often it sees one that is not.

    python benchmarks/scene.py DATA [-o FILE.json]

DATA holds good photos: ``synthetic``, ``composite``, ``london``, ``measure-only``, each with a folder per person. False
alarms are counted on all of them; misses on things drawn into every EVERYth of them, at random sizes, places and
angles, as ``showing.py`` draws them. Drawn things are kinder than real ones: read the misses as a lower bound.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from showing import Picture, bar_code, card, laid_on, photographed_screen, qr_code, screenshot

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.photos import scene
from fenshen.photos.decode import decode
from fenshen.photos.inspect import WORKING_EDGE, inspect
from fenshen.photos.judge import Verdict
from fenshen.photos.repeats import Shot, near_duplicates
from fenshen.rights.consent import Permit, Purpose, for_this_run
from fenshen.vision import faces

EVERY, SEED, SCREEN = 8, 11, 560
GOOD = ("synthetic", "composite", "london", "measure-only")


def wilson(hits: int, n: int) -> str:
    """Rate in percent with its 95 % interval (Wilson 1927)."""
    z, p = 1.96, hits / max(n, 1)
    middle, half = p + z * z / (2 * n), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    low, high = ((middle + sign * half) / (1 + z * z / n) for sign in (-1, 1))
    return f"{hits:4d} / {n:<5d} {100 * p:5.1f} %  [{100 * max(0.0, low):.1f}, {100 * min(1.0, high):.1f}]"


def things(chance: random.Random) -> dict[str, tuple[set[str], Callable[[Picture], Picture]]]:
    """What is drawn, and the reasons that name it."""

    def lay(make: Callable[[int], Picture], low: float, high: float) -> Callable[[Picture], Picture]:
        def on(picture: Picture) -> Picture:
            thing = make(round(chance.uniform(low, high) * min(picture.shape[:2])))
            beside = chance.choice((0.22, 0.78))
            return laid_on(picture, thing, beside, chance.uniform(0.75, 0.85), angle=chance.uniform(-20, 20))

        return on

    def screen(low: float, high: float) -> Callable[[Picture], Picture]:
        return lambda p: photographed_screen(
            p, chance.uniform(low, high), angle=chance.uniform(-8, 8), side=SCREEN
        )

    def with_card(picture: Picture) -> Picture:
        thing = card(picture.shape[1] // 2, picture)
        return laid_on(picture, thing, 0.6, 0.8, angle=chance.uniform(-15, 15))

    screens = {"of_a_screen", "maybe_of_a_screen"}
    return {
        "QR code": ({"code_in_view"}, lay(qr_code, 0.2, 0.35)),
        "bar code": ({"code_in_view"}, lay(lambda side: bar_code(side, side // 2), 0.3, 0.4)),
        "card with text": ({"card_in_view"}, lay(card, 0.3, 0.42)),
        "card with a face": ({"card_in_view"}, with_card),
        "screen, 1.2-2 px": (screens, screen(1.2, 2)),
        "screen, 2-5 px": (screens, screen(2, 5)),
        "screenshot": ({"screenshot"}, lambda p: screenshot(p, dark=chance.choice((True, False)))),
    }


def png(picture: Picture) -> bytes:
    out = BytesIO()
    Image.fromarray(picture).save(out, "PNG", compress_level=1)
    return out.getvalue()


def reasons(seen: scene.Scene | None) -> set[str]:
    return set() if seen is None else set(scene.judge_scene(Verdict(verdict="accepted"), seen).reasons)


def around(content: bytes, permit: Permit, models: Path) -> scene.Scene:
    """Look around in one photo, and at nothing else."""
    photo = decode(content, permit, longest_edge=WORKING_EDGE)
    return scene.look_around(photo, faces.detect(photo.pixels, models), models)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("data", type=Path)
    words.add_argument("-o", "--output", type=Path)
    chosen = words.parse_args()
    if not chosen.data.is_dir():
        print("skipped: the folder of test sets is not here")
        return 0
    chance = random.Random(SEED)  # noqa: S311  (a draw, no secret)
    permit, models = for_this_run(Purpose.INSPECT_PHOTOS, SystemClock()), settings.load().models
    alarms: Counter[str] = Counter()
    people: dict[Path, list[Shot]] = defaultdict(list)
    missed: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    files = [file for kind in GOOD for file in sorted((chosen.data / kind).glob("*/*.jpg"))]
    for number, file in enumerate(files):
        content = file.read_bytes()
        seen = inspect(content, permit, models)
        alarms.update(reasons(seen.scene))
        if seen.scene and seen.measures and seen.mesh:
            shot = Shot(
                index=number,
                fingerprint=seen.scene.fingerprint,
                measures=seen.measures,
                rank=seen.measures.sharpness,
            )
            people[file.parent].append(shot)
        if number % EVERY == 0:
            picture = np.asarray(Image.open(BytesIO(content)).convert("RGB"))
            for name, (codes, draw) in things(chance).items():
                drawn[name] += 1
                missed[name] += not codes & reasons(around(png(draw(picture)), permit, models))
    repeats = sum(len(near_duplicates(shots)) for shots in people.values())
    print("False alarms on good photos                     [95 % Wilson]")
    for code in sorted({rule.code for rule in scene.RULES} | set(alarms)):
        print(f"  {code:20s} {wilson(alarms[code], len(files))}")
    print(f"  {'near_duplicate':20s} {wilson(repeats, len(files))}")
    print("Missed, of things drawn into good photos")
    for name, n in drawn.items():
        print(f"  {name:20s} {wilson(missed[name], n)}")
    if chosen.output:
        figures = {
            "n": len(files),
            "alarms": dict(alarms),
            "repeats": repeats,
            "missed": dict(missed),
            "drawn": dict(drawn),
        }
        chosen.output.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
