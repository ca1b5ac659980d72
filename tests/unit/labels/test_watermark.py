"""The number in the picture stays when everything else is taken away, and nobody sees it."""

import io
import random
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from fenshen.labels import mark_code, mark_tile, watermark
from fenshen.labels.watermark import MarkNoRoomError, embed, find
from fenshen.people import photos_of
from fenshen.portrait.sheet import contact_sheet

Picture = NDArray[np.uint8]
NUMBER = 0xA5F0_1234_9C3E
PLACES = (("anna", 0), ("omar", 3))


@cache
def photo(name: str, number: int, short: int = 640) -> Picture:
    """A photo of somebody who does not exist, with a sensor's noise."""
    image = Image.open(io.BytesIO(photos_of(name)[number].read())).convert("RGB")
    size = (short, round(short * image.height / image.width))
    rgb = np.asarray(image.resize(size, Image.Resampling.BICUBIC), np.float32)
    noise = np.random.default_rng(number).normal(0, 1.5, rgb.shape)
    return np.clip(rgb + noise, 0, 255).astype(np.uint8)


def jpeg(rgb: Picture, quality: int) -> Picture:
    sink = io.BytesIO()
    Image.fromarray(rgb).save(sink, "JPEG", quality=quality)
    return np.asarray(Image.open(sink))


def resized(rgb: Picture, scale: float) -> Picture:
    size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BICUBIC))


def cropped(rgb: Picture) -> Picture:
    height, width = rgb.shape[:2]
    return np.ascontiguousarray(
        rgb[int(0.13 * height) : int(0.93 * height), int(0.06 * width) : int(0.86 * width)]
    )


def turned(rgb: Picture) -> Picture:
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 1.6, 1)
    whole = cv2.warpAffine(rgb, turn, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(whole, np.uint8)


HAPPENS: dict[str, Callable[[Picture], Picture]] = {
    "nothing": lambda rgb: rgb,
    "JPEG q50": lambda rgb: jpeg(rgb, 50),
    "half the size": lambda rgb: jpeg(resized(rgb, 0.5), 92),
    "cropped": lambda rgb: jpeg(cropped(rgb), 92),
    "screenshot": lambda rgb: jpeg(resized(rgb, 1.31), 70),
    "mirrored": lambda rgb: np.ascontiguousarray(rgb[:, ::-1]),
    "a quarter turn": lambda rgb: np.ascontiguousarray(np.rot90(rgb)),
    "turned a little": turned,
    "cropped, then q50": lambda rgb: jpeg(cropped(rgb), 50),
    "black and white": lambda rgb: np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
    "brighter": lambda rgb: np.clip(rgb * 1.15, 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("what", HAPPENS)
@pytest.mark.parametrize(("name", "number"), PLACES)
def test_the_number_is_read_after_what_happens_to_pictures(name: str, number: int, what: str) -> None:
    found = find(HAPPENS[what](embed(photo(name, number), NUMBER)))
    assert found is not None
    assert found.mark == NUMBER
    assert found.mirrored is (what == "mirrored")


@pytest.mark.parametrize("marked_before", [False, True])
def test_a_contact_sheet_is_read_though_it_repeats_like_a_tile(*, marked_before: bool) -> None:
    """Rows and columns of edges drown the mark; the parts may carry marks of their own, which were made smaller."""
    files = []
    for place in range(12):
        portrait = photo(*PLACES[place % 2])
        sink = io.BytesIO()
        Image.fromarray(embed(portrait, place) if marked_before else portrait).save(sink, "JPEG", quality=95)
        files.append((sink.getvalue(), (0, 0, portrait.shape[1], portrait.shape[0])))
    found = find(jpeg(embed(contact_sheet(files), NUMBER), 85))
    assert found is not None
    assert found.mark == NUMBER


@pytest.mark.parametrize(("name", "number"), PLACES)
def test_nobody_sees_it(name: str, number: int) -> None:
    plain = photo(name, number)
    marked = embed(plain, NUMBER)
    assert cv2.PSNR(plain, marked) >= 42
    assert np.abs(marked.astype(int) - plain).max() <= 5
    assert np.array_equal(marked, embed(plain, NUMBER))  # the same number, the same pixels
    assert not np.array_equal(marked, embed(plain, NUMBER + 1))


@pytest.mark.parametrize(("name", "number"), [("anna", 0), ("anna", 7), ("omar", 3), ("omar", 12)])
def test_nothing_is_read_where_nobody_wrote(name: str, number: int) -> None:
    assert find(photo(name, number)) is None


@pytest.mark.parametrize("period", [3.0, 8.0, 24.0, 96.0])
def test_what_repeats_is_not_taken_for_a_tile(period: float) -> None:
    y, x = np.mgrid[0:600, 0:500]
    grey = 128 + 60 * np.sign(np.sin(2 * np.pi * x / period) * np.sin(2 * np.pi * y / period))
    assert find(np.repeat(grey[..., None].astype(np.uint8), 3, axis=2)) is None


@pytest.mark.parametrize("level", [0, 8, 128, 247, 255])
def test_a_plain_picture_gives_none_and_carries_one_where_it_has_room_for_light_and_dark(level: int) -> None:
    plain = np.full((500, 400, 3), level, np.uint8)
    assert find(plain) is None
    found = find(embed(plain, NUMBER))
    if level not in {0, 255}:  # on pure black or white half of the pattern is cut off
        assert found is not None
    assert found is None or found.mark == NUMBER


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (40, 40), (79, 3000)])
def test_any_picture_may_be_asked(shape: tuple[int, int]) -> None:
    assert find(np.zeros((*shape, 3), np.uint8)) is None


def test_a_picture_that_is_too_small_is_named() -> None:
    with pytest.raises(MarkNoRoomError):
        embed(np.zeros((199, 400, 3), np.uint8), NUMBER)


@settings(max_examples=12, deadline=None)
@given(number=st.integers(0, 2**48 - 1), width=st.integers(260, 700), height=st.integers(260, 700))
def test_any_number_in_any_size_comes_back(number: int, width: int, height: int) -> None:
    rgb = np.asarray(Image.fromarray(photo("anna", 5)).resize((width, height)))
    found = find(jpeg(embed(rgb, number), 92))
    assert found is not None
    assert found.mark == number


@pytest.mark.parametrize("number", [-1, 2**48])
def test_a_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        embed(photo("anna", 0), number)


# ---- the code


@given(number=st.integers(0, 2**48 - 1))
def test_the_code_gives_the_number_back_through_noise_and_lost_bits(number: int) -> None:
    rng = np.random.default_rng(number & 0xFFFF)
    soft = mark_code.encode(number) + rng.normal(0, 0.45, mark_code.CODED)
    soft[rng.choice(mark_code.CODED, 15, replace=False)] = 0  # a tenth of it is not to be read
    assert mark_code.decode(soft.astype(np.float32)) == number


def test_noise_alone_gives_no_number() -> None:
    rng = np.random.default_rng(3)
    read = [mark_code.decode(rng.normal(0, 1, mark_code.CODED).astype(np.float32)) for _ in range(500)]
    assert read == [None] * 500


def test_a_wrong_number_is_not_given_when_too_much_is_lost() -> None:
    lots = random.Random(9)  # noqa: S311
    for _ in range(200):
        number = lots.getrandbits(48)
        rng = np.random.default_rng(number & 0xFFFF)
        soft = mark_code.encode(number) + rng.normal(0, 1.6, mark_code.CODED)
        assert mark_code.decode(soft.astype(np.float32)) in {None, number}


def test_every_chip_of_the_tile_has_its_use_and_every_bit_its_chips() -> None:
    _, finding, carrying = mark_tile.pattern()
    places = [*finding, *carrying.ravel()]
    assert sorted(places) == list(range(mark_tile.CHIPS**2))
    assert carrying.shape == (mark_code.CODED, mark_tile.REPEATS)


def test_the_check_is_that_of_openpgp() -> None:
    crc = 0xB704CE
    for byte in (0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC):  # bit by bit, as RFC 9580 writes it
        crc ^= byte << 16
        for _ in range(8):
            crc = (crc << 1) ^ (0x1864CFB if crc & 0x800000 else 0)
    assert mark_code._check(0x1234_5678_9ABC) == crc & 0xFFFFFF


def test_the_mark_has_forty_eight_bits() -> None:
    assert watermark.MARK_BITS == 48
