"""What lies before a face is seen, what belongs to it is not, and the mesh is the same as ever."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from benchmarks.gate import worn
from tests.unit.photos import spoiling
from tests.unit.photos.conftest import DATA, Picture, pixels

from fenshen.vision import canonical, faces, hidden, mesh, nets
from fenshen.vision.hidden import Hidden
from fenshen.vision.litefile import telling_also

HELD_OUT = ("omar", "wei")  # of the four bundled people those the net was not taught on
BARE = ("anna", "lin", *HELD_OUT)
ANNA = pixels("anna/00")


@pytest.fixture(scope="module")
def fitted(models: Path) -> mesh.FaceMesh:
    return fit(ANNA, models)


def fit(rgb: Picture, models: Path) -> mesh.FaceMesh:
    return mesh.fit(rgb, faces.detect(rgb, models)[0], models)


def seen(rgb: Picture, models: Path) -> Hidden:
    found = fit(rgb, models).hidden
    assert found is not None
    return found


def test_before_bare_faces_lies_nothing_in_whatever_pose_and_light(models: Path) -> None:
    photos = {
        person: [
            seen(pixels(f"{person}/{file.stem}"), models) for file in (DATA / "people" / person).glob("*.jpg")
        ]
        for person in BARE
    }
    assert max(face.face for person in HELD_OUT for face in photos[person]) < 0.08
    everybody = [face for faces_of in photos.values() for face in faces_of]
    assert len(everybody) > 15
    assert np.mean([face.face > 0.08 for face in everybody]) < 0.1
    assert np.median([face.forehead for face in everybody]) < 0.05


@pytest.mark.parametrize("at", [17, 205, 425, 159])
def test_a_hand_is_seen_wherever_it_lies(at: int, fitted: mesh.FaceMesh, models: Path) -> None:
    drawn = worn.hand(at, 1.0, (60, 60))(ANNA, fitted, np.random.default_rng(3))
    assert seen(drawn, models).face > 0.2


def test_a_hat_is_seen_in_the_forehead_and_nowhere_else(fitted: mesh.FaceMesh, models: Path) -> None:
    found = seen(worn.cap(ANNA, fitted, np.random.default_rng(5)), models)
    assert found.forehead > 0.25
    assert found.face < 0.05
    assert found.eyes < 0.03


def test_dark_glasses_are_seen_before_both_eyes_and_a_patch_before_one(
    fitted: mesh.FaceMesh, models: Path
) -> None:
    assert seen(worn.dark_glasses(ANNA, fitted, np.random.default_rng(5)), models).eyes > 0.3
    patch = spoiling.painted(ANNA, fitted.points[list(worn.LENSES[0]), :2], (20, 20, 20))
    assert seen(patch, models).eyes < 0.1


def test_a_shadow_across_half_the_face_hides_nothing(models: Path) -> None:
    assert seen(spoiling.shaded(ANNA, 0.4), models).face < 0.05


def test_the_mesh_is_the_same_whether_its_net_tells_more_or_not(models: Path) -> None:
    with zipfile.ZipFile(models / canonical.WEIGHT) as bundle:
        plain = bundle.read(mesh.LANDMARKS)
    values = np.random.default_rng(2).random((1, mesh.SIDE, mesh.SIDE, 3), np.float32)
    before = nets.Lite(plain)(values)
    after = nets.Lite(telling_also(plain, hidden.TENSORS))(values)
    assert set(after) == set(before) | set(hidden.SHAPES)
    assert all(np.array_equal(before[shape], after[shape]) for shape in before)


def test_likelihoods_are_likelihoods(fitted: mesh.FaceMesh, models: Path) -> None:
    _, inner, _ = mesh.look_inside(ANNA, fitted.points, models)
    likely = hidden.likelihood(inner)
    assert likely.shape == (hidden.CELLS, hidden.CELLS)
    assert likely.dtype == np.float32
    assert 0 <= likely.min() < likely.max() <= 1
