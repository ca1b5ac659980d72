"""Several people in one picture: one scale, one light, who sits in front is in front, and no cut shows."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.fakes.takes import a_double, a_take

from fenshen.double.double import OpenDouble
from fenshen.double.take import Edge, Take, cut_edges
from fenshen.engines.engine import Origin, RenderOptions
from fenshen.engines.studio.gathering import GroupStudio, one_rig
from fenshen.engines.studio.seating import (
    Camera,
    choose_camera,
    place,
    running_out,
    seated,
    spread_out,
    window_of,
)
from fenshen.engines.studio.shoulders import completed, continued, rounded, widened
from fenshen.templates.assets import Asset, Marks
from fenshen.templates.group import groups
from fenshen.vision import regions
from fenshen.vision.arrays import floats

COUPLE = groups()["couple"]
TWO = COUPLE.layouts[0]
SMALL = RenderOptions(short_side=240)
UNIT = 44.0  # pixels between the pupils of a fake take


def a_person(width: float = 110, red: int = 188, **changes: object) -> OpenDouble:
    take = a_take(1, width=width, **changes)  # type: ignore[arg-type]
    colour = np.array([red, 142, 120], np.uint8)
    return a_double(
        replace(take, foreground=np.ascontiguousarray(np.broadcast_to(colour, take.foreground.shape)))
    )


def test_heads_are_of_one_scale_however_near_the_camera_was() -> None:
    near, far = a_person(width=110), a_person(width=70)
    rendered = GroupStudio().render([near, far], COUPLE, TWO, SMALL)
    widths = [face[2] for face in rendered.faces]
    assert widths[0] == pytest.approx(widths[1], rel=0.03)
    assert rendered.photos == (1, 1)


def test_a_childs_seat_makes_a_smaller_head() -> None:
    pair = groups()["parent_and_child"]
    rendered = GroupStudio().render([a_person(), a_person(width=80)], pair, pair.layouts[0], SMALL)
    assert rendered.faces[1][2] / rendered.faces[0][2] == pytest.approx(0.88, abs=0.03)


def test_the_same_seed_gives_the_same_picture() -> None:
    people = [a_person(), a_person(width=90)]
    once, again = (GroupStudio().render(people, COUPLE, TWO, SMALL).pixels for _ in range(2))
    assert np.array_equal(once, again)
    other = GroupStudio().render(people, COUPLE, TWO, replace(SMALL, seed=2)).pixels
    assert not np.array_equal(once, other)


def test_eyes_are_where_the_seats_are() -> None:
    people = [seated(a_person(), seat, TWO) for seat in TWO.seats]
    camera = choose_camera(people, TWO, 600)
    for sat in people:
        x, y = place(sat, camera)
        window = window_of(sat, camera, (0, 0, 780, 600))
        assert (sat.eyes[0] - window.x) * 780 / window.width == pytest.approx(x, abs=0.5)
        assert (sat.eyes[1] - window.y) * 600 / window.height == pytest.approx(y, abs=0.5)


def test_wide_hair_moves_people_apart() -> None:
    def hair(take: Take, wide: float) -> Take:
        alpha = take.alpha.copy()
        alpha[100:260, round(180 - wide) : round(180 + wide)] = 255
        return replace(take, alpha=alpha, cut=cut_edges(alpha))

    plain = [seated(a_person(), seat, TWO) for seat in TWO.seats]
    bushy = [replace(each, take=hair(each.take, 150)) for each in plain]
    apart = [sats[1].seat.x - sats[0].seat.x for sats in (spread_out(plain), spread_out(bushy))]
    assert apart[0] == pytest.approx(TWO.seats[1].x - TWO.seats[0].x)
    assert apart[1] > apart[0] + 0.3
    middle = sum(sat.seat.x for sat in spread_out(bushy))
    assert middle == pytest.approx(sum(seat.x for seat in TWO.seats), abs=1e-6)


def test_all_stand_in_one_light_and_most_photos_say_from_where() -> None:
    def lit(side: float) -> OpenDouble:
        light = np.zeros((9, 3))
        light[0], light[1] = 0.3, side
        return a_person(light=floats(light))

    people = [seated(lit(side), seat, TWO) for side, seat in zip((0.4, 0.4), TWO.seats, strict=True)]
    key = COUPLE.rig.lights[0].azimuth
    assert one_rig(COUPLE.rig, people).lights[0].azimuth == -key
    split = [seated(lit(side), seat, TWO) for side, seat in zip((0.4, -0.4), TWO.seats, strict=True)]
    assert one_rig(COUPLE.rig, split) is COUPLE.rig


def test_who_sits_in_front_covers_who_sits_behind_and_throws_a_soft_shadow() -> None:
    people = [a_person(red=230), a_person(red=60)]
    close = TWO.model_copy(
        update={"seats": tuple(seat.model_copy(update={"x": seat.x * 0.6}) for seat in TWO.seats)}
    )
    plain = COUPLE.model_copy(update={"look": COUPLE.look.model_copy(update={"grain": 0.0})})
    swapped = close.model_copy(
        update={"seats": tuple(s.model_copy(update={"order": 1 - s.order}) for s in close.seats)}
    )
    first, second = (
        GroupStudio().render(people, plain, layout, SMALL).pixels.astype(int) for layout in (close, swapped)
    )
    changed = np.abs(first - second).max(-1)
    columns = np.flatnonzero((changed > 12).any(0))
    assert columns.size  # where they overlap the order decides
    assert columns.min() > 0.1 * first.shape[1]
    assert columns.max() < 0.9 * first.shape[1]


def test_a_cut_shoulder_is_rounded_and_turns_from_the_light() -> None:
    take = a_take(1, size=(320, 200), centre=(100, 110), width=110)
    take.alpha[230:] = 255
    take = replace(take, cut=cut_edges(take.alpha))
    assert {Edge.LEFT, Edge.RIGHT} <= set(take.cut)
    done = rounded(take, UNIT)
    top = int(np.flatnonzero(take.alpha[:, 1] > 127)[0])
    assert done.alpha[top + 3, 1] < 40  # the corner is gone
    assert done.alpha[-2, 1] > 200  # the arm is not
    assert done.alpha[-2, 100] == take.alpha[-2, 100]
    assert done.foreground[-2, 1].mean() < 0.85 * take.foreground[-2, 1].mean()
    assert np.array_equal(done.foreground[110, 100], take.foreground[110, 100])
    assert set(done.cut) == set(take.cut) - {Edge.LEFT, Edge.RIGHT}


def test_cloth_goes_on_below_where_the_photo_ended_and_the_face_stays() -> None:
    take = a_take(1)
    done = continued(take, UNIT)
    more = done.alpha.shape[0] - take.alpha.shape[0]
    assert more == round(1.6 * UNIT)
    assert np.array_equal(done.alpha[-1], take.alpha[-1])
    assert np.array_equal(done.foreground[: take.alpha.shape[0]], take.foreground)
    assert np.array_equal(done.points, take.points)
    assert done.normals.shape[0] / done.alpha.shape[0] == pytest.approx(48 / 360, rel=0.02)


def test_a_body_that_no_border_cut_is_left_alone() -> None:
    whole = replace(a_take(1, reaches=False), cut=())
    assert completed(whole, UNIT) is whole


def test_a_cut_sleeve_at_the_picture_s_side_runs_out_of_it() -> None:
    """Where the photo ends just inside the picture: no rounded shoulder and no strip of backdrop beside it."""

    def wide(take: Take) -> Take:
        alpha = take.alpha.copy()
        alpha[260:] = 255
        return replace(take, alpha=alpha, cut=cut_edges(alpha))

    doubles = [a_double(wide(a_take(1, width=110))) for _ in TWO.seats]
    people = [seated(double, seat, TWO) for double, seat in zip(doubles, TWO.seats, strict=True)]
    sat = people[1]
    assert Edge.RIGHT in sat.whole.cut
    end = (sat.whole.alpha.shape[1] - sat.eyes[0]) / sat.unit + sat.seat.x  # where the photo ends
    camera = Camera(left=end + 0.4 - 6.4 * TWO.aspect, top=0, tall=6.4, pixels=90)
    moved = running_out(people, camera, TWO.aspect)[1]
    more = moved.take.alpha.shape[1] - sat.take.alpha.shape[1]
    assert more == pytest.approx(0.45 * sat.unit, abs=1)
    assert Edge.RIGHT not in moved.take.cut
    assert moved.take.alpha[-1, -1] > 200  # the arm goes on
    assert moved.eyes == sat.eyes
    far = replace(camera, left=camera.left + 2)
    assert running_out(people, far, TWO.aspect)[1] is people[1]


def test_cloth_beside_a_photo_is_its_mirror_image_and_points_move_along() -> None:
    take = a_take(1, size=(320, 200), centre=(100, 110), width=110)
    take.alpha[230:] = 255
    take = replace(take, cut=cut_edges(take.alpha))
    done = widened(take, UNIT, Edge.LEFT, 30)
    assert done.alpha.shape == (320, 230)
    assert np.array_equal(done.foreground[:, 30:], take.foreground)
    assert np.array_equal(done.alpha[-1, :30], take.alpha[-1, 1:31][::-1])
    assert np.allclose(done.points - take.points, [30, 0, 0])
    assert Edge.LEFT not in done.cut
    assert Edge.RIGHT in done.cut
    assert done.normals.shape[1] / done.alpha.shape[1] == pytest.approx(take.normals.shape[1] / 200, rel=0.05)


def test_a_group_s_own_picture_hangs_behind_it(tmp_path: Path) -> None:
    Image.new("RGB", (60, 50), (20, 40, 200)).save(tmp_path / "sea.png")
    asset = Asset(
        file="sea.png", licence="CC0-1.0", source="drawn for this test", model_release="none needed"
    )
    backdrop = COUPLE.backdrop.model_copy(update={"picture": "sea.png"})
    hung = COUPLE.model_copy(update={"assets": (asset,), "backdrop": backdrop}).lying_in(tmp_path)
    people = [a_person(), a_person(width=90)]
    rendered = GroupStudio().render(people, hung, TWO, SMALL)
    red, _, blue = rendered.pixels[2:12, 140:160].reshape(-1, 3).mean(0)
    assert blue > red + 80
    assert rendered.origin is Origin.OWN_PIXELS
    drawn = asset.model_copy(update={"ai": Marks(source_type="trainedAlgorithmicMedia")})
    generated = hung.model_copy(update={"assets": (drawn,)}).lying_in(tmp_path)
    assert GroupStudio().render(people, generated, TWO, SMALL).origin is Origin.OVER_GENERATED


def test_every_face_is_told_for_the_label_and_lies_in_the_picture() -> None:
    family = groups()["family"]
    people = [a_person(width=w) for w in (110, 100, 90, 80)]
    rendered = GroupStudio().render(people, family, family.layouts[1], SMALL)
    height, width = rendered.pixels.shape[:2]
    assert len(rendered.faces) == 4
    for x, y, w, h in rendered.faces:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height


def test_points_of_a_mesh_follow_the_seat() -> None:
    sat = seated(a_person(), TWO.seats[0], TWO)
    pupils = sat.take.points[[regions.RIGHT_PUPIL, regions.LEFT_PUPIL], :2].mean(0)
    assert tuple(pupils) == pytest.approx(sat.eyes, abs=0.01)
