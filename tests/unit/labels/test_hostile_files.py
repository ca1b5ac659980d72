"""Files made to crash, stall or deceive the verifier get an answer, and never a better one than they deserve."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fenshen.labels import xmp
from fenshen.labels.container import PictureUnreadableError, take_apart
from fenshen.labels.jumbf import is_tight
from fenshen.labels.verify import Verification
from fenshen.labels.write import LabelledPicture

Make = Callable[..., NDArray[np.uint8]]
Label = Callable[..., LabelledPicture]
FORMATS = ["JPEG", "PNG", "WEBP"]
STORE_HEAD = b"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03c2pa\0"


def states(found: Verification) -> dict[str, str]:
    return {mark.mark: mark.state.value for mark in found.marks}


def png_with(store: bytes) -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 60)).save(out, "PNG")
    data = out.getvalue()
    body = b"caBX" + store
    chunk = struct.pack(">I", len(store)) + body + struct.pack(">I", zlib.crc32(body))
    return data[:33] + chunk + data[33:]


def box(kind: bytes, inside: bytes) -> bytes:
    return struct.pack(">I4s", len(inside) + 8, kind) + inside


def nested(depth: int) -> bytes:
    head, store = box(b"jumd", STORE_HEAD[4:]), b""
    for _ in range(depth):
        store = box(b"jumb", head + store)
    return store


HOSTILE = {
    "empty": b"",
    "noise": np.random.default_rng(1).bytes(5000),
    "zeros": bytes(200_000),
    "nested 3,000 deep": nested(3000),
    "a length beyond the end": struct.pack(">I4s", 0xFFFFFFF0, b"jumb") + STORE_HEAD,
    "a box of no length": struct.pack(">I4s", 0, b"jumb") * 50,
    "CBOR nested without end": box(b"jumb", box(b"jumd", STORE_HEAD[4:]) + box(b"cbor", b"\x81" * 100_000)),
    "JSON nested without end": box(b"jumb", box(b"jumd", STORE_HEAD[4:]) + box(b"json", b"[" * 100_000)),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_manifest_is_an_answer_and_no_crash(kind: str, ask: Callable[..., Verification]) -> None:
    found = ask(png_with(HOSTILE[kind]))
    assert states(found)["c2pa"] == "malformed"
    assert not found.ours
    assert not is_tight(HOSTILE[kind])


def test_a_manifest_store_larger_than_honest_ones_is_not_opened(ask: Callable[..., Verification]) -> None:
    assert states(ask(png_with(bytes((32 << 20) + 1))))["c2pa"] == "malformed"


def test_a_packet_nested_without_end_costs_nothing_and_is_called_damaged() -> None:
    assert xmp.read(b"<a>" * 200_000 + b"AIGC" + b"</a>" * 200_000).aigc == ("",)


def test_an_outside_entity_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a secret of this machine")
    packet = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}">]><x><AIGC>&a;</AIGC></x>'
    assert xmp.read(packet.encode()).aigc == ("",)


def test_texts_that_unpack_to_a_flood_are_refused(ask: Callable[..., Verification]) -> None:
    text = b"AIGC\0\0" + zlib.compress(bytes(1 << 20), 9)
    chunk = struct.pack(">I", len(text)) + b"zTXt" + text + struct.pack(">I", zlib.crc32(b"zTXt" + text))
    plain = png_with(b"")
    with pytest.raises(PictureUnreadableError):
        ask(plain[:33] + chunk * 40 + plain[33:])


def test_thousands_of_packets_are_not_all_read(ask: Callable[..., Verification]) -> None:
    out = BytesIO()
    Image.new("RGB", (40, 30)).save(out, "JPEG")
    body = b"http://ns.adobe.com/xap/1.0/\0" + b"<x AIGC='{}'/>"
    segment = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    found = ask(out.getvalue()[:2] + segment * 5000 + out.getvalue()[2:])
    assert states(found)["tc260"] == "duplicate"


@pytest.mark.parametrize("picture_format", FORMATS)
def test_a_second_manifest_is_not_ours(
    picture_format: str, backdrop: Make, fully_labelled: Label, ask: Callable[..., Verification]
) -> None:
    data = fully_labelled(backdrop(200, 260), format=picture_format).data
    store = take_apart(data).c2pa
    at = data.index(store) - (12 if picture_format == "JPEG" else 8)  # the head of the segment or chunk
    whole = data[at : at + len(store) + {"JPEG": 12, "PNG": 12, "WEBP": 8 + len(store) % 2}[picture_format]]
    doubled = bytearray(data[:at] + whole + data[at:])
    if picture_format == "WEBP":
        doubled[4:8] = struct.pack("<I", len(doubled) - 8)
    found = ask(bytes(doubled))
    assert states(found)["c2pa"] != "valid"
    assert not found.intact
