"""Looks at photos from files and from pixels, and splits people into those the limits were drawn on and the rest."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from spoil import FAULTS, Fault, Picture

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.photos.container import PhotoRefusedError
from fenshen.photos.decode import Photo, decode
from fenshen.photos.inspect import Inspected, inspect
from fenshen.photos.judge import Role, Verdict, judge
from fenshen.photos.marks import Marks
from fenshen.photos.measure import Measures, measure
from fenshen.photos.scene import judge_scene, look_around
from fenshen.rights.consent import Permit, Purpose, for_this_run
from fenshen.vision import faces, mesh, nets

GOOD = ("synthetic", "composite", "london", "measure-only")
KINDS = {".jpg", ".jpeg", ".png", ".webp"}
MODELS = settings.load().models
SPOILT_EDGE = 1000  # px; what is drawn is drawn on copies of this size, which takes a third of the time
NO_NETS = Path("nowhere")  # what lies around is measured without the optional nets for age and nudity
NO_MARKS = Marks(ai_made=False, ai_edited=False, which=())


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One spoilt photo and what the gate said."""

    fault: Fault
    person: str
    measures: Measures | None
    verdict: Verdict

    @property
    def missed(self) -> bool:
        """Whether no reason names the fault."""
        return not self.fault.reasons & set(self.verdict.reasons)


def permit() -> Permit:
    return for_this_run(Purpose.INSPECT_PHOTOS, SystemClock())


def held_out(files: dict[str, list[Path]]) -> frozenset[str]:
    """Tell whose photos were kept away from the drawing of limits: about every second person of each set."""
    photographed = sorted(key for key in files if key.startswith("measure-only/"))
    return frozenset(
        key
        for key in files
        if key in photographed[1::2]
        or key in {"synthetic/omar", "synthetic/wei"}
        or key.startswith("composite/m_")
        or (key.startswith("london/") and int(key.split("/")[1]) % 2 == 0)
    )


def files_of(data: Path) -> dict[str, list[Path]]:
    """Find the photos below a folder of sets; the key is set and person, such as london/001."""
    found: dict[str, list[Path]] = {}
    for file in sorted(data.glob("*/*/*")):
        if file.suffix.lower() in KINDS:
            found.setdefault(f"{file.parts[-3]}/{file.parts[-2]}", []).append(file)
    return found


def look_at(files: dict[str, list[Path]]) -> dict[str, list[Inspected]]:
    """Inspect every photo, as the studio does."""
    everywhere, allowed = [(key, file) for key, of in files.items() for file in of], permit()
    photos: dict[str, list[Inspected]] = {key: [] for key in files}
    with nets.one_thread_each(), ThreadPoolExecutor(2) as workers:
        seen = workers.map(lambda pair: inspect(pair[1].read_bytes(), allowed, MODELS), everywhere)
        for (key, _), photo in zip(everywhere, seen, strict=True):
            photos[key].append(photo)
    return photos


def look_at_pixels(photo: Photo, role: Role, *, around: bool) -> tuple[Measures | None, Verdict]:
    """Find, fit, measure and judge a picture that is in memory, and what lies around the face if asked."""
    if min(photo.pixels.shape[:2]) < 200:  # noqa: PLR2004  (what decode refuses)
        return None, Verdict(verdict="refused", reasons=("photo_too_small",))
    found = faces.detect(photo.pixels, MODELS)
    fitted = mesh.fit(photo.pixels, found[0], MODELS) if found else None
    numbers = measure(photo, found, fitted, MODELS)
    verdict = judge(numbers, role)
    return numbers, judge_scene(verdict, look_around(photo, found, NO_NETS)) if around else verdict


def spoil(files: dict[str, list[Path]], photos: dict[str, list[Inspected]], most: int) -> Iterator[Spoilt]:
    """Spoil up to ``most`` good photos of each person in every way that makes sense, and look at the result."""
    jobs = [
        (key, file, photo)
        for key, of in files.items()
        if key.startswith(GOOD)
        for file, photo in _spread(
            [pair for pair in zip(of, photos[key], strict=True) if _fit(pair[1])], most
        )
    ]
    with nets.one_thread_each(), ThreadPoolExecutor(2) as workers:
        for found in workers.map(lambda job: _spoil_one(*job), jobs):
            yield from found


def _spoil_one(key: str, file: Path, photo: Inspected) -> list[Spoilt]:
    allowed, found = permit(), []
    rgb = decode(file.read_bytes(), allowed, longest_edge=SPOILT_EDGE).pixels
    assert photo.mesh is not None  # noqa: S101
    assert photo.original_size is not None  # noqa: S101
    fitted = photo.mesh.scaled(max(rgb.shape) / max(photo.original_size) / photo.scale)
    for number, fault in enumerate(FAULTS):
        if abs(fitted.pose.yaw) > fault.facing:
            continue
        chance = np.random.default_rng([number, *file.stem.encode(), *key.encode()])
        spoilt = fault.way(rgb, fitted, chance)
        role: Role = "frontal" if fault.role == "frontal" else "supplementary"
        seen = look_at_pixels(_as_photo(spoilt, allowed), role, around=fault.around)
        found.append(Spoilt(fault, key, *seen))
    return found


def _as_photo(spoilt: Picture | bytes, allowed: Permit) -> Photo:
    if isinstance(spoilt, bytes):
        try:
            return decode(spoilt, allowed)
        except PhotoRefusedError:
            spoilt = np.zeros((1, 1, 3), np.uint8)
    size = (spoilt.shape[1], spoilt.shape[0])
    return Photo(pixels=spoilt, marks=NO_MARKS, original_size=size, kind="PNG")


def _fit(photo: Inspected) -> bool:
    """Good enough to be spoilt: accepted as it is, and large enough that a small copy is small."""
    measures = photo.measures
    return photo.verdict.verdict == "accepted" and measures is not None and measures.eye_distance >= 70  # noqa: PLR2004


def _spread(pairs: list[tuple[Path, Inspected]], most: int) -> list[tuple[Path, Inspected]]:
    """Choose evenly along the list."""
    if len(pairs) <= most:
        return pairs
    return [pairs[round(i * (len(pairs) - 1) / max(most - 1, 1))] for i in range(most)]
