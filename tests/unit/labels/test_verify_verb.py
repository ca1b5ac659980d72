"""`fenshen verify`: one answer for people, one document for machines, nothing claimed without a key."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from numpy.typing import NDArray
from PIL import Image

from fenshen.cli import run
from fenshen.labels.write import LabelledPicture

Make = Callable[..., NDArray[np.uint8]]
Label = Callable[..., LabelledPicture]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, studio_key: Ed25519PrivateKey) -> Path:
    """A studio's data directory that holds its public key."""
    keys = tmp_path / "home" / "keys"
    keys.mkdir(parents=True)
    public = studio_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (keys / "studio.pub").write_bytes(public)
    monkeypatch.setenv("FENSHEN_HOME", str(keys.parent))
    monkeypatch.setenv("FENSHEN_LANG", "en")
    return keys.parent


@pytest.fixture
def portrait(backdrop: Make, labelled: Label, tmp_path: Path) -> Path:
    file = tmp_path / "portrait.jpg"
    file.write_bytes(labelled(backdrop(300, 400)).data)
    return file


def test_our_portrait_is_ours(home: Path, portrait: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert home.exists()
    assert run(["verify", str(portrait), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ours"] is True
    assert {mark["mark"]: mark["state"] for mark in said["marks"]} == {
        "visible": "valid",
        "tc260": "valid",
        "iptc": "present",
        "signature": "valid",
        "c2pa": "absent",
        "watermark": "absent",
    }
    assert said["intact"] is False  # without credentials nobody can say so of the whole file
    assert all({"mark", "state", "proves"} <= set(mark) for mark in said["marks"])
    assert run(["verify", str(portrait)]) == 0
    assert "made by this studio" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_an_ordinary_photo_has_no_marks_and_nothing_is_claimed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (640, 480), (120, 130, 90)).save(tmp_path / "photo.jpg")
    assert run(["verify", str(tmp_path / "photo.jpg"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "ours": False,
        "intact": False,
        "marks": [],
        "record": None,
    }
    assert run(["verify", str(tmp_path / "photo.jpg")]) == 0
    assert "does not prove" in capsys.readouterr().out


def test_a_stranger_checks_with_the_studio_s_public_key(
    home: Path,
    portrait: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FENSHEN_HOME", str(tmp_path / "somewhere else"))
    assert run(["verify", str(portrait), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ours"] is False
    assert run(["verify", str(portrait), "--public-key", str(home / "keys" / "studio.pub"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ours"] is True


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("content", [b"", b"a text named .jpg", b"\xff\xd8\xff\xe0\0\x10JFIF"])
def test_what_is_no_picture_is_refused_with_its_code(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.jpg").write_bytes(content)
    assert run(["verify", str(tmp_path / "broken.jpg"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "picture_unreadable"


@pytest.mark.usefixtures("home")
def test_a_file_that_is_no_key_is_refused(
    portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text("not a key")
    assert run(["verify", str(portrait), "--public-key", str(tmp_path / "key"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "public_key_invalid"


@pytest.mark.usefixtures("home")
def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    assert run(["verify", str(tmp_path / "nowhere.jpg"), "--json"]) == 2


def test_a_re_encoded_portrait_is_no_longer_ours_but_its_words_are_seen(
    home: Path, portrait: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert home.exists()
    again = BytesIO()
    Image.open(portrait).save(again, "JPEG", quality=70)
    (tmp_path / "again.jpg").write_bytes(again.getvalue())
    assert run(["verify", str(tmp_path / "again.jpg"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["ours"] is False
    assert said["marks"][0]["state"] == "present"
