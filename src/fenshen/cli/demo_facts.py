"""What the demo's page says, section by section: facts of the run, in the order in which they are read."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from fenshen.flow.demonstrate import Demonstration
from fenshen.flow.portray import Delivered
from fenshen.labels.c2pa_operator import anchors
from fenshen.labels.verify import verify
from fenshen.photos.container import LIMITS
from fenshen.photos.inspect import Inspected
from fenshen.photos.measure import Measures
from fenshen.photos.score import TO_THE_SIDE, VIEWS
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.holdings import Holding
from fenshen.templates.catalogue import template

if TYPE_CHECKING:
    from fenshen.cli.demo_page import Source

Told = Callable[..., str]
Facts = dict[str, Any]

HEROES: Final = 3
SHOWN_BY_BROWSERS: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")
TRAITS: Final[dict[str, Callable[[Measures], bool]]] = {
    "demo_trait_front": lambda m: abs(m.yaw) <= TO_THE_SIDE,
    "demo_trait_left": lambda m: m.yaw < -TO_THE_SIDE,
    "demo_trait_right": lambda m: m.yaw > TO_THE_SIDE,
    "demo_trait_up": lambda m: m.pitch < -TO_THE_SIDE,
    "demo_trait_down": lambda m: m.pitch > TO_THE_SIDE,
    "demo_trait_open": lambda m: m.mouth_open > 0.3,  # noqa: PLR2004
    "demo_trait_smile": VIEWS["next_smile"],
    "demo_trait_calm": VIEWS["next_calm"],
    "demo_trait_side_light": VIEWS["next_side_light"],
    "demo_trait_even_light": VIEWS["next_even_light"],
}
"""What may be said of a take, when it holds."""


def photos(shown: Demonstration, source: "Source", told: Told) -> list[Facts]:
    """Every photo that was opened with its verdict, and each of its reasons in words."""

    def reasons(photo: Inspected) -> list[Facts]:
        codes = photo.verdict.reasons
        return [{f: told(code, f, **LIMITS) for f in ("what", "why", "fix")} for code in codes]

    return [
        {
            "number": photo.index + 1,
            "file": source.files[photo.index].name,
            "href": source.photo(photo.index),
            "is_shown": photo.original_size is not None and _can_be_shown(source.files[photo.index].name),
            "verdict": photo.verdict.verdict,
            "person": photo.same_person,
            "reasons": reasons(photo),
            "is_frontal": photo.same_person == "frontal",
            "is_take": photo.index + 1 in shown.sitting.takes,
        }
        for photo in shown.sitting.report.photos
        if photo.was_opened
    ]


def _can_be_shown(name: str) -> bool:
    return name.lower().endswith(SHOWN_BY_BROWSERS)


def views(shown: Demonstration) -> list[Facts]:
    """The views a set should have, and how many usable photos show each."""
    seen = [photo.measures for photo in shown.sitting.report.usable if photo.measures is not None]
    return [
        {"code": f"demo_view_{code.removeprefix('next_')}", "photos": sum(map(shows, seen))}
        for code, shows in VIEWS.items()
    ]


def takes(shown: Demonstration, source: "Source") -> list[Facts]:
    """Every take: its photo, what it brings, and the portraits that were made of it."""
    return [_take(number, shown, source) for number in shown.sitting.takes]


def _take(number: int, shown: Demonstration, source: "Source") -> Facts:
    photo = shown.sitting.report.photos[number - 1]
    name = source.files[photo.index].name
    m = photo.measures
    return {
        "photo": number,
        "href": source.photo(photo.index),
        "is_shown": _can_be_shown(name),
        "is_frontal": photo.same_person == "frontal",
        "traits": [code for code, holds in TRAITS.items() if m is not None and holds(m)],
        "degrees": 0 if m is None else round(abs(m.yaw)),
        "portraits": sum(each.photo == number for each in shown.portraits),
    }


def portraits(shown: Demonstration, language: str) -> list[Facts]:
    """Every portrait in its template's words, and where its likeness lies on the common scale."""
    scale, heroes = _scale(shown), _best(shown)
    return [
        {
            "src": f"portraits/{each.file.name}",
            "title": getattr(template(each.template).title, language),
            "description": getattr(template(each.template).description, language),
            "aspect": template(each.template).aspect,
            "photo": each.photo,
            "value": each.likeness.value,
            "percentile": each.likeness.percentile,
            "x": scale(each.likeness.value),
            "seconds": each.seconds,
            "hero": heroes.index(each) + 1 if each in heroes else 0,
        }
        for each in shown.portraits
    ]


def _best(shown: Demonstration) -> list[Delivered]:
    """The portraits most like the sitter, of the commonest shape, each from another photo while there are others."""
    shapes = Counter(template(each.template).aspect for each in shown.portraits)
    usual = shapes.most_common(1)[0][0]
    ranked = sorted(
        shown.portraits, key=lambda each: (template(each.template).aspect != usual, -each.likeness.value)
    )
    first = {each.photo: each for each in reversed(ranked)}
    varied = [each for each in ranked if first[each.photo] is each]
    return [*varied, *(each for each in ranked if each not in varied)][:HEROES]


def own_likeness(shown: Demonstration) -> list[float]:
    """Where the sitter's own photos lie on the scale, 0..100."""
    scale = _scale(shown)
    return [scale(value) for value in shown.spread]


def _scale(shown: Demonstration) -> Callable[[float], float]:
    """One scale for the whole page, with a little room at its ends."""
    values = [*shown.spread, *(each.likeness.value for each in shown.portraits)]
    low, high = min(values), max(values)
    span = max(high - low, 0.05)
    return lambda value: round(4 + 92 * (value - low) / span, 2)


def labels(shown: Demonstration, desk: Desk) -> Facts:
    """What `fenshen verify` says of the first portrait."""
    one = (_best(shown) or list(shown.portraits))[0]
    found = verify(
        one.file.read_bytes(),
        public_key=desk.signer.public_pem(),
        producer=desk.settings.producer,
        anchor=anchors(desk.settings),
    )
    return {"file": f"portraits/{one.file.name}", "ours": found.ours, "marks": found.marks}


def receipt(shown: Demonstration) -> Facts:
    """The receipt of the photos' destruction: its body, and its text as it stands in the file."""
    text = shown.sitting.receipt.read_text("utf-8")
    body = json.loads(text)
    return {
        "body": body,
        "text": text,
        "at": datetime.fromisoformat(body["at"]),
        "objects": sum(each["n"] for each in body["objects"]),
        "bytes": sum(each["bytes"] for each in body["objects"]),
    }


def held(shown: Demonstration) -> list[Facts]:
    """What the studio still keeps, like things on one line."""
    alike: dict[tuple[str, datetime | None], list[Holding]] = {}
    for each in shown.held:
        alike.setdefault((each.kind, each.expires_at), []).append(each)
    return [
        {
            "kind": kind,
            "count": len(those),
            "bytes": sum(each.bytes for each in those),
            "purposes": [each for each in Purpose if any(one.purpose is each for one in those)],
            "expires_at": until,
        }
        for (kind, until), those in alike.items()
    ]


def steps(shown: Demonstration) -> list[Facts]:
    """Seconds of each step, and its share of the longest."""
    longest = max(shown.seconds.values())
    return [
        {"code": f"demo_step_{name}", "seconds": value, "share": round(100 * value / longest, 1)}
        for name, value in shown.seconds.items()
    ]
