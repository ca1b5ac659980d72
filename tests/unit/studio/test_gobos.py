"""A gobo is a formula between a lamp and a face."""

import numpy as np
import pytest

from fenshen.engines.studio.gobo import PATTERNS, gobo_light
from fenshen.engines.studio.lamp import towards
from fenshen.templates.recipe import Gobo, Light
from fenshen.vision.arrays import Floats, floats

KEY = towards(Light(azimuth=-40, elevation=20, intensity=1.0))
YS, XS = np.mgrid[2:-2:128j, -2:2:128j]
PLACES = floats(np.stack([XS, YS, np.zeros_like(XS)], -1))
NAMES = list(PATTERNS)


def through(name: str, places: Floats = PLACES, **more: float) -> Floats:
    return gobo_light(Gobo(pattern=name, **more), KEY, places)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", NAMES)
def test_a_gobo_lets_some_light_through_and_holds_some_back(name: str) -> None:
    light = through(name, depth=1.0, scale=0.8)
    assert 0 <= light.min() < 0.1
    assert 0.9 < light.max() <= 1
    assert 0.15 < light.mean() < 0.85


@pytest.mark.parametrize("name", NAMES)
def test_the_same_gobo_is_the_same_picture_every_time(name: str) -> None:
    assert np.array_equal(through(name), through(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_soft_gobo_has_no_harder_edges_and_a_shallow_one_takes_less(name: str) -> None:
    crisp, soft = (np.abs(np.diff(through(name, softness=s, depth=1.0), axis=0)).max() for s in (0.0, 1.0))
    assert soft <= crisp
    assert through(name, depth=0.4).min() >= 0.6 - 1e-5
    assert (through(name, depth=0.0) == 1).all()


def test_blinds_bend_over_a_nose() -> None:
    nose = PLACES.copy()
    nose[..., 2] = 0.3 * np.exp(-((XS**2 + YS**2) / 0.1))
    assert np.abs(through("blinds", nose) - through("blinds")).max() > 0.2


def test_a_pattern_turns_with_its_gobo() -> None:
    ahead = towards(Light(azimuth=0, elevation=0, intensity=1.0))
    level, upright = (gobo_light(Gobo(pattern="blinds", depth=1.0, turn=t), ahead, PLACES) for t in (0, 90))
    assert level.std(axis=0).mean() > 3 * level.std(axis=1).mean()
    assert upright.std(axis=1).mean() > 3 * upright.std(axis=0).mean()


def test_a_gobo_can_be_raised_to_let_light_on_the_eyes() -> None:
    ahead = towards(Light(azimuth=0, elevation=0, intensity=1.0))
    low, high = (gobo_light(Gobo(pattern="blinds", depth=1.0, rise=r), ahead, PLACES) for r in (0.0, 0.5))
    assert low[64, 64] > 0.95
    assert high[64, 64] < 0.05
    assert high[48, 64] > 0.95  # half a face width further up
