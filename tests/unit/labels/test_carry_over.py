"""Marks that a picture came with leave with it again; none is dropped in silence, none is invented."""

import json
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fenshen.labels import iptc, tc260, wild, xmp
from fenshen.labels.c2pa_authority import Credentials
from fenshen.labels.carry import Carried, MarksContradictError, carry_over, marks_of
from fenshen.labels.container import take_apart, with_xmp
from fenshen.labels.iptc import SourceType
from fenshen.labels.tc260 import ProducerRefusedError
from fenshen.labels.verify import verify
from fenshen.labels.write import LabelledPicture

Make = Callable[..., NDArray[np.uint8]]
Label = Callable[..., LabelledPicture]
NUMBER = "20261122T101500Z-7f3c9a52e4b84c0d9a1e55c2b7d06f13"
THEIRS = tc260.AigcLabel(
    label="1",
    content_producer="001191110102MACQD9K64010000",
    produce_id="7431",
    reserved_code_1="theirs",
    content_propagator="a-platform",
    propagate_id="p9",
    reserved_code_2="of-the-platform",
)


def coded(picture_format: str = "JPEG") -> bytes:
    out = BytesIO()
    profile = Image.new("RGB", (1, 1)).tobytes() * 50
    Image.new("RGB", (64, 48), (90, 120, 60)).save(out, picture_format, icc_profile=profile)
    return out.getvalue()


def theirs(label: tc260.AigcLabel | None = THEIRS, term: str | None = "trainedAlgorithmicMedia") -> bytes:
    return with_xmp(coded(), xmp.packet(label, term and iptc.VOCABULARY + term))


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
def test_who_passes_a_picture_on_is_its_propagator_and_not_its_maker(picture_format: str) -> None:
    data = carry_over(
        coded(picture_format), marks_of(theirs()), propagator="fenshen-studio", propagate_id=NUMBER
    )
    claims = wild.claims(take_apart(data))
    said = json.loads(claims.aigc[0])
    assert len(claims.aigc) == 1
    assert said == {
        "Label": "1",
        "ContentProducer": "001191110102MACQD9K64010000",
        "ProduceID": "7431",
        "ReservedCode1": "theirs",
        "ContentPropagator": "fenshen-studio",
        "PropagateID": NUMBER,
        "ReservedCode2": "",
    }
    assert claims.source_types == (SourceType.TRAINED_ALGORITHMIC_MEDIA.uri,)


def test_a_picture_without_marks_leaves_as_it_is() -> None:
    marks = marks_of(coded())
    assert marks.is_empty
    assert carry_over(coded(), marks, propagator="fenshen-studio", propagate_id=NUMBER) == coded()


def test_a_term_alone_is_carried_and_no_label_is_invented_for_it() -> None:
    marks = marks_of(theirs(label=None))
    assert marks == Carried(source_type=SourceType.TRAINED_ALGORITHMIC_MEDIA.uri)
    data = carry_over(coded(), marks, propagator="fenshen-studio", propagate_id=NUMBER)
    assert wild.claims(take_apart(data)).aigc == ()


def test_what_a_manifest_says_of_the_origin_is_carried_as_a_term(
    backdrop: Make, fully_labelled: Label, credentials: Credentials
) -> None:
    made = fully_labelled(backdrop(300, 400)).data
    packet = take_apart(made).xmp[0]
    assert credentials.anchor
    marks = marks_of(made.replace(packet, b" " * len(packet)))
    assert marks == Carried(source_type=SourceType.COMPOSITE_SYNTHETIC.uri)


def test_of_several_terms_the_one_that_says_most_about_ai_is_carried() -> None:
    terms = ["digitalCapture", "compositeSynthetic", "trainedAlgorithmicMedia"]
    inside = "".join(
        f'<rdf:Description xmlns:I="{iptc.NAMESPACE}"><I:DigitalSourceType>{iptc.VOCABULARY}{term}'
        "</I:DigitalSourceType></rdf:Description>"
        for term in terms
    )
    packet = f'<x:xmpmeta xmlns:x="x" xmlns:rdf="r">{inside}</x:xmpmeta>'.encode()
    assert marks_of(with_xmp(coded(), packet)).source_type == SourceType.TRAINED_ALGORITHMIC_MEDIA.uri


def test_labels_that_contradict_each_other_are_refused_and_not_chosen_from() -> None:
    other = xmp.packet(tc260.AigcLabel(label="1", content_producer="b", produce_id="2"), None)
    with pytest.raises(MarksContradictError):
        marks_of(with_xmp(theirs(), other))


def test_a_damaged_label_is_refused_and_not_dropped() -> None:
    with pytest.raises(MarksContradictError):
        marks_of(theirs(label=tc260.AigcLabel(label="9", content_producer="", produce_id="")))


def test_the_same_label_in_two_places_is_one_label() -> None:
    twice = with_xmp(theirs(), xmp.packet(THEIRS, None))
    assert marks_of(twice).label == THEIRS


def test_a_carried_label_is_another_maker_s_and_never_called_ours(public_key: bytes) -> None:
    data = carry_over(coded(), marks_of(theirs()), propagator="fenshen-studio", propagate_id=NUMBER)
    found = verify(data, public_key=public_key, producer="fenshen-studio")
    assert not found.ours
    assert {mark.mark: mark.state for mark in found.marks}["tc260"] == "foreign"


def test_a_propagator_keeps_the_rules_for_names() -> None:
    with pytest.raises(ProducerRefusedError):
        carry_over(coded(), marks_of(theirs()), propagator="分身", propagate_id=NUMBER)
