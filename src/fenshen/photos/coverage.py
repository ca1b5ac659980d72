"""Which poses, expressions and lights a set shows: a map of 5 x 3 x 3 places, each with its photos.

The places are as fine as templates need them: a template asks for a turn of the head, a mood and a key light.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fenshen.photos.measure import Measures

Pose = Literal["far_left", "left", "front", "right", "far_right"]
Expression = Literal["calm", "smile", "laugh"]
Light = Literal["from_left", "even", "from_right"]

POSES: tuple[Pose, ...] = ("far_left", "left", "front", "right", "far_right")
EXPRESSIONS: tuple[Expression, ...] = ("calm", "smile", "laugh")
LIGHTS: tuple[Light, ...] = ("from_left", "even", "from_right")

TURNED, FAR = 12.0, 35.0  # degrees of yaw
SMILING, OPEN = 0.35, 0.2
SIDED = 0.2  # side light, -1..1; measured on faces whose both halves are seen


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the map; left and right are the picture's."""

    pose: Pose
    expression: Expression
    light: Light


@dataclass(frozen=True, slots=True)
class Coverage:
    """The map of a set: which photos, by their index, lie in which place."""

    photos: Mapping[Place, tuple[int, ...]] = field(default_factory=dict)

    def count(self, axis: Literal["pose", "expression", "light"]) -> dict[str, int]:
        """Photos by pose, by expression or by light, the empty places included."""
        names = {"pose": POSES, "expression": EXPRESSIONS, "light": LIGHTS}[axis]
        found: Counter[str] = Counter()
        for place, here in self.photos.items():
            found[getattr(place, axis)] += len(here)
        return {name: found[name] for name in names}


def place(m: Measures) -> Place:
    """Where a photo lies on the map."""
    side: Pose = "left" if m.yaw < 0 else "right"
    far: Pose = "far_left" if m.yaw < 0 else "far_right"
    pose = far if abs(m.yaw) > FAR else side if abs(m.yaw) > TURNED else "front"
    expression: Expression = "laugh" if m.smile > SMILING and m.mouth_open > OPEN else "calm"
    if expression == "calm" and m.smile > SMILING:
        expression = "smile"
    light: Light = "even" if abs(m.side_light) <= SIDED else "from_left" if m.side_light < 0 else "from_right"
    return Place(pose, expression, light)


def cover(photos: Mapping[int, Measures]) -> Coverage:
    """Draw the map of the usable photos, by their index."""
    found: dict[Place, tuple[int, ...]] = {}
    for index, measures in sorted(photos.items()):
        here = place(measures)
        found[here] = (*found.get(here, ()), index)
    return Coverage(found)
