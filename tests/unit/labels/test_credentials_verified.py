"""What the verifier says of content credentials, invisible marks and consent; and what hostile files get out of it."""

import json
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from numpy.typing import NDArray
from PIL import Image
from tests.fakes.watermark import MARK, FakeWatermark

from fenshen import settings
from fenshen.cli import run
from fenshen.labels import c2pa_native
from fenshen.labels.c2pa_authority import Credentials, open_own
from fenshen.labels.c2pa_manifest import Story, Trust
from fenshen.labels.container import take_apart
from fenshen.labels.findings import State
from fenshen.labels.verify import Verification
from fenshen.labels.write import LabelledPicture
from fenshen.settings import Settings
from fenshen.vault.keys import KeyStore
from fenshen.words import codes

Picture = NDArray[np.uint8]
Make = Callable[..., Picture]
Label = Callable[..., LabelledPicture]
FORMATS = ["JPEG", "PNG", "WEBP"]


def states(found: Verification) -> dict[str, str]:
    return {mark.mark: mark.state.value for mark in found.marks}


@pytest.fixture(scope="module")
def portrait(backdrop: Make, fully_labelled: Label) -> bytes:
    return fully_labelled(backdrop(300, 400)).data


@pytest.mark.parametrize("picture_format", FORMATS)
def test_a_fresh_portrait_is_proved_on_every_mark(
    picture_format: str,
    backdrop: Make,
    fully_labelled: Label,
    ask: Callable[..., Verification],
    receipt: bytes,
) -> None:
    data = fully_labelled(backdrop(300, 400), format=picture_format).data
    found = ask(data, receipt=receipt, known={MARK}.__contains__)
    assert found.intact
    assert set(states(found).values()) == {"valid"}
    assert len(found.marks) == 8


def test_the_names_of_all_findings_have_words() -> None:
    for mark in ("c2pa", "watermark", "training", "consent", "visible", "tc260", "iptc", "signature"):
        assert {f"mark_{mark}", f"mark_{mark}_valid", f"mark_{mark}_absent"} <= codes("en")
    assert {f"mark_state_{state}" for state in State} <= codes("en")


def test_without_our_root_the_credentials_are_whole_and_nobody_s(
    portrait: bytes, ask: Callable[..., Verification], chosen: Settings
) -> None:
    another = open_own(chosen, KeyStore(chosen), datetime.now(UTC)).anchor
    for anchor, state in (("", "unchecked"), (another, "foreign")):
        found = ask(portrait, anchor=anchor)
        assert states(found)["c2pa"] == state
        assert found.ours
        assert not found.intact


@pytest.mark.parametrize(
    ("failures", "trust"),
    [
        (
            ["signingCredential.untrusted", "signingCredential.expired"],
            Trust.EXPIRED,
        ),  # as the library reports it
        (["signingCredential.expired", "assertion.dataHash.mismatch"], Trust.BROKEN),
        (["claimSignature.mismatch"], Trust.BROKEN),
        ([], Trust.BROKEN),
    ],
)
def test_ended_credentials_are_told_from_changed_ones(failures: list[str], trust: Trust) -> None:
    codes_ = [{"code": code} for code in failures]
    report = {"validation_results": {"activeManifest": {"failure": codes_}}}
    assert c2pa_native._trust("Invalid", report) is trust


def test_stripped_credentials_leave_the_picture_ours_and_the_file_unproved(
    portrait: bytes, ask: Callable[..., Verification]
) -> None:
    at = 2
    while portrait[at + 1] != 0xEB:
        at += 2 + struct.unpack(">H", portrait[at + 2 : at + 4])[0]
    end = at + 2 + struct.unpack(">H", portrait[at + 2 : at + 4])[0]
    found = ask(portrait[:at] + portrait[end:])
    assert (found.ours, found.intact) == (True, False)
    assert states(found)["c2pa"] == "absent"
    assert "training" not in states(found)


def test_a_message_hidden_in_the_padding_is_found_though_every_validator_calls_the_file_valid(
    portrait: bytes, ask: Callable[..., Verification]
) -> None:
    at = portrait.index(bytes(2000))
    hidden = portrait[: at + 500] + b"a message nobody signed" + portrait[at + 523 :]
    assert len(hidden) == len(portrait)
    found = ask(hidden)
    assert states(found)["c2pa"] == "altered"
    assert not found.intact


def test_an_exif_block_added_later_is_seen(portrait: bytes, ask: Callable[..., Verification]) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned on its side
    body = b"Exif\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")
    turned = portrait[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + portrait[2:]
    found = ask(turned)
    assert found.ours
    assert states(found)["c2pa"] == "altered"
    assert not found.intact


def test_a_manifest_moved_to_another_portrait_does_not_fit_it(
    portrait: bytes, backdrop: Make, fully_labelled: Label, ask: Callable[..., Verification]
) -> None:
    other = fully_labelled(backdrop(300, 400, (90, 40, 40))).data
    stores = [take_apart(data).c2pa for data in (portrait, other)]
    assert len(stores[0]) == len(stores[1])
    found = ask(other.replace(stores[1], stores[0]))
    assert states(found)["c2pa"] == "altered"
    assert states(found)["consent"] == "altered"


def test_a_source_type_changed_with_the_credentials_is_seen(
    portrait: bytes, ask: Callable[..., Verification]
) -> None:
    packet = take_apart(portrait).xmp[0]
    changed = packet.replace(b"compositeSynthetic", b"compositeCapture  ")
    assert not ask(portrait.replace(packet, changed)).intact


# ---- the invisible mark


@pytest.mark.parametrize(
    ("known", "state"), [(None, "unchecked"), ({MARK}.__contains__, "valid"), ({1}.__contains__, "foreign")]
)
def test_a_mark_in_a_stripped_picture_is_ours_only_when_the_register_knows_it(
    known: Callable[[int], bool] | None, state: str, portrait: bytes, ask: Callable[..., Verification]
) -> None:
    out = BytesIO()
    Image.open(BytesIO(portrait)).save(out, "JPEG", quality=80)
    found = ask(out.getvalue(), known=known)
    assert not found.ours
    assert states(found)["watermark"] == state
    assert next(m.value for m in found.marks if m.mark == "watermark") == f"{MARK:012x}"


def test_a_mark_that_differs_from_the_bound_one_is_altered(
    backdrop: Make, fully_labelled: Label, ask: Callable[..., Verification]
) -> None:
    class Another(FakeWatermark):
        def embed(self, rgb: Picture, mark: int, /) -> Picture:
            return super().embed(rgb, mark ^ 1)

    data = fully_labelled(backdrop(300, 400), watermark=Another()).data
    found = ask(data, known={MARK ^ 1}.__contains__)
    assert states(found)["watermark"] == "altered"
    assert not found.intact


def test_an_ordinary_photo_has_no_marks_whatever_is_asked_of_it(
    backdrop: Make, ask: Callable[..., Verification], receipt: bytes
) -> None:
    for picture_format in [*FORMATS, "GIF", "TIFF"]:
        out = BytesIO()
        Image.fromarray(backdrop(320, 240)).save(out, picture_format)
        assert ask(out.getvalue(), receipt=receipt, known=lambda _: True) == Verification(
            ours=False, marks=()
        )


# ---- consent


def test_only_the_very_receipt_opens_the_bond(
    portrait: bytes, ask: Callable[..., Verification], receipt: bytes
) -> None:
    assert states(ask(portrait))["consent"] == "present"
    assert states(ask(portrait, receipt=receipt))["consent"] == "valid"
    assert states(ask(portrait, receipt=receipt + b" "))["consent"] == "foreign"
    assert states(ask(portrait, receipt=receipt, anchor=""))["consent"] == "unchecked"


def test_a_portrait_without_a_bond_says_so(
    backdrop: Make, fully_labelled: Label, ask: Callable[..., Verification]
) -> None:
    found = ask(fully_labelled(backdrop(300, 400), story=Story()).data)
    assert states(found)["consent"] == "absent"
    assert found.intact


# ---- the verb


@pytest.fixture
def studio(
    home: Path, portrait: bytes, studio_key: Ed25519PrivateKey, credentials: Credentials, tmp_path: Path
) -> Path:
    keys = home / "keys"
    keys.mkdir()
    pem = studio_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (keys / "studio.pub").write_bytes(pem)
    (keys / "c2pa-root.pem").write_text(credentials.anchor)
    file = tmp_path / "portrait.jpg"
    file.write_bytes(portrait)
    return file


def test_the_verb_says_intact_and_shows_every_mark(studio: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(studio), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["ours"], said["intact"]) == (True, True)
    assert {m["mark"] for m in said["marks"]} >= {"c2pa", "watermark", "training", "consent"}
    assert run(["verify", str(studio)]) == 0
    assert "has not been changed since" in capsys.readouterr().out


def test_a_stranger_brings_key_and_root_certificate(
    studio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = settings.load().home / "keys"
    monkeypatch.setenv("FENSHEN_HOME", str(tmp_path / "somewhere else"))
    asked = ["verify", str(studio), "--public-key", str(keys / "studio.pub")]
    assert run([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["intact"] is False
    assert run([*asked, "--anchor", str(keys / "c2pa-root.pem"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["intact"] is True


def test_a_file_that_is_no_certificate_is_refused(
    studio: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "root").write_text("not a certificate")
    assert run(["verify", str(studio), "--anchor", str(tmp_path / "root"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "credentials_refused"


def test_a_receipt_that_the_studio_never_signed_is_refused(
    studio: Path, tmp_path: Path, receipt: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "receipt.json").write_bytes(receipt)
    assert run(["verify", str(studio), "--consent-receipt", str(tmp_path / "receipt.json"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"].startswith("receipt_")


def test_a_changed_file_around_our_picture_is_told_apart(
    studio: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = bytearray(studio.read_bytes())
    data[data.index(bytes(2000)) + 700] = 7
    studio.write_bytes(bytes(data))
    assert run(["verify", str(studio)]) == 0
    assert "the file was changed after it left" in " ".join(capsys.readouterr().out.split())
