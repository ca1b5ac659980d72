"""Faces are found, meshed, compared and cut out; measured on people who do not exist."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from fenshen.vision import faces, identity, mesh, nets, person, quality
from fenshen.vision.arrays import RGB
from fenshen.vision.blendshapes import BLENDSHAPES, SEEN
from fenshen.vision.canonical import canonical
from fenshen.vision.mesh import FaceMesh

DATA = Path(__file__).parents[2] / "data" / "people"


def picture(name: str) -> RGB:
    return np.asarray(Image.open(BytesIO((DATA / f"{name}.jpg").read_bytes())).convert("RGB"))


def fitted(rgb: RGB, models: Path) -> FaceMesh:
    return mesh.fit(rgb, faces.detect(rgb, models)[0], models)


@pytest.fixture(scope="module")
def anna() -> RGB:
    return picture("anna/00")


@pytest.fixture(scope="module")
def anna_mesh(anna: RGB, models: Path) -> FaceMesh:
    return fitted(anna, models)


def test_one_face_is_found_with_its_eyes_where_they_are(anna: RGB, models: Path) -> None:
    found = faces.detect(anna, models)
    assert len(found) == 1
    assert found[0].score > 0.9
    right_eye, left_eye, nose, right_mouth, _ = found[0].points
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_eye[1] < nose[1] < right_mouth[1]


def test_the_largest_face_comes_first(anna: RGB, models: Path) -> None:
    wide = np.concatenate([cv2.resize(picture("omar/00"), (384, 512)), np.zeros((512, 384, 3), np.uint8)])
    found = faces.detect(np.concatenate([wide, anna], axis=1), models)
    assert len(found) == 2
    assert found[0].box[0] > 384


def test_a_face_is_found_in_any_size_of_picture(anna: RGB, models: Path) -> None:
    for height in (160, 400, 2400):
        scaled = np.asarray(cv2.resize(anna, (height * 3 // 4, height)), np.uint8)
        box = faces.detect(scaled, models)[0].box
        assert box[2] / height == pytest.approx(faces.detect(anna, models)[0].box[2] / 1024, rel=0.08)


def test_a_face_that_fills_the_frame_is_found(anna: RGB, models: Path) -> None:
    assert faces.detect(anna[190:640, 190:570].copy(), models)


def test_no_face_is_found_on_a_wall(models: Path) -> None:
    assert faces.detect(np.full((900, 700, 3), 150, np.uint8), models) == []


def test_the_mesh_lies_on_the_face(anna: RGB, anna_mesh: FaceMesh, models: Path) -> None:
    assert anna_mesh.points.shape == (478, 3)
    assert anna_mesh.points.dtype == np.float32
    assert anna_mesh.presence > 0.99
    assert len(anna_mesh.blendshapes) == len(BLENDSHAPES) == 52
    found = faces.detect(anna, models)[0]
    off = np.linalg.norm(anna_mesh.points[[468, 473], :2] - found.points[:2], axis=1)
    assert off.max() < 0.12 * np.linalg.norm(found.points[1] - found.points[0])


@pytest.mark.parametrize(
    ("name", "low", "high"), [("anna/00", -4, 4), ("anna/10", 28, 45), ("anna/11", -52, -34)]
)
def test_yaw_is_positive_to_the_images_right(name: str, low: float, high: float, models: Path) -> None:
    assert low < fitted(picture(name), models).pose.yaw < high


def test_roll_is_positive_clockwise_and_pitch_stays(anna: RGB, models: Path) -> None:
    turn = cv2.getRotationMatrix2D((384, 512), -20, 1)
    leaning = np.asarray(cv2.warpAffine(anna, turn, (768, 1024), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    pose = fitted(leaning, models).pose
    assert pose.roll == pytest.approx(20, abs=3)
    assert abs(pose.pitch) < 6
    assert np.allclose(pose.rotation @ pose.rotation.T, np.eye(3), atol=1e-5)


def test_blendshapes_tell_a_smile_and_shut_eyes(models: Path, anna_mesh: FaceMesh) -> None:
    smiling = fitted(picture("anna/03"), models).blendshapes
    blinking = fitted(picture("anna/23"), models).blendshapes
    assert smiling["mouthSmileLeft"] > 0.6 + anna_mesh.blendshapes["mouthSmileLeft"]
    assert blinking["eyeBlinkLeft"] > 0.5 + anna_mesh.blendshapes["eyeBlinkLeft"]


def test_a_mesh_scales_with_its_picture(anna_mesh: FaceMesh) -> None:
    assert np.allclose(anna_mesh.scaled(2).points, anna_mesh.points * 2)
    assert anna_mesh.scaled(2).pose is anna_mesh.pose


def test_the_canonical_face_is_whole(models: Path) -> None:
    face = canonical(models)
    assert (face.vertices.shape, face.uv.shape, face.triangles.shape) == ((468, 3), (468, 2), (898, 3))
    assert face.triangles.min() == 0
    assert face.triangles.max() == 467
    assert (face.uv >= 0).all()
    assert (face.uv <= 1).all()
    assert face.basis_weights.sum() == pytest.approx(1)
    assert face.vertices[10, 1] > face.vertices[152, 1]  # the forehead is above the chin
    assert canonical(models) is face
    assert len(SEEN) == 146


def test_the_pose_of_the_canonical_face_is_straight(models: Path) -> None:
    face = canonical(models)
    points = face.vertices * np.array([1, -1, -1], np.float32)
    straight = mesh.pose(points, face)
    assert max(abs(straight.yaw), abs(straight.pitch), abs(straight.roll)) < 1e-3


def test_photos_of_one_person_are_alike_and_of_two_are_not(
    anna: RGB, anna_mesh: FaceMesh, models: Path
) -> None:
    own = identity.embed(anna, anna_mesh, models)
    assert own.shape == (128,)
    assert np.linalg.norm(own) == pytest.approx(1, abs=1e-5)
    again, other = (picture(name) for name in ("anna/10", "omar/00"))
    assert identity.cosine(own, identity.embed(again, fitted(again, models), models)) > 0.5
    assert identity.cosine(own, identity.embed(other, fitted(other, models), models)) < 0.3


def test_a_face_without_a_mesh_can_be_compared_too(anna: RGB, anna_mesh: FaceMesh, models: Path) -> None:
    face = faces.detect(anna, models)[0]
    assert identity.cosine(identity.embed(anna, face, models), identity.embed(anna, anna_mesh, models)) > 0.9


def test_similarity_finds_the_map_it_was_given() -> None:
    source = np.array([[0, 0], [10, 0], [0, 10], [7, 3]], np.float32)
    turn = 2.5 * np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    target = (source @ turn.T + [5, -3]).astype(np.float32)
    found = identity.similarity(source, target)
    assert np.allclose(found[:, :2], turn, atol=1e-4)
    assert np.allclose(found[:, 2], [5, -3], atol=1e-3)


@pytest.mark.parametrize("probability", [person.person_probability, person.selfie_probability])
def test_the_person_stands_out_from_the_wall(
    probability: object, anna: RGB, anna_mesh: FaceMesh, models: Path
) -> None:
    mask = probability(anna, models)  # type: ignore[operator]
    assert (mask.shape, mask.dtype) == ((1024, 768), np.float32)
    nose, corner = anna_mesh.points[4, :2].astype(int), (10, 10)
    assert mask[nose[1], nose[0]] > 0.9
    assert mask[corner] < 0.1


def test_many_threads_get_the_same_answer(anna: RGB, anna_mesh: FaceMesh, models: Path) -> None:
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(partial(fitted, models=models), [anna] * 8):
            assert np.array_equal(found.points, anna_mesh.points)


def test_a_net_comes_back_to_its_shelf_after_an_error() -> None:
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    with pytest.raises(ValueError, match="dropped"), nets.borrow("a test's net", make):
        raise ValueError("dropped")
    with nets.borrow("a test's net", make) as first, nets.borrow("a test's net", make) as second:
        assert first is not second
    assert len(made) == 2


def test_opencv_gets_its_threads_back() -> None:
    before = cv2.getNumThreads()
    with nets.one_thread_each(), nets.one_thread_each():
        assert cv2.getNumThreads() == 1
    assert cv2.getNumThreads() == before


def test_the_cut_out_is_level_and_of_one_size(anna: RGB, models: Path) -> None:
    turn = cv2.getRotationMatrix2D((384, 512), -20, 1)
    leaning = np.asarray(cv2.warpAffine(anna, turn, (768, 1024), borderMode=cv2.BORDER_REPLICATE), np.uint8)
    for rgb in (anna, leaning, np.asarray(cv2.resize(anna, (1536, 2048)), np.uint8)):
        cut = quality.cut_out(rgb, fitted(rgb, models))
        eyes = cut.points[473] - cut.points[468]
        assert abs(eyes[1]) < 2
        assert eyes[0] == pytest.approx(quality.EYES, rel=0.08)
        assert cut.face[128, 128]


def test_blur_grows_with_blur_and_does_not_depend_on_the_size(anna: RGB, models: Path) -> None:
    def blur(rgb: RGB) -> float:
        return quality.blur(quality.cut_out(rgb, fitted(rgb, models)))

    steps = [blur(np.asarray(cv2.GaussianBlur(anna, (0, 0), sigma), np.uint8)) for sigma in (0.5, 2, 4, 8)]
    assert steps == sorted(steps)
    larger = np.asarray(cv2.resize(anna, (1536, 2048), interpolation=cv2.INTER_CUBIC), np.uint8)
    assert blur(larger) == pytest.approx(blur(anna), abs=0.04)


def test_side_light_tells_the_side(anna: RGB, anna_mesh: FaceMesh) -> None:
    half = anna.copy()
    half[:, 384:] //= 3
    assert quality.side_light(quality.cut_out(half, anna_mesh)) < -0.3
    assert quality.side_light(quality.cut_out(anna[:, ::-1].copy(), anna_mesh)) == pytest.approx(0, abs=0.2)


def test_noise_is_measured_as_a_share_of_brightness() -> None:
    flat = np.full((200, 200, 3), 120, np.float32)
    grain = np.random.default_rng(1).normal(0, 6, (200, 200, 1))
    noisy = np.clip(flat + grain, 0, 255).astype(np.uint8)
    assert quality.noise(noisy, (0, 0, 200, 200)) == pytest.approx(6 / 130, rel=0.15)
    assert quality.noise(flat.astype(np.uint8), (0, 0, 200, 200)) == 0
    assert quality.noise(noisy, (199, 199, 1, 1)) == 0
