"""Where the camera stands."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fakes.takes import a_take

from fenshen.double.take import Edge, Take
from fenshen.engines.studio.framing import Window, choose_window, fade_cuts, place, view
from fenshen.templates.recipe import Framing
from fenshen.vision import regions
from fenshen.vision.arrays import floats

OUT = (400, 600)
CLOSE = Framing(face_height=0.36, eye_line=0.40)


def right(window: Window) -> float:
    return window.x + window.width


def bottom(window: Window) -> float:
    return window.y + window.height


def test_a_sitter_whom_no_frame_cuts_is_framed_exactly_as_asked() -> None:
    take = a_take(1, size=(900, 700), centre=(350, 330), reaches=False)
    framing = Framing(face_height=0.3, eye_line=0.38, centre=0.45)
    window = choose_window(take, framing, OUT)
    points = place(take.points, window, OUT)
    oval = points[list(regions.OVAL)]
    eyes = points[[regions.RIGHT_PUPIL, regions.LEFT_PUPIL]].mean(0)
    assert np.ptp(oval[:, 1]) / OUT[1] == pytest.approx(0.3, abs=0.01)
    assert eyes[1] / OUT[1] == pytest.approx(0.38, abs=0.01)
    assert (oval[:, 0].min() + oval[:, 0].max()) / 2 / OUT[0] == pytest.approx(0.45, abs=0.01)


@settings(max_examples=20, deadline=None)
@given(st.floats(150, 210), st.floats(150, 175), st.floats(0.22, 0.5), st.floats(90, 115))
def test_no_window_shows_where_a_body_ends_when_one_can_avoid_it(
    x: float, y: float, face_height: float, width: float
) -> None:
    """In all these photos there is body enough below the chin for a portrait that comes closer."""
    take = a_take(1, centre=(x, y), width=width)
    assert Edge.BOTTOM in take.cut
    window = choose_window(take, Framing(face_height=face_height), OUT)
    assert bottom(window) <= take.alpha.shape[0] + 0.6


def test_a_shoulder_cut_at_the_side_stays_out_of_the_picture() -> None:
    alpha = a_take(1).alpha.copy()
    alpha[300:, :] = 255  # shoulders run out of the photo on both sides
    take = replace(a_take(1), alpha=alpha, cut=(Edge.LEFT, Edge.RIGHT, Edge.BOTTOM))
    window = choose_window(take, Framing(face_height=0.26), OUT)
    assert window.x >= -0.6
    assert right(window) <= alpha.shape[1] + 0.6
    assert bottom(window) <= alpha.shape[0] + 0.6


def test_beside_a_whole_body_the_window_may_reach_beyond_the_photo() -> None:
    take = a_take(1, size=(480, 300), centre=(150, 170), width=100, reaches=False)
    window = choose_window(take, Framing(face_height=0.2), OUT)
    assert window.x < 0
    assert right(window) > 300
    assert (fade_cuts(take, window, OUT) == 1).all()


def test_the_face_is_never_cut_by_the_picture() -> None:
    for seed, x in enumerate((90, 180, 270), 1):
        take = a_take(seed, centre=(x, 170))
        points = place(take.points, choose_window(take, CLOSE, OUT), OUT)
        oval = points[list(regions.OVAL), :2]
        assert (oval > 0).all()
        assert (oval < OUT).all()


def test_what_the_mesh_says_and_what_the_picture_shows_stay_together() -> None:
    take = a_take(1)
    window = Window(x=60.5, y=30.25, width=200.0, height=300.0)
    mark = np.zeros(take.alpha.shape, np.uint8)
    mark[180:191, 150:161] = 255  # around x 155, y 185
    seen = view(mark, window, OUT)
    ys, xs = np.nonzero(seen > 128)
    expected = place(floats([[155, 185, 0]]), window, OUT)[0]
    assert (xs.mean(), ys.mean()) == pytest.approx(expected[:2], abs=1.5)


def test_a_view_is_black_outside_the_photo_and_continues_shapes_there() -> None:
    window = Window(x=-100, y=0, width=200, height=300)
    assert view(np.full((300, 200, 3), 90, np.uint8), window, OUT)[:, :100].max() == 0
    assert view(np.full((300, 200, 3), 0.5, np.float32), window, OUT)[:, :100] == pytest.approx(0.5, abs=1e-4)


def shown_cut(**changes: float) -> tuple[Take, Window]:
    return a_take(1), Window(**({"x": 80.0, "y": 300.0, "width": 200.0, "height": 300.0} | changes))


def test_a_body_that_must_be_shown_cut_off_dissolves_towards_the_cut() -> None:
    take, window = shown_cut()
    fade = fade_cuts(take, window, OUT)
    row = int((480 - window.y) / window.height * OUT[1])  # where the photo ends
    assert fade[row - 1].max() < 0.02
    assert fade[0].min() == 1
    assert (np.diff(fade[:, 200]) <= 1e-6).all()
    assert 0 <= fade.min() <= fade.max() <= 1


def test_nothing_dissolves_where_the_window_ends_first() -> None:
    take, window = shown_cut(y=170.0)
    assert (fade_cuts(take, window, OUT) == 1).all()
