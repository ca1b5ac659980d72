"""The hair behind a neck is whole: a wide doubt is settled before alpha is solved."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from tests.fakes.takes import ellipse

from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.matte import cut_out, trimap_of
from fenshen.vision.wedges import settle

SIZE = (480, 360)  # rows, columns
FACE = (120.0, 100.0, 120.0, 150.0)  # x, y, width, height
SKIN, SHIRT, HAIR = floats([0.85, 0.68, 0.6]), floats([0.75, 0.45, 0.5]), floats([0.16, 0.10, 0.07])
GREY, BLACK = (0.36, 0.39, 0.42), (0.02, 0.02, 0.03)


@dataclass(frozen=True, kw_only=True)
class Sitter:
    """Somebody with hair to the shoulders before a plain wall, composed from a known alpha."""

    rgb: RGB
    alpha: Floats
    seen: Floats  # what the nets say: in the wedge between jaw, neck and shoulder they waver
    wedge: Floats  # where that is

    @property
    def colours(self) -> Floats:
        return floats(self.rgb / 255)


def sitter(wall: tuple[float, float, float], *, behind: bool = True) -> Sitter:
    """behind: whether hair hangs behind the neck; else the wall is seen there."""
    rng = np.random.default_rng(5)
    head, face = ellipse(SIZE, (180, 165), (72, 95)), ellipse(SIZE, (180, 178), (52, 76))
    neck = ellipse(SIZE, (180, 270), (34, 60))
    body = ellipse(SIZE, (180, 440), (170, 130))
    back = ellipse(SIZE, (214, 265), (52, 75)) & ~(head | neck | body)
    solid = head | neck | body | (back if behind else np.zeros_like(back))
    alpha = floats(cv2.GaussianBlur(floats(solid), (0, 0), 1.2))
    person = np.where(head[..., None] | back[..., None], HAIR, SHIRT)
    person = np.where((face | (neck & ~head))[..., None], SKIN, person)
    person = np.where((body & ~neck)[..., None], SHIRT, person)
    shade = rng.normal(0, 0.01, (*SIZE, 3))
    mixed = alpha[..., None] * person + (1 - alpha[..., None]) * floats(wall) + shade
    sure = floats(head | neck | body)
    wavering = floats(back) * (0.62 if behind else 0.4)
    seen = cv2.GaussianBlur(np.maximum(sure, wavering), (0, 0), 3)
    rgb = np.asarray(np.clip(mixed * 255 + 0.5, 0, 255), np.uint8)
    deep = cv2.erode(back.astype(np.uint8), np.ones((15, 15), np.uint8))
    return Sitter(rgb=rgb, alpha=alpha, seen=floats(seen), wedge=floats(deep))


def error_in_wedge(found: Floats, known: Sitter) -> float:
    return float(np.abs(found - known.alpha)[known.wedge > 0].mean())


@pytest.mark.parametrize("wall", [GREY, BLACK])
def test_hair_behind_the_neck_does_not_turn_to_mist(wall: tuple[float, float, float]) -> None:
    known = sitter(wall)
    found = cut_out(known.rgb, known.seen, known.seen, FACE)
    assert known.wedge.sum() > 300
    assert error_in_wedge(found.alpha, known) < 0.02
    assert np.abs(found.alpha - known.alpha).sum() < 900
    inside = (known.wedge > 0)[..., None]
    assert np.abs(found.foreground / 255 - HAIR)[np.repeat(inside, 3, 2)].mean() < 0.02


def test_a_wall_behind_the_neck_is_not_kept() -> None:
    known = sitter(GREY, behind=False)
    found = cut_out(known.rgb, known.seen, known.seen, FACE)
    assert error_in_wedge(found.alpha, known) < 0.02


def before(known: Sitter) -> tuple[Floats, Floats]:
    """What the nets say, and the trimap of it."""
    return known.seen, trimap_of(known.seen, face_width=FACE[2])


def test_only_doubts_change_and_only_wide_ones() -> None:
    known = sitter(GREY)
    votes, trimap = before(known)
    found = settle(known.colours, votes, trimap, FACE, np.zeros(SIZE, np.bool_))
    sure = trimap != 0.5
    assert np.array_equal(found.trimap[sure], trimap[sure])
    assert np.array_equal(found.votes[sure], votes[sure])
    assert (found.trimap[known.wedge > 0] == 1).all()
    assert set(np.unique(found.trimap)) == {0.0, 0.5, 1.0}
    narrow = np.zeros(SIZE, np.bool_)
    narrow[:190] = narrow[:, :60] = True  # the crown, and the shoulder on the other side
    assert np.array_equal(found.trimap[narrow], trimap[narrow])
    assert np.array_equal(found.votes[narrow], votes[narrow])


def test_an_outline_alone_is_left_to_the_solver() -> None:
    known = sitter(GREY)
    votes = floats(cv2.GaussianBlur(floats(ellipse(SIZE, (180, 200), (110, 180))), (0, 0), 3))
    trimap = trimap_of(votes, face_width=FACE[2])
    assert (trimap == 0.5).any()
    found = settle(known.colours, votes, trimap, FACE, np.zeros(SIZE, np.bool_))
    assert found.trimap is trimap
    assert found.votes is votes


def test_what_is_known_to_be_loose_hair_is_not_cut() -> None:
    known = sitter(GREY)
    votes, trimap = before(known)
    found = settle(known.colours, votes, trimap, FACE, known.wedge > 0)
    assert (found.trimap[known.wedge > 0] == 0.5).all()


def test_where_colours_say_nothing_a_doubt_stays() -> None:
    """Hair before a wall of its colour, of which the nets saw half."""
    known = sitter((0.16, 0.10, 0.07))
    half = known.seen.copy()
    half[260:, :][(known.seen[260:] > 0.5) & (known.seen[260:] < 0.7)] = 0.35
    trimap = trimap_of(half, face_width=FACE[2])
    found = settle(known.colours, half, trimap, FACE, np.zeros(SIZE, np.bool_))
    assert np.array_equal(found.trimap, trimap)
    assert np.array_equal(found.votes, half)


def test_a_hole_of_which_hardly_any_place_is_certain_stays_in_doubt() -> None:
    """Between a face and a hand: what is seen through it may have any colour."""
    known = sitter(GREY)
    votes, colours = np.ones(SIZE, np.float32), known.colours.copy()
    votes[240:290, 210:262] = 0.6
    votes[265:270, 234:239] = 0
    colours[240:290, 210:230] = SKIN  # like the person; and it is the place, which the middle does not tell
    colours[240:290, 230:262] = (0.3, 0.4, 0.8)
    trimap = np.where(votes == 1, 1.0, np.where(votes == 0, 0.0, 0.5)).astype(np.float32)
    found = settle(colours, votes, trimap, FACE, np.zeros(SIZE, np.bool_))
    assert np.array_equal(found.trimap, trimap)


def test_a_person_without_a_place_is_no_accident() -> None:
    votes = np.ones(SIZE, np.float32)
    votes[250:300, 215:262] = 0.5
    trimap = np.where(votes == 1, 1.0, 0.5).astype(np.float32)
    picture = np.full((*SIZE, 3), 0.5, np.float32)
    found = settle(picture, votes, trimap, FACE, np.zeros(SIZE, np.bool_))
    assert np.array_equal(found.trimap, trimap)
