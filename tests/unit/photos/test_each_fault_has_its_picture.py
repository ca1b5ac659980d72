"""For every reason a picture that gives it and one that just does not."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.unit.photos import spoiling
from tests.unit.photos.conftest import Picture, code, person, pixels

from fenshen.photos.inspect import Inspected

Reasons = Callable[..., tuple[str, ...]]
Look = Callable[..., Inspected]

ANNA = pixels("anna/00")

SPOILT: dict[str, tuple[Callable[[], Picture | bytes], Callable[[], Picture | bytes]]] = {
    "blurred": (lambda: spoiling.blurred(ANNA, 4), lambda: spoiling.blurred(ANNA, 2.8)),
    "soft": (lambda: spoiling.blurred(ANNA, 2.5), lambda: spoiling.blurred(ANNA, 1.8)),
    "noisy": (lambda: spoiling.grainy(ANNA, 20), lambda: spoiling.grainy(ANNA, 8)),
    "grainy": (lambda: spoiling.grainy(ANNA, 9), lambda: spoiling.grainy(ANNA, 3)),
    "compressed": (lambda: code(ANNA, "JPEG", quality=10), lambda: code(ANNA, "JPEG", quality=30)),
    "compressed_somewhat": (lambda: code(ANNA, "JPEG", quality=30), lambda: code(ANNA, "JPEG", quality=50)),
    "too_dark": (lambda: spoiling.brighter(ANNA, 0.25), lambda: spoiling.brighter(ANNA, 0.4)),
    "dim": (lambda: spoiling.brighter(ANNA, 0.4), lambda: spoiling.brighter(ANNA, 0.55)),
    "overexposed": (lambda: spoiling.brighter(ANNA, 2.2), lambda: spoiling.brighter(ANNA, 1.2)),
    "black_and_white": (lambda: spoiling.grey(ANNA), ANNA.copy),
    "sideways": (np.rot90(ANNA).copy, lambda: spoiling.tilted(ANNA, 15)),
    "no_face": (lambda: np.full((600, 600, 3), 128, np.uint8), lambda: spoiling.on_a_wall(ANNA, 300, (900, 900))),
    "several_faces": (
        lambda: spoiling.beside(ANNA, spoiling.shrunk(pixels("omar/00"), 700)),
        lambda: spoiling.beside(ANNA, spoiling.shrunk(pixels("omar/00"), 260)),
    ),
    "face_cut_off": (ANNA[:, :400].copy, ANNA[:, :620].copy),
    "head_cropped": (ANNA[185:].copy, ANNA[90:].copy),
    "face_too_small": (
        lambda: spoiling.on_a_wall(ANNA, 180, (700, 700)),
        lambda: spoiling.on_a_wall(ANNA, 640, (900, 900)),
    ),
    "face_small": (lambda: spoiling.shrunk(ANNA, 420), lambda: spoiling.shrunk(ANNA, 620)),
    "one_sided_light": (lambda: spoiling.shaded(ANNA, 0.4), lambda: spoiling.shaded(ANNA, 0.85)),
    "turned_away": (lambda: person("anna/10"), lambda: person("anna/01")),
    "slightly_turned": (lambda: person("anna/01"), lambda: person("anna/03")),
    "head_tilted": (lambda: spoiling.tilted(ANNA, 28), lambda: spoiling.tilted(ANNA, 12)),
    "eyes_closed": (lambda: person("anna/23"), lambda: person("anna/03")),
    "mouth_open": (lambda: person("anna/18"), lambda: person("anna/03")),
}  # fmt: skip


@pytest.mark.parametrize("reason", SPOILT)
def test_a_fault_is_named(reason: str, reasons: Reasons) -> None:
    assert reason in reasons(SPOILT[reason][0](), "frontal")


@pytest.mark.parametrize("reason", SPOILT)
def test_what_is_just_good_enough_is_not_blamed(reason: str, reasons: Reasons) -> None:
    assert reason not in reasons(SPOILT[reason][1](), "frontal")


def test_glaring_spots_are_named(reasons: Reasons, look: Look) -> None:
    mesh = look(ANNA).mesh
    assert mesh is not None
    cheek = mesh.points[[116, 101, 203, 187, 147], :2]
    assert "glaring" in reasons(spoiling.painted(ANNA, cheek, (255, 255, 255)))


def test_dark_glasses_are_named(reasons: Reasons, look: Look) -> None:
    mesh = look(ANNA).mesh
    assert mesh is not None
    glasses = ANNA
    for eye in ([70, 63, 105, 66, 107, 133, 119, 117, 111], [300, 293, 334, 296, 336, 362, 348, 346, 340]):
        glasses = spoiling.painted(glasses, mesh.points[eye, :2], (12, 12, 12))
    assert "eyes_covered" in reasons(glasses)


def test_a_mask_is_named(reasons: Reasons, look: Look) -> None:
    mesh = look(ANNA).mesh
    assert mesh is not None
    mask = [195, 205, 187, 132, 172, 150, 176, 152, 400, 379, 397, 361, 411, 425]
    reason = reasons(spoiling.painted(ANNA, mesh.points[mask, :2], (150, 195, 215)))
    assert {"mouth_covered", "face_covered"} & set(reason)


def test_an_object_before_the_face_is_named(reasons: Reasons, look: Look) -> None:
    mesh = look(ANNA).mesh
    assert mesh is not None
    x, y = mesh.points[425, :2]
    board = np.array([[x - 60, y - 80], [x + 200, y - 80], [x + 200, y + 80], [x - 60, y + 80]])
    assert "face_covered" in reasons(spoiling.painted(ANNA, board, (90, 70, 60)))


@pytest.mark.parametrize(("term", "reason"), [
    ("trainedAlgorithmicMedia", "ai_made"), ("compositeWithTrainedAlgorithmicMedia", "ai_edited")
])  # fmt: skip
def test_a_picture_that_says_it_is_ai_made_is_named(term: str, reason: str, reasons: Reasons) -> None:
    claim = f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}".encode()
    assert reason in reasons(person("anna/00") + claim)
    assert reason not in reasons(
        person("anna/00") + b"http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    )


@pytest.mark.parametrize("name", ["anna/00", "lin/00", "omar/00", "wei/00"])
def test_a_good_frontal_photo_passes_without_a_word(name: str, look: Look) -> None:
    found = look(person(name), "frontal")
    assert found.verdict.verdict == "accepted", found.verdict.reasons


def test_a_profile_is_welcome_among_the_others_but_not_as_frontal(look: Look) -> None:
    assert look(person("anna/22")).verdict.is_usable
    assert "turned_away" in look(person("anna/22"), "frontal").verdict.reasons


def test_all_faults_are_told_at_once(reasons: Reasons) -> None:
    spoilt = spoiling.grey(spoiling.grainy(spoiling.brighter(ANNA, 0.25), 12))
    assert {"black_and_white", "too_dark", "noisy"} <= set(reasons(spoilt))


def test_motion_is_blur(reasons: Reasons) -> None:
    assert "blurred" in reasons(spoiling.moved(ANNA, 21))
