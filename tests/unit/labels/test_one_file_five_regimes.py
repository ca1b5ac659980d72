"""One file as it leaves the studio, read by everybody who has a rule about it; and no byte of it changes unseen.

Each reader here is written from the rule's own words and shares no code with what wrote the file: the pixels are
measured, the TC260 reader walks the containers itself, the IPTC term is read by exiftool, the credentials by the
C2PA library with nothing but the studio's root certificate.
"""

import json
import re
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from c2pa import Context, Reader
from numpy.typing import NDArray
from PIL import Image
from tests.fakes.watermark import MARK, FakeWatermark

from fenshen.labels import visible
from fenshen.labels.c2pa_authority import Credentials
from fenshen.labels.container import PictureUnreadableError
from fenshen.labels.invisible import installed
from fenshen.labels.verify import verify
from fenshen.labels.write import LabelledPicture

Picture = NDArray[np.uint8]
Make = Callable[..., Picture]
Label = Callable[..., LabelledPicture]

FORMATS = ["JPEG", "PNG", "WEBP"]
MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
KEYS = [
    "Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2",
]  # fmt: skip
ALLOWED = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]*")  # GB 45438-2025, Annex E j)
SIZE = (1024, 1536)


def packets(data: bytes) -> Iterator[bytes]:
    """XMP as TC260-PG-20259A places it: APP1 of JPEG, iTXt of PNG, the chunk of WebP."""
    if data[:2] == b"\xff\xd8":
        at = 2
        while data[at + 1] != 0xDA:
            size = struct.unpack(">H", data[at + 2 : at + 4])[0]
            if data[at + 1] == 0xE1 and data[at + 4 :].startswith(b"http://ns.adobe.com/xap/1.0/\0"):
                yield data[at + 33 : at + 2 + size]
            at += 2 + size
    elif data[:4] == b"\x89PNG":
        at = 8
        while at < len(data):
            size, name = struct.unpack(">I4s", data[at : at + 8])
            body = data[at + 8 : at + 8 + size]
            assert zlib.crc32(name + body) == struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0]
            if name == b"iTXt" and body.startswith(b"XML:com.adobe.xmp\0\0\0\0\0"):
                yield body[22:]
            at += 12 + size
    else:
        at = 12
        while at < len(data):
            name, size = struct.unpack("<4sI", data[at : at + 8])
            if name == b"XMP ":
                yield data[at + 8 : at + 8 + size]
            at += 8 + size + size % 2


def aigc(data: bytes) -> list[str]:
    """Every TC260:AIGC property of a file, as element."""
    name = "{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"
    return [
        found.text or ""
        for packet in packets(data)
        for found in ET.fromstring(packet).iter(name)  # noqa: S314  (written by ourselves a moment ago)
    ]


def visible_label_is_legal(data: bytes) -> bool:
    """GB 45438, 5.2: text with "AI" and "生成" at an edge, every glyph at least 5 % of the short side high.

    Measured on the decoded pixels: the label's ink is what differs most from the plate around it.
    """
    rgb = np.asarray(Image.open(BytesIO(data)).convert("RGB"))
    height, width = rgb.shape[:2]
    layout = visible.lay_out(width, height, language="zh", faces=[])
    x, y, w, h = layout.text
    grey = visible.luminance(rgb[y : y + h, x : x + w])
    plate = float(np.median(grey[layout.lettering.mask < 0.05]))
    ink = np.abs(grey - plate) > 0.5 * float(np.abs(grey - plate).max())
    columns = ink.any(axis=0)
    starts = np.flatnonzero(np.diff(np.concatenate([[0], columns.astype(int), [0]])) == 1)
    ends = np.flatnonzero(np.diff(np.concatenate([[0], columns.astype(int), [0]])) == -1)
    wide = [(a, b) for a, b in zip(starts, ends, strict=True) if b - a > 1]
    heights = [np.flatnonzero(ink[:, a:b].any(axis=1)) for a, b in wide]
    tall = all(rows[-1] - rows[0] + 1 >= 0.05 * min(width, height) for rows in heights)
    inside = x >= 0 and x + w <= width and y + h <= height
    at_the_edge = y >= 0.8 * height or y + h <= 0.2 * height
    return len(wide) >= 4 and tall and inside and at_the_edge


def annex_e_is_kept(data: bytes) -> bool:
    """GB 45438, Annex E: one label; seven keys in order; permitted characters; first write: propagator = producer."""
    labels = aigc(data)
    if len(labels) != 1:
        return False
    values = json.loads(labels[0])
    return (
        list(values) == KEYS
        and values["Label"] == "1"
        and all(ALLOWED.fullmatch(value) for value in values.values())
        and bool(values["ContentProducer"] and values["ProduceID"])
        and values["ContentPropagator"] == values["ContentProducer"]
        and values["PropagateID"] == values["ProduceID"]
    )


def tc260_guide_is_kept(data: bytes) -> bool:
    """TC260-PG-20259A: the bare object in XMP, in the guide's namespace, and no second place (no EXIF, no text)."""
    elsewhere = b'"AIGC"' in data or b"AIGC\0" in data or b"Exif\0\0" in data
    return len(list(packets(data))) == 1 and "AIGC" not in json.loads(aigc(data)[0]) and not elsewhere


def exiftool(file: Path) -> dict[str, Any]:
    run = ["exiftool", "-j", "-G1", "-a", "-n", "-validate", "-warning", "-XMP:all", str(file)]
    said: list[dict[str, Any]] = json.loads(subprocess.run(run, capture_output=True, check=True).stdout)
    return said[0]


def report(data: bytes, mime: str, anchor: str) -> tuple[str, dict[str, Any]]:
    """What the C2PA library says with the studio's root as the only thing it trusts."""
    trusting = Context.from_dict(
        {
            "version": 1,
            "trust": {"user_anchors": anchor},
            "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        }
    )
    with Reader(mime, BytesIO(data), context=trusting) as reader:
        told = json.loads(reader.json())
        return str(reader.get_validation_state()), told["manifests"][told["active_manifest"]]


def said_under(manifest: dict[str, Any], label: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one["data"] for one in manifest["assertions"] if one["label"] == label)
    return found


def five_items(created: dict[str, Any]) -> bool:
    """California SB 942: provider, name and version of the system, date and time, a unique number."""
    agent, told = created["softwareAgent"], created["parameters"]
    return bool(
        told["org.fenshen.provider"]
        and agent["name"]
        and agent["version"]
        and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created["when"])
        and re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{32}", told["org.fenshen.produce-id"])
    )


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("picture_format", FORMATS)
def test_one_portrait_passes_five_regimes(
    picture_format: str, backdrop: Make, fully_labelled: Label, credentials: Credentials, tmp_path: Path
) -> None:
    watermark = installed()
    portrait = fully_labelled(backdrop(*SIZE), format=picture_format, watermark=watermark)
    (tmp_path / "portrait").write_bytes(portrait.data)
    state, manifest = report(portrait.data, MIMES[picture_format], credentials.anchor)
    created = said_under(manifest, "c2pa.actions.v2")["actions"][0]
    seen = exiftool(tmp_path / "portrait")
    pixels = np.asarray(Image.open(BytesIO(portrait.data)).convert("RGB"))
    found = watermark.find(pixels)
    iptc = str(seen["XMP-iptcExt:DigitalSourceType"])
    number = json.loads(aigc(portrait.data)[0])["ProduceID"]
    matrix = {
        "GB 45438 visible words": visible_label_is_legal(portrait.data),
        "GB 45438 Annex E": annex_e_is_kept(portrait.data),
        "TC260-PG-20259A": tc260_guide_is_kept(portrait.data),
        "C2PA validator": state == "Trusted",
        "IPTC term": iptc == created["digitalSourceType"] and iptc.endswith("/compositeSynthetic"),
        "nothing odd to exiftool": "ExifTool:Warning" not in seen,
        "EU Code layer 1: signed metadata": state == "Trusted" and created["action"] == "c2pa.created",
        "EU Code layer 2: imperceptible mark": found is not None and found.mark == MARK,
        "the layers are bound": said_under(manifest, "c2pa.soft-binding")["blocks"][0]["value"]
        == f"{MARK:012x}",
        "California SB 942": five_items(created),
        "one number everywhere": number
        == portrait.produce_id
        == created["parameters"]["org.fenshen.produce-id"],
    }
    print(f"\n{picture_format}")  # noqa: T201  (pytest -s shows the matrix)
    print("\n".join(f"  {'pass' if kept else 'FAIL'}  {rule}" for rule, kept in matrix.items()))  # noqa: T201
    assert not [rule for rule, kept in matrix.items() if not kept]


@pytest.mark.parametrize("picture_format", FORMATS)
def test_any_later_change_of_a_byte_is_seen(
    picture_format: str, backdrop: Make, fully_labelled: Label, credentials: Credentials, public_key: bytes
) -> None:
    """300 places over the whole file, and 120 more within the manifest, most of which no validator looks at."""
    data = fully_labelled(backdrop(200, 260), format=picture_format).data
    asked = {"public_key": public_key, "anchor": credentials.anchor, "watermark": FakeWatermark()}
    assert verify(data, **asked).intact  # type: ignore[arg-type]
    rng = np.random.default_rng(2026)
    start = data.index(b"jumb") - 24
    places = [*rng.choice(len(data), 300, replace=False), *rng.integers(start, start + 12_500, 120)]
    unseen = []
    for place in places:
        changed = bytearray(data)
        changed[place] ^= int(rng.integers(1, 256))
        try:
            found = verify(bytes(changed), **asked)  # type: ignore[arg-type]
        except PictureUnreadableError:
            continue
        if found.intact:
            unseen.append(int(place))
    assert not unseen


@pytest.mark.parametrize("picture_format", FORMATS)
def test_what_is_added_or_cut_off_is_seen(
    picture_format: str, backdrop: Make, fully_labelled: Label, credentials: Credentials, public_key: bytes
) -> None:
    data = fully_labelled(backdrop(200, 260), format=picture_format).data
    for changed in (data + b"\0", data + data, data[:-1], data.replace(b"rdf:about", b"rdf:About", 1)):
        try:
            found = verify(changed, public_key=public_key, anchor=credentials.anchor)
        except PictureUnreadableError:
            continue
        assert not found.intact
