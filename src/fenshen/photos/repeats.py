"""Near-duplicates: two shots of one moment. The better one is kept, the other adds risk and no likeness."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fenshen.photos.measure import Measures
from fenshen.vision.hashes import differing_bits

BITS = 8  # of 64 that may differ in the whole picture
TURN = 4.0  # degrees of yaw, pitch and roll
MOVE = 0.12  # smile, mouth and eyes, 0..1
LIGHT = 0.12  # side light, -1..1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What telling near-duplicates needs of a photo."""

    index: int
    fingerprint: int
    measures: Measures
    rank: float  # the larger is kept


def near_duplicates(shots: Sequence[Shot]) -> set[int]:
    """Indexes of the shots that show almost what a better one shows, each compared with those kept."""
    kept: list[Shot] = []
    gone: set[int] = set()
    for shot in sorted(shots, key=lambda s: (-s.rank, s.index)):
        if any(are_alike(shot, other) for other in kept):
            gone.add(shot.index)
        else:
            kept.append(shot)
    return gone


def are_alike(one: Shot, other: Shot) -> bool:
    """Whether two shots show the same picture, pose, expression and light."""
    if differing_bits(one.fingerprint, other.fingerprint) > BITS:
        return False

    def apart(of: Callable[[Measures], float]) -> float:
        return abs(of(one.measures) - of(other.measures))

    return (
        max(apart(lambda m: m.yaw), apart(lambda m: m.pitch), apart(lambda m: m.roll)) < TURN
        and max(apart(lambda m: m.smile), apart(lambda m: m.mouth_open), apart(lambda m: m.eyes_shut)) < MOVE
        and apart(lambda m: m.side_light) < LIGHT
    )
