"""What is no photo is refused by its first bytes and its header, with a name, before anything is decoded."""

import struct
import time
import tracemalloc
import zlib

import pytest
from PIL import Image
from tests.unit.photos.conftest import code, person

from fenshen.photos.container import LIMITS, PhotoRefusedError, kind_of
from fenshen.photos.decode import decode
from fenshen.rights.consent import Permit


def png_header(width: int, height: int) -> bytes:
    """Begin a PNG that announces a size and holds nothing."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + head
        + struct.pack(">I", zlib.crc32(head))
        + b"\0\0\0\0IDAT"
    )


REFUSED = {
    "an empty file": (b"", "photo_empty"),
    "a text file named .jpg": (b"hello, I am a photo\n", "photo_not_a_picture"),
    "noise": (bytes(range(1, 200)), "photo_not_a_picture"),
    "a 1x1 picture": (code(Image.new("RGB", (1, 1))), "photo_too_small"),
    "a stamp": (code(Image.new("RGB", (199, 900)), "JPEG"), "photo_too_small"),
    "a 50,000 x 50,000 PNG": (png_header(50_000, 50_000), "photo_too_many_pixels"),
    "a 10,000 x 9,000 PNG": (png_header(10_000, 9_000), "photo_too_many_pixels"),
    "a long strip": (png_header(17_000, 300), "photo_too_many_pixels"),
    "31 MB": (b"\xff\xd8\xff" + bytes(31 * 2**20), "photo_too_large"),
    "a GIF": (code(Image.new("P", (300, 300)), "GIF"), "photo_unsupported"),
    "a BMP": (code(Image.new("RGB", (300, 300)), "BMP"), "photo_unsupported"),
    "a TIFF": (code(Image.new("RGB", (300, 300)), "TIFF"), "photo_unsupported"),
    "an SVG": (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "photo_unsupported"),
    "a zip": (b"PK\x03\x04" + bytes(100), "photo_unsupported"),
    "a PDF": (b"%PDF-1.7\n", "photo_unsupported"),
    "a film": (b"\0\0\0\x18ftypisom" + bytes(100), "photo_unsupported"),
    "a film from a phone": (b"\0\0\0\x14ftypqt  " + bytes(100), "photo_unsupported"),
    "a HEIC without inside": (b"\0\0\0\x18ftypheic" + bytes(500), "photo_truncated"),
    "a JPEG of which only the start is left": (b"\xff\xd8\xff\xe0\0\x10JFIF", "photo_truncated"),
}


def test_every_refusal_of_a_file_has_its_file() -> None:
    refusals = {
        kind.code for kind in PhotoRefusedError.__subclasses__() if kind.__module__ == kind_of.__module__
    }
    assert refusals == {code for _, code in REFUSED.values()}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_by_name(what: str, permit: Permit) -> None:
    data, expected = REFUSED[what]
    with pytest.raises(PhotoRefusedError) as refusal:
        decode(data, permit)
    assert refusal.value.code == expected


def test_a_bomb_costs_neither_time_nor_memory(permit: Permit) -> None:
    start = time.perf_counter()
    tracemalloc.start()
    with pytest.raises(PhotoRefusedError):
        decode(png_header(16_000, 16_000), permit)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert time.perf_counter() - start < 1
    assert peak < 4 * 2**20


def test_the_name_of_a_file_means_nothing_and_its_bytes_everything() -> None:
    assert kind_of(person("anna/00")) == "JPEG"
    assert kind_of(code(Image.new("RGB", (9, 9)), "WEBP")) == "WEBP"


def test_a_refusal_tells_the_limits_and_nothing_of_the_file() -> None:
    with pytest.raises(PhotoRefusedError) as refusal:
        kind_of(bytes(LIMITS["limit_mb"] * 2**20 + 1))
    assert dict(refusal.value.facts) == LIMITS
