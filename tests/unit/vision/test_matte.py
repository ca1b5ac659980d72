"""A cut-out is as good as the photo allows: known mixtures are found again, the old background goes."""

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.fakes.takes import ellipse

from fenshen.vision import matte
from fenshen.vision.arrays import RGB, Floats, floats
from fenshen.vision.foreground import foreground_near, foreground_of
from fenshen.vision.matte import (
    agree,
    cut_out,
    enlarge_alpha,
    keep_subject,
    propose_alpha,
    solve_alpha,
    to_frame,
    trimap_of,
    without_specks,
)

HAIR, WALL = floats([0.16, 0.10, 0.07]), floats([0.20, 0.62, 0.22])
FACE = (42.0, 52.0, 76.0, 88.0)  # x, y, width, height of the face in the scene below


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A dark head with loose hair before a green wall, composed from a known alpha."""

    rgb: RGB
    alpha: Floats
    trimap: Floats
    core: Floats  # the head without loose hair, as a small net sees it

    @property
    def colours(self) -> Floats:
        return floats(self.rgb / 255)

    @property
    def band(self) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
        return (self.trimap > 0) & (self.trimap < 1)


def scene(seed: int = 3, *, scale: int = 1) -> Scene:
    rng = np.random.default_rng(seed)
    size = (200 * scale, 160 * scale)
    head = ellipse(size, (80 * scale, 95 * scale), (44 * scale, 56 * scale))
    core = head | ellipse(size, (80 * scale, 210 * scale), (78 * scale, 62 * scale))
    strands = np.zeros(size, np.float32)
    for turn in rng.uniform(np.pi, 2 * np.pi, 60):  # loose hair around the upper half
        start = (80 + 40 * np.cos(turn), 95 + 52 * np.sin(turn))
        end = (start[0] + 11 * np.cos(turn + 0.4), start[1] + 11 * np.sin(turn + 0.4))
        first, last = ([int(16 * scale * v) for v in point] for point in (start, end))
        cv2.line(strands, first, last, rng.uniform(0.4, 1.0), scale, cv2.LINE_AA, 4)
    alpha = np.maximum(cv2.GaussianBlur(core.astype(np.float32), (0, 0), 1.2 * scale), strands)
    shade = rng.normal(0, 0.012, (*size, 3)).astype(np.float32)
    slope = np.linspace(0.85, 1.15, size[1], dtype=np.float32)[None, :, None]
    picture = alpha[..., None] * (HAIR + shade) + (1 - alpha[..., None]) * (WALL * slope + shade)
    near = cv2.dilate(core.astype(np.uint8), np.ones((33 * scale, 33 * scale), np.uint8))
    inner = cv2.erode(core.astype(np.uint8), np.ones((9 * scale, 9 * scale), np.uint8), borderValue=1)
    trimap = np.where(inner > 0, 1.0, np.where(near > 0, 0.5, 0.0))
    rgb = np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)
    seen = floats(cv2.GaussianBlur(core.astype(np.float32), (0, 0), 3.0 * scale))
    return Scene(rgb=rgb, alpha=floats(np.clip(alpha, 0, 1)), trimap=floats(trimap), core=seen)


@pytest.fixture(scope="module")
def known() -> Scene:
    return scene()


def off(found: Floats, known: Scene) -> float:
    """Mean error of an alpha in the band that was to be solved."""
    return float(np.abs(found - known.alpha)[known.band].mean())


def test_the_solver_alone_moves_a_blank_guess_towards_the_truth(known: Scene) -> None:
    blank = np.full_like(known.alpha, 0.5)
    assert off(solve_alpha(known.colours, known.trimap, blank, blank * 0.02), known) < 0.7 * off(blank, known)


def test_a_proposal_and_the_solver_find_a_known_mixture(known: Scene) -> None:
    proposal, trust = propose_alpha(known.colours, known.trimap, known.core)
    found = solve_alpha(known.colours, known.trimap, proposal, floats(0.01 + 0.08 * trust))
    assert off(found, known) < 0.06
    assert off(found, known) < 0.2 * off(known.trimap, known)  # the trimap's own guess is 0.5


def test_a_proposal_from_both_sides_of_the_band_is_near_the_truth(known: Scene) -> None:
    proposal, trust = propose_alpha(known.colours, known.trimap, known.trimap)
    assert off(proposal, known) < 0.08
    assert off(proposal, known) < 0.2 * off(known.trimap, known)
    for picture in (proposal, trust):
        assert picture.shape == known.alpha.shape
        assert 0 <= picture.min() <= picture.max() <= 1


def test_with_nothing_to_sample_the_votes_stand_and_are_not_trusted(known: Scene) -> None:
    everywhere = np.full_like(known.trimap, 0.5)
    proposal, trust = propose_alpha(known.colours, everywhere, known.alpha)
    assert np.array_equal(proposal, known.alpha)
    assert not trust.any()


@settings(max_examples=30, deadline=None)
@given(
    hnp.arrays(np.float32, (14, 17), elements=st.sampled_from([0.0, 0.5, 1.0])),
    hnp.arrays(np.float32, (14, 17, 3), elements=st.floats(0, 1, width=16)),
)
def test_alpha_is_within_0_and_1_and_exact_where_the_trimap_is_sure(trimap: Floats, rgb: Floats) -> None:
    found = solve_alpha(rgb, trimap, np.full_like(trimap, 0.5), np.full_like(trimap, 0.05))
    assert found.dtype == np.float32
    assert 0 <= found.min() <= found.max() <= 1
    sure = trimap != 0.5
    assert np.array_equal(found[sure], trimap[sure])


def test_a_trimap_without_doubt_is_the_alpha(known: Scene) -> None:
    sure = floats(known.trimap == 1)
    assert np.array_equal(solve_alpha(known.colours, sure, sure, sure), sure)


def test_a_trimap_is_sure_only_where_the_net_was(known: Scene) -> None:
    person = floats(cv2.GaussianBlur(known.alpha, (0, 0), 4))
    trimap = trimap_of(person, face_width=60)
    assert set(np.unique(trimap)) == {0.0, 0.5, 1.0}
    assert person[trimap == 1].min() > matte.CERTAIN_INSIDE
    assert person[trimap == 0].max() <= matte.CERTAIN_OUTSIDE


def test_the_whole_cut_out_finds_hair_that_the_nets_did_not_see(known: Scene) -> None:
    found = cut_out(known.rgb, known.core, known.core, FACE)
    assert found.alpha.dtype == np.float32
    assert 0 <= found.alpha.min() <= found.alpha.max() <= 1
    assert found.foreground.shape == known.rgb.shape
    assert found.foreground.dtype == np.uint8
    assert off(found.alpha, known) < 0.05
    assert off(found.alpha, known) < 0.6 * off(known.core, known)


def test_a_green_wall_leaves_no_green_in_the_hair(known: Scene) -> None:
    clean = foreground_of(known.colours, known.alpha, radius=7).astype(np.float32) / 255

    def spill(picture: Floats) -> float:
        seen = (known.alpha > 0.15) & (known.alpha < 0.97)
        excess = picture[..., 1] - picture[..., [0, 2]].max(-1)
        weight = known.alpha[seen]
        return float((np.clip(excess[seen], 0, None) * weight).sum() / weight.sum())

    assert spill(known.colours) > 0.05
    assert spill(floats(clean)) < 0.01
    assert np.abs(clean - HAIR)[known.alpha > 0.5].mean() < 0.03


def test_inside_the_person_not_a_value_is_changed(known: Scene) -> None:
    clean = foreground_of(known.colours, known.alpha, radius=7)
    whole = known.alpha >= 1
    assert whole.any()
    assert np.array_equal(clean[whole], known.rgb[whole])


def test_the_quick_way_cleans_the_same_band_and_leaves_the_rest_as_it_was() -> None:
    large = scene(scale=4)
    band = (large.alpha > 0) & (large.alpha < 1)
    whole, near = (
        foreground_of(large.colours, large.alpha, radius=28),
        foreground_near(large.rgb, large.alpha, radius=28),
    )
    assert np.array_equal(near[~band], large.rgb[~band])
    strong = band & (large.alpha > 0.3)
    assert np.abs(near[strong].astype(int) - whole[strong]).mean() < 2
    assert np.abs(near[strong].astype(int) - large.rgb[strong]).mean() > 5


def test_who_waits_gets_nearly_the_same_matte(monkeypatch: pytest.MonkeyPatch) -> None:
    large = scene(scale=4)
    monkeypatch.setattr(matte, "QUICK_EDGE", max(large.alpha.shape) // 2)
    face = tuple(4 * side for side in FACE)
    box = (face[0], face[1], face[2], face[3])
    slow, quick = (cut_out(large.rgb, large.core, large.core, box, quick=hasty) for hasty in (False, True))
    assert np.abs(slow.alpha - quick.alpha).mean() < 0.01
    assert off(quick.alpha, large) < 1.2 * off(slow.alpha, large)
    assert not ((quick.alpha > 0) & (quick.alpha < matte.UNSEEN)).any()


def test_a_small_picture_is_not_cut_out_in_haste(known: Scene) -> None:
    slow, quick = (cut_out(known.rgb, known.core, known.core, FACE, quick=hasty) for hasty in (False, True))
    assert np.array_equal(slow.alpha, quick.alpha)
    assert np.array_equal(slow.foreground, quick.foreground)


def test_a_larger_photo_gets_a_finer_alpha_than_plain_enlarging() -> None:
    large = scene(scale=2)
    size = (large.alpha.shape[1] // 2, large.alpha.shape[0] // 2)
    small = floats(cv2.resize(large.colours, size, interpolation=cv2.INTER_AREA))
    alpha = floats(cv2.resize(large.alpha, size, interpolation=cv2.INTER_AREA))
    found = enlarge_alpha(alpha, small, large.colours)
    assert found.shape == large.alpha.shape
    assert 0 <= found.min() <= found.max() <= 1
    assert off(found, large) < 0.035


def test_a_photo_larger_than_the_solver_works_at_is_cut_at_its_own_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matte, "SOLVE_EDGE", 200)
    large = scene(scale=2)
    x, y, w, h = FACE
    found = cut_out(large.rgb, large.core, large.core, (2 * x, 2 * y, 2 * w, 2 * h))
    assert found.alpha.shape == large.alpha.shape
    assert off(found.alpha, large) < 0.06


def test_somebody_who_stands_apart_is_dropped() -> None:
    probability = floats(ellipse((120, 200), (50, 60), (30, 50)) | ellipse((120, 200), (160, 60), (28, 50)))
    kept = keep_subject(probability, (35.0, 30.0, 30.0, 35.0))
    assert kept[60, 50] == 1
    assert kept[60, 160] == 0
    alone = probability.copy()
    alone[:, 100:] = 0
    assert np.abs(keep_subject(alone, (35.0, 30.0, 30.0, 35.0)) - alone).max() < 0.15  # a soft rim


def test_a_bright_patch_that_touches_the_head_by_a_thread_falls_away() -> None:
    probability = floats(ellipse((300, 200), (100, 200), (60, 80)))
    probability[20:50, 60:140] = 1  # a lamp
    probability[50:122, 99:101] = 1  # and its cord
    kept = keep_subject(probability, (60.0, 140.0, 80.0, 100.0))
    assert kept[20:50, 60:140].max() == 0
    assert kept[200, 100] == 1


def test_the_second_net_never_takes_hair_away_that_the_first_is_sure_of() -> None:
    yes, no = np.ones((10, 4), np.float32), np.zeros((10, 4), np.float32)
    assert (agree(yes, no) > 0.99).all()
    assert (agree(0.5 * yes, no) < 0.1).all()  # where the first is unsure, it is heard


def test_a_doubt_within_the_person_is_no_hole() -> None:
    person = floats(ellipse((120, 120), (60, 60), (50, 50)))
    person[50:56, 40:46] = 0.6  # a phone in a hand
    person[70:80, 70:80] = 0.1  # the place, between arm and body
    mended = without_specks(person)
    assert mended[52, 42] == 1
    assert mended[75, 75] == np.float32(0.1)
    assert mended[2, 2] == 0


def test_when_no_face_meets_a_person_everybody_stays() -> None:
    probability = floats(ellipse((120, 200), (50, 60), (30, 50)) | ellipse((120, 200), (160, 60), (28, 50)))
    assert np.array_equal(keep_subject(probability, (95.0, 5.0, 12.0, 12.0)), probability)


def test_a_body_that_the_frame_cuts_reaches_the_frame() -> None:
    fading = np.ones((800, 600), np.float32)
    fading[-3:] = 0.2  # nets fade out at the border
    assert (to_frame(fading) == 1).all()


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_picture_all_person_or_all_wall_is_no_accident(level: float) -> None:
    flat = np.full((60, 50), level, np.float32)
    rgb = np.full((60, 50, 3), 120, np.uint8)
    found = cut_out(rgb, flat, flat, (15.0, 15.0, 20.0, 25.0))
    assert (found.alpha == level).all()
