"""The studio engine keeps the promises of `Engine`."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.takes import a_double, a_take

from fenshen.engines.engine import Engine, Origin, RenderOptions
from fenshen.engines.studio.engine import StudioEngine, picture_size
from fenshen.engines.studio.sitter import crisp
from fenshen.templates.catalogue import for_everybody, template
from fenshen.vision import regions

ENGINE: Engine = StudioEngine()
DOUBLE = a_double(a_take(1), a_take(2, yaw=20.0), a_take(3, smile=0.9))
SMALL = RenderOptions(short_side=160)


@given(st.floats(0.41, 2.4), st.integers(100, 4000))
def test_a_picture_has_even_sides_and_the_template_s_shape(aspect: float, short: int) -> None:
    width, height = picture_size(aspect, short)
    assert width % 2 == height % 2 == 0
    assert abs(min(width, height) - short) <= 1
    assert width / height == pytest.approx(aspect, abs=0.03 * max(1, aspect))


@pytest.mark.parametrize("name", for_everybody())
def test_every_template_makes_a_picture_of_its_size_with_the_face_in_it(name: str) -> None:
    recipe = template(name)
    made = ENGINE.render(DOUBLE, recipe, SMALL)
    width, height = picture_size(recipe.aspect, 160)
    assert made.pixels.shape == (height, width, 3)
    assert made.pixels.dtype == np.uint8
    assert made.origin is Origin.OWN_PIXELS
    assert made.photo in {1, 2, 3}
    (x, y, w, h) = made.faces[0]
    assert 0 <= x < x + w <= width
    assert 0 <= y < y + h <= height
    face = made.pixels[int(y) : int(y + h), int(x) : int(x + w)]
    assert face.mean() > 25  # somebody is lit
    assert face.std() > 4


@pytest.mark.parametrize("name", ["butterfly", "noir", "gels"])
def test_the_same_seed_gives_the_same_pixels_and_another_seed_does_not(name: str) -> None:
    recipe = template(name)
    first, again = (ENGINE.render(DOUBLE, recipe, SMALL).pixels for _ in range(2))
    other = ENGINE.render(DOUBLE, recipe, replace(SMALL, seed=2)).pixels
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_rendering_leaves_the_double_as_it_was() -> None:
    before = [(take.foreground.copy(), take.alpha.copy(), take.points.copy()) for take in DOUBLE.takes]
    ENGINE.render(DOUBLE, template("film"), SMALL)
    for take, (foreground, alpha, points) in zip(DOUBLE.takes, before, strict=True):
        assert np.array_equal(take.foreground, foreground)
        assert np.array_equal(take.alpha, alpha)
        assert np.array_equal(take.points, points)


def test_each_portrait_of_a_template_is_of_another_photo_while_there_are_others() -> None:
    recipe = template("butterfly")
    made: tuple[int, ...] = ()
    for _ in range(4):
        made += (ENGINE.render(DOUBLE, recipe, replace(SMALL, without=made)).photo,)
    assert sorted(made[:3]) == [1, 2, 3]
    assert made[3] == made[0]


def test_a_series_does_not_live_off_one_photo() -> None:
    used: tuple[int, ...] = ()
    for name in for_everybody()[:8]:
        used += (ENGINE.render(DOUBLE, template(name), replace(SMALL, used=used)).photo,)
    assert len(set(used)) >= 2


def test_the_face_box_is_where_the_face_is() -> None:
    """The oval of the mesh, carried into the picture, is what the label must keep off."""
    take = a_take(1)
    made = ENGINE.render(a_double(take), template("butterfly"), SMALL)
    _, _, w, h = made.faces[0]
    oval = take.points[list(regions.OVAL), :2]
    assert w / h == pytest.approx(np.ptp(oval[:, 0]) / np.ptp(oval[:, 1]), rel=0.02)


def test_sharpening_grows_with_enlargement_and_leaves_flat_parts_alone() -> None:
    flat = np.full((60, 60, 3), 120, np.float32)
    assert np.allclose(crisp(flat, enlargement=2.0), flat, atol=1e-3)
    edge = flat.copy()
    edge[:, 30:] = 160
    contrasts = [np.ptp(crisp(edge, enlargement=e)) for e in (1.0, 1.5, 2.2)]
    assert 40 < contrasts[0] < contrasts[1] < contrasts[2]
    assert crisp(edge * 3, enlargement=2.0).max() <= 255
