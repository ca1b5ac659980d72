"""Does "more like me" keep its word? Presses it again and again, on every person and template, with another seed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product

import numpy as np
from judging import Court, wilson

from fenshen.double.double import OpenDouble
from fenshen.engines.engine import MOST_PRESSES, RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.errors import FenshenError
from fenshen.portrait.closer import Shot, come_closer
from fenshen.portrait.likeness import LikenessMeter
from fenshen.templates.catalogue import catalogue

SHORT_SIDE = 512  # pixels: the face is as large as the nets look at
NOISE = 0.01  # of the judge: what two seeds of one portrait differ by (measured below, as `trembling`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A person, ready for trials."""

    label: str
    double: OpenDouble
    meter: LikenessMeter
    court: Court


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One press."""

    rose: bool  # by the product's own measure
    limit: bool  # it said that there is no more
    kept: bool  # either of them, and the picture changed only if likeness rose
    judged: float | None  # by how much the independent judge finds the new picture liker; None at the limit


def trials(sittings: Sequence[Sitting], wanted: int) -> list[Trial]:
    """Press until there are so many trials: all people and templates in turn, then another seed."""
    done: list[Trial] = []
    for seed in count(1):
        for name, sitting in product(catalogue(), sittings):
            done += _series(sitting, name, seed)
            if len(done) >= wanted:
                return done[:wanted]
    raise AssertionError


def _series(sitting: Sitting, name: str, seed: int) -> Iterator[Trial]:
    engine, template = StudioEngine(), catalogue()[name]
    options = RenderOptions(seed=seed, short_side=SHORT_SIDE)
    try:
        rendered = engine.render(sitting.double, template, options)
    except FenshenError:  # some templates want what no photo of a person shows
        return
    seen = sitting.meter.see(rendered.pixels)
    if seen is None:
        return
    shot = Shot(rendered=rendered, options=options, seen=seen)
    like = sitting.court.likeness(rendered.pixels)
    for _ in range(MOST_PRESSES):
        after, came = come_closer(
            shot, 1, double=sitting.double, template=template, engine=engine, meter=sitting.meter
        )
        rose = came.after.value > came.before.value
        same = after.rendered is shot.rendered
        now = like if same else sitting.court.likeness(after.rendered.pixels)
        judged = None if same or now is None or like is None else now - like
        yield Trial(
            rose=rose,
            limit=came.limit_reached,
            kept=(came.limit_reached and same) or (rose and not same),
            judged=judged,
        )
        if came.limit_reached:
            return
        shot, like = after, now


def trembling(sittings: Sequence[Sitting], name: str = "film") -> float:
    """What the judge makes of another seed: 95th percentile of the change."""
    changes = []
    for sitting in sittings:
        values = [
            sitting.court.likeness(
                StudioEngine()
                .render(sitting.double, catalogue()[name], RenderOptions(seed=seed, short_side=SHORT_SIDE))
                .pixels
            )
            for seed in (1, 2, 3)
        ]
        seen = [value for value in values if value is not None]
        changes += [abs(value - seen[0]) for value in seen[1:]]
    return float(np.quantile(changes, 0.95)) if changes else 0.0


def told(done: Sequence[Trial], noise: float) -> dict[str, object]:
    """Print what came of the trials, and give it as figures."""
    judged = [trial.judged for trial in done if trial.judged is not None]
    kept, rose, limit = (sum(getattr(trial, field) for trial in done) for field in ("kept", "rose", "limit"))
    held = sum(change >= -NOISE for change in judged)
    low, high = wilson(kept, len(done))
    below, above = wilson(held, len(judged))
    print(f"\nmore like me: {len(done)} presses")
    print(
        f"  promise kept (own measure rises, or the limit is told)  {kept / len(done):.1%} [{low:.1%}..{high:.1%}]"
    )
    print(f"    of these likeness rose {rose}, limit told {limit}")
    if judged:
        print(
            f"  the judge sees no fall beyond {NOISE}: {held / len(judged):.1%} [{below:.1%}..{above:.1%}] of "
            f"{len(judged)} risen, median change {np.median(judged):+.3f} (trembling between seeds {noise:.3f})"
        )
    return {
        "presses": len(done),
        "kept": round(kept / len(done), 4),
        "kept_interval": [round(low, 4), round(high, 4)],
        "rose": rose,
        "limit_told": limit,
        "judge_no_fall": round(held / max(1, len(judged)), 4),
        "judge_no_fall_interval": [round(below, 4), round(above, 4)],
        "judge_median_change": round(float(np.median(judged)), 4) if judged else None,
        "noise": NOISE,
        "trembling": round(noise, 4),
    }
