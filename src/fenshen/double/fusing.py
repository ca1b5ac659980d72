"""Put together what the takes say about the face itself."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from fenshen.double.albedo import fuse
from fenshen.double.colours import hair_colour, iris_colour, lip_colour
from fenshen.double.identity_shape import identity_shape
from fenshen.double.marks import lasting
from fenshen.double.own_face import OwnFace
from fenshen.double.take import Take
from fenshen.double.unwrap import chart, flatten
from fenshen.photos.report import Inspected
from fenshen.vision.arrays import Floats
from fenshen.vision.canonical import CanonicalFace

WORKERS: Final = 2


def own_face(
    takes: Sequence[Take], photos: Sequence[Inspected], skin: Floats, face: CanonicalFace
) -> OwnFace:
    """The face that all takes share.

    takes: the frontal first. photos: those of the sitter that have a mesh; their pixels are not needed. skin: (3,) the
    sitter's own skin, linear sRGB.
    """
    charted = chart(face)
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="own-face") as workers:
        hair, iris = workers.submit(hair_colour, takes, skin), workers.submit(iris_colour, takes, skin)
        flats = list(workers.map(lambda take: flatten(take, charted, face.triangles), takes))
    albedo, known = fuse(takes, flats, charted, face.uv, skin)
    fitted = [(photo.mesh, photo.measures) for photo in photos]
    seen = [(mesh, measures) for mesh, measures in fitted if mesh is not None and measures is not None]
    return OwnFace(
        albedo=albedo,
        known=known,
        vertices=identity_shape(
            [mesh.points for mesh, _ in seen],
            [abs(mesh.pose.yaw) + abs(mesh.pose.pitch) for mesh, _ in seen],
            [measures.expression for _, measures in seen],
            face,
        ),
        marks=lasting(takes, flats, face.uv, albedo),
        hair=hair.result(),
        lips=lip_colour(albedo, face.uv),
        iris=iris.result(),
        uv=face.uv,
        triangles=face.triangles,
    )
