"""How good a set is. The formulas are here in full and nowhere else.

    quality of a photo = fourth root of (detail x sharpness x light x cleanness), each 0..1
        detail     eye distance / 120 px
        sharpness  (sharpness - 0.27) / 0.16
        light      the lesser of (highlights - 60) / 80 and 1 - burnt / 0.08
        cleanness  1 - noise / 0.06
    score of a set = 100 x (0.4 x quality of the frontal + 0.3 x company + 0.3 x coverage)
        company    sum of the qualities of the best 8 other usable photos / 8
        coverage   share of the six views that a usable photo shows

A set without a usable frontal scores 0. Everything is clipped to 0..1 before it is used.
"""

from collections.abc import Callable, Sequence

from fenshen.photos.measure import Measures

COMPANY = 8
TO_THE_SIDE = 12.0  # degrees of yaw from which a view counts as from the side
PROFILE = 60.0

VIEWS: dict[str, Callable[[Measures], bool]] = {
    "next_left": lambda m: -PROFILE < m.yaw < -TO_THE_SIDE,
    "next_right": lambda m: TO_THE_SIDE < m.yaw < PROFILE,
    "next_smile": lambda m: m.smile > 0.35,  # noqa: PLR2004
    "next_calm": lambda m: m.smile < 0.2 and m.mouth_open < 0.1,  # noqa: PLR2004
    "next_side_light": lambda m: abs(m.side_light) > 0.25 and abs(m.yaw) < PROFILE,  # noqa: PLR2004
    "next_even_light": lambda m: abs(m.side_light) < 0.1,  # noqa: PLR2004
}
"""The views a set should show, the most useful first, under the code that asks for the missing one."""


def quality(m: Measures) -> float:
    """Quality of one photo, 0..1, by the formula above."""
    light = min((m.highlights - 60) / 80, 1 - m.burnt / 0.08)
    parts = (m.eye_distance / 120, (m.sharpness - 0.27) / 0.16, light, 1 - m.noise / 0.06)
    product = 1.0
    for part in parts:
        product *= min(1.0, max(0.0, part))
    return float(product**0.25)


def score(frontal: Measures | None, others: Sequence[Measures]) -> int:
    """Score of a set, 0..100, by the formula above; only usable photos are given."""
    if frontal is None:
        return 0
    company = sum(sorted(map(quality, others), reverse=True)[:COMPANY]) / COMPANY
    return round(100 * (0.4 * quality(frontal) + 0.3 * company + 0.3 * _coverage([frontal, *others])))


def _coverage(photos: Sequence[Measures]) -> float:
    return sum(any(map(shows, photos)) for shows in VIEWS.values()) / len(VIEWS)
