"""What the credentials in a portrait say, what they never hold, and that nothing is asked of a network."""

import json
import socket
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from c2pa import Reader
from numpy.typing import NDArray
from PIL import Image
from tests.fakes.listener import listening
from tests.fakes.watermark import MARK, FakeWatermark

from fenshen.labels import c2pa_manifest, c2pa_native
from fenshen.labels.c2pa_authority import Credentials
from fenshen.labels.c2pa_manifest import Story, Trust, define, understand
from fenshen.labels.commitment import commit, from_hex, opens
from fenshen.labels.container import MIMES, take_apart
from fenshen.labels.iptc import SourceType
from fenshen.labels.write import LabelledPicture

Picture = NDArray[np.uint8]
Make = Callable[..., Picture]
Label = Callable[..., LabelledPicture]
NUMBER = "20261122T101500Z-7f3c9a52e4b84c0d9a1e55c2b7d06f13"


def definition(**changed: object) -> dict[str, object]:
    said = {
        "source_type": SourceType.COMPOSITE_SYNTHETIC,
        "producer": "fenshen-studio",
        "produce_id": NUMBER,
        "mark": None,
        "story": Story(),
    }
    return define(**{**said, **changed})  # type: ignore[arg-type]


def actions(said: dict[str, object]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = said["assertions"][0]["data"]["actions"]  # type: ignore[index]
    return found


def told(portrait: LabelledPicture) -> dict[str, object]:
    with Reader(MIMES[portrait.format], BytesIO(portrait.data)) as reader:
        report = json.loads(reader.json())
    manifest: dict[str, object] = report["manifests"][report["active_manifest"]]
    return manifest


def test_the_first_action_tells_kind_system_moment_provider_and_number() -> None:
    (created,) = actions(definition())
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"] == SourceType.COMPOSITE_SYNTHETIC.uri
    assert created["when"] == "2026-11-22T10:15:00Z"
    assert created["softwareAgent"] == {"name": "Fenshen", "version": "0.1.0"}
    assert created["parameters"] == {
        "org.fenshen.provider": "fenshen-studio",
        "org.fenshen.produce-id": NUMBER,
    }


def test_the_same_portrait_is_described_in_the_same_words() -> None:
    assert definition() == definition()


@pytest.mark.parametrize(("strength", "percent"), [(0.0, None), (0.3, 30), (1.0, 100)])
def test_beautification_is_told_when_it_was_done_and_only_then(strength: float, percent: int | None) -> None:
    edits = [a for a in actions(definition(story=Story(beautify=strength))) if a["action"] == "c2pa.edited"]
    assert [a["parameters"] for a in edits] == (
        [] if percent is None else [{"name": "beautification", "org.fenshen.percent": percent}]
    )


def test_an_invisible_mark_is_bound_when_there_is_one_and_only_then() -> None:
    bound, bare = definition(mark=MARK), definition()
    assert actions(bound)[-1]["action"] == "c2pa.watermarked.bound"
    assert f"{MARK:012x}" in json.dumps(bound)
    assert "watermark" not in json.dumps(bare)
    assert "soft-binding" not in json.dumps(bare)


@pytest.mark.parametrize("mark", [-1, 1 << 48])
def test_a_mark_that_is_too_long_is_refused(mark: int) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        definition(mark=mark)


def test_nobody_may_train_on_a_portrait(backdrop: Make, fully_labelled: Label) -> None:
    entries = next(
        one["data"]["entries"]
        for one in told(fully_labelled(backdrop(300, 400)))["assertions"]  # type: ignore[attr-defined]
        if one["label"] == "cawg.training-mining"
    )
    assert set(entries) == {
        "cawg.ai_training", "cawg.ai_generative_training", "cawg.ai_inference", "cawg.data_mining",
    }  # fmt: skip
    assert {entry["use"] for entry in entries.values()} == {"notAllowed"}


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
def test_the_credentials_hold_no_small_picture_no_source_and_no_name(
    picture_format: str, backdrop: Make, fully_labelled: Label
) -> None:
    portrait = fully_labelled(backdrop(600, 800), format=picture_format)
    said = told(portrait)
    assert not {"title", "thumbnail", "ingredients"} & set(said)
    store = take_apart(portrait.data).c2pa
    assert len(store) < 14_000
    for picture in (b"\xff\xd8\xff", b"\x89PNG", b"WEBP", b"thumbnail", b"ingredient", b"receipt_0011"):
        assert picture not in store


def test_everything_added_to_a_portrait_stays_below_fifteen_kilobytes(
    backdrop: Make, fully_labelled: Label
) -> None:
    for picture_format in ("JPEG", "PNG", "WEBP"):
        file = take_apart(fully_labelled(backdrop(600, 800), format=picture_format).data)
        assert len(file.c2pa) + sum(map(len, file.xmp)) + 100 < 15_000


def test_without_credentials_the_same_wishes_give_the_same_bytes(backdrop: Make, labelled: Label) -> None:
    wishes = {"produce_id": NUMBER, "mark": MARK, "watermark": FakeWatermark()}
    for picture_format in ("JPEG", "PNG", "WEBP"):
        made = [labelled(backdrop(300, 400), format=picture_format, **wishes).data for _ in range(2)]
        assert made[0] == made[1]


def test_a_mark_without_a_weaver_is_refused_rather_than_claimed(backdrop: Make, labelled: Label) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        labelled(backdrop(300, 400), mark=1 << 48, watermark=FakeWatermark())


def test_the_consent_is_proved_by_whoever_holds_the_receipt_and_by_nobody_else(receipt: bytes) -> None:
    bond = commit(receipt, b"s" * 16)
    assert opens(bond, receipt)
    assert not opens(bond, receipt[:-1])
    assert not opens(bond, receipt + b"\n")
    assert not opens(bond, b"")


def test_two_portraits_of_one_consent_cannot_be_linked(
    backdrop: Make, fully_labelled: Label, credentials: Credentials, receipt: bytes
) -> None:
    made = [fully_labelled(backdrop(300, 400)).data for _ in range(2)]
    bonds = [c2pa_native.read(data, "image/jpeg", credentials.anchor).consent for data in made]
    first, second = bonds
    assert first is not None
    assert second is not None
    assert (first.salt, first.digest) != (second.salt, second.digest)
    assert not {first.salt, first.digest} & {second.salt, second.digest}
    assert opens(first, receipt)
    assert opens(second, receipt)


@pytest.mark.parametrize("salt", [b"", b"short", b"s" * 17])
def test_a_commitment_needs_its_sixteen_bytes_of_salt(salt: bytes, receipt: bytes) -> None:
    with pytest.raises(ValueError, match="16 random bytes"):
        commit(receipt, salt)


@pytest.mark.parametrize(
    ("salt", "digest"), [(None, None), ("00" * 16, "zz" * 32), ("00", "00" * 32), (1, 2)]
)
def test_what_is_no_commitment_is_read_as_none(salt: object, digest: object) -> None:
    assert from_hex(salt, digest) is None


def test_reading_a_stranger_s_file_asks_nobody(backdrop: Make) -> None:
    """The file names a manifest elsewhere; the library's own default would fetch it. The listener can be heard."""
    with listening() as listener:
        packet = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/" '
            f'dcterms:provenance="{listener.address}"/></rdf:RDF></x:xmpmeta>'
        )
        out = BytesIO()
        Image.fromarray(backdrop(64, 64)).save(out, "JPEG", xmp=packet.encode())
        assert c2pa_native.read(out.getvalue(), "image/jpeg", "").trust is Trust.UNREADABLE
        assert listener.calls == 0
        with socket.create_connection(("127.0.0.1", int(listener.address.split(":")[2].split("/")[0]))):
            pass
    assert listener.calls == 1


def test_whatever_could_reach_a_network_is_off_and_no_host_is_allowed() -> None:
    chosen = c2pa_native.settings("")
    assert chosen["core"]["allowed_network_hosts"] == []
    assert not chosen["verify"]["remote_manifest_fetch"]
    assert not chosen["verify"]["ocsp_fetch"]
    assert not chosen["builder"]["thumbnail"]["enabled"]
    assert "tsa" not in json.dumps(chosen)


@pytest.mark.parametrize(
    "report",
    [
        {},
        {"active_manifest": 3, "manifests": []},
        {
            "active_manifest": "a",
            "manifests": {"a": {"assertions": [1, {"label": "c2pa.actions", "data": 5}]}},
        },
        {"active_manifest": "a", "manifests": {"a": {"assertions": {}, "signature_info": "x"}}},
        {"active_manifest": "a", "manifests": {"a": {"claim_generator_info": [None]}}},
    ],
)
def test_a_report_in_any_shape_is_understood_as_far_as_it_goes(report: dict[str, object]) -> None:
    found = understand(report, Trust.UNKNOWN)
    assert (found.source_types, found.watermark, found.training, found.consent) == ((), None, None, None)


def test_another_maker_s_soft_binding_is_not_taken_for_ours() -> None:
    said = {"label": "c2pa.soft-binding", "data": {"alg": "com.other", "blocks": [{"value": "5ea10f7a2b3c"}]}}
    report = {"active_manifest": "a", "manifests": {"a": {"assertions": [said]}}}
    assert understand(report, Trust.UNKNOWN).watermark is None
    said["data"]["alg"] = c2pa_manifest.WATERMARK  # type: ignore[index]
    assert understand(report, Trust.UNKNOWN).watermark == MARK
