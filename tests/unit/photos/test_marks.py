"""What a file says about its making is read before it is dropped."""

import json

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from tests.unit.photos.conftest import code, person

from fenshen.photos.decode import decode
from fenshen.photos.marks import C2PA_BOX, read
from fenshen.rights.consent import Permit

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LABEL = '{"Label":"1","ContentProducer":"someone","ProduceID":"1"}'


def xmp(inside: str) -> bytes:
    head = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description>'
    return f"{head}{inside}</rdf:Description></rdf:RDF></x:xmpmeta>".encode()


def test_an_ordinary_photo_says_nothing() -> None:
    found = read(person("anna/00"))
    assert (found.ai_made, found.ai_edited, found.which) == (False, False, ())


def test_the_chinese_label_is_read_from_a_jpeg(permit: Permit) -> None:
    packet = xmp(f"<TC260:AIGC>{LABEL.replace(chr(34), '&quot;')}</TC260:AIGC>")
    photo = decode(code(Image.new("RGB", (300, 300)), "JPEG", xmp=packet), permit)
    assert photo.marks.ai_made
    assert photo.marks.which == ("tc260",)


def test_the_chinese_label_is_read_from_compressed_text_of_a_png(permit: Permit) -> None:
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", json.dumps({"AIGC": json.loads(LABEL)}), zip=True)
    assert decode(code(Image.new("RGB", (300, 300)), pnginfo=text), permit).marks.ai_made


@pytest.mark.parametrize(("term", "made", "edited"), [
    ("trainedAlgorithmicMedia", True, False),
    ("compositeWithTrainedAlgorithmicMedia", False, True),
    ("compositeSynthetic", False, True),
    ("digitalCapture", False, False),
    ("algorithmicallyEnhanced", False, False),
])  # fmt: skip
def test_the_iptc_term_is_read(term: str, *, made: bool, edited: bool) -> None:
    found = read(xmp(f"<Iptc4xmpExt:DigitalSourceType>{IPTC}{term}</Iptc4xmpExt:DigitalSourceType>"))
    assert (found.ai_made, found.ai_edited, found.which) == (made, edited, ("iptc",))


def test_a_manifest_is_seen_and_its_claim_read() -> None:
    assert read(b"..jumb" + C2PA_BOX + b"..").which == ("c2pa",)
    claim = b"..jumb" + C2PA_BOX + b"digitalSourceTypexF" + f"{IPTC}trainedAlgorithmicMedia".encode()
    assert read(claim).ai_made


def test_letters_that_only_look_like_a_mark_are_none() -> None:
    assert read(b"c2pa trainedAlgorithmicMedia AIGC TC260").which == ()


MARK = xmp(f"<a>{IPTC}trainedAlgorithmicMedia</a>")


@pytest.mark.parametrize("kind", ["baseline", "progressive"])
def test_a_mark_is_found_before_the_pixels_and_after_them_and_in_a_second_picture(kind: str) -> None:
    plain = Image.new("RGB", (300, 300), "teal")
    progressive = {"progressive": kind == "progressive"}
    bare, marked = code(plain, "JPEG", **progressive), code(plain, "JPEG", xmp=MARK, **progressive)
    assert not read(bare).ai_made
    for data in (marked, bare + MARK, bare + marked, bare + b"\xff\xd9" + marked + bare):
        assert read(data).ai_made


def test_a_mark_is_found_where_the_way_to_the_pixels_is_broken() -> None:
    bare = code(Image.new("RGB", (300, 300), "teal"), "JPEG")
    for begin in (b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\xff\xff", b"\xff\xd8\xff\xe1\0\0\0"):
        assert read(begin + MARK + bare).ai_made


def test_pixels_are_no_words() -> None:
    bare = code(Image.new("RGB", (300, 300), "teal"), "JPEG")
    scan = bare.index(b"\xff\xda") + 20
    assert not read(bare[:scan] + MARK + bare[scan:]).ai_made
