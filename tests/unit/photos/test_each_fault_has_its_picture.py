"""For every reason a picture that gives it and one that just does not."""

from collections.abc import Callable

import numpy as np
import pytest
from benchmarks.gate import worn
from numpy.typing import NDArray
from PIL import Image
from tests.unit.photos import spoiling
from tests.unit.photos.conftest import Picture, code, person, pixels

from fenshen.photos.inspect import Inspected
from fenshen.photos.judge import OF_THE_FACE, OF_THE_FILE
from fenshen.vision.mesh import FaceMesh, Pose

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
    "bystander": (
        lambda: spoiling.beside(ANNA, spoiling.shrunk(pixels("omar/00"), 460)),
        lambda: spoiling.beside(ANNA, spoiling.shrunk(pixels("omar/00"), 260)),
    ),
    "face_at_edge": (ANNA[:, :567].copy, ANNA[:, :576].copy),
    "face_unclear": (pixels("anna/03")[:, :370].copy, pixels("anna/03")[:, :620].copy),
    "looking_up_or_down": (lambda: person("wei/05"), lambda: person("anna/05")),
    "looking_away": (lambda: person("wei/05"), lambda: person("anna/01")),
    "taken_close": (lambda: person("anna/05"), lambda: person("wei/05")),
    "odd_colour": (lambda: spoiling.lamp(ANNA, (0.6, 0.8, 1.0)), lambda: spoiling.lamp(ANNA, (0.8, 0.9, 1.0))),
}  # fmt: skip


@pytest.mark.parametrize("reason", SPOILT)
def test_a_fault_is_named(reason: str, reasons: Reasons) -> None:
    assert reason in reasons(SPOILT[reason][0](), "frontal")


@pytest.mark.parametrize("reason", SPOILT)
def test_what_is_just_good_enough_is_not_blamed(reason: str, reasons: Reasons) -> None:
    assert reason not in reasons(SPOILT[reason][1](), "frontal")


EYES = ([70, 63, 105, 66, 107, 133, 119, 117, 111], [300, 293, 334, 296, 336, 362, 348, 346, 340])
MASK = [195, 205, 187, 132, 172, 150, 176, 152, 400, 379, 397, 361, 411, 425]
BROWS = [127, 70, 105, 9, 334, 300, 356]
SKIN = (205, 170, 150)
Colour = tuple[int, int, int]


@pytest.fixture(scope="module")
def points(look: Look) -> NDArray[np.float32]:
    """Give the mesh of the picture that is painted on."""
    mesh = look(ANNA).mesh
    assert mesh is not None
    return np.asarray(mesh.points[:, :2])


def with_lenses(points: NDArray[np.float32], colour: Colour, density: float = 1.0) -> Picture:
    glasses = ANNA
    for eye in EYES:
        glasses = spoiling.painted(glasses, points[eye], colour)
    return np.asarray(ANNA * (1 - density) + glasses * density, np.uint8)


def with_cap(points: NDArray[np.float32], down_to: float) -> Picture:
    """Paint a cap; ``down_to`` is the share of the face's height between its brim and the brows."""
    up = points[10] - points[152]
    brim, crown = points[BROWS] + down_to * up, points[BROWS][::-1] * 0.6 + points[BROWS].mean(0) * 0.4
    return spoiling.painted(ANNA, np.concatenate([brim, crown + 0.5 * up]), (30, 60, 120))


def with_spot(points: NDArray[np.float32], size: float) -> Picture:
    """Paint a white spot of this share of a cheek."""
    cheek = points[[116, 101, 203, 187, 147]]
    return spoiling.painted(ANNA, (cheek - cheek.mean(0)) * size + cheek.mean(0), (255, 255, 255))


def with_mask(points: NDArray[np.float32], lowered: float) -> Picture:
    """Paint a mask, pulled down by this share of the way from nose to chin."""
    return spoiling.painted(ANNA, points[MASK] + lowered * (points[152] - points[4]), (150, 195, 215))


def board(points: NDArray[np.float32], shift: float) -> Picture:
    """Hold a board before a cheek, or ``shift`` px farther out."""
    x, y = points[425] + (shift, 0)
    outline = np.array([[x - 60, y - 80], [x + 200, y - 80], [x + 200, y + 80], [x - 60, y + 80]])
    return spoiling.painted(ANNA, outline, (90, 70, 60))


def with_hand(points: NDArray[np.float32], down: float) -> Picture:
    """Hold a hand before the chin, or ``down`` widths of the face below it."""
    moved = points + np.array([0, down * np.ptp(points[:, 0])])
    face = FaceMesh(
        points=np.column_stack([moved, np.zeros(len(moved))]).astype(np.float32),
        presence=1.0,
        blendshapes={},
        pose=Pose(yaw=0, pitch=0, roll=0, rotation=np.eye(3, dtype=np.float32)),
    )
    return worn.hand(152, 1.1, (60, 60))(ANNA, face, np.random.default_rng(3))


Painted = Callable[[NDArray[np.float32]], Picture]
PAINTED: dict[str, tuple[Painted, Painted]] = {
    "glaring": (lambda p: with_spot(p, 1.0), lambda p: with_spot(p, 0.5)),
    "eyes_covered": (lambda p: with_lenses(p, (12, 12, 12)), lambda p: with_lenses(p, (90, 90, 90), 0.2)),
    "eyes_in_shadow": (lambda p: with_lenses(p, (70, 50, 40), 0.8), lambda p: with_lenses(p, (90, 90, 90), 0.2)),
    "mouth_covered": (lambda p: with_mask(p, 0), lambda p: with_mask(p, 0.95)),
    "face_covered": (lambda p: board(p, 0), lambda p: board(p, 150)),
    "forehead_covered": (lambda p: with_cap(p, 0.05), lambda p: with_cap(p, 0.2)),
    "hand_at_face": (lambda p: with_hand(p, 0.35), lambda p: with_hand(p, 0.65)),
}  # fmt: skip
DECLARED = {"ai_made", "ai_edited"}
"""What the file says of itself: see test_a_picture_that_says_it_is_ai_made_is_named."""


def test_every_rule_has_its_pictures() -> None:
    assert {rule.code for rule in OF_THE_FILE + OF_THE_FACE} == set(SPOILT) | set(PAINTED) | DECLARED


@pytest.mark.parametrize("reason", PAINTED)
def test_what_is_painted_on_is_named(reason: str, reasons: Reasons, points: NDArray[np.float32]) -> None:
    assert reason in reasons(PAINTED[reason][0](points), "frontal")


@pytest.mark.parametrize("reason", PAINTED)
def test_what_just_does_no_harm_is_not_blamed(
    reason: str, reasons: Reasons, points: NDArray[np.float32]
) -> None:
    assert reason not in reasons(PAINTED[reason][1](points), "frontal")


@pytest.mark.parametrize(("at", "size", "angle"), [(17, 1.05, 90), (205, 1.05, 10), (159, 1.0, 45)])
def test_a_hand_before_the_face_is_named_though_it_has_the_colour_of_the_face(
    at: int, size: float, angle: float, look: Look
) -> None:
    mesh = look(ANNA).mesh
    assert mesh is not None
    seen = look(worn.hand(at, size, (angle, angle))(ANNA, mesh, np.random.default_rng(1)))
    assert {"face_covered", "mouth_covered"} & set(seen.verdict.reasons)


def test_a_hand_at_the_face_is_only_warned_of_and_told_once(look: Look, points: NDArray[np.float32]) -> None:
    for role in ("frontal", "supplementary"):
        verdict = look(with_hand(points, 0.35), role).verdict
        assert (verdict.verdict, verdict.reasons) == ("warned", ("hand_at_face",))
    hidden = look(with_hand(points, 0.15), "frontal").verdict.reasons
    assert "face_covered" in hidden
    assert "hand_at_face" not in hidden


@pytest.mark.parametrize("hat", [worn.cap, worn.brimmed_hat, worn.headscarf])
def test_hats_and_scarves_are_named_in_the_frontal(hat: worn.Way, look: Look, reasons: Reasons) -> None:
    mesh = look(ANNA).mesh
    assert mesh is not None
    assert "forehead_covered" in reasons(hat(ANNA, mesh, np.random.default_rng(7)), "frontal")


@pytest.mark.parametrize("colour", [(12, 12, 12), (190, 150, 90), (80, 120, 190)])
def test_dark_and_mirroring_glasses_are_named(
    colour: Colour, reasons: Reasons, points: NDArray[np.float32]
) -> None:
    assert "eyes_covered" in reasons(with_lenses(points, colour))


def test_dark_glasses_are_named_on_a_head_that_is_turned_too(look: Look, reasons: Reasons) -> None:
    turned = pixels("anna/10")
    bare = look(turned)
    assert bare.mesh is not None
    assert abs(bare.mesh.pose.yaw) > 25
    assert "eyes_covered" not in bare.verdict.reasons
    assert "eyes_covered" in reasons(worn.dark_glasses(turned, bare.mesh, np.random.default_rng(1)))


def test_a_face_half_hidden_is_refused_and_a_corner_of_it_only_in_the_frontal(
    look: Look, reasons: Reasons
) -> None:
    mesh = look(ANNA).mesh
    assert mesh is not None
    cloth = worn.masked(ANNA, mesh, np.random.default_rng(1))
    assert not look(cloth).verdict.is_usable
    finger = worn.hand(159, 0.8, (45, 45))(ANNA, mesh, np.random.default_rng(4))
    assert "face_covered" in reasons(finger)
    assert not look(finger, "frontal").verdict.is_usable


def test_a_shadow_across_a_face_does_not_cover_it(reasons: Reasons) -> None:
    assert not {"face_covered", "mouth_covered"} & set(reasons(spoiling.shaded(ANNA, 0.4)))


def test_tinted_glasses_are_doubted_and_refused_in_the_frontal(
    look: Look, points: NDArray[np.float32]
) -> None:
    tinted = with_lenses(points, (70, 50, 40), density=0.8)
    for role, outcome in (("supplementary", "warned"), ("frontal", "refused")):
        verdict = look(tinted, role).verdict
        assert (verdict.verdict, "eyes_in_shadow" in verdict.reasons) == (outcome, True)


def test_glasses_one_can_see_through_are_let_pass(reasons: Reasons, points: NDArray[np.float32]) -> None:
    assert reasons(with_lenses(points, (90, 90, 90), density=0.2)) == ()


@pytest.mark.parametrize("colour", [(150, 195, 215), SKIN, (30, 30, 32), (245, 245, 245)])
def test_a_mask_of_any_colour_is_named(colour: Colour, reasons: Reasons, points: NDArray[np.float32]) -> None:
    reason = reasons(spoiling.painted(ANNA, points[MASK], colour))
    assert {"mouth_covered", "face_covered"} & set(reason)


def test_a_patterned_object_before_a_cheek_is_named(reasons: Reasons, points: NDArray[np.float32]) -> None:
    cheek = np.asarray(points[[425]] + np.array([[-70, -80], [120, -80], [120, 90], [-70, 90]]))
    cloth = spoiling.grainy(spoiling.painted(ANNA, cheek, (60, 90, 160)), 4)
    assert "face_covered" in reasons(cloth)


def test_a_cap_in_the_forehead_is_welcome_among_the_others(
    reasons: Reasons, points: NDArray[np.float32]
) -> None:
    assert "forehead_covered" not in reasons(with_cap(points, 0.05))


def test_a_picture_blown_up_from_a_small_one_is_soft(reasons: Reasons) -> None:
    for height, soft in ((150, True), (500, False)):
        tiny = spoiling.shrunk(ANNA, height)
        assert ("soft" in reasons(np.asarray(Image.fromarray(tiny).resize((768, 1024))))) == soft


def test_half_a_face_does_not_pass_for_a_profile(reasons: Reasons) -> None:
    half = ANNA[:, 395:]
    assert {"face_cut_off", "face_at_edge"} & set(reasons(half))


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
