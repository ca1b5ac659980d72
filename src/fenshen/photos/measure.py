"""What was measured on one photo: numbers only, never pixels. The rules that read them are in ``judge``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log10
from pathlib import Path

import numpy as np

from fenshen.errors import WeightMissingError
from fenshen.photos.decode import Photo
from fenshen.photos.optics import distance_by_lens
from fenshen.vision import faces as detector
from fenshen.vision import features, hands, quality, tone
from fenshen.vision.arrays import RGB
from fenshen.vision.faces import Face
from fenshen.vision.hidden import Hidden
from fenshen.vision.mesh import FaceMesh

BYSTANDER = 0.12
"""A face of less than this share of the largest one's area is somebody in the background and does not count."""

SEEN_FROM_FRONT = 25.0
"""Degrees of yaw up to which a face tells its distance."""

PROFILE = 50.0
"""Degrees of yaw from which the mesh's outline is a guess."""

DOUBTFUL = 0.9
"""Score of the detector below which the photo may lie on its side (98 % of upright faces reach it)."""

UPRIGHTER = 0.05
"""How much better the detector must like the turned photo to say that it lies on its side."""

NOTHING = Hidden(face=0.0, forehead=0.0, eyes=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Numbers of one photo and its main face. Without a face only the first block has meaning."""

    faces: int  # that matter
    sideways: bool  # the photo lies on its side or upside down
    ai_made: bool  # the file says so
    ai_edited: bool  # the file says so
    jpeg_quality: int | None  # 1..100

    rival: float = 0.0  # area of the second largest face, in the largest one's
    eye_distance: float = 0.0  # px between the pupils in the original, as if seen from the front
    face_height: float = 0.0  # forehead to chin, as a share of the picture's height
    outside: float = 0.0  # share of the face's outline beyond the picture's edge
    margin_above: float = 0.0  # forehead to upper edge, in face heights
    margin_below: float = 0.0  # chin to lower edge, in face heights
    margin_beside: float = 0.0  # the narrower side, in face heights
    presence: float = 0.0  # 0..1, the mesh's own certainty
    yaw: float = 0.0  # degrees, positive = the face looks to the image's right
    pitch: float = 0.0  # degrees, positive = looks down
    roll: float = 0.0  # degrees, positive = leans clockwise as seen
    eyes_shut: float = 0.0  # 0 open .. 1 shut, mean of both
    mouth_open: float = 0.0  # 0..1
    smile: float = 0.0  # 0..1
    sharpness: float = 0.0  # 0 blurred .. 1 crisp; 1 minus Crete's blur
    noise: float = 0.0  # grain as a share of brightness
    highlights: float = 0.0  # luma of the face's brightest 2 %, 0..255
    contrast: float = 0.0  # luma between its darkest and brightest 2 %
    burnt: float = 0.0  # share of the face that is plain white
    side_light: float = 0.0  # -1 lit from the image's left .. +1 from its right
    colour: float = 0.0  # 0 = black and white
    eye_contrast: float = 0.0  # these seven: see vision.quality.Cover
    eye_lightness: float = 0.0
    lip_contrast: float = 0.0
    lip_lightness: float = 0.0
    lip_redness: float = 0.0
    lower_hue: float = 0.0
    flattest: float = 0.0

    head_size: float = 0.0  # T, from between the eyes to the chin, as a share of the picture's height
    room_left: float = 0.0  # the sitter's right eye to the image's left edge, in eye distances
    room_right: float = 0.0
    room_above: float = 0.0  # between the eyes to the upper edge, in T
    room_below: float = 0.0
    eye_opening: float = 0.0  # between the lids of the less open eye, in T
    lip_gap: float = 0.0  # in T
    expression: float = 0.0  # 0 calm .. 1
    gaze: float = 0.0  # degrees away from the camera
    distance: float | None = (
        None  # cm to the camera, by its lens or by perspective; only of a face from the front
    )
    dynamic_range: float = 0.0  # bits
    black: float = 0.0  # share of the face
    white: float = 0.0  # share of the face
    evenness: float = 0.0  # 0..1, how alike both cheeks are lit
    unnatural: float = 0.0  # CIELAB a*b*, how far from any skin in white light
    background: float | None = None  # mean gradient around the head
    under_eyes: float = (
        0.0  # share of the skin under the eyes that is unlike the cheeks: dark or mirroring glass
    )
    lower_face: float = 0.0  # how unlike the skin above it the lower face is, in spreads: a mask
    odd_cheek: float = 0.0  # how unlike the rest of the face one cheek is, in spreads: something before it
    flat_cheek: float = 0.0  # logarithm of how much flatter one cheek is than the other
    fine_detail: float = 1.0  # finest detail against coarser; a picture blown up has little
    forehead_covered: float = 0.0  # share of the forehead that is unlike the skin below
    brim: float = 0.0  # hardest edge that crosses the forehead from side to side, in spreads of skin
    hidden: float = 0.0  # share of the face below the brows before which something lies: see vision.hidden
    hidden_forehead: float = 0.0  # 0..1, how likely, in the mean
    hidden_eyes: float = 0.0  # 0..1, how likely, of the freer eye
    certainty: float = 16.0  # nines in the mesh's presence, 0..16: 3 is 99.9 %
    hand: float | None = (
        None  # how far a hand reaches over the face's outline: see vision.hands; None without one
    )


def measure(photo: Photo, faces: Sequence[Face], mesh: FaceMesh | None, models: Path) -> Measures:
    """Measure a photo whose faces were found, the largest first, and the mesh of that largest face."""
    measures = Measures(
        faces=_that_matter(faces),
        rival=_rival(faces),
        sideways=_lies_on_its_side(photo.pixels, faces, models),
        ai_made=photo.marks.ai_made,
        ai_edited=photo.marks.ai_edited,
        jpeg_quality=photo.jpeg_quality,
    )
    if not faces or mesh is None:
        return measures
    framed = _with_room(_with_framing(measures, photo, mesh), photo, mesh)
    moving = _with_movement(framed, mesh)
    lit = replace(_with_light(moving, photo, faces[0], mesh), hand=_hand(photo, mesh, models))
    if abs(mesh.pose.yaw) >= SEEN_FROM_FRONT:
        return lit
    if photo.lens is not None:
        return replace(lit, distance=distance_by_lens(photo.lens, photo.original_size, lit.eye_distance))
    return replace(lit, distance=features.camera_distance(mesh, photo.pixels.shape[1::-1], models))


def _with_framing(measures: Measures, photo: Photo, mesh: FaceMesh) -> Measures:
    height, width = photo.pixels.shape[:2]
    oval = mesh.points[list(quality.OVAL), :2]
    outside = ((oval < 0) | (oval > (width, height))).any(axis=1)
    top, chin = mesh.points[10, :2], mesh.points[152, :2]
    face = max(float(np.linalg.norm(top - chin)), 1.0)
    eyes = mesh.points[quality.LEFT_IRIS] - mesh.points[quality.RIGHT_IRIS]
    return replace(
        measures,
        eye_distance=float(np.linalg.norm(eyes)) / photo.scale,
        face_height=face / height,
        outside=float(outside.mean()),
        margin_above=float(top[1]) / face,
        margin_below=float(height - chin[1]) / face,
        margin_beside=float(min(oval[:, 0].min(), width - oval[:, 0].max())) / face,
    )


def _with_room(measures: Measures, photo: Photo, mesh: FaceMesh) -> Measures:
    """Measure the room around the head as ISO/IEC 29794-5 does, by the eyes' corners and the chin."""
    height, width = photo.pixels.shape[:2]
    right, left = (mesh.points[list(pair)].mean(0) for pair in features.EYE_CORNERS)
    apart, rod = max(float(np.linalg.norm(left - right)), 1.0), features.eyes_to_chin(mesh)
    level = float(right[1] + left[1]) / 2
    return replace(
        measures,
        head_size=rod / height,
        room_left=float(right[0]) / apart,
        room_right=float(width - left[0]) / apart,
        room_above=level / rod,
        room_below=(height - level) / rod,
    )


def _with_movement(measures: Measures, mesh: FaceMesh) -> Measures:
    moves, hidden = mesh.blendshapes, mesh.hidden or NOTHING
    return replace(
        measures,
        hidden=hidden.face,
        hidden_forehead=hidden.forehead,
        hidden_eyes=hidden.eyes,
        presence=mesh.presence,
        certainty=-log10(max(1 - mesh.presence, 1e-16)),
        yaw=mesh.pose.yaw,
        pitch=mesh.pose.pitch,
        roll=mesh.pose.roll,
        eyes_shut=(moves["eyeBlinkLeft"] + moves["eyeBlinkRight"]) / 2,
        mouth_open=moves["jawOpen"],
        smile=(moves["mouthSmileLeft"] + moves["mouthSmileRight"]) / 2,
        eye_opening=features.eye_opening(mesh),
        lip_gap=features.lip_gap(mesh),
        expression=features.expression(mesh),
        gaze=features.gaze(mesh),
    )


def _with_light(measures: Measures, photo: Photo, face: Face, mesh: FaceMesh) -> Measures:
    cut = quality.cut_out(photo.pixels, mesh)
    cover = quality.cover(cut, mesh.pose.yaw)
    return replace(
        measures,
        sharpness=1 - quality.blur(cut),
        noise=quality.noise(photo.pixels, face.box),
        highlights=quality.highlights(cut),
        contrast=quality.contrast(cut),
        burnt=quality.burnt(cut),
        side_light=quality.side_light(cut),
        colour=quality.colour(cut),
        eye_contrast=cover.eye_contrast,
        eye_lightness=cover.eye_lightness,
        lip_contrast=cover.lip_contrast,
        lip_lightness=cover.lip_lightness,
        lip_redness=cover.lip_redness,
        lower_hue=cover.lower_hue,
        flattest=cover.flattest,
        dynamic_range=tone.dynamic_range(cut),
        black=tone.too_dark_share(cut),
        white=tone.too_light_share(cut),
        evenness=tone.evenness(cut),
        unnatural=tone.unnatural(cut),
        background=tone.background(photo.pixels, mesh),
        under_eyes=tone.under_eyes(cut, mesh.pose.yaw),
        forehead_covered=tone.forehead_covered(cut),
        brim=tone.brim(cut),
        lower_face=tone.lower_face(cut),
        odd_cheek=tone.odd_cheek(cut),
        flat_cheek=tone.flat_cheek(cut),
        fine_detail=tone.fine_detail(cut),
    )


def _hand(photo: Photo, mesh: FaceMesh, models: Path) -> float | None:
    """Look for a hand at a face whose outline is known; without the nets for it nobody looks."""
    if abs(mesh.pose.yaw) >= PROFILE:
        return None
    try:
        return hands.reach(photo.pixels, mesh.points, models)
    except WeightMissingError:
        return None


def _that_matter(faces: Sequence[Face]) -> int:
    areas = [face.box[2] * face.box[3] for face in faces]
    return sum(area >= BYSTANDER * areas[0] for area in areas)


def _rival(faces: Sequence[Face]) -> float:
    areas = [face.box[2] * face.box[3] for face in faces]
    return areas[1] / areas[0] if len(areas) > 1 else 0.0


def _lies_on_its_side(rgb: RGB, faces: Sequence[Face], models: Path) -> bool:
    """Turn a doubtful photo by quarters and see whether the detector likes it much better."""
    score = faces[0].score if faces else 0.0
    if score >= DOUBTFUL:
        return False
    turned = (detector.detect(np.ascontiguousarray(np.rot90(rgb, quarter)), models) for quarter in (1, 3, 2))
    return any(found and found[0].score > max(score + UPRIGHTER, DOUBTFUL) for found in turned)
