"""Which photos become takes: the best ones that differ, not the best ones alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

LIMIT: Final = 10  # takes in a double
MAX_YAW: Final = 42.0  # degrees: beyond this half the face is out of sight
SAME_AGAIN: Final = 0.25  # below this distance a photo is much like one that is kept
WORTH: Final = 0.25  # a take that adds less than this is not kept: less biometric data, same portraits


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What choosing needs to know of an accepted photo. Numbers only."""

    photo: int  # counted from 1
    yaw: float  # degrees
    pitch: float  # degrees
    smile: float  # 0..1
    mouth_open: float  # 0..1
    eyes_open: float  # 0..1
    side_light: float  # -1 lit from the image's left .. +1 from its right
    sharpness: float  # 0..1
    eye_distance: float  # pixels of the photo between the pupils
    company: float = 0.0  # area of the next largest face in the photo, in the sitter's own


def quality(candidate: Candidate) -> float:
    """How well a photo serves as a take, 0..1: the root of size x sharpness x light x eyes."""
    parts = (
        float(np.clip(candidate.eye_distance / 140, 0.15, 1)),
        float(np.clip(candidate.sharpness, 0.1, 1)),
        float(np.clip(evenness(candidate), 0.15, 1)),
        float(np.clip(candidate.eyes_open / 0.6, 0.05, 1)),
    )
    return float(np.prod(parts) ** 0.5)


def evenness(candidate: Candidate) -> float:
    """How evenly the two halves of the face are lit, 0..1."""
    return 1 - min(1.0, abs(candidate.side_light))


def choose(candidates: Sequence[Candidate], frontal: int, *, limit: int = LIMIT) -> list[int]:
    """Photo numbers of the takes to keep, the frontal first: greedy cover of pose, expression and light by quality.

    Each step takes the photo whose quality x novelty is largest, and stops when nothing adds WORTH: of a burst of
    equal photos one is kept.
    """
    usable = {c.photo: c for c in candidates if abs(c.yaw) <= MAX_YAW or c.photo == frontal}
    kept = [frontal] if frontal in usable else []
    while len(kept) < min(limit, len(usable)):
        gains = {
            photo: quality(c) * _novelty(_distance(c, [usable[k] for k in kept]))
            for photo, c in usable.items()
            if photo not in kept
        }
        best = max(gains, key=lambda photo: (gains[photo], -photo))
        if kept and gains[best] < WORTH:
            break
        kept.append(best)
    return kept


def _novelty(distance: float) -> float:
    """What a photo adds, given how far it is from the nearest take kept: little when it is the same again."""
    return (0.4 + min(0.8, distance)) * min(1.0, 0.35 + distance / SAME_AGAIN)


def _distance(candidate: Candidate, others: Sequence[Candidate]) -> float:
    def place(c: Candidate) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.array([c.yaw / 25, c.pitch / 25, c.smile / 0.8, c.mouth_open / 0.8, c.side_light / 0.8])

    return min((float(np.linalg.norm(place(candidate) - place(o))) for o in others), default=1.0)
