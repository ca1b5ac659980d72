"""A head on a garment plate: it fits, it stands in the same light, and nothing of the sitter's own clothes is left."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.seams import neck_seam, seam
from PIL import Image
from tests.fakes.takes import a_double, a_take, ellipse

from fenshen.double.double import OpenDouble
from fenshen.double.take import Take, cut_edges
from fenshen.engines.engine import Origin, RenderOptions
from fenshen.engines.studio import plate as plate_module
from fenshen.engines.studio.bare_head import bare_head
from fenshen.engines.studio.dressing import HeadNotBareError, cast_bare
from fenshen.engines.studio.engine import StudioEngine, picture_size
from fenshen.engines.studio.framing import choose_window
from fenshen.engines.studio.plate import Laid, PlateNoNeckError, dyed, lay, neck_of, plate, scale_to
from fenshen.engines.studio.sitter import Posed, pose
from fenshen.engines.studio.wearing import wear
from fenshen.flow.portray import SOURCE_TYPES
from fenshen.labels.write import SourceType
from fenshen.templates.catalogue import catalogue, template
from fenshen.templates.plates import plates, plates_folder
from fenshen.templates.recipe import Dyes, Light, Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats
from fenshen.vision.colour import LUMINANCE, to_linear

SIZE, CENTRE, WIDTH = (480, 360), (180.0, 170.0), 110.0
GREEN, HAIR = (20, 200, 40), (30, 20, 15)
SUIT = template("formal_blue")
FORMAL = [name for name, recipe in catalogue().items() if recipe.mode == "head"]


def dressed_take(
    photo: int = 1, *, hair: bool = False, hood: bool = False, scarf: bool = False, **changes: object
) -> Take:
    """A head and a bare neck in skin colour on a body in bright green; with long hair, a hood or a scarf if asked."""
    take = a_take(photo, size=SIZE, centre=CENTRE, width=WIDTH)
    x, y = CENTRE
    head = ellipse(SIZE, (x, y - 0.1 * WIDTH), (0.54 * WIDTH, 0.8 * WIDTH))
    neck = np.zeros(SIZE, bool)
    neck[int(y) : int(y + 1.05 * WIDTH), int(x - 0.36 * WIDTH) : int(x + 0.36 * WIDTH)] = True
    body = ellipse(SIZE, (x, y + 2.1 * WIDTH), (1.15 * WIDTH, 1.1 * WIDTH))
    body[int(y + 2.1 * WIDTH) :] |= body[int(y + 2.1 * WIDTH)]
    foreground = take.foreground.copy()
    foreground[body & ~(head | neck)] = GREEN
    whole = head | neck | body
    if hair or hood:
        long = ellipse(SIZE, (x, y + 0.3 * WIDTH), (0.95 * WIDTH, 1.2 * WIDTH))
        long &= ~ellipse(SIZE, CENTRE, (0.5 * WIDTH, 0.68 * WIDTH)) & ~neck
        foreground[long] = HAIR
        if hood:
            foreground[int(y + 0.1 * WIDTH) :][long[int(y + 0.1 * WIDTH) :]] = GREEN
        whole |= long
    if scarf:
        foreground[int(y + 0.7 * WIDTH) :] = GREEN
    alpha = np.asarray(255 * whole, np.uint8)
    return replace(take, foreground=foreground, alpha=alpha, cut=cut_edges(alpha), **changes)  # type: ignore[arg-type]


DOUBLE = a_double(dressed_take())


def in_a_suit(
    double: OpenDouble = DOUBLE, short: int = 240, rig: Rig = SUIT.rig
) -> tuple[Posed, Posed, Laid]:
    """The sitter before and after, and the plate as it lies."""
    size = picture_size(SUIT.aspect, short)
    bare = cast_bare(double, SUIT, RenderOptions(), size)
    window = choose_window(bare.take, SUIT.framing, size)
    posed = pose(bare.lit, window, size, rig, double)
    return (
        posed,
        wear(posed, bare, plate("suit"), window, rig, double.skin),
        lay(plate("suit"), posed.points, size, None),
    )


@pytest.mark.parametrize(("x", "y", "width"), [(300, 250, 200), (171.3, 120.7, 90.4), (420, 310.5, 333)])
def test_the_plates_chin_comes_to_lie_under_the_sitters(x: float, y: float, width: float) -> None:
    """A mark painted where the plate's chin was is found at the sitter's chin."""
    worn, points = plate("suit"), a_take(centre=(x, y), width=width).points
    column, row = worn.points[regions.CHIN, :2]
    marked = np.zeros_like(worn.colour)
    near = max(2, round(2 / scale_to(points, worn)))
    marked[
        max(0, round(row) - near) : round(row) + near + 1, round(column) - near : round(column) + near + 1
    ] = 255
    laid = lay(replace(worn, colour=marked), points, (600, 700), None)
    ys, xs = np.nonzero(laid.alpha > 0.5)
    chin = points[regions.CHIN]
    assert abs(xs.mean() - chin[0]) <= 2
    assert abs(ys.mean() + laid.top - chin[1]) <= 2


@pytest.mark.parametrize("sides", [(-0.30, 0.30), (-0.40, 0.42), (-0.28, 0.38)])
def test_a_collar_gives_way_to_meet_the_neck(sides: tuple[float, float]) -> None:
    worn, points = plate("suit"), a_take(centre=(300, 200), width=150).points
    chin = points[regions.CHIN]
    neck = (float(chin[0]) + sides[0] * 150, float(chin[0]) + sides[1] * 150)
    laid = lay(worn, points, (600, 700), neck)
    row = laid.skin[round(float(chin[1]) + 0.14 * 150) - laid.top] > 0.5
    inside = np.flatnonzero(row)
    assert inside[0] <= neck[0] + 1
    assert inside[-1] >= neck[1] - 1
    assert inside[0] >= neck[0] - 0.12 * 150
    assert inside[-1] <= neck[1] + 0.12 * 150


def test_nothing_of_the_sitters_own_clothes_is_left() -> None:
    _, after, _ = in_a_suit()
    linear = after.linear
    green = (linear[..., 1] > 1.6 * linear[..., 0]) & (after.alpha > 0.05) & (linear[..., 1] > 0.05)
    assert not green.any()


def test_long_hair_falls_behind_the_garment() -> None:
    """It is still there beside the jaw, and nowhere before cloth."""
    bald, long = in_a_suit()[1], in_a_suit(a_double(dressed_take(hair=True)))
    _, after, laid = long
    chin, width = after.points[regions.CHIN], float(np.ptp(after.points[list(regions.OVAL), 0]))
    row, column = round(float(chin[1])), round(float(chin[0] + 0.6 * width))
    assert after.alpha[row, column] > 0.95
    assert bald.alpha[row, column] < 0.05
    assert (after.linear[row, column] @ LUMINANCE) < 0.05
    shirt = np.zeros(after.alpha.shape, bool)
    shirt[laid.top :] = (laid.front > 0.99) & (laid.albedo.min(-1) > 0.6)
    assert shirt.sum() > 200
    assert np.median(after.linear[shirt] @ LUMINANCE) > 0.2


def test_no_backdrop_shines_through_between_neck_and_hair() -> None:
    take = dressed_take(hair=True)
    x, y = CENTRE
    foreground = take.foreground.copy()
    for side in (-1, 1):
        slit = slice(*sorted(int(x + side * at * WIDTH) for at in (0.34, 0.40)))
        foreground[int(y + 0.45 * WIDTH) : int(y + 1.05 * WIDTH), slit] = (70, 80, 120)
    before, after, laid = in_a_suit(a_double(replace(take, foreground=foreground)))
    chin = before.points[regions.CHIN]
    width = float(np.ptp(before.points[list(regions.OVAL), 0]))
    rows = after.alpha[int(chin[1] - 0.1 * width) : max(int(chin[1]), laid.top) + 3]
    for row in rows:
        seen = np.flatnonzero(row > 0.5)
        assert row[seen[0] + 3 : seen[-1] - 2].min() > 0.9


def test_what_cannot_be_told_from_clothes_is_not_taken_for_hair() -> None:
    free, hooded = (bare_head(dressed_take(hair=hair, hood=not hair)) for hair in (True, False))
    x, y = (round(each) for each in CENTRE)
    beside = (
        slice(y + round(0.4 * WIDTH), y + round(0.6 * WIDTH)),
        slice(x + round(0.62 * WIDTH), x + round(0.75 * WIDTH)),
    )
    assert free.hair[beside].mean() > 200
    assert hooded.hair[beside].mean() < 20
    assert free.beside < 0.3 < hooded.beside


@pytest.mark.parametrize("name", [card.name for card in plates().values() if card.dyes])
def test_a_garment_takes_its_dyes_and_keeps_what_is_not_dyed(name: str) -> None:
    red = Dyes(cloth=(0.5, 0.0, 0.0), trim=(0.0, 0.5, 0.0), thread=(0.0, 0.0, 0.5))
    own, other = plate(name), plate(name, red)
    solid = own.colour[..., 3] > 250
    linear = to_linear(other.colour)
    assert (solid & (linear[..., 0] > 4 * linear[..., 1])).mean() > 0.2
    assert np.array_equal(own.colour[..., 3], other.colour[..., 3])
    white = solid & (own.colour[..., :3].min(-1) > 190)
    assert white.mean() > 0.001
    kept = np.abs(own.colour[white].astype(int) - other.colour[white]).max(-1) < 6
    assert kept.mean() > 0.5


def test_dyed_colours_are_mixed_in_light() -> None:
    colour = np.full((1, 3, 4), 255, np.uint8)
    dye = np.array([[[255, 0, 0, 128], [128, 127, 0, 128], [0, 0, 0, 128]]], np.uint8)
    mixed = to_linear(dyed(colour, dye, np.diag([0.4, 0.2, 0.0]).astype(np.float32)))[0, :, :3]
    assert np.allclose(mixed, np.array([(0.4, 0.0, 0.0), (0.2, 0.1, 0.0), (1.0, 1.0, 1.0)]), atol=0.01)


def test_the_face_is_left_as_it_was() -> None:
    before, after, _ = in_a_suit()
    face = regions.bare_skin(before.points, before.alpha.shape) > 0
    assert np.allclose(before.linear[face], after.linear[face], atol=2e-3)


@pytest.mark.parametrize("azimuth", [-60.0, 60.0])
def test_one_rig_lights_sitter_and_suit_from_the_same_side(azimuth: float) -> None:
    lamp = Light(azimuth=azimuth, elevation=15, intensity=1.0, size=0.4, shadow=0.3)
    _, after, laid = in_a_suit(rig=Rig(lights=(lamp,), ambient=0.15, strength=1.0, mirrors=False))
    bright = after.linear @ LUMINANCE
    cloth = np.zeros(bright.shape, bool)
    cloth[laid.top :] = (laid.front > 0.99) & (laid.albedo.max(-1) < 0.35)
    middle = round(float(after.points[regions.CHIN, 0]))
    left, right = (
        float(bright[:, side][cloth[:, side]].mean()) for side in (slice(0, middle), slice(middle, None))
    )
    assert (right > 1.15 * left) if azimuth > 0 else (left > 1.15 * right)


def test_the_suit_fills_the_picture_below_the_collar() -> None:
    _, after, _ = in_a_suit()
    bottom = after.alpha[-8:]
    assert bottom[:, bottom.shape[1] // 4 : -bottom.shape[1] // 4].min() > 0.98


@pytest.mark.parametrize(
    ("take", "fault"),
    [
        (dressed_take(hood=True), "hair"),
        (dressed_take(scarf=True), "covered"),
        (dressed_take(yaw=24.0), "turned"),
        (dressed_take(roll=-14.0), "turned"),
    ],
)
def test_a_head_that_would_look_pasted_is_refused_with_the_reason(take: Take, fault: str) -> None:
    with pytest.raises(HeadNotBareError) as refused:
        cast_bare(a_double(take), SUIT, RenderOptions(), (240, 336))
    facts = dict(refused.value.facts)
    assert facts.pop("template") == "formal_blue"
    assert facts.pop(fault) == 1
    assert set(facts.values()) == {0}


def test_another_photo_is_taken_when_the_best_one_cannot_be_dressed() -> None:
    double = a_double(dressed_take(1, hood=True), dressed_take(2, smile=0.6), dressed_take(3, scarf=True))
    made = StudioEngine().render(double, SUIT, RenderOptions(short_side=160))
    assert made.photo == 2
    again = StudioEngine().render(double, SUIT, RenderOptions(short_side=160, without=(2,)))
    assert again.photo == 2  # there is no other


@pytest.mark.parametrize("name", FORMAL)
def test_a_dressed_portrait_says_what_it_is_made_of(name: str) -> None:
    made = StudioEngine().render(DOUBLE, template(name), RenderOptions(short_side=160))
    assert made.origin is Origin.OWN_HEAD
    assert SOURCE_TYPES[made.origin] is SourceType.COMPOSITE_SYNTHETIC
    assert made.pixels.std() > 10


def test_a_head_keeps_its_neck_and_loses_its_body() -> None:
    take = dressed_take()
    bare = bare_head(take)
    x, y = CENTRE
    assert bare.take.alpha[int(y), int(x)] == 255
    assert bare.take.alpha[int(y + 0.85 * WIDTH), int(x)] > 250
    assert bare.head[int(y + 0.85 * WIDTH), int(x)] < 5
    assert bare.take.alpha[int(y + 1.6 * WIDTH) :].max() == 0
    assert bare.neck > 0.9


def test_the_seam_at_the_neck_is_no_rougher_than_skin_in_a_photo() -> None:
    """This sitter's skin is of one colour; photographed skin has 5 to 25 octaves per face width."""
    assert neck_seam(DOUBLE, SUIT, 240).along < 5


def test_the_measure_sees_a_seam_that_a_person_would_see() -> None:
    rng = np.random.default_rng(1)
    plain = floats(0.3 * (1 + 0.02 * rng.standard_normal((200, 200, 1))) * np.ones(3))
    joined: Floats = plain.copy()
    joined[100:] *= 0.8
    band, skin = np.zeros((200, 200), bool), np.ones((200, 200), bool)
    band[98:102] = True
    assert not seam(joined, plain, band, skin, 100.0).hidden
    assert seam(plain, plain, band, skin, 100.0).hidden


def test_every_garment_says_whose_it_is_and_every_template_wears_one_that_is_there() -> None:
    assert {card.licence for card in plates().values()} <= {"CC0-1.0", "Apache-2.0"}
    for card in plates().values():
        assert len(card.source) > 20
        kept = plate(card.name)
        left, right = neck_of(kept, 0.14)
        assert 0.5 < (right - left) / kept.width < 1.2
    assert {template(name).plate for name in FORMAL} <= set(plates())


def test_every_garment_has_a_neck_line() -> None:
    for name in plates():
        assert plate(name).width > 0, name


def test_a_garment_without_a_neck_line_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(str(plates_folder())) / "suit"
    shutil.copytree(folder, tmp_path / "suit")
    with Image.open(folder / "skin.webp") as skin:
        skin.putalpha(0)
        skin.save(tmp_path / "suit" / "skin.webp", lossless=True)
    monkeypatch.setattr(plate_module, "plates_folder", lambda: tmp_path)
    with pytest.raises(PlateNoNeckError) as refused:
        plate.__wrapped__("suit")
    assert refused.value.facts == {"plate": "suit"}
