"""What only the whole set tells of a photo: who is on it beside the frontal, and what came before."""

from collections.abc import Sequence
from dataclasses import replace

from fenshen.photos import repeats, sameness
from fenshen.photos import score as scoring
from fenshen.photos.judge import add, judge
from fenshen.photos.measure import Measures
from fenshen.photos.report import Inspected
from fenshen.photos.scene import judge_scene
from fenshen.vision.identity import cosine


def choose_frontal(photos: Sequence[Inspected]) -> int | None:
    """Choose the photo to be the frontal: usable as one, then most frontal and best; None when no face was seen.

    Only photos of the person whom most photos show are asked: one good picture of a friend must not turn all the
    others into strangers.
    """
    faces = [photo for photo in photos if photo.measures and photo.mesh]
    company = {photo.index: _company(photo, faces) for photo in faces}
    most = max(company.values(), default=0)
    ranked = [(_as_frontal(photo), photo.index) for photo in faces if 2 * company[photo.index] >= most]
    return max(ranked)[1] if ranked else None


def _company(photo: Inspected, faces: Sequence[Inspected]) -> int:
    """Count the other photos that surely show the same person."""
    if photo.embedding is None:
        return 0
    others = [other.embedding for other in faces if other is not photo and other.embedding is not None]
    return sum(cosine(photo.embedding, other) >= sameness.SAME for other in others)


def _as_frontal(photo: Inspected) -> tuple[int, float]:
    """Rank: 2 accepted, 1 warned, 0 refused; then quality, less a tenth per 5 degrees off the axis."""
    m = photo.measures
    if m is None:
        return 0, 0.0
    verdict = judge(m, "frontal") if photo.scene is None else judge_scene(judge(m, "frontal"), photo.scene)
    off_axis = abs(m.yaw) + abs(m.pitch) / 2 + abs(m.roll) / 4
    outcome = ("refused", "warned", "accepted").index(verdict.verdict)
    return outcome, scoring.quality(m) - 0.02 * off_axis - 0.2 * m.smile


def compared(photos: Sequence[Inspected], chosen: int | None) -> list[Inspected]:
    """Judge the frontal as one, and say of every other photo whether it shows the same person."""
    if chosen is None:
        return list(photos)
    first = next(photo for photo in photos if photo.index == chosen)
    if first.measures is None or first.embedding is None:
        return [replace(p, same_person="frontal") if p is first else p for p in photos]
    others = [photo for photo in photos if photo.index != chosen and photo.embedding is not None]
    answers = sameness.compare(first.embedding, [p.embedding for p in others if p.embedding is not None])
    same = {photo.index: answer for photo, answer in zip(others, answers, strict=True)}
    verdict = judge(first.measures, "frontal")
    verdict = verdict if first.scene is None else judge_scene(verdict, first.scene)
    frontal = replace(first, role="frontal", verdict=verdict, same_person="frontal")
    return [frontal if p is first else _with_sameness(p, same.get(p.index)) for p in photos]


def _with_sameness(photo: Inspected, same: sameness.Sameness | None) -> Inspected:
    if same is None:
        return photo
    verdict = photo.verdict
    if same == "other":
        verdict = add(verdict, "other_person", "refuse")
    elif same == "unsure":
        verdict = add(verdict, "person_unsure", "warn")
    return replace(photo, same_person=same, verdict=verdict)


def without_repeats(photos: Sequence[Inspected]) -> list[Inspected]:
    """Refuse a file that came before, byte for byte, and a photo that shows almost what a better one shows.

    Of the frontal and its copy the copy goes.
    """
    kept: dict[bytes, int] = {photo.digest: photo.index for photo in reversed(photos) if photo.digest}
    kept |= {photo.digest: photo.index for photo in photos if photo.role == "frontal" and photo.digest}
    copies = {photo.index for photo in photos if photo.digest and kept[photo.digest] != photo.index}
    shots = [
        _shot(p, p.measures) for p in photos if p.measures and p.verdict.is_usable and p.index not in copies
    ]
    alike = repeats.near_duplicates([shot for shot in shots if shot])
    codes = dict.fromkeys(alike, "near_duplicate") | dict.fromkeys(copies, "repeated")
    return [
        replace(photo, verdict=add(photo.verdict, codes[photo.index], "refuse"))
        if photo.index in codes
        else photo
        for photo in photos
    ]


def _shot(photo: Inspected, measures: Measures) -> repeats.Shot | None:
    if photo.scene is None:
        return None
    outcome = ("refused", "warned", "accepted").index(photo.verdict.verdict)
    rank = 10.0 if photo.role == "frontal" else outcome + scoring.quality(measures)
    return repeats.Shot(index=photo.index, fingerprint=photo.scene.fingerprint, measures=measures, rank=rank)
