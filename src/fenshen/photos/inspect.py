"""One photo's story, and a whole set's. Pixels live only while their photo is looked at.

What is kept of each photo is small: numbers, 478 points, and an embedding that is never written and not shown.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from fenshen.clock import Clock, SystemClock
from fenshen.photos import sameness
from fenshen.photos import score as scoring
from fenshen.photos.container import PhotoRefusedError
from fenshen.photos.decode import decode
from fenshen.photos.judge import Role, Verdict, add, judge
from fenshen.photos.measure import Measures, measure
from fenshen.progress import Progress, Silent
from fenshen.rights.consent import Permit
from fenshen.vision import faces, identity, mesh, nets
from fenshen.vision.arrays import Floats
from fenshen.vision.faces import Face
from fenshen.vision.mesh import FaceMesh

WORKING_EDGE = 1600  # px; photos are measured at no more than this
WORKERS = 2
AHEAD = 2  # photos waiting besides those being looked at: bounds memory whatever the size of the set

SamePerson = Literal["frontal", "same", "unsure", "other", "unknown"]
Loader = Callable[[], bytes]

_wall = SystemClock()


class PhotoUnreadableError(PhotoRefusedError):
    """The file could not be read from where it lies."""

    code = "photo_unreadable"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inspected:
    """What is known of one photo. Without a face, or when it could not be decoded, the parts below are None."""

    index: int  # place in the set
    role: Role
    verdict: Verdict
    same_person: SamePerson = "unknown"
    measures: Measures | None = None
    original_size: tuple[int, int] | None = None  # width, height in px, upright
    scale: float = 1.0  # working px per px of the original; ``face`` and ``mesh`` are in working px
    face: Face | None = None
    mesh: FaceMesh | None = None
    embedding: Floats | None = field(default=None, repr=False)  # in memory only
    digest: bytes = field(default=b"", repr=False)  # of the file, to see that it came twice; in memory only


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetReport:
    """What is known of a set."""

    photos: tuple[Inspected, ...]  # in the order they came
    frontal: int | None  # index of the frontal photo
    accepted: int  # photos not refused, those with a warning included
    score: int  # 0..100, see photos.score
    next: str  # code of the most useful next photo
    better_than_percent: int | None = None  # against a frozen reference distribution, once there is one

    @property
    def usable(self) -> tuple[Inspected, ...]:
        """The photos a double may be made of."""
        return tuple(photo for photo in self.photos if photo.verdict.is_usable)


def inspect(
    data: bytes,
    permit: Permit,
    models: Path,
    *,
    role: Role = "supplementary",
    index: int = 0,
    clock: Clock = _wall,
) -> Inspected:
    """Decode, find, fit, measure, judge one photo. A file that is no usable photo gives a refusal, not an error.

    Raises PermitRefusedError, WeightMissingError and WeightAlteredError.
    """
    digest = hashlib.sha256(data).digest()
    try:
        photo = decode(data, permit, longest_edge=WORKING_EDGE, clock=clock)
    except PhotoRefusedError as refusal:
        return _refused(index, role, refusal, digest)
    found = faces.detect(photo.pixels, models)
    fitted = mesh.fit(photo.pixels, found[0], models) if found else None
    measures = measure(photo, found, fitted, models)
    return Inspected(
        index=index,
        role=role,
        verdict=judge(measures, role),
        measures=measures,
        original_size=photo.original_size,
        scale=photo.scale,
        face=found[0] if found else None,
        mesh=fitted,
        embedding=identity.embed(photo.pixels, fitted, models) if fitted else None,
        digest=digest,
    )


def inspect_set(
    photos: Sequence[Loader],
    permit: Permit,
    models: Path,
    *,
    frontal: int | None = None,
    progress: Progress | None = None,
    on_photo: Callable[[Inspected], None] | None = None,
    clock: Clock = _wall,
) -> SetReport:
    """Inspect a set, two photos at a time.

    1. each photo by itself; ``on_photo`` hears of it at once, in order, before the set is known
    2. the frontal: the one named, else the best of those that would pass as one, else the most frontal
    3. the frontal judged by its own rules, the others compared with it, repeated files found
    4. score and advice

    ``photos`` are functions that read one file each, called when its turn comes; an OSError makes that photo
    unreadable. Raises what ``inspect`` raises.
    """
    progress, seen = progress or Silent(), []
    progress.step("progress_judging", 0, len(photos))
    for one in _inspect_each(photos, permit, models, frontal, clock):  # (1)
        seen.append(one)
        if on_photo:
            on_photo(one)
        progress.step("progress_judging", len(seen), len(photos))
    chosen = frontal if frontal is not None else choose_frontal(seen)  # (2)
    final = _without_repeats(_compared(seen, chosen))  # (3)
    first = final[chosen].measures if chosen is not None and final[chosen].verdict.is_usable else None
    others = [p.measures for p in final if p.index != chosen and p.verdict.is_usable and p.measures]
    return SetReport(
        photos=tuple(final),
        frontal=chosen,
        accepted=sum(photo.verdict.is_usable for photo in final),
        score=scoring.score(first, others),  # (4)
        next=scoring.advice(first, others),
    )


def choose_frontal(photos: Sequence[Inspected]) -> int | None:
    """Choose the photo to be the frontal: usable as one, then most frontal and best; None when no face was seen."""
    ranked = [(_as_frontal(photo.measures), photo.index) for photo in photos if photo.measures and photo.mesh]
    return max(ranked)[1] if ranked else None


def _as_frontal(measures: Measures) -> tuple[int, float]:
    """Rank: 2 accepted, 1 warned, 0 refused; then quality, less a tenth per 5 degrees off the axis."""
    outcome = ("refused", "warned", "accepted").index(judge(measures, "frontal").verdict)
    off_axis = abs(measures.yaw) + abs(measures.pitch) / 2 + abs(measures.roll) / 4
    return outcome, scoring.quality(measures) - 0.02 * off_axis - 0.2 * measures.smile


def _inspect_each(
    photos: Sequence[Loader], permit: Permit, models: Path, frontal: int | None, clock: Clock
) -> Iterator[Inspected]:
    """Inspect in order with a few ahead. When one fails, or nobody listens any more, the rest is not begun."""

    def look(index: int) -> Inspected:
        role: Role = "frontal" if index == frontal else "supplementary"
        try:
            data = photos[index]()
        except OSError:
            return _refused(index, role, PhotoUnreadableError(), b"")
        except PhotoRefusedError as refusal:
            return _refused(index, role, refusal, b"")
        return inspect(data, permit, models, role=role, index=index, clock=clock)

    waiting: deque[Future[Inspected]] = deque()
    with nets.one_thread_each(), ThreadPoolExecutor(WORKERS, thread_name_prefix="photos") as workers:
        try:
            for index in range(len(photos)):
                waiting.append(workers.submit(look, index))
                if len(waiting) > WORKERS + AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _refused(index: int, role: Role, refusal: PhotoRefusedError, digest: bytes) -> Inspected:
    return Inspected(
        index=index, role=role, verdict=Verdict(verdict="refused", reasons=(refusal.code,)), digest=digest
    )


def _compared(photos: Sequence[Inspected], chosen: int | None) -> list[Inspected]:
    """Judge the frontal as one, and say of every other photo whether it shows the same person."""
    if chosen is None:
        return list(photos)
    first = photos[chosen]
    if first.measures is None or first.embedding is None:
        return [replace(p, same_person="frontal") if p is first else p for p in photos]
    others = [photo for photo in photos if photo.index != chosen and photo.embedding is not None]
    answers = sameness.compare(first.embedding, [p.embedding for p in others if p.embedding is not None])
    same = {photo.index: answer for photo, answer in zip(others, answers, strict=True)}
    frontal = replace(first, role="frontal", verdict=judge(first.measures, "frontal"), same_person="frontal")
    return [frontal if p.index == chosen else _with_sameness(p, same.get(p.index)) for p in photos]


def _with_sameness(photo: Inspected, same: sameness.Sameness | None) -> Inspected:
    if same is None:
        return photo
    verdict = photo.verdict
    if same == "other":
        verdict = add(verdict, "other_person", "refuse")
    elif same == "unsure":
        verdict = add(verdict, "person_unsure", "warn")
    return replace(photo, same_person=same, verdict=verdict)


def _without_repeats(photos: Sequence[Inspected]) -> list[Inspected]:
    """Refuse a file that came before, byte for byte; of the frontal and its copy the copy goes."""
    kept: dict[bytes, int] = {photo.digest: photo.index for photo in reversed(photos) if photo.digest}
    kept |= {photo.digest: photo.index for photo in photos if photo.role == "frontal" and photo.digest}
    repeated = {photo.index for photo in photos if photo.digest and kept[photo.digest] != photo.index}
    return [
        replace(photo, verdict=add(photo.verdict, "repeated", "refuse")) if photo.index in repeated else photo
        for photo in photos
    ]
