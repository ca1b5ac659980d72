"""Portraits look as they did when somebody last looked. See ``conftest.py`` for how to make new ones."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fenshen import people
from fenshen.double.double import OpenDouble
from fenshen.engines.engine import RenderOptions
from fenshen.engines.studio.engine import StudioEngine
from fenshen.templates.catalogue import template
from tests.golden.similarity import Picture, colour_drift, similarity

pytestmark = pytest.mark.xdist_group("sitting")
GOLDEN = Path(__file__).parent / "pictures"
LIGHT = ("butterfly", "rembrandt", "noir", "gels", "id_blue", "jade", "golden_hour", "film")
PLACES = ("autumn", "lanterns", "glass_office", "skyline")
DRESSED = ("formal_blue", "hanfu_vermilion", "new_year_robe", "tangzhuang", "graduation_campus")
PAINTED = ("oil", "watercolour", "ink_wash")
FACES = ("polar", "red_cloak", "astronaut")
ON_OMAR = ("butterfly", "rembrandt", "silver", "teal_amber", "sea_dusk", "hanfu_celadon", "moon_cloak")
ALIKE, DRIFT = 0.97, 4.0
LARGEST = 60_000  # bytes


def rendered(double: OpenDouble, name: str, seed: int = 1) -> Picture:
    return StudioEngine().render(double, template(name), RenderOptions(seed=seed, short_side=400)).pixels


def as_webp(picture: Picture) -> bytes:
    sink = BytesIO()
    Image.fromarray(picture).save(sink, "WEBP", quality=88, method=6)
    return sink.getvalue()


@pytest.mark.parametrize("name", [*LIGHT, *PLACES, *DRESSED, *PAINTED, *FACES])
def test_a_portrait_looks_as_it_did(name: str, double: OpenDouble, *, update: bool) -> None:
    alike, drift = compared(rendered(double, name), GOLDEN / f"{name}.webp", update=update)
    assert alike >= ALIKE
    assert drift <= DRIFT


@pytest.mark.parametrize("name", ON_OMAR)
def test_a_portrait_of_dark_skin_looks_as_it_did(name: str, *, update: bool) -> None:
    picture = rendered(people.double_of("omar"), name)
    alike, drift = compared(picture, GOLDEN / f"omar-{name}.webp", update=update)
    assert alike >= ALIKE
    assert drift <= DRIFT


def compared(picture: Picture, golden: Path, *, update: bool) -> tuple[float, float]:
    """Similarity of a picture to its golden one, and how far colours drifted; after an update, to itself as kept."""
    if update:
        GOLDEN.mkdir(exist_ok=True)
        golden.write_bytes(as_webp(picture))
    assert golden.is_file(), "no golden picture yet: see tests/golden/conftest.py"
    assert golden.stat().st_size <= LARGEST
    known = np.asarray(Image.open(golden).convert("RGB"))
    return similarity(picture, known), colour_drift(picture, known)


def test_another_seed_passes_and_another_template_does_not(double: OpenDouble) -> None:
    """The measure forgives grain and coding, and nothing a sitter would notice."""
    one = rendered(double, "noir")
    coded = np.asarray(Image.open(BytesIO(as_webp(one))).convert("RGB"))
    assert similarity(one, coded) > 0.98
    assert similarity(one, rendered(double, "noir", seed=2)) > ALIKE
    assert similarity(one, rendered(double, "rembrandt")) < 0.9


def test_a_shift_a_tone_and_a_tint_are_noticed(double: OpenDouble) -> None:
    one = rendered(double, "butterfly")
    assert similarity(one, one) == pytest.approx(1)
    assert colour_drift(one, one) == 0
    assert similarity(one, np.roll(one, 6, axis=1)) < ALIKE
    assert similarity(one, one[:-2]) == 0
    darker = np.asarray(one * 0.85, np.uint8)
    assert colour_drift(one, darker) > DRIFT
    tinted = np.asarray(np.clip(one * np.array([1.1, 1.0, 0.9]), 0, 255), np.uint8)
    assert colour_drift(one, tinted) > DRIFT
