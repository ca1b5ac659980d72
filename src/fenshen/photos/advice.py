"""The most useful next photo: the one that shows the most of what is missing, and is still easily taken."""

from collections.abc import Sequence

from fenshen.photos import enough
from fenshen.photos.measure import Measures

AT_ONCE: dict[str, tuple[str, str]] = {
    "next_left_side_light": ("next_left", "next_side_light"),
    "next_right_side_light": ("next_right", "next_side_light"),
    "next_smile_side_light": ("next_smile", "next_side_light"),
    "next_left_even_light": ("next_left", "next_even_light"),
    "next_right_even_light": ("next_right", "next_even_light"),
    "next_smile_even_light": ("next_smile", "next_even_light"),
    "next_left_smile": ("next_left", "next_smile"),
    "next_right_smile": ("next_right", "next_smile"),
}
"""Two missing views that one photo can show, the most useful pair first, under the code that asks for it."""


def advise(frontal: Measures | None, others: Sequence[Measures]) -> str:
    """Code of the most useful next photo; ``next_enough`` when another would add too little."""
    if frontal is None:
        return "next_frontal"
    photos = [frontal, *others]
    if enough.is_enough(photos):
        return "next_enough"
    missing = enough.missing_views(photos)
    both = [code for code, views in AT_ONCE.items() if set(views) <= set(missing)]
    return (both or missing or ["next_more"])[0]
