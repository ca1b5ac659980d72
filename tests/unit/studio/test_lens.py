"""The lens: distances, focus, and what glass does to light."""

import numpy as np
import pytest

from fenshen.engines.studio.lens import aberration, bokeh, camera_distance, defocus, glow, vignette
from fenshen.templates.recipe import Lens
from fenshen.vision.arrays import Floats, floats


def flat(value: float) -> Floats:
    return floats(np.full((180, 120, 3), value))


def test_a_portrait_lens_stands_more_than_a_metre_away_and_a_wide_one_nearer() -> None:
    assert camera_distance(Lens(focal=85), 0.35) == pytest.approx(1.25, abs=0.01)
    assert camera_distance(Lens(focal=35), 0.35) < 0.6


def test_an_open_iris_and_a_far_wall_blur_more() -> None:
    plain = defocus(Lens(aperture=4), 1.25, 2.0)
    assert defocus(Lens(aperture=2), 1.25, 2.0) == pytest.approx(2 * plain)
    assert defocus(Lens(aperture=4), 1.25, 20.0) > plain
    assert defocus(Lens(aperture=4), 1.25, 0.0) == 0
    assert plain == pytest.approx(0.0265, abs=0.001)  # 85 mm, f/4, by the thin-lens formula: 0.95 mm of 36


@pytest.mark.parametrize("blades", [0, 5, 6, 9])
def test_a_point_out_of_focus_keeps_its_light_in_a_disc_or_polygon(blades: int) -> None:
    disc = bokeh(20, blades)
    assert disc.sum() == pytest.approx(1)
    rows, columns = np.nonzero(disc > 0)
    assert np.ptp(columns) <= 22
    assert np.ptp(rows) <= 22
    filled = float((disc > disc.max() / 2).sum())
    corner = 2 * np.pi / blades if blades else 0.0
    area = blades / 2 * 100 * np.sin(corner) if blades else 100 * np.pi
    assert filled == pytest.approx(area, rel=0.08)


def test_colour_fringes_grow_to_the_corners_and_leave_the_middle() -> None:
    edge = flat(0.0)
    edge[:, ::8] = 1
    shifted = aberration(edge, 12.0)
    assert np.array_equal(shifted[..., 1], edge[..., 1])
    assert np.abs(shifted[90, 56:64] - edge[90, 56:64]).max() < 0.2
    assert np.abs(shifted[4, 4:20, 0] - edge[4, 4:20, 0]).max() > 0.4


def test_a_vignette_spares_the_centre_and_takes_its_stops_from_the_corners() -> None:
    fall = vignette((181, 121), 1.0)
    assert fall[90, 60] == pytest.approx(1, abs=1e-3)
    assert fall[0, 0] == pytest.approx(0.5, abs=1e-3)
    assert (np.diff(fall[90, 60:]) <= 0).all()


def test_only_what_is_bright_glows() -> None:
    assert not glow(flat(0.3)).any()
    lamp = flat(0.0)
    lamp[85:95, 55:65] = 4.0
    spill = glow(lamp)
    assert spill.shape == lamp.shape
    assert spill[90, 60, 0] > spill[90, 75, 0] >= 0
