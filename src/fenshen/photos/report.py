"""What is known of a photo and of a set. Values only; pixels are gone by the time these are made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fenshen.photos.coverage import Coverage
from fenshen.photos.judge import Role, Verdict
from fenshen.photos.measure import Measures
from fenshen.photos.scene import Scene
from fenshen.photos.who import AgeBand
from fenshen.vision.arrays import Floats
from fenshen.vision.faces import Face
from fenshen.vision.mesh import FaceMesh

SamePerson = Literal["frontal", "same", "unsure", "other", "unknown"]

NOT_NEEDED = "not_needed"
"""The reason of a photo that was not opened, because another would add too little."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inspected:
    """What is known of one photo. Without a face, or when it could not be decoded, the parts below are None."""

    index: int  # place in the set
    role: Role
    verdict: Verdict
    same_person: SamePerson = "unknown"
    measures: Measures | None = None
    scene: Scene | None = None
    original_size: tuple[int, int] | None = None  # width, height in px, upright
    scale: float = 1.0  # working px per px of the original; ``face`` and ``mesh`` are in working px
    face: Face | None = None
    mesh: FaceMesh | None = None
    embedding: Floats | None = field(default=None, repr=False)  # in memory only
    digest: bytes = field(default=b"", repr=False)  # of the file, to see that it came twice; in memory only

    @property
    def was_opened(self) -> bool:
        """Whether anybody looked at it; a photo that is not needed stays closed."""
        return NOT_NEEDED not in self.verdict.reasons


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetReport:
    """What is known of a set."""

    photos: tuple[Inspected, ...]  # in the order they came
    frontal: int | None  # index of the frontal photo
    accepted: int  # photos not refused, those with a warning included
    score: int  # 0..100, see photos.score
    next: str  # code of the most useful next photo
    better_than_percent: int | None = None  # against a frozen reference distribution, see photos.percentile
    coverage: Coverage = field(default_factory=Coverage)
    next_gain: float = 0.0  # points of quality that the next photo is expected to add, see photos.enough
    age_band: AgeBand = "not_checked"
    asks: tuple[str, ...] = ()  # codes of what the studio asks of the sitter besides photos
    checked: Mapping[str, bool] = field(
        default_factory=dict
    )  # optional checks and whether their net was here

    @property
    def usable(self) -> tuple[Inspected, ...]:
        """The photos a double may be made of."""
        return tuple(photo for photo in self.photos if photo.verdict.is_usable)
