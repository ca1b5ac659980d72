"""A face in a hood, a helmet, a coif: the cover fits it, stands in its light, and hides all else of the sitter."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.seams import opening_seam
from tests.fakes.takes import a_double, a_take, face_points

from fenshen.double.take import Take
from fenshen.engines.engine import Origin, RenderOptions
from fenshen.engines.studio.around import FORGETS, GIVES, gives, outline, places
from fenshen.engines.studio.bare_head import BareHead
from fenshen.engines.studio.cast_face import FaceNotFrontalError, cast_face, face_window
from fenshen.engines.studio.cover import LIGHTS, PLACES, Cover, cover, light, mixture, opening
from fenshen.engines.studio.engine import StudioEngine, picture_size
from fenshen.engines.studio.facing import Put, exposed, layered, own_head, put_round, shaded
from fenshen.engines.studio.framing import Window
from fenshen.flow.portray import SOURCE_TYPES
from fenshen.labels.write import SourceType
from fenshen.templates.catalogue import catalogue, template
from fenshen.templates.covers import covers, covers_folder
from fenshen.templates.recipe import Dyes, Framing, Light, Rig
from fenshen.vision import regions
from fenshen.vision.arrays import Floats, floats

FACED = [name for name, recipe in catalogue().items() if recipe.mode == "face"]
SIZE = (240, 360)  # width, height
MIDDLE, WIDE = (120.0, 170.0), 80.0
POINTS = face_points(MIDDLE, WIDE)
ROOM = Rig(lights=(), ambient=1.0)


def lamp(azimuth: float, elevation: float, intensity: float = 1.0) -> Light:
    return Light(azimuth=azimuth, elevation=elevation, intensity=intensity)


def a_cover() -> Cover:
    """A dark ring round the face, a grey wall behind it: every light gives the same."""
    ys, xs = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    far = np.hypot((xs - MIDDLE[0]) / 1.0, (ys - MIDDLE[1]) / 1.36)
    ring = np.asarray(((far > 0.55 * WIDE) & (far < 1.2 * WIDE)) * 255, np.uint8)
    half = (SIZE[1] // 2, SIZE[0] // 2)
    even = np.ones((*half, LIGHTS), np.float32)
    dye = np.zeros((*half, 3), np.uint8)
    dye[..., 0] = 255
    return Cover(
        tone=np.dstack([np.full(ring.shape, 180, np.uint8), ring]), dye=dye, lights=even,
        back=np.full((*half, 2), 200, np.uint8), back_lights=even[::2, ::2],
        shade=np.dstack([np.ones((20, 16, LIGHTS)), np.zeros((20, 16, 1))]).astype(np.float32),
        hole=opening(ring, POINTS), points=POINTS, bare=floats(np.full(LIGHTS, 0.5)),
        dyes=floats([[0.02, 0.02, 0.02], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [0.5, 0.5, 0.5]]),
    )  # fmt: skip


def tilted_face(turn: float, across: float = 1.0) -> Floats:
    """The face turned clockwise by radians, and made wider."""
    points = POINTS.copy()
    x, y = ((points[:, :2] - MIDDLE) * [across, 1.0]).T
    points[:, 0] = MIDDLE[0] + np.cos(turn) * x - np.sin(turn) * y
    points[:, 1] = MIDDLE[1] + np.sin(turn) * x + np.cos(turn) * y
    return points


def worn(kept: Cover, points: Floats = POINTS) -> Put:
    return put_round(light(kept, ROOM), kept, points, SIZE)


def test_a_cover_on_the_face_that_it_was_made_round_lies_as_it_was_made() -> None:
    columns, rows = places(POINTS, POINTS, SIZE)
    assert np.abs(columns - np.arange(SIZE[0])).max() < 0.05
    assert np.abs(rows - np.arange(SIZE[1])[:, None]).max() < 0.05


def test_a_wider_face_widens_the_opening_and_nothing_far_from_it() -> None:
    wider = POINTS.copy()
    wider[:, 0] = MIDDLE[0] + 1.1 * (wider[:, 0] - MIDDLE[0])
    columns, _ = places(wider, POINTS, SIZE)
    scale = columns[170, 121] - columns[170, 120]
    row = columns[170]
    rim = round(MIDDLE[0] + 0.55 * WIDE)
    assert row[rim] == pytest.approx(MIDDLE[0] + 0.5 * WIDE, abs=1.0)  # the face's rim meets the opening's
    assert scale < 1
    assert (np.diff(columns, axis=1) > 0).all()  # nowhere is the cover folded over


@pytest.mark.parametrize("across", [0.7, 1.0, 1.4])
@pytest.mark.parametrize("tilt", [-14.0, 0.0, 14.0])
def test_no_face_that_is_let_in_folds_a_cover(across: float, tilt: float) -> None:
    odd = tilted_face(np.radians(tilt), across)
    columns, rows = places(odd, POINTS, SIZE)
    area = np.gradient(columns, axis=1) * np.gradient(rows, axis=0) - np.gradient(
        columns, axis=0
    ) * np.gradient(rows, axis=1)
    assert area.min() > 0.1


def test_an_opening_tilts_with_the_head_and_the_shoulders_stay() -> None:
    turn = np.radians(10)
    tilted = tilted_face(turn)
    assert np.degrees(outline(tilted).tilt) == pytest.approx(10, abs=0.5)
    columns, rows = places(tilted, POINTS, SIZE)
    y, x = round(MIDDLE[1]), round(MIDDLE[0] + 0.4 * WIDE)
    assert rows[y, x] == pytest.approx(MIDDLE[1] - 0.4 * WIDE * np.sin(turn), abs=1.0)
    far = round(MIDDLE[1] + 0.68 * WIDE * FORGETS) + 4
    assert columns[far, x] == pytest.approx(x, abs=1.0)


def test_an_opening_gives_way_within_limits() -> None:
    wide = POINTS.copy()
    wide[:, 0] = MIDDLE[0] + 3 * (wide[:, 0] - MIDDLE[0])
    given = gives(outline(wide), outline(POINTS), 1.0)
    assert given.max() <= GIVES[1]
    assert given.min() >= GIVES[0]
    assert np.allclose(gives(outline(POINTS), outline(POINTS), 1.0), 1, atol=1e-5)


def test_a_lamp_is_mixed_from_the_lights_beside_it() -> None:
    for place, (azimuth, elevation) in enumerate(PLACES):
        mixed = mixture(Rig(lights=(lamp(azimuth, elevation),), ambient=0.0)).sum(1)
        assert mixed.argmax() == place
    left, right = (mixture(Rig(lights=(lamp(side * 40, 20),), ambient=0.0)) for side in (-1, 1))
    assert np.allclose(left[0], right[2], atol=1e-5)
    assert left[0].sum() > right[0].sum()


def test_what_comes_from_everywhere_comes_from_everywhere() -> None:
    mixed = mixture(ROOM)
    assert mixed[:-1].max() == 0
    assert mixed[-1].min() > 0


def test_twice_the_light_is_the_same_picture() -> None:
    one, two = (Rig(lights=(lamp(-40, 30, power),), ambient=0.4 * power) for power in (1.0, 2.0))
    kept = a_cover()
    assert np.allclose(light(kept, one).front, light(kept, two).front, rtol=1e-4)


def test_a_dye_colours_the_cover_and_its_glow() -> None:
    kept = a_cover()
    shade = kept.shade.copy()
    shade[..., -1] = 1.0
    red = replace(kept, dyes=floats(kept.dyes * [[10, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]), shade=shade)
    lit = light(red, ROOM)
    assert lit.front[..., 0].mean() > 5 * lit.front[..., 1].mean()
    assert lit.glow[..., 0].mean() > 5 * lit.glow[..., 1].mean()


def test_the_opening_is_what_hangs_together_with_the_face() -> None:
    alpha = a_cover().tone[..., 1]
    hole = opening(alpha, POINTS)
    assert hole[round(MIDDLE[1] / 2), round(MIDDLE[0] / 2)] == 255
    assert hole[2, 2] == 0  # as open, but outside the ring


def test_a_cover_hides_hair_and_ears_and_what_crosses_the_opening_stays() -> None:
    put = worn(a_cover())
    sitter = floats(np.broadcast_to([0.9, 0.5, 0.4], (SIZE[1], SIZE[0], 3)))
    own = np.ones(SIZE[::-1], np.float32) * put.hole
    posed = layered(put, sitter, own, POINTS)
    y = round(MIDDLE[1])
    assert np.allclose(posed.linear[y, round(MIDDLE[0])], [0.9, 0.5, 0.4], atol=0.02)
    assert posed.linear[y, round(MIDDLE[0] + 0.8 * WIDE), 0] < 0.1  # under the ring
    assert posed.linear[4, 4, 0] != pytest.approx(0.9, abs=0.2)  # outside, where hair would show
    bare = layered(put, sitter, np.zeros_like(own), POINTS)
    assert bare.alpha[y, round(MIDDLE[0])] > 0.7  # the lining, not a hole


def test_shoulders_beside_a_neck_are_cut_off_and_long_hair_there_is_not() -> None:
    take = a_take()
    everything = np.full(take.alpha.shape, 255, np.uint8)
    bare = BareHead(
        take=replace(take, alpha=everything),
        lit=take,
        head=everything,
        hair=0 * everything,
        beside=0.0,
        neck=1.0,
    )
    window = Window(x=0, y=0, width=take.alpha.shape[1], height=take.alpha.shape[0])
    size = (take.alpha.shape[1], take.alpha.shape[0])
    seen = own_head(bare, take.points, window, size)
    x, y = (round(float(middle)) for middle in take.points[list(regions.OVAL), :2].mean(0))
    assert seen[y, x] == 1
    assert seen[y - 60, x + 66] > 0.9  # hair beside the temple
    assert seen[y, x + 60] > 0.5  # an ear
    assert seen[y + 60, x + 80] < 0.05  # a shoulder
    hair = np.zeros_like(everything)
    hair[y : y + 120, x + 60 : x + 100] = 255
    assert (
        own_head(replace(bare, head=everything - hair, hair=hair), take.points, window, size)[y + 60, x + 80]
        > 0.9
    )


def test_a_cover_that_takes_no_light_changes_no_skin_and_shade_is_the_same_share_of_every_skin() -> None:
    put = worn(a_cover())
    for skin in ([0.55, 0.35, 0.27], [0.06, 0.03, 0.02]):
        linear = floats(np.broadcast_to(skin, (SIZE[1], SIZE[0], 3)))
        assert np.allclose(shaded(linear, put), linear, rtol=1e-4)
        half = replace(put, shade=np.full_like(put.shade, 0.5))
        assert np.allclose(
            shaded(linear, half) / linear, shaded(linear * 0.3, half) / (linear * 0.3), rtol=1e-4
        )
        assert (shaded(linear, half) < linear).all()


def test_the_camera_opens_for_a_face_in_the_shade_but_not_all_the_way() -> None:
    put = worn(a_cover())
    assert exposed(put, POINTS) == pytest.approx(1, abs=1e-3)
    dark = replace(put, shade=np.full_like(put.shade, 0.5))
    assert 1.3 < exposed(dark, POINTS) < 2.0


@pytest.mark.parametrize(
    ("take", "fault"),
    [
        (a_take(yaw=24.0), "turned"),
        (a_take(pitch=-30.0), "turned"),
        (a_take(roll=20.0), "turned"),
        (a_take(centre=(180, 60)), "cut"),
        (a_take(clutter=1.0), "poor"),
    ],
)
def test_a_face_that_would_look_pasted_is_refused_with_the_reason(take: Take, fault: str) -> None:
    with pytest.raises(FaceNotFrontalError) as refused:
        cast_face(a_double(take), template(FACED[0]), RenderOptions(), picture_size(2 / 3, 160))
    facts = dict(refused.value.facts)
    assert facts.pop("template") == FACED[0]
    assert facts.pop(fault) == 1
    assert set(facts.values()) == {0}


def test_a_set_of_profiles_is_refused_and_one_frontal_photo_among_them_is_enough() -> None:
    profiles = [a_take(number, yaw=side * 40.0) for number, side in ((1, -1), (2, 1), (3, -1))]
    with pytest.raises(FaceNotFrontalError) as refused:
        StudioEngine().render(a_double(*profiles), template(FACED[0]), RenderOptions(short_side=160))
    assert refused.value.facts["turned"] == 3
    made = StudioEngine().render(
        a_double(*profiles, a_take(4)), template(FACED[0]), RenderOptions(short_side=160)
    )
    assert made.photo == 4
    again = RenderOptions(short_side=160, without=(4,))
    assert (
        StudioEngine().render(a_double(*profiles, a_take(4)), template(FACED[0]), again).photo == 4
    )  # there is no other


def test_a_photo_without_its_crown_will_do_because_a_cover_hides_it() -> None:
    take = a_take(centre=(180, 92))  # the face whole, the crown cut off
    made = StudioEngine().render(a_double(take), template(FACED[0]), RenderOptions(short_side=160))
    assert made.photo == 1


def test_the_camera_stands_where_the_template_says_whatever_the_photo_shows_of_the_body() -> None:
    take, framing = a_take(), Framing(face_height=0.3, eye_line=0.4)
    window = face_window(take, framing, (200, 300))
    tall = float(np.ptp(take.points[list(regions.OVAL), 1]))
    assert tall / window.height == pytest.approx(0.3)
    assert window.width / window.height == pytest.approx(200 / 300)
    assert (take.points[regions.LEFT_PUPIL, 1] - window.y) / window.height == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize("name", FACED)
def test_a_portrait_in_a_cover_says_what_it_is_made_of(name: str) -> None:
    made = StudioEngine().render(a_double(a_take()), template(name), RenderOptions(short_side=160))
    assert made.origin is Origin.OWN_FACE
    assert SOURCE_TYPES[made.origin] is SourceType.COMPOSITE_SYNTHETIC
    assert made.pixels.std() > 10
    again = StudioEngine().render(a_double(a_take()), template(name), RenderOptions(short_side=160))
    assert (made.pixels == again.pixels).all()


@pytest.mark.parametrize("name", covers())
def test_every_cover_says_whose_it_is_and_is_whole(name: str) -> None:
    card, folder = covers()[name], covers_folder() / name
    assert card.licence == "CC0-1.0"
    assert card.model_release == "none needed"
    assert "do not exist" in card.source
    files = {file.name: len(file.read_bytes()) for file in folder.iterdir()}
    assert set(files) == {"cover.toml", *card.files}
    assert sum(files.values()) < 1_200_000
    kept = cover(name)
    assert kept.points.shape == (478, 3)
    assert len(card.bare) == LIGHTS
    oval = regions.fill(floats(kept.points / 2), regions.OVAL, kept.hole.shape[:2]) > 0
    assert (kept.hole[oval] > 127).mean() > 0.9  # the face is seen
    other = cover(name, Dyes(cloth=(0.5, 0.1, 0.1), trim=(0.1, 0.5, 0.1), thread=(0.1, 0.1, 0.5)))
    assert np.abs(light(other, ROOM).front - light(kept, ROOM).front).mean() > 0.005


@pytest.mark.parametrize("name", FACED)
def test_the_edge_of_a_covers_shadow_is_no_rougher_than_skin_in_a_photo(name: str) -> None:
    """This sitter's skin is of one colour; photographed skin has 5 to 25 octaves per face width."""
    assert opening_seam(a_double(a_take()), template(name), 240).along < 8
