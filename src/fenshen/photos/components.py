"""Every measure of one photo with its value, its unit and a score of 0 to 100, after ISO/IEC 29794-5:2025.

The standard gives each component of face quality a native measure and a function that maps it to 0..100. Where its
reference implementation (OFIQ 1.0.3, BSI) publishes the function, it is used as it is; where the native measure comes
from a net that nobody may redistribute, ours takes its place and the row says so. The scores tell people where a
photo stands; verdicts are given by the limits in ``judge``, which are drawn on data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, exp, radians

from fenshen.photos.measure import Measures

Score = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Component:
    """One row: what is measured, in what unit, and how good that is."""

    name: str
    unit: str
    value: Callable[[Measures], float | None]
    score: Score
    source: str  # clause of ISO/IEC 29794-5 by its name, or where else the function comes from


def _sigmoid(x: float) -> float:
    return 1 / (1 + exp(-min(60.0, max(-60.0, x))))


def rising(middle: float, width: float, height: float = 100.0) -> Score:
    """Sigmoid that is half at ``middle`` and rises over ``width``."""
    return lambda x: height * _sigmoid((x - middle) / width)


def falling(middle: float, width: float, height: float = 100.0) -> Score:
    """Sigmoid that is half at ``middle`` and falls over ``width``."""
    return lambda x: height * (1 - _sigmoid((x - middle) / width))


def between(nought: float, full: float) -> Score:
    """Straight line from 0 at ``nought`` to 100 at ``full``."""
    return lambda x: 100 * (x - nought) / (full - nought)


def _pose(degrees: float) -> float:
    return 100 * max(0.0, cos(radians(degrees))) ** 2


def _dark(share: float) -> float:
    return 120 * (0.832 - _sigmoid((share - 0.92) / 0.05))


OWN = "own measure; limits from benchmarks/gate"

COMPONENTS: tuple[Component, ...] = (
    Component("single_face", "ratio", lambda m: m.rival, between(1, 0), "single face present"),
    Component("inter_eye_distance", "px", lambda m: m.eye_distance, rising(70, 20), "inter-eye distance"),
    Component(
        "sharpness", "0..1", lambda m: m.sharpness, between(0.2, 0.42), "Crete et al. 2007 for sharpness"
    ),
    Component("noise", "share", lambda m: m.noise, between(0.06, 0), f"Immerkaer 1996; {OWN}"),
    Component("under_exposure", "share", lambda m: m.black, _dark, "under-exposure prevention"),
    Component(
        "over_exposure", "share", lambda m: m.white, lambda x: 1 / (x + 0.01), "over-exposure prevention"
    ),
    Component("dynamic_range", "bit", lambda m: m.dynamic_range, lambda x: 12.5 * x, "dynamic range"),
    Component(
        "illumination_uniformity",
        "0..1",
        lambda m: m.evenness,
        lambda x: 100 * x**0.3,
        "illumination uniformity",
    ),
    Component("natural_colour", "CIELAB", lambda m: m.unnatural, falling(0, 10, 200), "natural colour"),
    Component(
        "compression",
        "JPEG quality",
        lambda m: m.jpeg_quality,
        between(10, 75),
        "tables for compression artefacts",
    ),
    Component(
        "background_uniformity",
        "gradient",
        lambda m: m.background,
        falling(10, 100, 190),
        "background uniformity",
    ),
    Component("yaw", "degree", lambda m: m.yaw, _pose, "head pose"),
    Component("pitch", "degree", lambda m: m.pitch, _pose, "head pose"),
    Component("roll", "degree", lambda m: m.roll, _pose, "head pose"),
    Component("eyes_open", "T", lambda m: m.eye_opening, rising(0.02, 0.01), "eyes open"),
    Component("mouth_closed", "T", lambda m: m.lip_gap, falling(0.2, 0.06), "mouth closed"),
    Component(
        "expression_neutrality",
        "0..1",
        lambda m: m.expression,
        between(1, 0),
        "blendshapes for expression neutrality",
    ),
    Component("gaze", "degree", lambda m: m.gaze, _pose, OWN),
    Component(
        "eyes_visible",
        "share",
        lambda m: 1 - m.under_eyes,
        between(0, 1),
        "eyes visible, without a parsing net",
    ),
    Component(
        "mouth_visible",
        "0..1",
        lambda m: min(1.0, max(m.lip_contrast / 0.1, m.lip_redness / 1.5, 0.0)),
        between(0, 1),
        "mouth occlusion prevention, without a parsing net",
    ),
    Component(
        "face_visible",
        "nines",
        lambda m: m.certainty,
        between(2, 8),
        "face occlusion prevention, by the mesh's certainty of a whole face",
    ),
    Component(
        "no_head_covering",
        "share",
        lambda m: 1 - max(m.forehead_covered, min(1.0, max(0.0, m.brim - 0.4))),
        between(0, 1),
        "no head coverings, by the forehead alone",
    ),
    Component(
        "head_size",
        "T / height",
        lambda m: m.head_size,
        lambda x: falling(0, 0.05, 200)(abs(x - 0.45)),
        "head size",
    ),
    Component("room_left", "eye distance", lambda m: m.room_left, rising(0.9, 0.1), "leftward crop"),
    Component("room_right", "eye distance", lambda m: m.room_right, rising(0.9, 0.1), "rightward crop"),
    Component("room_above", "T", lambda m: m.room_above, rising(1.4, 0.1), "margin above"),
    Component("room_below", "T", lambda m: m.room_below, rising(1.8, 0.1), "margin below"),
    Component(
        "camera_distance", "cm", lambda m: m.distance, rising(45, 10), f"lens (EXIF) or perspective; {OWN}"
    ),
)


def components(measures: Measures) -> dict[str, dict[str, float | str | None]]:
    """Give name → value, unit and score (0 to 100, whole); both are None where nothing could be measured.

    Without a face there is nothing to tell.
    """
    if measures.faces == 0:
        return {}
    return {row.name: _told(row, row.value(measures)) for row in COMPONENTS}


def _told(row: Component, value: float | None) -> dict[str, float | str | None]:
    if value is None:
        return {"value": None, "unit": row.unit, "score": None}
    return {
        "value": round(value, 4),
        "unit": row.unit,
        "score": round(min(100.0, max(0.0, row.score(value)))),
    }
