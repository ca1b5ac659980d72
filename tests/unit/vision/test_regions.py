"""Parts of the face."""

import numpy as np
from tests.fakes.takes import face_points

from fenshen.vision import regions

POINTS = face_points((100, 110), 90)
SIZE = (220, 200)


def test_the_oval_holds_eyes_brows_and_lips() -> None:
    oval = regions.fill(POINTS, regions.OVAL, SIZE) > 0
    for part in (regions.LIPS, regions.RIGHT_EYE, regions.LEFT_EYE, regions.RIGHT_BROW, regions.LEFT_BROW):
        inside = regions.fill(POINTS, part, SIZE) > 0
        assert inside.any()
        assert not (inside & ~oval).any()


def test_bare_skin_is_in_the_face_and_off_its_rim_eyes_brows_and_lips() -> None:
    skin = regions.bare_skin(POINTS, SIZE)
    oval = regions.fill(POINTS, regions.OVAL, SIZE)
    assert set(np.unique(skin)) == {0, 1}
    assert 0.35 * oval.sum() < skin.sum() < 0.85 * oval.sum()
    assert not (skin & ~oval).any()
    for part in (regions.LIPS, regions.RIGHT_EYE, regions.LEFT_EYE, regions.RIGHT_BROW, regions.LEFT_BROW):
        assert not (skin & regions.fill(POINTS, part, SIZE)).any()
    for x, y in POINTS[list(regions.OVAL), :2].round().astype(int):
        assert skin[min(y, SIZE[0] - 1), min(x, SIZE[1] - 1)] == 0


def test_a_face_outside_the_picture_has_no_skin_in_it() -> None:
    assert not regions.bare_skin(POINTS + np.float32(1000), SIZE).any()
