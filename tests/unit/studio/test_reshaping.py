"""A take is led a little towards a wish, and no further than what a photo shows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.fakes.takes import a_double, a_take

from fenshen.double.take import Take
from fenshen.engines.engine import RenderOptions
from fenshen.engines.studio.head import face_width, rotation
from fenshen.engines.studio.posing import (
    GRIN,
    TURN,
    PoseNotShownError,
    asked_change,
    cast,
    first_within,
    settled,
)
from fenshen.engines.studio.reshape import DEEPER, Change, reshaped
from fenshen.engines.studio.smile import own_smile
from fenshen.templates.catalogue import template
from fenshen.templates.recipe import Wish
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

SIZE = (400, 600)
BODY = slice(400, None)  # rows of the fake below its neck


def a_head(photo: int = 1, **changes: Any) -> Take:
    """A take whose face bulges out to the mesh's ears."""
    take = a_take(photo)
    points = take.points.copy()
    middle, width = np.array([180.0, 170.0]), 110.0
    spread = np.random.default_rng(7).uniform(-0.45, 0.45, (478, 2)) * (width, 1.2 * width) + middle
    plain = np.all(points[:, :2] == middle, axis=1)  # vertices the fake gave no place
    points[plain, :2] = spread[plain]
    points[234, :2], points[454, :2] = (125, 170), (235, 170)
    away = (((points[:, :2] - middle) / (0.55 * width, 0.75 * width)) ** 2).sum(1)
    points[:, 2] = -0.5 * width * np.sqrt(np.clip(1 - away, 0, 1))
    ys, xs = np.mgrid[0:480, 0:360]
    grid = xs + ys
    pattern = np.repeat((128 + 60 * np.sin(grid / 9.0))[..., None], 3, axis=2)
    return replace(
        take, points=floats(points), foreground=np.asarray(pattern, np.uint8), **{"distance": 28.0, **changes}
    )


def smiling(take: Take, much: float) -> Take:
    """The same head with the corners of its mouth raised."""
    points = take.points.copy()
    points[[61, 291], 1] -= 0.09 * 110 * much
    points[[61, 291], 0] += floats([-0.03, 0.03]) * np.float32(110 * much)
    return replace(take, points=points, smile=much)


def turned(points: Floats, yaw: float, pitch: float, roll: float) -> Floats:
    """Where a rigid head of the mesh's depth has its points, apart from a shift."""
    space = (points - points[[234, 454]].mean(0)) * floats([1, -1, -DEEPER])
    return floats((space @ rotation(yaw, pitch, roll).T)[:, :2] * floats([1, -1]))


def test_nothing_asked_is_the_very_same_take() -> None:
    take = a_head()
    assert reshaped(take, Change()) is take


@pytest.mark.parametrize(
    "change",
    [Change(yaw=9), Change(yaw=-9), Change(pitch=7), Change(roll=8), Change(yaw=5, pitch=-4, roll=-6)],
)
def test_the_mesh_turns_as_a_head_does(change: Change) -> None:
    take = a_head()
    after = reshaped(take, change)
    inner = [1, 4, 6, 33, 133, 263, 362, 61, 291]
    wanted = turned(take.points, change.yaw, change.pitch, change.roll)[inner]
    got = after.points[inner, :2]
    error = (got - got.mean(0)) - (wanted - wanted.mean(0))
    assert float(np.abs(error).max()) < 0.025 * face_width(take)
    assert (after.yaw, after.pitch, after.roll) == (change.yaw, change.pitch, change.roll)


def test_pixels_go_where_the_mesh_goes() -> None:
    """A dot painted on the nose is found where the mesh says that the nose is now."""
    take = a_head()
    nose = take.points[regions.NOSE_TIP, :2]
    plain = np.full_like(take.foreground, 90)
    ys, xs = np.mgrid[0:480, 0:360]
    plain[np.hypot(xs - nose[0], ys - nose[1]) < 3] = 250
    after = reshaped(replace(take, foreground=plain), Change(yaw=8, pitch=3, roll=-4))
    bright = after.foreground[..., 0] > 170
    assert np.hypot(xs[bright].mean() - after.points[1, 0], ys[bright].mean() - after.points[1, 1]) < 0.6


def test_the_body_stays_where_it_is() -> None:
    take = a_head()
    after = reshaped(take, Change(yaw=10, pitch=5, roll=9))
    assert np.array_equal(after.foreground[BODY], take.foreground[BODY])
    assert np.array_equal(after.alpha[BODY], take.alpha[BODY])
    assert not np.array_equal(after.alpha, take.alpha)


def test_no_seam_opens_where_the_head_ends() -> None:
    """Neighbours stay neighbours: nowhere is the pattern torn or folded."""
    take = a_head()
    after = reshaped(take, Change(yaw=12, pitch=8, roll=10))
    before, now = (
        int(np.abs(np.diff(picture.foreground[:, 40:-40, 0].astype(int), axis=1)).max())
        for picture in (take, after)
    )
    assert now < 2.5 * before


def test_the_same_change_gives_the_same_pixels() -> None:
    one, other = (reshaped(a_head(), Change(yaw=6, gaze_right=-3)) for _ in range(2))
    assert np.array_equal(one.foreground, other.foreground)
    assert np.array_equal(one.points, other.points)


def test_irises_slide_and_lids_hold_still() -> None:
    take = a_head()
    ys, xs = np.mgrid[0:480, 0:360]
    pupil = take.points[regions.RIGHT_PUPIL, :2]
    plain = np.full_like(take.foreground, 200)
    plain[np.hypot(xs - pupil[0], ys - pupil[1]) < 2.2] = 20
    after = reshaped(replace(take, foreground=plain), Change(gaze_right=6))
    dark = after.foreground[..., 0] < 110
    assert xs[dark].mean() > pupil[0] + 0.3
    eyes = [*regions.RIGHT_EYE, *regions.LEFT_EYE]
    assert np.array_equal(after.points[eyes], take.points[eyes])
    assert changed_rows(plain, after.foreground) <= set(range(145, 165))


def changed_rows(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> set[int]:
    """Rows in which two pictures differ by more than rounding."""
    apart = np.abs(before.astype(int) - after.astype(int)).max((1, 2)) > 2
    return set(np.flatnonzero(apart).tolist())


def test_a_smile_is_learnt_from_the_sitters_own_photos() -> None:
    takes = tuple(smiling(a_head(k), much) for k, much in ((1, 0.0), (2, 0.1), (3, 0.7), (4, 0.9)))
    smile = own_smile(takes)
    assert smile is not None
    assert smile[61, 0] < 0 < smile[291, 0]
    assert smile[61, 1] > 0.02 < smile[291, 1]
    more = reshaped(takes[0], Change(smile=0.3), smile)
    assert more.points[61, 1] < takes[0].points[61, 1] - 1
    assert more.smile == pytest.approx(0.3)


def test_who_never_smiles_is_not_made_to() -> None:
    calm = tuple(smiling(a_head(k), 0.1) for k in (1, 2, 3))
    assert own_smile(calm) is None
    with pytest.raises(PoseNotShownError):
        first_within(calm, Wish(smile=0.3), calm)


def test_what_no_photo_shows_is_refused_and_says_what_was_asked() -> None:
    takes = (a_head(1, yaw=0.0), a_head(2, yaw=15.0))
    with pytest.raises(PoseNotShownError) as refused:
        first_within(takes, Wish(yaw=-30), takes)
    assert refused.value.facts["asked"] == "yaw -30"
    take, change = first_within(takes, Wish(yaw=24), takes)
    assert (take.photo, change.yaw) == (2, 9)


def test_limits_hold_for_every_kind_of_change() -> None:
    takes = (smiling(a_head(1), 0.0), smiling(a_head(2, yaw=30.0), 0.6))
    for wish in (Wish(yaw=-TURN - 1), Wish(pitch=9), Wish(roll=12), Wish(yaw=0, smile=GRIN + 0.05)):
        with pytest.raises(PoseNotShownError):
            first_within(takes, wish, takes)
    for wish in (Wish(yaw=-TURN + 1), Wish(pitch=7), Wish(roll=5), Wish(yaw=0, smile=GRIN - 0.05)):
        assert first_within(takes, wish, takes)[0].photo == 1


def test_a_head_is_not_tilted_out_of_its_photo() -> None:
    near_the_edge = replace(
        a_head(1), alpha=a_take(1, centre=(75, 170)).alpha, points=a_head().points - floats([105, 0, 0])
    )
    with pytest.raises(PoseNotShownError):
        first_within([near_the_edge], Wish(roll=-9), (near_the_edge,))
    assert first_within([near_the_edge], Wish(roll=9), (near_the_edge,))[1].roll == 9


def test_what_was_not_asked_for_stays() -> None:
    take = a_head(1, yaw=6.0, pitch=5.0, roll=7.0)
    assert asked_change(take, Wish(roll=0), (take,)) == Change(roll=-7)
    assert asked_change(take, Wish(gaze=4), (take,)) == Change(gaze_right=4)


def test_eyes_stay_with_the_viewer_when_the_head_turns() -> None:
    take = a_head(1)
    assert asked_change(take, Wish(yaw=8), (take,)).gaze_right < -3


def test_only_a_template_that_wants_a_straight_head_straightens_it() -> None:
    take = a_head(1, yaw=8.0, roll=6.0)
    assert settled(take, Wish()) == Change()
    straight = settled(take, Wish(straight=True))
    assert (straight.yaw, straight.roll) == (-4, -6)


def test_a_wish_is_kept_in_the_picture() -> None:
    double = a_double(a_head(1), a_head(2, yaw=20.0))
    options = RenderOptions(wish=Wish(yaw=10))
    assert cast(double, template("butterfly"), options, SIZE).yaw == pytest.approx(10)
    options = RenderOptions(wish=Wish(yaw=10), without=(1, 2))
    assert cast(double, template("butterfly"), options, SIZE).yaw == pytest.approx(10)
