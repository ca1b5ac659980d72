"""One photo's story, and a whole set's. Pixels live only while their photo is looked at.

What is kept of each photo is small: numbers, 478 points, and an embedding that is never written and not shown.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from fenshen.clock import Clock, SystemClock
from fenshen.photos import enough, percentile, who
from fenshen.photos import score as scoring
from fenshen.photos.advice import advise
from fenshen.photos.container import PhotoRefusedError
from fenshen.photos.coverage import cover
from fenshen.photos.decode import decode, must_cover_photos
from fenshen.photos.judge import Role, Verdict, judge
from fenshen.photos.measure import Measures, measure
from fenshen.photos.rehearsal import rehearse
from fenshen.photos.report import NOT_NEEDED, Inspected, SamePerson, SetReport
from fenshen.photos.scene import judge_scene, look_around
from fenshen.photos.together import choose_frontal, compared, without_repeats
from fenshen.progress import Progress, Silent
from fenshen.rights.consent import Permit
from fenshen.vision import faces, identity, mesh, nets

__all__ = [
    "Inspected", "Loader", "SamePerson", "SetReport", "choose_frontal", "inspect", "inspect_set", "judged_together",
]  # fmt: skip

WORKING_EDGE = 1600  # px; photos are measured at no more than this
WORKERS = 2
AHEAD = 2  # photos waiting besides those being looked at: bounds memory whatever the size of the set

Loader = Callable[[], bytes]

_wall = SystemClock()


class PhotoUnreadableError(PhotoRefusedError):
    """The file could not be read from where it lies."""

    code = "photo_unreadable"


def inspect(
    data: bytes,
    permit: Permit,
    models: Path,
    *,
    role: Role = "supplementary",
    index: int = 0,
    on_verdict: Callable[[Inspected], None] | None = None,
    clock: Clock = _wall,
) -> Inspected:
    """Decode, find, fit, measure, judge one photo. A file that is no usable photo gives a refusal, not an error.

    ``on_verdict`` hears of it as soon as it is judged: its embedding, which only the set needs, comes after.
    Raises PermitRefusedError, WeightMissingError and WeightAlteredError.
    """
    must_cover_photos(permit, clock)
    digest = hashlib.sha256(data).digest()
    try:
        photo = decode(data, permit, longest_edge=WORKING_EDGE, clock=clock)
    except PhotoRefusedError as refusal:
        return _refused(index, role, refusal, digest)
    found = faces.detect(photo.pixels, models)
    fitted = mesh.fit(photo.pixels, found[0], models) if found else None
    measures = measure(photo, found, fitted, models)
    scene = look_around(photo, found, models)
    judged = Inspected(
        index=index,
        role=role,
        verdict=judge_scene(judge(measures, role), scene),
        measures=measures,
        scene=scene,
        original_size=photo.original_size,
        scale=photo.scale,
        face=found[0] if found else None,
        mesh=fitted,
        digest=digest,
    )
    if on_verdict:
        on_verdict(judged)
    return replace(judged, embedding=identity.embed(photo.pixels, fitted, models)) if fitted else judged


def inspect_set(
    photos: Sequence[Loader],
    permit: Permit,
    models: Path,
    *,
    frontal: int | None = None,
    progress: Progress | None = None,
    on_photo: Callable[[Inspected], None] | None = None,
    stop_when_enough: bool = False,
    clock: Clock = _wall,
) -> SetReport:
    """Inspect a set, two photos at a time.

    1. each photo by itself; ``on_photo`` hears of its verdict at once, in order, before the set is known
    2. with ``stop_when_enough``, no further photo is opened once another would add too little (photos.enough)
    3. the frontal: the one named, else the best of those that would pass as one, else the most frontal
    4. the frontal judged by its own rules, the others compared with it, repeats and near-duplicates found
    5. score, percentile, coverage and advice

    ``photos`` are functions that read one file each, called when its turn comes; an OSError makes that photo
    unreadable. When this returns or raises, none of them is being read any more. Raises what ``inspect`` raises.
    """
    must_cover_photos(permit, clock)
    progress = progress or Silent()
    seen: list[Inspected] = []

    def is_enough(waiting: int) -> bool | None:
        if not stop_when_enough:
            return False
        usable = sum(photo.verdict.is_usable for photo in seen)
        if waiting and enough.might_be_enough(usable + waiting):
            return None
        return _is_enough(seen, frontal)

    def begin(workers: ThreadPoolExecutor) -> None:
        workers.submit(rehearse, models)
        progress.step("progress_judging", 0, len(photos))  # takes its time to draw, the first time

    look = _looker(photos, permit, models, frontal, clock)
    inspected = _in_order(len(photos), look, frontal, is_enough, on_photo or _unheard, begin)
    with closing(inspected) as each:  # (1) (2)
        for one in each:
            seen.append(one)
            progress.step("progress_judging", len(seen), len(photos))
    if len(seen) < len(photos) or not photos:
        progress.step("progress_judging", len(photos), len(photos))
    return judged_together(seen, frontal=frontal, total=len(photos))  # (3) (4) (5)


def judged_together(
    seen: Sequence[Inspected], *, frontal: int | None = None, total: int | None = None
) -> SetReport:
    """Judge photos that were inspected one by one as a set: steps 3 to 5 of ``inspect_set``.

    total: how many photos there are, those included that were not opened.
    """
    seen = sorted(seen, key=lambda photo: photo.index)
    chosen = frontal if frontal is not None else choose_frontal(seen)
    opened = without_repeats(compared(seen, chosen))
    here = {photo.index for photo in opened}
    closed = [
        _not_needed(index) for index in range(len(seen) if total is None else total) if index not in here
    ]
    return _summed_up(sorted([*opened, *closed], key=lambda photo: photo.index), chosen)


def _is_enough(seen: Sequence[Inspected], named: int | None) -> bool:
    """Judge the photos so far as if they were the set; the photo named as frontal must be among them."""
    if not enough.is_enough([p.measures for p in seen if p.measures and p.verdict.is_usable]):
        return False  # quick, and mostly so
    if named is not None and all(photo.index != named for photo in seen):
        return False
    chosen = named if named is not None else choose_frontal(seen)
    final = without_repeats(compared(seen, chosen))
    if chosen is None or not next(p for p in final if p.index == chosen).verdict.is_usable:
        return False
    return enough.is_enough([p.measures for p in final if p.measures and p.verdict.is_usable])


def _summed_up(photos: Sequence[Inspected], chosen: int | None) -> SetReport:
    usable: dict[int, Measures] = {p.index: p.measures for p in photos if p.measures and p.verdict.is_usable}
    first = usable.get(chosen) if chosen is not None else None
    others = [measures for index, measures in usable.items() if index != chosen]
    points = scoring.score(first, others)
    own = [
        p.scene.minor
        for p in photos
        if p.scene and p.verdict.is_usable and p.same_person in {"frontal", "same"}
    ]  # what hides or blurs a face makes it read young
    band = who.age_band(own)
    scenes = [photo.scene for photo in photos if photo.scene]
    return SetReport(
        photos=tuple(photos),
        frontal=chosen,
        accepted=sum(photo.verdict.is_usable for photo in photos),
        score=points,
        better_than_percent=percentile.better_than_percent(points),
        next=advise(first, others),
        next_gain=enough.expected_gain(list(usable.values())),
        coverage=cover(usable),
        age_band=band,
        asks=(who.ASKS[band],) if band in who.ASKS else (),
        checked={
            "age": band != "not_checked",
            "nudity": any(scene.nudity is not None for scene in scenes),
        },
    )


Told = Callable[[Inspected], None]


def _unheard(_photo: Inspected) -> None:
    """Hear of a verdict, and do nothing."""


def _looker(
    photos: Sequence[Loader], permit: Permit, models: Path, frontal: int | None, clock: Clock
) -> Callable[[int, Told], Inspected]:
    """Give what reads and inspects the photo of an index, telling its verdict as soon as it is known."""

    def look(index: int, tell: Told) -> Inspected:
        role: Role = "frontal" if index == frontal else "supplementary"
        try:
            data = photos[index]()
        except OSError:
            return _refused(index, role, PhotoUnreadableError(), b"")
        except PhotoRefusedError as refusal:
            return _refused(index, role, refusal, b"")
        return inspect(data, permit, models, role=role, index=index, on_verdict=tell, clock=clock)

    return look


def _in_order(
    count: int,
    look: Callable[[int, Told], Inspected],
    frontal: int | None,
    is_enough: Callable[[int], bool | None],
    on_photo: Told,
    begin: Callable[[ThreadPoolExecutor], None],
) -> Generator[Inspected]:
    """Inspect in order, the named frontal first, with a few ahead; tell each verdict, then give the photo.

    ``begin`` is called once, when the first photo is on its way. When one fails, or nobody listens any more, the
    rest is not begun. ``is_enough`` is asked before each is begun, with the number of those under way: yes, no, or
    None when it hangs on them; then they are seen through first.
    """
    waiting: deque[tuple[Future[Inspected], Future[Inspected]]] = deque()

    def next_one() -> Inspected:
        verdict, whole = waiting.popleft()
        wait((verdict, whole), return_when=FIRST_COMPLETED)
        if verdict.done():
            on_photo(verdict.result())
            return whole.result()
        one = whole.result()  # refused unseen, or it raises
        on_photo(one)
        return one

    with nets.one_thread_each(), ThreadPoolExecutor(WORKERS, thread_name_prefix="photos") as workers:
        try:
            for place, index in enumerate(sorted(range(count), key=lambda index: index != frontal)):
                while len(waiting) > WORKERS + AHEAD or is_enough(len(waiting)) is None:
                    yield next_one()
                if is_enough(len(waiting)):
                    break
                verdict: Future[Inspected] = Future()
                waiting.append((verdict, workers.submit(look, index, verdict.set_result)))
                if place == 0:
                    begin(workers)
            while waiting:
                yield next_one()
        finally:
            for _, whole in waiting:
                whole.cancel()


def _refused(index: int, role: Role, refusal: PhotoRefusedError, digest: bytes) -> Inspected:
    return Inspected(
        index=index, role=role, verdict=Verdict(verdict="refused", reasons=(refusal.code,)), digest=digest
    )


def _not_needed(index: int) -> Inspected:
    return Inspected(
        index=index, role="supplementary", verdict=Verdict(verdict="refused", reasons=(NOT_NEEDED,))
    )
