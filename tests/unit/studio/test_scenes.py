"""What lies far behind: made by formula, out of focus, the same for the same seed."""

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from fenshen.engines.studio.backdrop import paint
from fenshen.engines.studio.noise import clouds, line
from fenshen.engines.studio.scene import PAINTERS, Lookout, paint_scene
from fenshen.templates.catalogue import catalogue
from fenshen.templates.recipe import Backdrop
from fenshen.templates.scene import Layer
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE

SIZE = (120, 180)  # width, height
SCENES = {recipe.name: recipe.backdrop for recipe in catalogue().values() if recipe.backdrop.scene}
STOPS = [{"y": 0.0, "colour": [0.1, 0.2, 0.6]}, {"y": 1.0, "colour": [0.5, 0.3, 0.1]}]
COLOURS = [[0.8, 0.2, 0.1], [0.1, 0.6, 0.2]]
LAYERS: dict[str, dict[str, Any]] = {
    "gradient": {"stops": STOPS},
    "hills": {"line": 0.6, "rise": 0.1, "colour": [0.01, 0.02, 0.03]},
    "skyline": {"line": 0.6, "rise": 0.1, "colour": [0.01, 0.02, 0.03]},
    "trees": {"line": 0.6, "rise": 0.1, "colour": [0.01, 0.02, 0.03], "foot": [0.3, 0.3, 0.3]},
    "foliage": {"colours": COLOURS, "band": [0.0, 0.5]},
    "columns": {"colours": COLOURS, "gap": [0.02, 0.02, 0.02], "rows": 3},
    "wall": {"opening": "round", "colour": [0.6, 0.6, 0.6], "rim": [0.1, 0.1, 0.1], "size": 0.3},
    "discs": {"count": 40, "colours": COLOURS, "clumps": 0.5},
}


def layer(kind: str, **changes: Any) -> Layer:
    read: Layer = TypeAdapter(Layer).validate_python({"kind": kind, **LAYERS[kind], **changes})
    return read


def painted(*layers: Layer, seed: int = 1, blur: float = 6.0) -> Floats:
    canvas = floats(np.full((180, 120, 3), 0.2))
    return paint_scene(canvas, layers, Lookout(blur=blur, blades=0, rng=np.random.default_rng(seed)))


def test_every_kind_of_layer_has_its_painter() -> None:
    assert set(PAINTERS) == set(LAYERS)


@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_is_light_of_the_canvas_size_and_repeats_with_its_seed(kind: str) -> None:
    first, again, other = (painted(layer(kind), seed=seed) for seed in (1, 1, 2))
    assert first.shape == (180, 120, 3)
    assert first.dtype == np.float32
    assert np.isfinite(first).all()
    assert first.min() >= 0
    assert np.array_equal(first, again)
    assert kind in {"gradient", "wall"} or not np.array_equal(first, other)


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_is_out_of_focus_and_not_brighter_than_a_screen_can_show_for_most_of_it(name: str) -> None:
    light = paint(SCENES[name], SIZE, 0.05, 0, np.random.default_rng(1)) @ LUMINANCE
    assert light.shape == (180, 120)
    assert np.quantile(light, 0.9) < 1.2
    assert light.std() > 0.002
    steps = np.abs(np.diff(light, axis=1))
    assert np.quantile(steps, 0.9) < 0.25 * np.ptp(light)  # no hard edge but those of discs


def test_a_gradient_goes_from_its_first_colour_to_its_last() -> None:
    sky = painted(layer("gradient"))
    assert sky[0, 60] == pytest.approx([0.1, 0.2, 0.6], abs=0.01)
    assert sky[-1, 60] == pytest.approx([0.5, 0.3, 0.1], abs=0.01)


@pytest.mark.parametrize("kind", ["hills", "skyline", "trees"])
def test_a_ridge_stands_below_its_line_and_the_sky_above(kind: str) -> None:
    seen = painted(layer(kind))
    assert seen[:70] == pytest.approx(0.2, abs=0.01)
    assert (seen[128:134] @ LUMINANCE).mean() < 0.15
    assert np.abs(line(kind, 300, 0.1, np.random.default_rng(1))).max() <= 1


def test_one_looks_through_a_moon_gate_and_not_through_its_wall() -> None:
    seen = painted(layer("gradient"), layer("wall", x=0.5, y=0.5, size=0.25), blur=0)
    behind = painted(layer("gradient"), blur=0)
    assert np.allclose(seen[90, 60], behind[90, 60])
    assert np.allclose(seen[10, 10], 0.6)
    assert np.allclose(seen[45, 60], 0.1, atol=0.02)


def test_a_lattice_is_woodwork_with_light_between() -> None:
    seen = painted(
        layer("gradient"), layer("wall", opening="lattice", size=0.3, colour=[0, 0, 0], rim=[0, 0, 0]), blur=0
    )
    dark = float((seen.max(-1) < 0.01).mean())
    assert 0.15 < dark < 0.7


def test_leaves_hang_in_their_band() -> None:
    seen = painted(layer("foliage"))
    assert np.abs(seen[:60] - 0.2).mean() > 0.05
    assert seen[120:] == pytest.approx(0.2, abs=0.01)


def test_light_is_added_and_a_thing_hides_what_is_behind() -> None:
    lamps = painted(layer("discs", cover=0.0))
    assert lamps.min() >= 0.2 - 1e-4
    petals = painted(layer("discs", cover=1.0, count=900, brightness=0.1))
    assert (petals @ LUMINANCE).mean() < 0.15


def test_lamps_on_cords_stay_near_them_and_in_the_picture() -> None:
    seen = painted(layer("discs", strings=2, band=[0.1, 0.2], count=30))
    rows = np.flatnonzero((seen - 0.2).max((1, 2)) > 0.05)
    assert rows.size
    assert rows.max() < 0.2 * 180 + 0.17 * 180 + 8


def test_further_out_of_focus_is_smoother() -> None:
    near, far = (np.abs(np.diff(painted(layer("columns"), blur=b), axis=1)).max() for b in (0.5, 20.0))
    assert far < 0.5 * near


def test_clouds_have_the_deviation_they_promise() -> None:
    noise = clouds((90, 70), 12, np.random.default_rng(3))
    assert noise.shape == (90, 70)
    assert noise.std() == pytest.approx(1, abs=1e-3)


def test_a_layer_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Layer).validate_python({"kind": "photograph", "file": "beach.jpg"})


def test_a_backdrop_without_a_scene_is_painted_as_ever() -> None:
    plain = Backdrop(colour=(0.2, 0.2, 0.2))
    assert paint(plain, SIZE, 0.05, 0, np.random.default_rng(1)) == pytest.approx(0.2, abs=1e-4)
