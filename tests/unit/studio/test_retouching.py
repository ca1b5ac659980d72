"""What the retoucher does to a face, and what they leave alone."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from tests.fakes.takes import a_double, a_take, ellipse

from fenshen.double.own_face import Mark
from fenshen.double.take import Take
from fenshen.engines.studio.beautify import MOUTH, NARROWER, beautified, rested, slimmed, whitened
from fenshen.engines.studio.blemishes import lasting, spots_of, told_apart
from fenshen.engines.studio.retouch import PORES, SHAPE, applied, face_patch
from fenshen.engines.studio.sitter import Posed
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE, to_linear
from fenshen.vision.tone import LOWER_LIDS

SIZE, CENTRE, WIDTH = (532, 434), (217.0, 238.0), 224.0
CHEEK, OTHER_CHEEK = (161.0, 262.0), (273.0, 262.0)


def a_face(photo: int, *, spots: tuple[tuple[float, float], ...] = (), depth: float = 0.35) -> Take:
    """A face with pores and faint blotches, and dark spots where they are wanted."""
    rng = np.random.default_rng(photo)
    pores = rng.standard_normal((*SIZE, 1)) * 0.02
    blotches = cv2.GaussianBlur(rng.standard_normal((*SIZE, 3)), (0, 0), 0.018 * WIDTH)
    light = np.exp(pores + 0.02 * blotches / blotches.std()) * [0.47, 0.27, 0.19]
    ys, xs = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    for x, y in spots:
        light *= np.exp(-depth * np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * (0.012 * WIDTH) ** 2)))[
            ..., None
        ]
    plain = a_take(photo, size=SIZE, centre=CENTRE, width=WIDTH)
    return replace(plain, foreground=np.asarray(np.round(255 * light ** (1 / 2.2)), np.uint8))


def posed(take: Take) -> Posed:
    return Posed(linear=to_linear(take.foreground), alpha=floats(take.alpha / 255), points=take.points)


def retouched(take: Take, others: tuple[Take, ...], amount: float) -> tuple[Floats, Floats]:
    """Linear light before and after."""
    before = posed(take)
    return before.linear, beautified(before, take, a_double(take, *others), amount).linear


def band(linear: Floats, low: float, high: float, skin: Floats) -> float:
    """Energy of a band of the logarithm of light on the skin; limits are sigmas in pixels."""
    log = np.log(np.maximum(linear @ LUMINANCE, 1e-3))
    fine = log if low == 0 else cv2.GaussianBlur(log, (0, 0), low)
    return float(((fine - cv2.GaussianBlur(log, (0, 0), high)) ** 2)[skin > 0].mean())


def skin_of(take: Take) -> Floats:
    return floats(regions.bare_skin(take.points, SIZE))


@pytest.mark.parametrize("amount", [0.3, 1.0])
def test_pores_survive_and_blotches_are_evened(amount: float) -> None:
    take = a_face(1)
    before, after = retouched(take, (), amount)
    skin = floats(cv2.erode(skin_of(take), np.ones((25, 25))))
    assert band(after, 0, PORES * WIDTH, skin) >= 0.9 * band(before, 0, PORES * WIDTH, skin)
    middle = [band(each, 1.5 * PORES * WIDTH, SHAPE * WIDTH, skin) for each in (before, after)]
    assert middle[1] < (0.8 if amount < 1 else 0.5) * middle[0]


@pytest.mark.parametrize("amount", [0.3, 1.0])
def test_nobody_gets_lighter_darker_or_paler(amount: float) -> None:
    take = a_face(1, spots=(CHEEK,))
    before, after = retouched(take, (a_face(2), a_face(3)), amount)
    skin = skin_of(take) > 0
    assert after[skin].mean(0) == pytest.approx(before[skin].mean(0), rel=0.005)


def dip(linear: Floats, place: tuple[float, float]) -> float:
    """By how much a place is darker than what surrounds it, log light."""
    log = np.log(linear @ LUMINANCE)
    ys, xs = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    away = np.hypot(xs - place[0], ys - place[1]) / WIDTH
    return float(log[(away > 0.04) & (away < 0.06)].mean() - log[away < 0.006].mean())


def test_a_blemish_that_other_takes_lack_goes() -> None:
    take = a_face(1, spots=(CHEEK,))
    before, after = retouched(take, (a_face(2), a_face(3)), 0.3)
    assert dip(after, CHEEK) < 0.25 * dip(before, CHEEK)


def test_a_mole_that_another_take_shows_stays_as_dark_as_it_was() -> None:
    take = a_face(1, spots=(CHEEK,))
    for others in (
        (a_face(2, spots=(CHEEK,)), a_face(3, spots=(CHEEK,))),
        (a_face(2, spots=(CHEEK,)), a_face(3)),
    ):
        before, after = retouched(take, others, 1.0)
        assert dip(after, CHEEK) > 0.9 * dip(before, CHEEK)


@pytest.mark.parametrize("others", [(), (a_face(2),)])
def test_what_nobody_can_bear_witness_to_stays(others: tuple[Take, ...]) -> None:
    before, after = retouched(a_face(1, spots=(CHEEK,)), others, 1.0)
    assert dip(after, CHEEK) > 0.9 * dip(before, CHEEK)


def test_a_take_that_cannot_show_the_place_is_no_witness() -> None:
    take = a_face(1, spots=(CHEEK,))
    tiny = replace(a_take(2, size=(90, 80), centre=(40, 40), width=24))
    away = replace(a_face(3), normals=floats(np.broadcast_to(floats([1, 0, 0]), a_face(3).normals.shape)))
    assert told_apart(take, a_double(take, tiny, away))[0] == ()


def test_spots_are_told_one_by_one() -> None:
    take = a_face(1, spots=(CHEEK, OTHER_CHEEK))
    assert len(spots_of(take)) == 2
    (gone,), (kept,) = told_apart(take, a_double(take, a_face(2, spots=(CHEEK,)), a_face(3, spots=(CHEEK,))))
    assert kept.on(take.points) == pytest.approx(CHEEK, abs=4)
    assert gone.on(take.points) == pytest.approx(OTHER_CHEEK, abs=4)


def test_a_lasting_mark_stays_even_where_other_takes_do_not_show_it() -> None:
    """Powder and a soft lens hide moles; what the double counts among the sitter's marks is one."""
    take = a_face(1, spots=(CHEEK,))
    double = a_double(take, a_face(2), a_face(3))
    place = ((CHEEK[0] - CENTRE[0]) * 0.9 / WIDTH + 0.5, (CHEEK[1] - CENTRE[1]) * 0.9 / WIDTH + 0.5)
    mark = Mark(u=place[0], v=place[1], radius=0.012, contrast=0.4, seen_in=0.7)
    marked = replace(double, face=replace(double.face, marks=(mark,)))
    (spot,) = lasting(marked.face)
    assert spot.on(take.points) == pytest.approx(CHEEK, abs=3)
    before = posed(take)
    after = beautified(before, take, marked, 1.0)
    assert dip(after.linear, CHEEK) > 0.95 * dip(before.linear, CHEEK)


def test_a_wrinkle_is_no_spot_and_stays() -> None:
    plain = a_face(1)
    line = plain.foreground.copy()
    cv2.line(line, (140, 266), (182, 269), (130, 95, 80), 2, cv2.LINE_AA)
    take = replace(plain, foreground=line)
    assert told_apart(take, a_double(take, a_face(2), a_face(3)))[0] == ()
    before, after = retouched(take, (a_face(2), a_face(3)), 0.3)
    depth = [float(np.log(each @ LUMINANCE)[266:269, 150:172].mean()) for each in (before, after)]
    around = float(np.log(before @ LUMINANCE)[245:259, 150:172].mean())
    assert around - depth[1] > 0.85 * (around - depth[0])


def test_who_asks_for_nothing_gets_nothing() -> None:
    before = posed(a_face(1))
    assert beautified(before, a_face(1), a_double(a_face(1)), 0.0) is before


def test_nothing_happens_outside_of_the_face() -> None:
    take = a_face(1)
    before, after = retouched(take, (), 0.3)
    outside = regions.fill(take.points, regions.OVAL, SIZE) == 0
    assert np.array_equal(before[outside], after[outside])


def test_shadows_under_the_eyes_get_some_light_and_stay_shadows() -> None:
    plain = a_face(1)
    ys, xs = np.mgrid[0 : SIZE[0], 0 : SIZE[1]]
    shade = sum(
        np.exp(-(((xs - x) / 18) ** 2 + ((ys - 220) / 8) ** 2)) for x in (CENTRE[0] - 45, CENTRE[0] + 45)
    )
    points = plain.points.copy()
    for side, x in (("right", CENTRE[0] - 45), ("left", CENTRE[0] + 45)):
        lids = list(LOWER_LIDS[side])
        turn = np.linspace(0, 2 * np.pi, len(lids), endpoint=False)
        points[lids, :2] = np.stack([x + 18 * np.cos(turn), 220 + 7 * np.sin(turn)], -1)
    tired = floats(posed(plain).linear * np.exp(-0.25 * shade)[..., None])
    patch = face_patch(tired, points)
    assert patch is not None
    low, high = rested(patch, 0.3), rested(patch, 1.0)
    assert low.min() >= 0
    assert 0.01 < low.max() < high.max() < 0.6 * 0.25


def test_yellow_teeth_get_paler_and_no_lighter_and_lips_stay() -> None:
    take = a_face(1)
    points = take.points.copy()
    turn = np.linspace(0, 2 * np.pi, len(MOUTH), endpoint=False)
    points[list(MOUTH), :2] = np.stack([217 + 28 * np.cos(turn), 312 + 7 * np.sin(turn)], -1)
    linear = posed(take).linear.copy()
    teeth = ellipse(SIZE, (217, 312), (25, 5))
    linear[teeth] = (0.55, 0.48, 0.33)
    patch = face_patch(linear, points)
    assert patch is not None
    white = applied(linear, patch, whitened(patch, 1.0))
    before, after = linear[312, 217], white[312, 217]
    assert after[2] / after[1] > 1.03 * before[2] / before[1]
    assert after[2] < after[1]
    assert after @ LUMINANCE == pytest.approx(before @ LUMINANCE, rel=0.02)
    assert white[323:333, 210:224] == pytest.approx(linear[323:333, 210:224], rel=1e-3)


def test_at_its_default_the_face_keeps_its_shape_and_at_most_it_loses_two_hundredths() -> None:
    take = a_face(1)
    sitter = posed(take)
    assert np.array_equal(beautified(sitter, take, a_double(take), 0.3).points, sitter.points)
    slim = beautified(sitter, take, a_double(take), 1.0)
    oval = [np.ptp(each.points[list(regions.OVAL), 0]) for each in (sitter, slim)]
    assert (1 - NARROWER) * oval[0] - 0.5 <= oval[1] < oval[0]
    assert np.abs(slimmed(sitter, 0.5).points - sitter.points).max() <= NARROWER * WIDTH
    eyes = [*regions.LEFT_EYE, *regions.RIGHT_EYE]
    assert slim.points[eyes] == pytest.approx(sitter.points[eyes], abs=0.006 * WIDTH)


def test_a_face_outside_of_the_picture_is_no_reason_to_fail() -> None:
    take = a_face(1)
    gone = replace(posed(take), points=floats(take.points + floats([5000, 0, 0])))
    assert beautified(gone, take, a_double(take), 1.0) is gone
