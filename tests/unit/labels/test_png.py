"""Our own PNG is a PNG: everybody else's decoder gives back the very pixels."""

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from fenshen.labels import png

PROFILE = b"\0\0\0\x10acsp-profile-"


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (5, 3), (8, 8), (97, 61), (400, 303)])
@pytest.mark.parametrize("kind", ["noise", "plain", "ramp"])
def test_two_other_decoders_give_the_very_pixels_back(size: tuple[int, int], kind: str) -> None:
    height, width = size
    rng = np.random.default_rng(3)
    ramp = np.add.outer(np.arange(height), np.arange(width))[..., None] * np.array([1, 2, 3])
    picture = {
        "noise": rng.integers(0, 256, (height, width, 3)),
        "plain": np.full((height, width, 3), 255),
        "ramp": ramp % 256,
    }[kind].astype(np.uint8)
    data = png.encode(picture, PROFILE)
    image = Image.open(BytesIO(data))
    image.verify()
    assert np.array_equal(np.asarray(Image.open(BytesIO(data))), picture)
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    assert np.array_equal(bgr[..., ::-1], picture)


def test_the_colour_profile_comes_back_and_nothing_else_was_written() -> None:
    image = Image.open(BytesIO(png.encode(np.zeros((4, 4, 3), np.uint8), PROFILE)))
    assert dict(image.info) == {"icc_profile": PROFILE}


def test_the_same_picture_gives_the_same_bytes() -> None:
    picture = np.random.default_rng(4).integers(0, 256, (60, 40, 3)).astype(np.uint8)
    assert png.encode(picture, PROFILE) == png.encode(picture.copy(), PROFILE)


def test_a_picture_is_smaller_than_its_pixels() -> None:
    soft = np.add.outer(np.linspace(0, 90, 300), np.linspace(0, 90, 200))[..., None] + np.zeros(3)
    assert len(png.encode(soft.astype(np.uint8), PROFILE)) < soft.size / 4
