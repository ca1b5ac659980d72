"""Build the double: choose the photos that become takes, cut them, and sum up what they share."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np

from fenshen.clock import Clock
from fenshen.double.choose import Candidate, choose
from fenshen.double.cutting import AROUND, TAKE_EDGE, cut_take
from fenshen.double.double import OpenDouble, own_skin
from fenshen.double.fusing import own_face
from fenshen.double.spread import own_spread, to_takes
from fenshen.double.take import Take
from fenshen.photos.decode import Photo, decode
from fenshen.photos.inspect import Inspected, SetReport
from fenshen.photos.optics import distance_by_lens
from fenshen.progress import Progress
from fenshen.rights.consent import Permit, Purpose
from fenshen.vision.arrays import floats
from fenshen.vision.canonical import canonical
from fenshen.vision.faces import Face
from fenshen.vision.features import between_pupils, camera_distance
from fenshen.vision.mesh import FaceMesh

FACE_WIDTH: Final = (
    15.3  # cm, of the canonical face, whose pupils lie as far apart as `camera_distance` takes them
)
CUTTERS: Final = 2  # takes cut at the same time: the solver and the nets let go of the interpreter


def build(
    report: SetReport,
    photos: Sequence[Callable[[], bytes]],
    permit: Permit,
    models: Path,
    *,
    progress: Progress,
    clock: Clock,
) -> OpenDouble:
    """Make a double of the usable photos of a set.

    1. choose the takes  2. decode each again, larger, and cut it out  3. fuse the face that all share
    4. measure the sitter's own spread.
    photos: how to read each photo of the report. The embeddings in the report are compared here and forgotten.
    Raises PermitRefusedError before a byte is read.
    """
    permit.check(Purpose.BUILD_DOUBLE, clock.now())
    usable = {photo.index + 1: photo for photo in report.usable if photo.mesh is not None}
    frontal = (report.frontal or 0) + 1
    surely = [photo for photo in usable.values() if photo.same_person in {"frontal", "same"}]
    chosen = choose([_candidate(photo) for photo in surely], frontal)  # (1)
    known = {k: photo.embedding for k, photo in usable.items() if photo.embedding is not None}
    typical = {k: to_takes(k, known, chosen) for k in chosen}
    with ThreadPoolExecutor(CUTTERS, thread_name_prefix="cutter") as workers:
        jobs = [
            workers.submit(_cut, usable[k], typical[k] or 1.0, photos[k - 1], permit, models, clock)
            for k in chosen
        ]  # (2)
        try:
            takes = tuple(_counted(jobs, progress))
        except BaseException:
            workers.shutdown(cancel_futures=True)  # who stops does not wait for takes that nobody wants
            raise
    skin, key = own_skin(takes)
    face = own_face(takes, surely, skin, canonical(models))  # (3)
    return OpenDouble(takes=takes, skin=skin, key=key, spread=own_spread(known, chosen), face=face)  # (4)


def _counted(jobs: Sequence[Future[Take]], progress: Progress) -> Iterator[Take]:
    progress.step("progress_cutting", 0, len(jobs))
    for done, job in enumerate(jobs, 1):
        yield job.result()
        progress.step("progress_cutting", done, len(jobs))


def _candidate(photo: Inspected) -> Candidate:
    m = photo.measures
    assert m is not None  # noqa: S101  (a usable photo was measured)
    return Candidate(
        photo=photo.index + 1,
        yaw=m.yaw,
        pitch=m.pitch,
        smile=m.smile,
        mouth_open=m.mouth_open,
        eyes_open=1 - m.eyes_shut,
        side_light=float(np.clip(m.side_light, -1, 1)),
        sharpness=min(1.0, max(0.0, (m.sharpness - 0.25) / 0.25)),
        eye_distance=m.eye_distance,
        company=m.rival,
    )


def _cut(
    photo: Inspected,
    typical: float,
    read: Callable[[], bytes],
    permit: Permit,
    models: Path,
    clock: Clock,
) -> Take:
    """Decode a photo as large as a take can use, bring face and mesh to that size, and cut it out."""
    assert photo.face is not None and photo.mesh is not None and photo.original_size is not None  # noqa: S101, PT018
    _, _, width, height = (side / photo.scale for side in photo.face.box)
    whole = photo.original_size
    reach = max(
        min(whole[0], (AROUND[0] + AROUND[2]) * width), min(whole[1], (1 + AROUND[1] + AROUND[3]) * height)
    )
    edge = round(1.02 * max(whole) * min(1.0, TAKE_EDGE / reach))
    larger = decode(read(), permit, longest_edge=edge, clock=clock)
    factor = larger.scale / photo.scale
    mesh = photo.mesh.scaled(factor)
    x, y, w, h = (side * factor for side in photo.face.box)
    face = Face(box=(x, y, w, h), points=floats(photo.face.points * factor), score=photo.face.score)
    away = _away(larger, mesh, models) / FACE_WIDTH
    by_lens = larger.lens is not None
    return cut_take(
        larger.pixels, face, mesh, _candidate(photo), models, typical=typical, distance=away, by_lens=by_lens
    )


def _away(photo: Photo, mesh: FaceMesh, models: Path) -> float:
    """How far the camera was, cm: by its lens, or else as perspective reads it."""
    size = photo.pixels.shape[1], photo.pixels.shape[0]
    if photo.lens is None:
        return camera_distance(mesh, size, models)
    return distance_by_lens(photo.lens, size, between_pupils(mesh))
