"""Backdrop, composition and development: from light to a finished picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fakes.takes import ellipse

from fenshen.engines.studio.backdrop import paint
from fenshen.engines.studio.compose import compose
from fenshen.engines.studio.film import MIDDLE_GREY, expose, film_of, split_tone, tone
from fenshen.engines.studio.grain import noise, noise_of, strength_of
from fenshen.engines.studio.look import develop
from fenshen.templates.catalogue import catalogue
from fenshen.templates.recipe import Backdrop, Lanterns, Lens, Look, Pool
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE, to_linear

SIZE = (120, 180)


def dice(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def flat(*colour: float) -> Floats:
    return floats(np.broadcast_to(floats(colour), (180, 120, 3)))


@given(st.floats(0.001, 20), st.floats(0.001, 20), st.floats(0.4, 2.5))
def test_what_was_brighter_stays_brighter_in_any_contrast(a: float, b: float, contrast: float) -> None:
    low, high = sorted((a, b))
    dark, light = (float(tone(floats([[[v, v, v]]]), contrast).max()) for v in (low, high))
    assert 0 <= dark <= light + 1e-6
    assert light < 1.0001  # the shoulder never clips


@given(st.floats(0.4, 2.5))
def test_middle_grey_stays_middle_grey(contrast: float) -> None:
    assert tone(floats([[[MIDDLE_GREY] * 3]]), contrast) == pytest.approx(MIDDLE_GREY, abs=1e-4)


@given(st.lists(st.floats(0.01, 3), min_size=3, max_size=3), st.floats(0.4, 2.5))
def test_contrast_keeps_the_hue(colour: list[float], contrast: float) -> None:
    before = floats([[colour]])
    after = tone(before, contrast)
    assert after / after.max() == pytest.approx(before / before.max(), abs=1e-3)


def test_black_stays_black_and_nothing_is_not_a_number() -> None:
    picture = develop(
        flat(0, 0, 0), Lens(vignette=1.0), Look(contrast=1.4, bloom=0.5, saturation=0.3), dice()
    )
    assert picture.max() <= 1


def test_grain_lightens_as_much_as_it_darkens_and_is_as_strong_as_asked() -> None:
    grain = strength_of(floats(np.full((1536, 512, 3), 0.5)), 0.02) * noise((1536, 512), 0.7, dice())
    assert grain.shape == (1536, 512)
    assert abs(float(grain.mean())) < 2e-4
    assert float(grain.std()) == pytest.approx(0.02, rel=0.05)


def test_grain_is_strongest_in_the_middle_tones() -> None:
    dark, middle, bright = (float(strength_of(flat(v, v, v), 0.02).mean()) for v in (0.02, 0.5, 0.98))
    assert middle > 2 * dark
    assert middle > 2 * bright


def test_split_toning_tints_shadows_and_highlights_separately() -> None:
    ramp = floats(np.repeat(np.linspace(0.001, 1, 50)[None, :, None], 3, axis=2))
    toned = split_tone(ramp, (0.8, 1.0, 1.3), (1.2, 1.0, 0.8))
    assert toned[0, 0, 2] > toned[0, 0, 0]
    assert toned[0, -1, 0] > toned[0, -1, 2]
    assert split_tone(ramp, (1.0, 1.0, 1.0), (1.0, 1.0, 1.0)) is ramp


@pytest.mark.parametrize("name", list(catalogue()))
def test_the_table_of_a_film_is_its_formula(name: str) -> None:
    """Over all lights up to 1.6 stops above white; the rest are colours that no screen shows."""
    look = catalogue()[name].look
    light = floats(3 * dice().random((1, 50_000, 3), dtype=np.float32) ** 2)
    tabulated = light.copy()
    film_of(look).applyRGB(tabulated)
    away = 255 * np.abs(tabulated - expose(light, look)).max(-1)
    assert away.mean() < 0.3
    assert np.quantile(away, 0.99) < 1.6


def test_developing_leaves_the_light_as_it_was() -> None:
    light = flat(0.3, 0.2, 0.1)
    develop(light, Lens(vignette=1.0, aberration=2.0), Look(grain=0.02, bloom=0.3), dice())
    assert np.array_equal(light, flat(0.3, 0.2, 0.1))


def test_the_noise_of_a_photo_is_measured_where_the_sitter_is() -> None:
    noisy = floats(0.5 + 0.02 * dice().standard_normal((160, 160)))
    half = np.zeros((160, 160), np.float32)
    half[:, :80] = 1
    noisy[:, 80:] += floats(0.2 * dice().standard_normal((160, 80)))
    assert noise_of(noisy, half) == pytest.approx(0.018, rel=0.15)  # calm parts only: a little low
    assert noise_of(noisy, floats(np.zeros((160, 160)))) == 0
    assert noise_of(noisy[:4], half[:4]) == 0


def test_a_monochrome_film_has_no_colour() -> None:
    picture = develop(flat(0.4, 0.2, 0.1), Lens(), Look(monochrome=(0.4, 0.4, 0.2)), dice())
    spread = picture.max(-1).astype(int) - picture.min(-1)
    assert spread.max() <= 1  # dithering


def test_exposure_fade_and_saturation_do_what_they_say() -> None:
    grey = flat(0.18, 0.18, 0.18)
    plain, brighter = (develop(grey, Lens(), Look(exposure=e), dice()).mean() for e in (0.0, 1.0))
    assert brighter > plain + 20
    assert develop(flat(0, 0, 0), Lens(), Look(fade=0.1), dice()).min() >= 25
    colour = flat(0.3, 0.1, 0.05)
    vivid, dull = (
        np.ptp(develop(colour, Lens(), Look(saturation=s), dice()).mean((0, 1))) for s in (1.0, 0.3)
    )
    assert dull < 0.6 * vivid


def test_the_same_seed_develops_the_same_picture_and_another_does_not() -> None:
    look = Look(grain=0.02)
    first, again, other = (develop(flat(0.2, 0.2, 0.2), Lens(), look, dice(seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_smooth_tones_are_dithered_and_right_on_average() -> None:
    picture = develop(flat(0.1, 0.1, 0.1), Lens(), Look(), dice())
    assert len(np.unique(picture)) > 1
    assert to_linear(picture).mean() == pytest.approx(0.1, abs=0.002)


def test_a_backdrop_is_light_that_can_be_seen_and_repeats_with_its_seed() -> None:
    backdrop = Backdrop(colour=(0.05, 0.06, 0.07), mottle=0.4, floor=0.5)
    first, again, other = (paint(backdrop, SIZE, 0.02, 0, dice(seed)) for seed in (1, 1, 2))
    assert first.shape == (180, 120, 3)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_pool_of_light_lies_where_the_recipe_puts_it() -> None:
    pool = Pool(x=0.25, y=0.75, radius=0.15, colour=(0.5, 0.5, 0.5))
    canvas = paint(Backdrop(colour=(0.02, 0.02, 0.02), pools=(pool,)), SIZE, 0, 0, dice()) @ LUMINANCE
    y, x = np.unravel_index(canvas.argmax(), canvas.shape)
    assert (x / SIZE[0], y / SIZE[1]) == pytest.approx((0.25, 0.75), abs=0.04)


def test_lanterns_hang_in_their_band_and_look_like_the_iris() -> None:
    lamps = Lanterns(count=3, colours=((1, 0.6, 0.2),), brightness=2.0, band=(0.0, 0.4))
    backdrop = Backdrop(colour=(0.01, 0.01, 0.01), lanterns=lamps)
    canvas = paint(backdrop, SIZE, 0.1, 6, dice()) @ LUMINANCE
    assert canvas[:90].max() > 0.1
    assert canvas[120:].max() < 0.02


def test_the_foot_of_the_picture_is_darker_by_the_floor() -> None:
    canvas = paint(Backdrop(colour=(0.2, 0.2, 0.2), floor=0.5), SIZE, 0, 0, dice())
    assert canvas[0, 60, 0] == pytest.approx(0.2, abs=1e-3)
    assert canvas[-1, 60, 0] == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("wrap", [0.0, 0.3])
def test_outside_the_sitter_hangs_the_backdrop_and_inside_stands_the_sitter(wrap: float) -> None:
    alpha = floats(ellipse((180, 120), (60, 100), (30, 60)))
    picture = compose(flat(0.5, 0.3, 0.2), alpha, flat(0.1, 0.2, 0.4), wrap=wrap)
    assert picture[5, 5] == pytest.approx([0.1, 0.2, 0.4], abs=1e-5)
    assert picture[100, 60] == pytest.approx([0.5, 0.3, 0.2], abs=1e-3)


def test_hair_shows_backdrop_in_proportion() -> None:
    half = np.full((180, 120), 0.5, np.float32)
    picture = compose(flat(0.6, 0.6, 0.6), half, flat(0.2, 0.2, 0.2), wrap=0.0)
    assert picture == pytest.approx(0.4, abs=1e-5)


def test_a_bright_backdrop_bleeds_over_the_edge_of_the_sitter() -> None:
    alpha = floats(ellipse((180, 120), (60, 100), (30, 60)))
    without, wrapped = (compose(flat(0.1, 0.1, 0.1), alpha, flat(2, 2, 2), wrap=wrap) for wrap in (0.0, 0.3))
    assert wrapped[100, 88, 0] > without[100, 88, 0]
    assert wrapped[100, 60, 0] == pytest.approx(without[100, 60, 0], abs=1e-3)
