"""Whether a photo can become an ID photo, by the same measures and rules as a frontal."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fenshen.photos.decode import Photo
from fenshen.photos.judge import judge
from fenshen.photos.measure import measure
from fenshen.vision import faces, mesh
from fenshen.vision.arrays import floats
from fenshen.vision.faces import Face
from fenshen.vision.mesh import FaceMesh

PLAIN: Final = 6.0  # mean gradient behind a head: 35 of 36 studio photos lie below, most others above
UNFIT: Final = frozenset(
    {
        "no_face", "sideways", "ai_made", "several_faces", "face_cut_off", "turned_away",
        "looking_up_or_down", "eyes_closed", "eyes_covered", "mouth_covered", "face_covered", "face_unclear",
        "blurred", "black_and_white", "too_dark", "overexposed",
        "noisy", "compressed",
    }
)  # fmt: skip
"""Faults for which a frontal is refused and no office takes an ID photo; all others are told and left to the sitter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom the photo shows, in the photo's pixels."""

    face: Face
    mesh: FaceMesh
    is_plain: bool  # whether what is behind the head is even

    def scaled(self, factor: float) -> "Subject":
        """Give the same for the photo enlarged by ``factor``."""
        x, y, width, height = (side * factor for side in self.face.box)
        face = Face(
            box=(x, y, width, height), points=floats(self.face.points * factor), score=self.face.score
        )
        return Subject(face=face, mesh=self.mesh.scaled(factor), is_plain=self.is_plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found on a photo. Reasons are keys of the words."""

    subject: Subject | None  # None when there is no face
    unfit: tuple[str, ...]  # why it cannot become an ID photo
    doubtful: tuple[str, ...]  # what an office may not like


def look(photo: Photo, models: Path) -> Looked:
    """Find the face and judge the photo as a frontal. photo: measured best at 1600 px or less."""
    found = faces.detect(photo.pixels, models)
    fitted = mesh.fit(photo.pixels, found[0], models) if found else None
    measures = measure(photo, found, fitted, models)
    reasons = judge(measures, "frontal").reasons
    behind = measures.background
    is_plain = behind is not None and behind < PLAIN
    subject = None if fitted is None else Subject(face=found[0], mesh=fitted, is_plain=is_plain)
    unfit = tuple(code for code in reasons if code in UNFIT)
    return Looked(subject=subject, unfit=unfit, doubtful=tuple(code for code in reasons if code not in unfit))
