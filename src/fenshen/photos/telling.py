"""A set's report as programs get it: the same on the command line and over HTTP. Fields are added, never renamed."""

from collections.abc import Sequence

from fenshen.photos.components import components
from fenshen.photos.report import Inspected, SetReport


def as_dict(names: Sequence[str], report: SetReport) -> dict[str, object]:
    """Give a report. names: of the photos, in the order they came."""
    return {
        "photos": [_photo(names[photo.index], photo) for photo in report.photos],
        "accepted": report.accepted,
        "score": report.score,
        "better_than_percent": report.better_than_percent,
        "next": report.next,
        "next_gain": round(report.next_gain, 2),
        "not_needed": sum(not photo.was_opened for photo in report.photos),
        "coverage": _coverage(names, report),
        "age_band": report.age_band,
        "asks": list(report.asks),
        "checked": dict(report.checked),
    }


def _photo(name: str, photo: Inspected) -> dict[str, object]:
    return {
        "file": name,
        "role": photo.role,
        "verdict": photo.verdict.verdict,
        "reasons": list(photo.verdict.reasons),
        "same_person": photo.same_person,
        "measures": components(photo.measures) if photo.measures else {},
    }


def _coverage(names: Sequence[str], report: SetReport) -> dict[str, object]:
    seen = report.coverage
    places = [
        {
            "pose": place.pose,
            "expression": place.expression,
            "light": place.light,
            "photos": [names[index] for index in indexes],
        }
        for place, indexes in seen.photos.items()
    ]
    return {
        "poses": seen.count("pose"),
        "expressions": seen.count("expression"),
        "lights": seen.count("light"),
        "places": places,
    }
