"""How far a take is led towards a wish, and when a wish is refused."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from fenshen.double.double import OpenDouble
from fenshen.double.take import CUT_ALPHA, Take
from fenshen.engines.engine import RenderOptions, UnsuitedError
from fenshen.engines.studio.casting import in_turn
from fenshen.engines.studio.framing import body_lost, crown_lost
from fenshen.engines.studio.head import level
from fenshen.engines.studio.perspective import nearness
from fenshen.engines.studio.reshape import Change, reshaped
from fenshen.engines.studio.smile import own_smile
from fenshen.engines.studio.workbench import NO_BENCH, Workbench
from fenshen.templates.recipe import Template, Wish
from fenshen.vision import regions

TURN: Final = 12.0  # degrees a head is turned to the side at most: docs/decisions/0019
NOD: Final = 8.0
TILT: Final = 10.0
GRIN: Final = 0.35
GAZE: Final = 6.0
EYE_CONTACT: Final = 0.6  # of a turn: by how much the eyes stay behind, so that they still meet the viewer's
UNSEEN: Final = 2.0  # degrees of turn or tilt that nobody notices


class PoseNotShownError(UnsuitedError):
    """No photo comes near enough to the pose or expression asked for. Facts: ``asked``, ``turn``."""

    code = "pose_not_shown"


def cast(
    double: OpenDouble,
    template: Template,
    options: RenderOptions,
    size: tuple[int, int],
    bench: Workbench = NO_BENCH,
) -> Take:
    """The take that suits a template and a person's own wish best, led towards it. size: (width, height) out.

    A template's wish chooses only; a person's is kept within the limits. Raises PoseNotShownError.
    """
    asked, takes = options.wish or Wish(), double.takes
    given = asked.model_dump(exclude_unset=True) | (
        {"either_cheek": False} if "yaw" in asked.model_fields_set else {}
    )
    wish = template.wish.model_copy(update=given)

    def lost(take: Take) -> float:
        return crown_lost(take, template.framing, size) + body_lost(take, template.framing, size)

    ranked = in_turn(double, wish, options.used, options.closer, lost)
    ranked = _at_last(ranked, options.without)
    if given:
        take, change = first_within(ranked, asked, takes)
    else:
        take = next(ranked)
        change = settled(take, wish)
    change = replace(change, nearer=nearness(take, takes))
    return bench.once(
        take, lambda: reshaped(take, change, own_smile(takes) if change.smile else None), "reshaped", change
    )


def _at_last(ranked: Iterable[Take], without: Collection[int]) -> Iterator[Take]:
    """The same takes, those that are not to be used after all others."""
    later = []
    for take in ranked:
        if take.photo in without:
            later.append(take)
        else:
            yield take
    yield from later


def first_within(ranked: Iterable[Take], wish: Wish, takes: tuple[Take, ...]) -> tuple[Take, Change]:
    """The first of the ranked takes that can be led to what a person asked for, and how.

    wish: only the fields that were set count. takes: all of the double. Raises PoseNotShownError.
    """
    for take in ranked:
        change = asked_change(take, wish, takes)
        if _possible(take, change, takes):
            return take, change
    raise PoseNotShownError(asked=_told(wish), turn=round(TURN))


def asked_change(take: Take, wish: Wish, takes: tuple[Take, ...]) -> Change:
    """All that a take lacks of what was asked for. What was not asked for stays as it is."""
    asked = wish.model_fields_set
    yaw = wish.yaw - take.yaw if "yaw" in asked else 0.0
    pitch = wish.pitch + level(takes) - take.pitch if "pitch" in asked else 0.0
    return Change(
        yaw=yaw,
        pitch=pitch,
        roll=wish.roll - take.roll if wish.roll is not None else 0.0,
        smile=wish.smile - take.smile if wish.smile is not None else 0.0,
        gaze_right=float(np.clip(wish.gaze - EYE_CONTACT * yaw, -GAZE, GAZE)),
        gaze_down=float(np.clip(-EYE_CONTACT * pitch, -GAZE / 2, GAZE / 2)),
    )


def settled(take: Take, wish: Wish) -> Change:
    """What a template may correct unasked: a head that is to be straight loses its tilt and half of its turn."""
    if not wish.straight:
        return Change()
    tilt = float(np.clip(-take.roll, -TILT, TILT)) if abs(take.roll) > UNSEEN else 0.0
    turn = wish.yaw - take.yaw
    turn = turn / 2 if UNSEEN < abs(turn) <= TURN else 0.0
    return Change(yaw=turn, roll=_within_frame(take, tilt), gaze_right=-EYE_CONTACT * turn)


def _possible(take: Take, change: Change, takes: tuple[Take, ...]) -> bool:
    return (
        abs(change.yaw) <= TURN
        and abs(change.pitch) <= NOD
        and abs(change.roll) <= TILT
        and abs(change.roll - _within_frame(take, change.roll)) < UNSEEN
        and (abs(change.smile) <= GRIN and (abs(change.smile) < 0.05 or own_smile(takes) is not None))  # noqa: PLR2004
    )


def _within_frame(take: Take, roll: float) -> float:
    """As much of a tilt as leaves the head inside the photo's frame: what lies outside was never seen."""
    width = take.alpha.shape[1]
    chin = take.points[regions.CHIN]
    rows = take.alpha[: max(1, int(chin[1]))] > CUT_ALPHA
    columns = np.flatnonzero(rows.any(0))
    if not columns.size or roll == 0:
        return roll
    room = width - 1 - columns[-1] if roll > 0 else columns[0]
    arm = 1.3 * float(chin[1] - np.flatnonzero(rows.any(1))[0])
    most = float(np.degrees(np.arcsin(np.clip(room / max(arm, 1.0), 0, 1))))
    return float(np.clip(roll, -most, most))


def _told(wish: Wish) -> str:
    """The wish as it was given."""
    given = wish.model_dump(exclude_unset=True, exclude={"either_cheek", "straight"})
    return ", ".join(f"{name} {value:g}" for name, value in given.items() if value is not None)
