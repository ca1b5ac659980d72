"""TC260 (GB 45438-2025, Annex E) and IPTC metadata: what is written, and what is read from others."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from fenshen.labels import iptc, tc260, wild, xmp
from fenshen.labels.container import take_apart
from fenshen.labels.verify import verify
from fenshen.labels.write import LabelledPicture, SourceType

Picture = NDArray[np.uint8]
Make = Callable[..., Picture]
Label = Callable[..., LabelledPicture]

KEYS = [
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
]
OTHERS = {
    "Label": "1",
    "ContentProducer": "001191110102MACQD9K64010000",
    "ProduceID": "7431",
    "ReservedCode1": "",
    "ContentPropagator": "001191110102MACQD9K64010000",
    "PropagateID": "7431",
    "ReservedCode2": "",
}
BARE = json.dumps(OTHERS, separators=(",", ":"))
WRAPPED = json.dumps({"AIGC": OTHERS})


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
def test_a_portrait_carries_exactly_one_label_as_annex_e_asks(
    picture_format: str, backdrop: Make, labelled: Label
) -> None:
    file = labelled(backdrop(300, 400), format=picture_format)
    found = wild.claims(take_apart(file.data))
    assert len(found.aigc) == 1
    assert file.data.count(b"ContentProducer") == 1
    values = json.loads(found.aigc[0])
    assert list(values) == KEYS
    assert values["Label"] == "1"
    assert values["ContentPropagator"] == values["ContentProducer"] == "fenshen-studio"
    assert values["PropagateID"] == values["ProduceID"] == file.produce_id
    assert all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]*", value) for value in values.values())
    assert found.source_types == ("http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",)


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
def test_a_portrait_carries_no_exif_no_thumbnail_and_no_date_but_the_label_s(
    picture_format: str, backdrop: Make, labelled: Label
) -> None:
    file = take_apart(labelled(backdrop(300, 400), format=picture_format).data)
    assert (len(file.xmp), file.exif, file.texts) == (1, [], [])
    assert b"thumb" not in file.xmp[0].lower()


@pytest.mark.parametrize("source_type", SourceType)
def test_every_source_type_offered_is_in_the_vocabulary_and_means_ai(source_type: SourceType) -> None:
    assert source_type.uri == "http://cv.iptc.org/newscodes/digitalsourcetype/" + source_type.value
    assert iptc.term(source_type.uri) == source_type.value
    assert iptc.says_ai(source_type.uri)


def test_terms_outside_the_vocabulary_are_told_apart() -> None:
    assert iptc.term("https://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture") == "digitalCapture"
    assert (
        iptc.term("http://cv.iptc.org/newscodes/digitalsourcetype/compositedWithTrainedAlgorithmicMedia")
        is None
    )
    assert iptc.term("trainedAlgorithmicMedia") is None
    assert not iptc.says_ai("http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced")


def test_a_content_number_is_time_and_randomness_only() -> None:
    noon_in_china = datetime(2026, 11, 22, 18, 15, tzinfo=timezone(timedelta(hours=8)))
    assert (
        tc260.new_produce_id(noon_in_china, bytes(range(16)))
        == "20261122T101500Z-000102030405060708090a0b0c0d0e0f"
    )
    with pytest.raises(ValueError, match="16 random bytes"):
        tc260.new_produce_id(noon_in_china, b"few")


@pytest.mark.parametrize("produce_id", ["", "lin-2026", "20261122T101500Z-XYZ", "portrait_9f86d081884c7d65"])
def test_no_other_kind_of_content_number_is_written(produce_id: str) -> None:
    with pytest.raises(ValueError, match="content number"):
        tc260.first_write(producer="fenshen-studio", produce_id=produce_id)


@pytest.mark.parametrize("producer", ["", "my studio", "分身", 'a"b', "a\\b", "tab\t", "caf\u00e9"])
def test_a_producer_outside_the_label_s_characters_is_refused(producer: str) -> None:
    with pytest.raises(tc260.ProducerRefusedError):
        tc260.check_producer(producer)


@pytest.mark.parametrize(
    "producer",
    ["13800138000", "lin-13912345678", "11010519491231002X", "00211101051949123100 2X00000".replace(" ", "")],
)
def test_a_producer_that_gives_a_person_away_is_refused(producer: str) -> None:
    with pytest.raises(tc260.ProducerPersonalError):
        tc260.check_producer(producer)


@pytest.mark.parametrize(
    "producer",
    ["fenshen-studio", "portrait.example", "001191440300708461136T1XGW3", "001191110102MACQD9K64010000"],
)
def test_names_and_provider_codes_are_accepted(producer: str) -> None:
    tc260.check_producer(producer)


@given(st.text())
def test_reading_a_label_never_fails(text: str) -> None:
    tc260.parse(text)
    tc260.parse(json.dumps({"AIGC": text}))
    assert isinstance(xmp.read(text.encode()), xmp.Claims)


def jpeg(**extra: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 64), (90, 120, 80)).save(out, "JPEG", **extra)
    return out.getvalue()


def png(keyword: str, text: str, *, kind: str = "text", packed: bool = False) -> bytes:
    info, out = PngImagePlugin.PngInfo(), BytesIO()
    info.add_text(keyword, text, zip=packed) if kind == "text" else info.add_itxt(keyword, text, zip=packed)
    Image.new("RGB", (64, 64)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def exif(tag: int, value: str | bytes) -> bytes:
    made = Image.Exif()
    (made if tag == 0x010E else made.get_ifd(0x8769))[tag] = value
    return jpeg(exif=made.tobytes())


def packet(inside: str) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f"{inside}</rdf:RDF></x:xmpmeta>"
    ).encode()


def element(value: str, uri: str = tc260.NAMESPACE) -> bytes:
    return packet(f'<rdf:Description xmlns:TC260="{uri}"><TC260:AIGC>{value}</TC260:AIGC></rdf:Description>')


def attribute(value: str) -> bytes:
    return packet(f'<rdf:Description rdf:about="" xmlns:TC260="{tc260.NAMESPACE}" TC260:AIGC="{value}"/>')


ESCAPED = BARE.replace('"', "&quot;")
WILD = {
    "XMP element, bare": jpeg(xmp=element(BARE)),
    "XMP element, wrapped": jpeg(xmp=element(WRAPPED)),
    "XMP element, escaped quotes": jpeg(xmp=element(ESCAPED)),
    "XMP element, escaped twice": jpeg(xmp=element(ESCAPED.replace("&", "&amp;"))),
    "XMP element, CDATA": jpeg(xmp=element(f"<![CDATA[{BARE}]]>")),
    "XMP element, another namespace": jpeg(xmp=element(BARE, "http://example.org/aigc/")),
    "XMP attribute": jpeg(xmp=attribute(ESCAPED)),
    "XMP attribute, apostrophes": jpeg(xmp=attribute("X").replace(b'"X"', f"'{BARE}'".encode())),
    "PNG iTXt XMP": png("XML:com.adobe.xmp", element(WRAPPED).decode(), kind="itxt"),
    "PNG iTXt XMP, packed": png("XML:com.adobe.xmp", element(BARE).decode(), kind="itxt", packed=True),
    "PNG tEXt AIGC, bare": png("AIGC", BARE),
    "PNG tEXt AIGC, wrapped": png("AIGC", WRAPPED),
    "PNG zTXt AIGC": png("AIGC", WRAPPED, packed=True),
    "PNG iTXt AIGC": png("AIGC", WRAPPED, kind="itxt"),
    "PNG tEXt AIGC, HTML-escaped": png("AIGC", ESCAPED),
    "EXIF UserComment, ASCII": exif(0x9286, b"ASCII\0\0\0" + WRAPPED.encode()),
    "EXIF UserComment, Unicode": exif(0x9286, b"UNICODE\0" + WRAPPED.encode("utf-16-le")),
    "EXIF UserComment, no charset": exif(0x9286, WRAPPED.encode()),
    "EXIF ImageDescription": exif(0x010E, WRAPPED),
    "GIF by search": b"GIF89a....." + element(BARE) + b";",
}


@pytest.mark.parametrize("where", sorted(WILD))
def test_another_maker_s_label_is_read_wherever_it_was_put(where: str, public_key: bytes) -> None:
    found = verify(WILD[where], public_key=public_key)
    marks = {mark.mark: mark for mark in found.marks}
    assert not found.ours
    assert (marks["tc260"].state, marks["tc260"].value) == ("foreign", "001191110102MACQD9K64010000 7431")


@pytest.mark.parametrize(
    "damaged", ["{", "[]", '{"Label":"9"}', '{"Label":"1"}', BARE.replace("7431", "a b")]
)
def test_a_label_that_breaks_the_standard_is_called_malformed(damaged: str) -> None:
    marks = {mark.mark: mark.state for mark in verify(png("AIGC", damaged), public_key=None).marks}
    assert marks["tc260"] == "malformed"


def test_a_packet_that_is_no_xml_but_speaks_of_aigc_is_not_overlooked() -> None:
    marks = {mark.mark: mark.state for mark in verify(jpeg(xmp=b"<x:xmpmeta AIGC"), public_key=None).marks}
    assert marks["tc260"] == "malformed"


def test_an_xml_bomb_is_not_opened() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x:xmpmeta xmlns:x="x">&b;AIGC</x:xmpmeta>'
    assert xmp.read(bomb).aigc == ("",)


@pytest.mark.skipif(
    shutil.which("exiftool") is None, reason="exiftool is not installed; it reads our labels independently"
)
@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
def test_exiftool_reads_the_same_labels_and_finds_nothing_wrong(
    picture_format: str, backdrop: Make, labelled: Label, tmp_path: Path
) -> None:
    file = labelled(backdrop(300, 400), format=picture_format)
    (tmp_path / "portrait").write_bytes(file.data)
    run = [
        "exiftool",
        "-j",
        "-G1",
        "-a",
        "-n",
        "-validate",
        "-warning",
        "-XMP:all",
        str(tmp_path / "portrait"),
    ]
    said = json.loads(subprocess.run(run, capture_output=True, check=True).stdout)[0]
    assert (
        json.loads(said["XMP-TC260:Aigc"])["ProduceID"] == file.produce_id
        if isinstance(said["XMP-TC260:Aigc"], str)
        else (said["XMP-TC260:Aigc"]["ProduceID"] == file.produce_id)
    )
    assert said["XMP-iptcExt:DigitalSourceType"].endswith("/compositeSynthetic")
    assert "ExifTool:Warning" not in said
    assert datetime.now(UTC).strftime("%Y") in file.produce_id
