"""How like the sitter portraits are, judged by photos that the double never saw, and by a net the product never runs.

    python benchmarks/likeness.py [DATA] [-o FILE.json] [--presses N]              (make bench-likeness DATA=...)

DATA holds sets of one folder of photos per person (``synthetic``, ``measure-only``, ``london``) or is such a set; the
bundled people are always among them. Of each person's photos the even ones make a double, the odd ones are held back.
The judge is MobileFaceNet where that optional weight is installed: it shares neither architecture nor loss with the
net that the product compares with. Only figures are printed and written; people who exist are numbers.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from judging import Judge, Person, court_of, double_of, everybody, interval, judge_of
from presses import Sitting, told, trembling, trials

from fenshen import settings
from fenshen.engines.engine import LOW, RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.errors import FenshenError
from fenshen.flow.likest import FaceLostError, best_of
from fenshen.portrait.likeness import LikenessMeter
from fenshen.templates.catalogue import catalogue

SHORT_SIDE = 640  # pixels of a portrait that is judged
EVERY = 3  # template for which beautify is switched off and on
TOLERANCE = 0.02  # of likeness, between beautify off and low


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was found of one person: one value per picture."""

    label: str
    portraits: Sequence[float]  # each portrait's median likeness to the photos held back
    own: Sequence[float]  # each of these photos' to the others
    beautified: Sequence[float]  # likeness with beautify low minus off
    lost: int  # portraits in which the judge or the product reads no face
    refused: Sequence[str]  # templates that want what no photo of the person shows

    @property
    def ratio(self) -> float:
        """Of portraits over own photos."""
        return float(np.median(self.portraits) / np.median(self.own))


def sitting_of(person: Person, judge: Judge, models: Path) -> Sitting:
    double = double_of(person.photos[::2], models)
    return Sitting(
        label=person.label,
        double=double,
        meter=LikenessMeter(double, models),
        court=court_of(person.photos[1::2], judge, models),
    )


def row_of(sitting: Sitting) -> Row:
    """A series of every template, as the product makes it, and some of them with beautify off."""
    used: tuple[int, ...] = ()
    portraits, beautified, refused, lost = [], [], [], 0
    for number, template in enumerate(catalogue().values()):
        options = RenderOptions(used=used, short_side=SHORT_SIDE)
        try:
            shot = best_of(sitting.double, template, options, StudioEngine(), sitting.meter)
        except FaceLostError:
            lost += 1
            continue
        except FenshenError as refusal:  # some templates want what no photo of a person shows
            refused.append(f"{template.name}: {refusal.code}")
            continue
        used += (shot.rendered.photo,)
        like = sitting.court.likeness(shot.rendered.pixels)
        if like is None:
            lost += 1
            continue
        portraits.append(like)
        if number % EVERY == 0:
            others = tuple(t.photo for t in sitting.double.takes if t.photo != shot.rendered.photo)
            plain = RenderOptions(without=others, short_side=SHORT_SIDE, beautify=0.0)
            off = sitting.court.likeness(StudioEngine().render(sitting.double, template, plain).pixels)
            beautified += [] if off is None else [like - off]
    return Row(
        label=sitting.label,
        portraits=portraits,
        own=sitting.court.own(),
        beautified=beautified,
        lost=lost,
        refused=refused,
    )


def show(row: Row) -> dict[str, object]:
    """Print a person's line, and give it as figures."""
    portraits, own = float(np.median(row.portraits)), float(np.median(row.own))
    low, high = interval(row.portraits), interval(row.own)
    print(
        f"{row.label:<12}{portraits:>10.3f} {low[0]:.3f}..{low[1]:.3f} {len(row.portraits):>3}  "
        f"{own:>10.3f} {high[0]:.3f}..{high[1]:.3f} {len(row.own):>3}  {row.ratio:.2f}"
        f"{'' if row.ratio >= 1 else '  below':<8}{f'  {row.lost} lost' if row.lost else ''}"
        f"{f'  {len(row.refused)} refused' if row.refused else ''}",
        flush=True,
    )
    return {
        "person": row.label,
        "portraits": round(portraits, 4),
        "portraits_interval": [round(v, 4) for v in low],
        "portraits_n": len(row.portraits),
        "own": round(own, 4),
        "own_interval": [round(v, 4) for v in high],
        "own_n": len(row.own),
        "lost": row.lost,
        "refused": list(row.refused),
    }


def beautify(rows: Sequence[Row]) -> dict[str, object]:
    """Print what beautify costs, and give it as figures."""
    changes = [change for row in rows for change in row.beautified]
    middle, worst = float(np.median(changes)), max(changes, key=abs)
    within = float(np.mean(np.abs(changes) < TOLERANCE))
    print(
        f"\nbeautify off -> low ({LOW}): median change {middle:+.4f}, largest {worst:+.4f}, "
        f"|change| < {TOLERANCE} in {within:.1%} of {len(changes)}"
    )
    return {
        "median_change": round(middle, 4),
        "largest_change": round(worst, 4),
        "within_tolerance": round(within, 4),
        "n": len(changes),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("-o", dest="out", type=Path)
    parser.add_argument("--presses", type=int, default=200)
    options = parser.parse_args()
    start, models = time.perf_counter(), settings.load().models
    name, judge = judge_of(models)
    people, few = everybody(options.data)
    print(f"judge: {name}; people: {len(people)}; with too few photos for this: {few}")
    print(f"{'person':<12}{'portraits':>10} {'95 %':<13}{'n':>3}  {'own':>10} {'95 %':<13}{'n':>3}  ratio")
    sittings, rows, lines = [], [], []
    for person in people:
        try:
            sitting = sitting_of(person, judge, models)
        except FenshenError as refusal:
            print(f"{person.label:<12} refused: {refusal.code}")
            continue
        rows.append(row_of(sitting))
        lines.append(show(rows[-1]))
        sittings.append(sitting)
    worst = min(rows, key=lambda row: row.ratio)
    print(
        f"worst: {worst.label}, portraits reach {worst.ratio:.2f} of the likeness of the sitter's own photos"
    )
    figures = {
        "judge": name,
        "people": lines,
        "too_few_photos": few,
        "worst": {"person": worst.label, "ratio": round(worst.ratio, 3)},
        "beautify": beautify(rows),
    }
    if options.presses:
        figures["more_like_me"] = told(trials(sittings, options.presses), trembling(sittings))
    figures["seconds"] = round(time.perf_counter() - start)
    print(f"\n{figures['seconds']} s")
    if options.out:
        options.out.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
