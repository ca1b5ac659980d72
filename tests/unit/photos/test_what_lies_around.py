"""Codes, cards, screens, screenshots: for every reason a picture that gives it and one that just does not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from benchmarks.showing import bar_code, card, laid_on, photographed_screen, qr_code, screenshot
from tests.unit.photos import spoiling
from tests.unit.photos.conftest import Picture, pixels
from tests.unit.photos.test_what_is_bare import BARE

from fenshen.photos.inspect import Inspected
from fenshen.photos.judge import Verdict
from fenshen.photos.scene import GRID_LIKELY, RULES, Scene, judge_scene
from fenshen.vision import faces, nets
from fenshen.vision.codes import find_card
from fenshen.vision.screens import grid
from fenshen.vision.shades import Shades
from fenshen.words import codes, fields

Reasons = Callable[..., tuple[str, ...]]

ANNA = pixels("anna/00")
WIDE = ANNA.shape[1]
PLAIN = Scene(
    codes=0, card=False, grid=2.2, bars=0.0, size_of_a_screen=False, nudity=None, minor=None, fingerprint=0
)


def striped(strength: float) -> Picture:
    """Lay a fine lattice over the whole picture, and grain."""
    up, along = np.mgrid[: ANNA.shape[0], : ANNA.shape[1]]
    lattice = np.sin(up * 1.9 + along * 0.35) * np.sin(along * 1.9 - up * 0.35)
    grain = np.random.default_rng(2).normal(0, 4, ANNA.shape)
    laid: Picture = np.clip(ANNA + strength * lattice[..., None] + grain, 0, 255).astype(np.uint8)
    return laid


def latticed() -> Picture:
    """Put a window's dark bars over the whole picture, nearly straight, and code it as a JPEG of visible blocks."""
    laid, (height, width) = ANNA.copy(), ANNA.shape[:2]
    lean = np.tan(np.radians(2))
    for at in range(-height, 2 * height, 97):
        cv2.line(laid, (0, at), (width, at + round(width * lean)), (30, 30, 30), 3)
        cv2.line(laid, (at, 0), (at - round(height * lean), height), (30, 30, 30), 3)
    coded = cv2.imencode(".jpg", laid, [cv2.IMWRITE_JPEG_QUALITY, 60])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def with_bar(share: float) -> Picture:
    """Put a black bar above the picture, as a share of the whole height."""
    bar = round(ANNA.shape[0] * share / (1 - share))
    return cv2.copyMakeBorder(ANNA, bar, 0, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0)).astype(np.uint8)


SHOWN: dict[str, tuple[Callable[[], Picture], Callable[[], Picture]]] = {
    "code_in_view": (
        lambda: laid_on(ANNA, qr_code(190), 0.25, 0.82, angle=8),
        lambda: laid_on(ANNA, spoiling.blurred(qr_code(190), 9), 0.25, 0.82, angle=8),
    ),
    "card_in_view": (
        lambda: laid_on(ANNA, card(WIDE // 2, ANNA), 0.6, 0.8, angle=8),
        lambda: laid_on(ANNA, card(WIDE // 2, rows=0), 0.6, 0.8, angle=8),
    ),
    "of_a_screen": (lambda: photographed_screen(ANNA, 3), ANNA.copy),
    "maybe_of_a_screen": (lambda: striped(1.5), lambda: striped(0)),
    "screenshot": (lambda: screenshot(ANNA), lambda: with_bar(0.03)),
}


def test_every_reason_of_the_scene_has_its_pictures() -> None:
    assert {rule.code for rule in RULES} == set(SHOWN) | set(BARE)


@pytest.mark.parametrize("reason", SHOWN)
def test_what_should_not_be_there_is_named(reason: str, reasons: Reasons) -> None:
    assert reason in reasons(SHOWN[reason][0]())


@pytest.mark.parametrize("reason", SHOWN)
def test_what_is_nearly_so_is_not_blamed(reason: str, reasons: Reasons) -> None:
    assert reason not in reasons(SHOWN[reason][1]())


def test_a_bar_code_is_named_too(reasons: Reasons) -> None:
    assert "code_in_view" in reasons(laid_on(ANNA, bar_code(307, 150), 0.7, 0.82, angle=4))


def test_a_card_with_text_alone_is_named(reasons: Reasons) -> None:
    assert "card_in_view" in reasons(laid_on(ANNA, card(round(0.45 * WIDE)), 0.7, 0.82, angle=5))


def test_a_picture_that_is_all_edges_breaks_no_memory_on_one_thread() -> None:
    with nets.one_thread_each():
        for pitch in (2.0, 3.0, 4.0):
            assert find_card(Shades(photographed_screen(ANNA, pitch, side=560)), []) is None


def test_a_card_is_seen_before_what_is_as_light_as_it_but_of_another_colour() -> None:
    shirt = np.full((800, 1000, 3), (236, 221, 200), np.uint8)
    for rows, is_card in ((5, True), (0, False)):
        laid = laid_on(shirt, card(420, rows=rows), 0.5, 0.6, angle=6)
        assert abs(int(Shades(laid).whole[480, 320]) - int(Shades(shirt).whole[0, 0])) <= 1
        assert (find_card(Shades(laid), []) is not None) == is_card


def test_a_photo_of_nothing_but_a_card_is_named(reasons: Reasons) -> None:
    table = np.full((700, 1000, 3), (96, 74, 58), np.uint8)
    assert "card_in_view" in reasons(laid_on(table, card(760, ANNA), 0.5, 0.5, angle=4))


@pytest.mark.parametrize("height", [150, 200, 280])
def test_a_tiny_photo_pasted_into_a_large_picture_is_no_card(height: int, reasons: Reasons) -> None:
    for name in ("anna/00", "omar/00", "lin/00"):
        photo = pixels(name)
        for cut in (photo, photo[: round(photo.shape[1] * 85.60 / 53.98)], photo[:600]):
            assert "card_in_view" not in reasons(spoiling.on_a_wall(cut, height, (1024, 768)))


@pytest.mark.parametrize("portrait", ["anna/00", "omar/00", "wei/00"])
def test_a_card_without_readable_print_is_known_by_the_portrait_at_its_end(
    portrait: str, models: Path
) -> None:
    table = np.full((800, 1000, 3), (96, 74, 58), np.uint8)
    for angle in (-10.0, 0.0, 12.0):
        laid = laid_on(table, card(430, pixels(portrait)[150:850], rows=0), 0.5, 0.5, angle=angle)
        seen = find_card(Shades(laid), faces.detect(laid, models))
        assert seen is not None
        assert seen.has_face
        assert seen.rows == 0


def test_a_picture_frame_around_the_face_is_no_card(reasons: Reasons) -> None:
    framed = cv2.copyMakeBorder(ANNA[:480], 40, 40, 60, 60, cv2.BORDER_CONSTANT, value=(90, 60, 30))
    assert "card_in_view" not in reasons(np.asarray(framed, np.uint8))


@pytest.mark.parametrize(
    ("reason", "over", "under"),
    [("nudity", 0.96, 0.94), ("maybe_nudity", 0.61, 0.59)],
)
def test_nudity_is_judged_by_its_limits_and_only_when_somebody_looked(
    reason: str, over: float, under: float
) -> None:
    fine = Verdict(verdict="accepted")
    assert reason in judge_scene(fine, replace(PLAIN, nudity=over)).reasons
    assert reason not in judge_scene(fine, replace(PLAIN, nudity=under)).reasons
    assert judge_scene(fine, PLAIN) == fine


def test_without_the_optional_nets_nobody_looked_and_that_is_said(
    look: Callable[..., Inspected], models: Path
) -> None:
    scene = look(ANNA).scene
    assert scene is not None
    assert (scene.nudity is None) == (not (models / "open-nsfw.onnx").exists())
    assert (scene.minor is None) == (not (models / "faceres-deep.bin").exists())


def test_every_reason_has_words_with_a_fix() -> None:
    for code in [*(rule.code for rule in RULES), "near_duplicate", "not_needed"]:
        assert code in codes("zh")
        assert fields(code, "zh") >= {"what", "why", "fix"}


@pytest.mark.parametrize("pitch", [1.3, 1.6, 2.4, 4.0])
@pytest.mark.parametrize("angle", [0.7, 1.5, 6.0])
def test_a_screen_is_seen_however_fine_its_pixels_and_however_straight_it_is_held(
    pitch: float, angle: float
) -> None:
    seen = photographed_screen(ANNA, pitch, angle=angle, side=560)
    assert grid(Shades(seen).whole) > GRID_LIKELY


def test_straight_edges_and_the_blocks_of_a_jpeg_are_no_screen() -> None:
    assert grid(Shades(latticed()).whole) < GRID_LIKELY
