"""Where a head goes and whether it may: numbers in, numbers out. No photo, no net."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.takes import face_points

from fenshen.portrait.id_checks import check_file, check_head, faults_of, measures_of
from fenshen.portrait.id_framing import Placing, Room, place
from fenshen.portrait.id_head import Head, measure_head, roll_of
from fenshen.portrait.id_photo import is_body_cut
from fenshen.portrait.id_sizes import IdSize, size, sizes
from fenshen.vision.arrays import floats

WIDE = Room(below=10_000, left=inf, right=inf, above=inf)


def a_head(*, hair: float = 100.0, ears: float = 1.15) -> Head:
    """A head of 400 px from the forehead's top to the chin, with so much hair above."""
    return Head(
        crown=300 - hair,
        eyes=480,
        chin=700,
        middle=500,
        face_width=280,
        head_width=280 * ears,
        is_crown_sure=True,
    )


def placed(head: Head, on: IdSize, room: Room = WIDE) -> tuple[Head, Placing]:
    placing = place(head, on, room)
    return head.placed(placing.scale, placing.shift), placing


@given(hair=st.floats(60, 140), ears=st.floats(1.05, 1.22), on=st.sampled_from(sizes()))
def test_an_ordinary_head_keeps_every_limit_but_widths_that_contradict(
    hair: float, ears: float, on: IdSize
) -> None:
    head, _ = placed(a_head(hair=hair, ears=ears), on)
    assert set(faults_of(check_head(head, on))) <= {"id_head_width"}
    assert head.middle == pytest.approx(on.px[0] / 2, abs=0.51)


@given(hair=st.floats(30, 400))
def test_however_high_the_hair_the_eyes_of_an_identity_card_stand_high_enough(hair: float) -> None:
    """The rule says that the eyes go first; what has to give way is the width of the face."""
    head, _ = placed(a_head(hair=hair), size("id_card"))
    assert measures_of(head, size("id_card"))["eyes_to_bottom"] >= 206.99
    assert "id_eyes_to_bottom" not in faults_of(check_head(head, size("id_card")))


def test_a_head_without_a_rule_stands_where_the_house_puts_it_and_is_never_called_a_pass() -> None:
    head, _ = placed(a_head(), size("one_inch"))
    assert head.height / 413 == pytest.approx(0.62, abs=0.01)
    assert head.crown / 413 == pytest.approx(0.10, abs=0.01)
    assert {each.keeps for each in check_head(head, size("one_inch"))} == {None}


def test_a_photo_that_ends_early_is_shown_larger_within_the_rule() -> None:
    head, placing = placed(a_head(), size("passport"))
    short = Room(below=1.3 * a_head().height, left=inf, right=inf, above=inf)
    closer, larger = placed(a_head(), size("passport"), short)
    assert larger.scale > placing.scale
    assert faults_of(check_head(closer, size("passport"))) == ()
    narrow = Room(below=10_000, left=190, right=300, above=inf)
    assert placed(a_head(), size("passport"), narrow)[1].scale > placing.scale
    assert head.height < closer.height


def test_a_scale_of_nearly_one_is_one_and_shifts_by_whole_pixels() -> None:
    head = a_head()
    on = size("one_inch").model_copy(update={"px": (600, round(head.height / 0.62))})
    placing = place(head, on, WIDE)
    assert placing.scale == 1
    assert placing.shift == tuple(round(each) for each in placing.shift)


def test_every_broken_limit_is_named_at_once() -> None:
    head, _ = placed(a_head(), size("driving_licence"))
    low = head.placed(0.5, (60, 150))
    assert set(faults_of(check_head(low, size("driving_licence")))) == {
        "id_head_height",
        "id_head_width",
        "id_crown_to_top",
    }


def test_millimetres_are_those_of_the_paper() -> None:
    head, _ = placed(a_head(), size("passport"))
    measured = {each.measure: each for each in check_head(head, size("passport"))}
    assert measured["head_height"].mm == pytest.approx(head.height * 25.4 / 300)
    assert measured["chin_to_bottom"].high is None


@pytest.mark.parametrize(
    ("kb", "length", "faults"),
    [
        (None, 15_000, ()),
        (None, 14_100, ("id_file_small",)),  # 14 KB of 1000 bytes, not of 1024
        (None, 20_100, ("id_file_large",)),
        ((0, 30), 20_100, ()),
        ((40, 50), 20_100, ("id_file_small",)),
    ],
)
def test_a_file_must_fit_whichever_kilobyte_is_meant(
    kb: tuple[int, int] | None, length: int, faults: tuple[str, ...]
) -> None:
    assert check_file(size("id_card"), kb=kb, length=length, quality=70) == faults


def test_a_quality_below_the_rule_is_told() -> None:
    assert check_file(size("driving_licence"), kb=None, length=20_000, quality=69) == ("id_quality",)
    assert check_file(size("passport"), kb=None, length=30_000, quality=40) == ()


# ---- the head, from points and matte


def silhouette(crown: float, *, strand: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """A face of 200 px at (300, 320) and a matte whose hair begins at ``crown``, with one strand above if wished."""
    points = face_points((300, 320), 200)
    alpha = np.zeros((640, 600), np.float32)
    alpha[int(crown) :, 190:410] = 1
    alpha[int(crown) - 1, 190:410] = 1 - crown % 1 if crown % 1 else 0
    if strand:
        alpha[40:200, 300:306] = 1
    return points, alpha


def test_the_crown_is_the_top_of_the_hair_and_a_strand_is_no_crown() -> None:
    assert measure_head(*silhouette(130)).crown == pytest.approx(130, abs=1)
    assert measure_head(*silhouette(130, strand=True)).crown == pytest.approx(130, abs=1)
    assert measure_head(*silhouette(130)).is_crown_sure


def test_raised_hair_and_hats_make_the_crown_unsure() -> None:
    assert not measure_head(*silhouette(20)).is_crown_sure


def test_hair_that_stands_out_is_not_the_head_s_width() -> None:
    points, alpha = silhouette(130)
    alpha[130:, 50:550] = 1
    assert measure_head(points, alpha).head_width <= 1.23 * 200
    assert measure_head(points, floats(alpha * 0)).head_width == pytest.approx(200, abs=2)


@pytest.mark.parametrize("lean", [-20.0, 0.0, 8.0])
def test_the_lean_of_a_head_is_that_of_its_eyes(lean: float) -> None:
    points = face_points((0, 0), 200)[:, :2]
    c, s = np.cos(np.radians(lean)), np.sin(np.radians(lean))
    level = roll_of(points)
    assert roll_of(floats(points @ floats([[c, s], [-s, c]]))) - level == pytest.approx(lean, abs=0.01)


def test_a_body_is_cut_only_where_the_photo_ends_inside_the_picture() -> None:
    alpha = np.zeros((100, 80), np.float32)
    alpha[40:, 20:60] = 1
    whole = np.ones((100, 80), np.float32)
    assert not is_body_cut(alpha, whole)
    ended = whole.copy()
    ended[90:] = 0
    assert is_body_cut(floats(alpha * ended), ended)
