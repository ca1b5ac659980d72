"""An entry comes before its file, names nobody, and is found again when every label was stripped."""

import io
import secrets
from collections.abc import Callable
from dataclasses import fields
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from tests.fakes.clock import NOON
from tests.fakes.rights import desk_at

from fenshen.ids import ExportId, SitterId
from fenshen.labels import fingerprint, register, tc260, visible
from fenshen.labels.container import PictureUnreadableError
from fenshen.labels.register import Made
from fenshen.labels.write import LabelledPicture
from fenshen.rights.desk import Desk
from fenshen.store import exports, issued
from fenshen.store.issued import IssuedRow

Picture = NDArray[np.uint8]
Label = Callable[..., LabelledPicture]
ANNA = SitterId("sitter_anna")


def scene(seed: int, width: int = 320, height: int = 480) -> Picture:
    """A picture with forms of every size, the large ones strongest, as photographs have; another for each seed."""
    rng = np.random.default_rng(seed)
    made = np.full((height, width, 3), 128, np.float32)
    for octave in range(5):
        grid = rng.normal(0, 46 / 1.6**octave, (6 * 2**octave, 4 * 2**octave, 3)).astype(np.float32)
        made += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(made, 0, 255).astype(np.uint8)


def recoded(rgb: Picture, quality: int) -> Picture:
    sink = io.BytesIO()
    Image.fromarray(rgb).save(sink, "JPEG", quality=quality)
    return np.asarray(Image.open(sink))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_at(tmp_path)


@pytest.fixture
def enter(desk: Desk, labelled: Label) -> Callable[..., IssuedRow]:
    """Label a picture and enter it, for an export of its own or a given one."""

    def entered(rgb: Picture, export: ExportId | None = None, **wishes: object) -> IssuedRow:
        export = export or register.open_export(desk, kind="portraits", sitter=ANNA, double=None)
        number = tc260.new_produce_id(NOON, secrets.token_bytes(16))
        picture = labelled(rgb, produce_id=number, **wishes)
        made = Made(
            kind="portrait", template="noir", engine="studio", engine_version=3, label="film", beautify=0.3
        )
        return register.enter(desk, export, picture, register.new_mark(desk), made)

    return entered


def test_an_entry_is_found_by_its_number_and_by_its_mark(desk: Desk, enter: Callable[..., IssuedRow]) -> None:
    row = enter(scene(1), design="film")
    assert register.by_produce_id(desk, row.id) == register.by_mark(desk, int(row.mark, 16)) == row
    assert (row.beautify, row.template, row.source_type) == (30, "noir", "compositeSynthetic")
    assert (row.width, row.height) > (320, 480)  # as it leaves, with the film's edge
    assert register.by_mark(desk, int(row.mark, 16) ^ 1) is None
    with desk.store.begin() as connection:
        export = exports.get(connection, row.export)
        assert export is not None
        assert export.count == 1


def test_an_entry_says_nothing_of_whose_face_it_shows() -> None:
    assert {field.name for field in fields(IssuedRow)} == {
        "id", "mark", "export", "at", "kind", "template", "engine", "engine_version", "software", "source_type",
        "label", "width", "height", "beautify", "closer", "whole", "middle",
    }  # fmt: skip


def test_marks_are_48_random_bits_and_none_twice(desk: Desk) -> None:
    marks = [register.new_mark(desk) for _ in range(200)]
    assert len(set(marks)) == 200
    assert all(0 < mark < 2**48 for mark in marks)
    assert 20 < np.mean([mark.bit_count() for mark in marks]) < 28


@pytest.mark.parametrize("wrong", [0, -1, 2**48])
def test_what_cannot_be_a_mark_is_not_looked_up(wrong: int, desk: Desk) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        register.by_mark(desk, wrong)


@pytest.mark.parametrize("quality", [50, 92])
@pytest.mark.parametrize("scale", [0.5, 1.0, 1.4])
def test_a_stripped_copy_is_found_by_its_look(
    quality: int, scale: float, desk: Desk, enter: Callable[..., IssuedRow], labelled: Label
) -> None:
    rows = [enter(scene(seed)) for seed in range(6)]
    shown = register.pixels(labelled(scene(3), produce_id=rows[3].id).data)
    size = (round(shown.shape[1] * scale), round(shown.shape[0] * scale))
    copy = recoded(np.asarray(Image.fromarray(shown).resize(size)), quality)
    found = register.near(desk, copy)
    assert found[0].row == rows[3]
    assert not found[0].is_cropped


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (0.2, 0.2), (0.1, 0.1), (0.2, 0.0), (0.07, 0.16)])
def test_a_crop_to_four_fifths_is_found_and_called_a_crop(
    x: float, y: float, desk: Desk, enter: Callable[..., IssuedRow], labelled: Label
) -> None:
    rows = [enter(scene(seed)) for seed in range(6)]
    shown = register.pixels(labelled(scene(2), produce_id=rows[2].id).data)
    height, width = shown.shape[:2]
    crop = shown[round(y * height) : round((y + 0.8) * height), round(x * width) : round((x + 0.8) * width)]
    found = register.near(desk, recoded(crop, 70))
    assert found[0].row == rows[2]
    assert found[0].is_cropped


def test_another_picture_is_near_nothing(desk: Desk, enter: Callable[..., IssuedRow]) -> None:
    assert register.near(desk, scene(99)) == []
    for seed in range(4):
        enter(scene(seed))
    assert [register.near(desk, scene(seed)) for seed in range(90, 96)] == [[]] * 6


def test_two_portraits_that_look_alike_are_both_named(desk: Desk, enter: Callable[..., IssuedRow]) -> None:
    brighter = np.clip(scene(1).astype(int) + 6, 0, 255).astype(np.uint8)
    one, other = enter(scene(1), design="film"), enter(brighter, design="film")
    seen = visible.draw(scene(1), language="zh", faces=[], design="film")
    assert {match.row.id for match in register.near(desk, seen)} == {one.id, other.id}


def test_fingerprints_of_different_pictures_are_far_apart() -> None:
    prints = [fingerprint.of(scene(seed)) for seed in range(12)]
    apart = [(a.whole ^ b.whole).bit_count() for a, b in combinations(prints, 2)]
    assert min(apart) > register.COPY
    assert 26 < np.mean(apart) < 38
    assert all(0 <= each.whole < 2**fingerprint.WHOLE_BITS for each in prints)
    assert all(0 <= each.middle < 2**fingerprint.MIDDLE_BITS for each in prints)


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (2000, 5)])
def test_any_shape_has_a_fingerprint(size: tuple[int, int]) -> None:
    assert fingerprint.of(scene(1, *size)) == fingerprint.of(scene(1, *size))


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0"])
def test_what_is_no_picture_is_named(data: bytes) -> None:
    with pytest.raises(PictureUnreadableError):
        register.pixels(data)


def test_an_entry_is_there_before_anything_is_delivered(desk: Desk, enter: Callable[..., IssuedRow]) -> None:
    row = enter(scene(1))
    with desk.store.begin() as connection:
        assert issued.every(connection) == [row]
