"""The canonical face that MediaPipe's mesh is a copy of: shape, texture coordinates, triangles.

It lies inside ``face_landmarker.task`` as a protocol buffer (GeometryPipelineMetadata). Reading the kinds of
field it uses takes twenty lines, so no protobuf package is needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from fenshen.vision import nets, weights
from fenshen.vision.arrays import Floats, Ints

WEIGHT = "face_landmarker.task"
MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"

VARINT, BYTES, FLOAT = 0, 2, 5  # wire types


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CanonicalFace:
    """A neutral adult face of average shape, from the front: x to the image's right, y up, z to us."""

    vertices: Floats  # (468, 3) centimetres
    uv: Floats  # (468, 2) texture coordinates, 0..1
    triangles: Ints  # (898, 3) indices of vertices
    basis: Ints  # (33,) the vertices that hold still when the face moves, for finding the pose
    basis_weights: Floats  # (33,) how still each of them holds; they sum to 1


def canonical(models: Path) -> CanonicalFace:
    """Read the canonical face; read once per process."""
    return _read(weights.path(WEIGHT, models))


@lru_cache(maxsize=2)
def _read(task: Path) -> CanonicalFace:
    top = list(_fields(nets.task_member(task, MEMBER)))
    mesh = list(_fields(next(value for field, value in top if field == 1 and isinstance(value, bytes))))
    vertices = np.array([value for field, value in mesh if field == 3], np.float32).reshape(-1, 5)  # noqa: PLR2004
    triangles = np.array([value for field, value in mesh if field == 4], np.int32).reshape(-1, 3)  # noqa: PLR2004
    held = sorted(_held(value) for field, value in top if field == 2 and isinstance(value, bytes))  # noqa: PLR2004
    still = np.array([weight for _, weight in held], np.float32)
    return CanonicalFace(
        vertices=vertices[:, :3],
        uv=vertices[:, 3:],
        triangles=triangles,
        basis=np.array([index for index, _ in held], np.int32),
        basis_weights=still / still.sum(),
    )


def _held(message: bytes) -> tuple[int, float]:
    """One entry of the Procrustes basis: landmark number (0 when left out) and weight."""
    fields = dict(_fields(message))
    index, weight = fields.get(1, 0), fields[2]
    return int(index), float(weight)


def _fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Walk the fields of a protocol-buffer message, in order, as (number, value)."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, at = _varint(message, at)
            yield number, value
        elif wire == FLOAT:
            yield number, float(np.frombuffer(message, "<f4", 1, at)[0])
            at += 4
        elif wire == BYTES:
            size, at = _varint(message, at)
            yield number, message[at : at + size]
            at += size
        else:
            reason = f"wire type {wire} does not occur in a canonical face"
            raise ValueError(reason)


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004  (the top bit says: more to come)
            return value, at
