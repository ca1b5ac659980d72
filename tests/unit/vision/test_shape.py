"""The shape of head and shoulders, from a mesh and an outline."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.fakes.takes import ellipse

from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.canonical import canonical
from fenshen.vision.shape import Shape, diffuse, shape_of, vertex_normals

SIZE = (300, 240)
CENTRE, SCALE = (120.0, 120.0), 5.0  # pixels; pixels per centimetre


def globe() -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.int32]]]:
    """Front half of a unit sphere as a mesh, in picture coordinates (y down, z away)."""
    n = 13
    ys, xs = np.mgrid[-0.7 : 0.7 : n * 1j, -0.7 : 0.7 : n * 1j]
    points = np.column_stack([xs.ravel(), ys.ravel(), -np.sqrt(1 - xs.ravel() ** 2 - ys.ravel() ** 2)])
    corner = np.arange(n * n).reshape(n, n)
    a, b, c, d = (m.ravel() for m in (corner[:-1, :-1], corner[:-1, 1:], corner[1:, :-1], corner[1:, 1:]))
    triangles = np.concatenate([np.column_stack([a, b, c]), np.column_stack([b, d, c])]).astype(np.int32)
    return floats(points), triangles


@pytest.mark.parametrize("winding", [1, -1])
def test_normals_of_a_globe_point_outwards_whichever_way_its_triangles_run(winding: int) -> None:
    points, triangles = globe()
    normals = vertex_normals(points, triangles[:, ::winding])
    outwards = points * floats([1, -1, -1])
    assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-4)
    assert (normals * outwards).sum(1).min() > 0.95


def test_diffusion_between_two_walls_is_a_straight_slope() -> None:
    values = np.zeros((24, 33, 1), np.float32)
    values[:, -1] = 1.0
    known = np.zeros((24, 33), bool)
    known[:, [0, -1]] = True
    field = diffuse(values, known, np.ones_like(known), sweeps=300)[..., 0]
    assert np.abs(field - np.linspace(0, 1, 33)).max() < 0.06


@settings(max_examples=25, deadline=None)
@given(
    hnp.arrays(np.float32, (20, 26, 2), elements=st.floats(-1, 1, width=32)),
    hnp.arrays(np.bool_, (20, 26)),
)
def test_diffusion_keeps_what_is_known_and_invents_nothing_beyond_it(
    values: Floats, known: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
) -> None:
    known[3, 4] = True
    field = diffuse(values, known, np.ones_like(known))
    assert np.array_equal(field[known], values[known])
    assert field.max() <= values[known].max() + 1e-3
    assert field.min() >= values[known].min() - 1e-3


def test_diffusion_from_nothing_is_nothing() -> None:
    nowhere = np.zeros((20, 20), bool)
    assert not diffuse(np.ones((20, 20, 2), np.float32), nowhere, ~nowhere).any()


@pytest.fixture(scope="module")
def bust(models: Path) -> tuple[Shape, Floats, Floats]:
    """The canonical face in a head on a neck on shoulders: its shape, alpha and mesh."""
    face = canonical(models)
    points = np.zeros((478, 3), np.float32)
    points[:468] = face.vertices * floats([SCALE, -SCALE, -SCALE]) + floats([*CENTRE, 0])
    points[468:] = points[[33] * 5 + [263] * 5]
    alpha = ellipse(SIZE, (120, 112), (46, 62)) | ellipse(SIZE, (120, 190), (24, 40))
    alpha |= ellipse(SIZE, (120, 290), (100, 70))
    return shape_of(floats(alpha), points, face.triangles), floats(alpha), points


def at(shape: Shape, x: float, y: float) -> tuple[int, int]:
    height, width = shape.depth.shape
    return round(y / SIZE[0] * height), round(x / SIZE[1] * width)


def test_normals_are_unit_and_turned_to_the_viewer(bust: tuple[Shape, Floats, Floats]) -> None:
    shape, _, _ = bust
    assert np.allclose(np.linalg.norm(shape.normals, axis=-1), 1, atol=0.02)
    assert (shape.normals[..., 2] >= 0).all()
    assert np.isfinite(shape.depth).all()


def test_each_side_of_head_and_shoulders_is_turned_to_its_side(bust: tuple[Shape, Floats, Floats]) -> None:
    shape, _, _ = bust
    for y, half in ((112, 40), (200, 18), (270, 80)):
        left, right = (shape.normals[at(shape, x, y)] for x in (120 - half, 120 + half))
        assert left[0] < -0.2 < 0.2 < right[0]
    assert shape.normals[at(shape, 120, 54)][1] > 0.5  # the crown looks up
    assert shape.normals[at(shape, 120, 120)][2] > 0.8  # the face looks at us


def test_the_nose_is_nearest_and_the_neck_lies_behind_the_chin(bust: tuple[Shape, Floats, Floats]) -> None:
    shape, alpha, points = bust
    nose, chin = points[regions.NOSE_TIP], points[regions.CHIN]
    neck = at(shape, 120, float(chin[1]) + 8)
    assert (
        shape.depth[at(shape, *nose[:2].tolist())]
        > shape.depth[at(shape, float(chin[0]), float(chin[1]) - 4)]
    )
    assert shape.depth[at(shape, float(chin[0]), float(chin[1]) - 4)] > shape.depth[neck] + 0.15
    outside = shape.depth[at(shape, 5, 5)]
    assert alpha[5, 5] == 0
    assert outside < shape.depth[neck]
