"""Small changes of a take towards a wish: a turn of the head, a tilt, more or less of the sitter's own smile, the gaze.

A change within the limits is a warp of the sitter's own pixels. A larger one is refused, because what a photo does not
show would have to be invented. The limits were drawn by looking: docs/decisions/0019-a-photo-is-led-within-limits.md.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fenshen.double.take import Take
from fenshen.engines.studio.gaze import slides
from fenshen.engines.studio.head import face_width, rotation
from fenshen.engines.studio.perspective import receded
from fenshen.engines.studio.relief import Relief, relief
from fenshen.engines.studio.smile import in_picture
from fenshen.engines.studio.warp import Motion, carried, moved
from fenshen.vision.arrays import Floats, floats

DEEPER: Final = (
    1.28  # the mesh is flatter than a head: a turn by the mesh alone is read as 78 % of it (n = 96)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """By how much a take is to differ. Degrees as in `Take`; smile in its 0..1."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    smile: float = 0.0
    gaze_right: float = 0.0  # of the eyes in the head, as seen in the picture
    gaze_down: float = 0.0
    nearer: float = 0.0  # inverse face widths: how much of the camera's nearness is taken out

    def __bool__(self) -> bool:
        """Tell whether anything is to change."""
        return self != Change()


def reshaped(take: Take, change: Change, smile: Floats | None = None) -> Take:
    """The take after a change, which the caller keeps within limits. smile: (468, 3) of `own_smile`.

    Light stays fixed to the face, as if it had turned along.
    """
    if not change:
        return take
    grin = in_picture(smile * change.smile, take) if smile is not None and change.smile else None
    head = relief(take, grin)
    turn, shove = _turn(take, change, head)
    shift = _shift(head, turn, shove)
    if change.nearer:
        shift = shift + receded(head, DEEPER * head.depth, change.nearer, face_width(take))
    motion = Motion(left=head.left, top=head.top, step=head.step, shift=shift)
    points = moved(take.points, motion)
    points[:, 2] = _turned_depth(take.points, head, turn)
    eyes = slides(points, change.gaze_right, change.gaze_down)
    return replace(
        carried(take, motion, points, eyes),
        yaw=take.yaw + change.yaw,
        pitch=take.pitch + change.pitch,
        roll=take.roll + change.roll,
        smile=float(np.clip(take.smile + (change.smile if grin is not None else 0), 0, 1)),
    )


def _turn(take: Take, change: Change, head: Relief) -> tuple[Floats, Floats]:
    """Rotation (3, 3), y up, and how far the middle of the head is moved by tilting it about the neck, (2,) pixels."""
    before = rotation(take.yaw, take.pitch, take.roll)
    after = rotation(take.yaw + change.yaw, take.pitch + change.pitch, take.roll + change.roll)
    tilt = np.radians(change.roll)
    cos, sin = np.cos(tilt), np.sin(tilt)
    arm = head.pivot[:2] - head.neck
    shove = floats([cos * arm[0] - sin * arm[1], sin * arm[0] + cos * arm[1]]) - arm
    return floats(after @ before.T), floats(shove)


def _shift(head: Relief, turn: Floats, shove: Floats) -> Floats:
    """How far each cell of the head moves: turned about the ears, then moved, fading into the neck. (h, w, 2)."""
    place = head.positions() - head.pivot[:2]
    space = floats(np.dstack([place[..., 0], -place[..., 1], DEEPER * head.depth]))
    shift = floats((space @ turn.T)[..., :2] * floats([1, -1])) - place + shove
    if head.extra.shape[-1]:
        shift = shift + head.extra
    return floats(shift * _edge(head)[..., None])


def _edge(head: Relief) -> Floats:
    height, width = head.head.shape
    ys, xs = np.arange(height)[:, None], np.arange(width)[None]
    away = np.minimum(
        np.minimum(xs, width - 1 - xs) / (0.12 * width), np.minimum(ys, height - 1 - ys) / (0.06 * height)
    )
    t = np.clip(away, 0, 1)
    return floats(head.head * t * t * (3 - 2 * t))


def _turned_depth(points: Floats, head: Relief, turn: Floats) -> Floats:
    space = (points - head.pivot) * floats([1, -1, -1])
    return floats(head.pivot[2] - (space @ turn.T)[:, 2])
