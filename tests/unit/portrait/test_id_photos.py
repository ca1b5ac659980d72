"""An ID photo: the face's pixels are the photo's own, and the head stands where the rule wants it."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.fakes.id_photos import as_photo, photo_of

from fenshen.portrait import id_photo
from fenshen.portrait.id_frame import resampled, upright
from fenshen.portrait.id_head import roll_of
from fenshen.portrait.id_photo import IdNoRoomError, IdPhoto, Wanted, certain_face, compose, make, person_of
from fenshen.portrait.id_sizes import About, IdSize, size
from fenshen.portrait.id_subject import look
from fenshen.vision.arrays import floats

WHITE, BLUE = (255, 255, 255), (67, 142, 219)
FRONTALS = [("anna", 0), ("omar", 0), ("lin", 0), ("wei", 0)]


def taken(
    models: Path, who: str = "anna", number: int = 0, name: str = "one_inch", **wanted: object
) -> IdPhoto:
    photo = photo_of(who, number)
    looked = look(photo, models)
    assert looked.subject is not None
    given: dict[str, object] = {"background": WHITE, **wanted}
    return make(photo, looked.subject, Wanted(size=size(name), **given), models)  # type: ignore[arg-type]


def same_size(models: Path) -> IdSize:
    """A size at which anna's head is exactly as large as in her photo."""
    first = taken(models)
    head = first.aimed.height / first.scale
    about = About(unit="px", value=head)
    return size("one_inch").model_copy(update={"px": (620, 868), "about": {"head_height": about}})


def test_at_scale_one_the_certain_pixels_are_the_photo_s_own_bit_for_bit(models: Path) -> None:
    photo = photo_of("anna", 0)
    subject = look(photo, models).subject
    assert subject is not None
    made = make(photo, subject, Wanted(size=same_size(models), background=BLUE), models)
    assert (made.scale, made.turned) == (1, 0)
    row, column = round(made.head.eyes), round(made.head.middle)
    patch = made.pixels[row - 20 : row + 20, column - 20 : column + 20]
    _, _, (x, y), _ = cv2.minMaxLoc(cv2.matchTemplate(photo.pixels, patch, cv2.TM_SQDIFF))
    left, top = x - (column - 20), y - (row - 20)
    rows, columns = np.nonzero(made.alpha >= 1)
    assert len(rows) > 150_000
    assert np.array_equal(made.pixels[rows, columns], photo.pixels[rows + top, columns + left])


@pytest.mark.parametrize("who", ["anna", "omar", "lin", "wei"])
def test_before_scaling_nothing_is_painted_over_the_face(models: Path, who: str) -> None:
    photo = photo_of(who, 0)
    subject = look(photo, models).subject
    assert subject is not None
    frame = id_photo.frame_of(photo.pixels, subject, size("passport"), models, keep=False)
    points = frame.bring(subject.mesh.points)
    matte = person_of(frame, points, models, is_plain=True)
    composed = compose(frame, matte, Wanted(size=size("passport"), background=BLUE))
    face = certain_face(points, frame.pixels.shape[:2])
    assert face.sum() > 0.8 * cv2.contourArea(cv2.convexHull(points))
    assert (matte.alpha[face] == 1).all()
    sure = matte.alpha >= 1
    assert np.array_equal(composed[sure], frame.pixels[sure])
    assert (composed[matte.alpha == 0] == BLUE).all()


def test_exposure_is_the_only_thing_that_touches_a_face_and_only_when_asked(models: Path) -> None:
    plain, brighter = taken(models), taken(models, exposure=0.5)
    face = plain.alpha >= 1
    assert brighter.pixels[face].mean() > plain.pixels[face].mean() + 8
    assert np.array_equal(plain.pixels, taken(models, exposure=0.0).pixels)


@pytest.mark.parametrize(("who", "number"), FRONTALS)
@pytest.mark.parametrize("name", ["one_inch", "id_card", "passport", "schengen_visa", "us_visa"])
def test_the_head_stands_where_it_was_aimed_within_one_percent(
    models: Path, who: str, number: int, name: str
) -> None:
    made = taken(models, who, number, name)
    assert made.pixels.shape == (*size(name).px[::-1], 3)
    assert made.faults == ()
    assert abs(made.head.height - made.aimed.height) <= 0.01 * made.aimed.height
    assert abs(made.head.eyes - made.aimed.eyes) <= 0.01 * made.pixels.shape[0]
    assert abs(made.head.middle - made.pixels.shape[1] / 2) <= 0.01 * made.pixels.shape[1]


@pytest.mark.parametrize(("who", "number"), FRONTALS)
def test_the_crown_is_where_the_picture_stops_being_background(models: Path, who: str, number: int) -> None:
    """Seen without the matte: the first row in which something wide differs from the plain colour."""
    made = taken(models, who, number, "one_inch")
    differs = np.abs(made.pixels.astype(int) - WHITE).sum(-1) > 250
    row = int(np.flatnonzero(differs.sum(1) > 0.12 * made.head.face_width)[0])
    assert abs(row - made.head.crown) <= 3


@pytest.mark.parametrize("lean", [-12.0, -4.0, 4.0, 12.0])
def test_a_leaning_head_is_straightened(models: Path, lean: float) -> None:
    photo = photo_of("anna", 0, turned=lean)
    subject = look(photo, models).subject
    assert subject is not None
    made = make(photo, subject, Wanted(size=size("one_inch"), background=WHITE), models)
    again = look(as_photo(made.pixels), models).subject
    assert again is not None
    assert abs(roll_of(again.mesh.points)) < 0.7
    assert abs(made.turned - lean) < 1.5


def test_a_face_that_is_too_small_is_enlarged_with_a_warning(models: Path) -> None:
    photo = photo_of("anna", 0, scale=0.3)
    subject = look(photo, models).subject
    assert subject is not None
    made = make(photo, subject, Wanted(size=size("passport"), background=WHITE), models)
    assert made.scale > 1
    assert "id_enlarged" in made.warnings
    assert "id_enlarged" not in taken(models, name="passport").warnings


def test_a_photo_that_ends_at_the_hair_is_told(models: Path) -> None:
    photo = photo_of("anna", 0, without_top=0.09)
    looked = look(photo, models)
    assert looked.subject is not None
    made = make(photo, looked.subject, Wanted(size=size("one_inch"), background=WHITE), models)
    assert "id_crown_cut" in made.warnings


def test_its_own_background_stays_where_the_photo_has_one(models: Path) -> None:
    made = taken(models, background=None)
    assert made.faults == ()
    corner = made.pixels[:20, :20].reshape(-1, 3)
    assert corner.std() > 0
    photo = photo_of("anna", 0, without_top=0.09)
    subject = look(photo, models).subject
    assert subject is not None
    with pytest.raises(IdNoRoomError):
        make(photo, subject, Wanted(size=size("one_inch"), background=None), models)


def test_a_turned_head_is_refused(models: Path) -> None:
    """Anna's profile, and what the gate calls it."""
    turned = [n for n in range(24) if abs(yaw_of(models, n)) > 24]
    assert turned
    for number in turned:
        assert "turned_away" in look(photo_of("anna", number), models).unfit


def yaw_of(models: Path, number: int) -> float:
    subject = look(photo_of("anna", number), models).subject
    return subject.mesh.pose.yaw if subject else 0.0


def test_a_wall_is_nobody(models: Path) -> None:
    nobody = look(as_photo(np.full((600, 450, 3), 180, np.uint8)), models)
    assert nobody.subject is None
    assert nobody.unfit == ("no_face",)


def test_a_frame_that_is_neither_turned_nor_shrunk_is_a_piece_of_the_photo() -> None:
    photo = np.random.default_rng(1).integers(0, 256, (200, 150, 3), np.uint8)
    frame = upright(photo, 0.3, (70.0, 90.0), (40, 50, 40, 60), 1.0)
    assert np.array_equal(frame.pixels, photo[40:150, 30:110])
    assert frame.bring(floats([[70, 90]])).tolist() == [[40, 50]]


def test_shrinking_lets_every_pixel_count() -> None:
    """A chequerboard becomes grey, not a moiré of black and white."""
    board = (np.indices((400, 400)).sum(0) % 2 * 255).astype(np.uint8)
    small = resampled(np.dstack([board] * 3), floats([[0.13, 0, 0], [0, 0.13, 0]]), (52, 52))
    assert np.ptp(small[4:-4, 4:-4]) < 30
    assert abs(float(small.mean()) - 127.5) < 3


def test_a_shift_by_whole_pixels_changes_none() -> None:
    photo = np.random.default_rng(2).integers(0, 256, (90, 80, 3), np.uint8)
    moved = resampled(photo, floats([[1, 0, 7], [0, 1, -5]]), (80, 90), border=(1, 2, 3))
    assert np.array_equal(moved[:85, 7:], photo[5:, :73])
    assert (moved[85:] == (1, 2, 3)).all()


def test_a_wall_is_plain_and_a_street_is_not(models: Path) -> None:
    plain, street = (look(photo_of("anna", number), models).subject for number in (0, 5))
    assert plain is not None
    assert street is not None
    assert (plain.is_plain, street.is_plain) == (True, False)
