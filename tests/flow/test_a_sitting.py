"""Photos come in, a double is made, the photos are destroyed."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.fakes.progress import Heard
from tests.fakes.rights import agree, take_back
from tests.fakes.sitting import (
    ANNA,
    GOOD_SHOTS,
    Sat,
    as_files,
    put,
    settings_of,
    shot,
    shots,
    snapshot,
    watched_writing,
)
from tests.scan import faces_in

from fenshen.cli import run
from fenshen.double import codec
from fenshen.double.double import OpenDouble
from fenshen.errors import ConsentRequiredError, FenshenError, PermitRefusedError
from fenshen.flow.sit import MOST_PHOTOS, sit
from fenshen.ids import DoubleId, SitterId
from fenshen.photos import enough
from fenshen.photos.folder import PhotoFile
from fenshen.progress import Silent
from fenshen.rights import receipt_check
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk, open_desk
from fenshen.store import doubles
from fenshen.vault.vault import DataClass

pytestmark = pytest.mark.xdist_group("sitting")


def public_key(home: Path) -> bytes:
    return (home / "keys" / "studio.pub").read_bytes()


def opened(desk: Desk, double: str) -> OpenDouble:
    with desk.store.begin() as connection:
        sitter = doubles.get(connection, DoubleId(double)).sitter
    return codec.unpack(desk.vault.get(sitter, DataClass.DOUBLE, double))


def test_a_double_is_kept_with_the_frontal_as_its_first_take(anna: Sat) -> None:
    desk = anna.desk()
    with desk.store.begin() as connection:
        (row,) = doubles.every(connection, sitter=ANNA)
    assert row.id == anna.sitting.double
    assert row.takes == len(anna.sitting.takes) >= 3
    assert anna.sitting.takes[0] == 1
    double = opened(desk, anna.sitting.double)
    assert tuple(take.photo for take in double.takes) == anna.sitting.takes
    assert len(double.spread) == len(GOOD_SHOTS)
    assert list(double.spread) == sorted(double.spread)
    assert double.spread[0] > 0.4  # they are all of one person
    for take in double.takes:
        assert take.foreground.shape[:2] == take.alpha.shape
        assert 0.15 < (take.alpha > 128).mean() < 0.9
        assert take.certainty > 0.4


def test_all_photos_are_destroyed_and_an_outsider_can_check_the_receipt(anna: Sat) -> None:
    assert anna.sitting.photos_destroyed == len(GOOD_SHOTS)
    assert anna.desk().vault.objects(ANNA, DataClass.PHOTO) == []
    checked = receipt_check.verify(anna.sitting.receipt.read_bytes(), public_key(anna.home))
    assert checked.body["type"] == "erasure"
    assert "receipt_proves_erasure" in checked.proves
    assert ANNA not in anna.sitting.receipt.read_text()


def test_an_edited_receipt_is_found_out(anna: Sat) -> None:
    body = json.loads(anna.sitting.receipt.read_bytes())
    body["at"] = "2031-01-01T00:00:00Z"
    with pytest.raises(receipt_check.ReceiptForgedError):
        receipt_check.verify(json.dumps(body).encode(), public_key(anna.home))


def test_no_picture_lies_open_in_the_data_directory(anna: Sat) -> None:
    photos = [shot(number)[200:264] for number in GOOD_SHOTS]
    assert faces_in(anna.home, photos) == []


def forms(embedding: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]") -> list[bytes]:
    """A row of numbers as it could lie in a file, and a piece of each."""
    whole = [embedding.astype(kind).tobytes() for kind in ("<f4", ">f4", "<f8", "<f2")]
    quantised = np.round(embedding * 127).astype(np.int8).tobytes()
    return [*(form[:16] for form in whole), *(form[-16:] for form in whole), quantised[:16]]


def test_the_embedding_is_nowhere_not_even_sealed(anna: Sat) -> None:
    assert len(anna.embeddings) == len(GOOD_SHOTS)
    rows = [piece for embedding in anna.embeddings for piece in forms(embedding)]
    assert faces_in(anna.home, [*rows, b"\x93NUMPY", b"PK\x03\x04"]) == []
    plain = anna.desk().vault.get(ANNA, DataClass.DOUBLE, anna.sitting.double)
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
        shapes = [np.load(io.BytesIO(archive.read(n))) for n in archive.namelist() if n.endswith(".npz")]
    parts += [shape[name].tobytes() for shape in shapes for name in shape]
    assert not any(row in part for row in rows for part in (plain, *parts))


def test_the_report_of_a_sitting_does_not_print_a_face(anna: Sat) -> None:
    shown = repr(anna.sitting) + repr(anna.sitting.report.photos[0])
    assert "embedding" not in shown
    assert len(repr(anna.sitting)) < 2000


def test_the_command_line_makes_the_same_double_and_leaves_the_folder_alone(
    home: Path, tmp_path: Path, models: Path, anna: Sat, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = put(tmp_path / "photos", shots() | {"notes.txt": b"not a photo", "omar.jpg": shot(0, "omar")})
    before = snapshot(tmp_path / "photos")
    with watched_writing() as written:
        assert run(["double", "create", str(folder), "--adult", "--consent", "--json"]) == 0
    out, err = capsys.readouterr()
    made = json.loads(out)
    assert err == ""
    assert {"double", "takes", "seconds", "photos_destroyed", "receipt"} <= set(made)
    assert made["photos_destroyed"] == len(before)
    assert made["takes"] == len(anna.sitting.takes)  # neither the text nor the stranger became one
    assert made["accepted"] == len(GOOD_SHOTS)
    assert snapshot(tmp_path / "photos") == before
    assert written.outside(home, Path("/dev")) == set()
    assert faces_in(home, [shot(0)[200:264], shot(0, "omar")[200:264], b"notes.txt", b"omar.jpg"]) == []
    assert (
        receipt_check.verify(Path(made["receipt"]).read_bytes(), public_key(home)).body["type"] == "erasure"
    )


def assert_alike(first: OpenDouble, second: OpenDouble) -> None:
    """Threads may finish in any order, and strangers may lie between the photos: the double does not show it."""
    assert [take.photo for take in first.takes] == [take.photo for take in second.takes]
    assert first.spread == pytest.approx(second.spread, abs=1e-4)
    for one, other in zip(first.takes, second.takes, strict=True):
        assert np.abs(one.alpha.astype(int) - other.alpha).max() <= 2


def test_one_photo_is_enough_for_who_insists_and_every_step_is_told(home: Path, models: Path) -> None:
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)
    heard = Heard()
    sitting = sit(as_files(shots(0)), ANNA, desk=desk, progress=heard, accept_few=True)
    assert heard.names == ["progress_judging", "progress_cutting"]
    assert heard.steps[-1] == ("progress_cutting", 1, 1)
    assert sitting.takes == (1,)
    assert codec.unpack(desk.vault.get(ANNA, DataClass.DOUBLE, sitting.double)).spread == ()


def alarm() -> bytes:
    raise AssertionError("a photo was read without consent")


@pytest.mark.parametrize(
    "agreed",
    [
        (),
        (Purpose.INSPECT_PHOTOS,),
        (Purpose.INSPECT_PHOTOS, Purpose.BUILD_DOUBLE),
        (Purpose.BUILD_DOUBLE, Purpose.KEEP_DOUBLE),
    ],
)
def test_no_byte_is_read_before_every_consent_is_there(
    home: Path, models: Path, agreed: tuple[Purpose, ...]
) -> None:
    desk = open_desk(settings_of(home, models))
    if agreed:
        agree(desk, ANNA, agreed)
    photos = [PhotoFile(name=f"{k}.jpg", read=alarm) for k in range(9)]
    with pytest.raises(ConsentRequiredError):
        sit(photos, ANNA, desk=desk, progress=Silent())
    assert desk.vault.objects(ANNA, DataClass.PHOTO) == []


def test_another_persons_consent_is_not_enough(home: Path, models: Path) -> None:
    desk = open_desk(settings_of(home, models))
    agree(desk, SitterId("sitter_omar"))
    with pytest.raises(ConsentRequiredError):
        sit([PhotoFile(name="0.jpg", read=alarm)], ANNA, desk=desk, progress=Silent())


def test_a_consent_taken_back_opens_no_photo(home: Path, models: Path) -> None:
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)
    take_back(desk, ANNA, Purpose.BUILD_DOUBLE)
    with pytest.raises(ConsentRequiredError):
        sit([PhotoFile(name="0.jpg", read=alarm)], ANNA, desk=desk, progress=Silent())


def test_consent_taken_back_during_a_sitting_stops_it_at_the_next_photo(home: Path, models: Path) -> None:
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)
    read: list[int] = []

    def opener(number: int) -> Callable[[], bytes]:
        def open_it() -> bytes:
            read.append(number)
            if number == 1:
                take_back(desk, ANNA, Purpose.INSPECT_PHOTOS)
            return shot(number)

        return open_it

    files = [PhotoFile(name=f"{n}.jpg", read=opener(n)) for n in range(12)]
    with pytest.raises(PermitRefusedError):
        sit(files, ANNA, desk=desk, progress=Silent())
    assert len(read) <= 6  # two are looked at at a time, and two more are on their way
    assert desk.vault.objects(ANNA, DataClass.PHOTO) == []


def test_consent_to_keep_taken_back_while_the_double_is_built_keeps_none(home: Path, models: Path) -> None:
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)

    class TakingBackAtTheEnd(Silent):
        def step(self, name: str, done: int, total: int) -> None:
            if name == "progress_cutting" and done == total:
                take_back(desk, ANNA, Purpose.KEEP_DOUBLE)

    with pytest.raises(PermitRefusedError):
        sit(as_files(shots()), ANNA, desk=desk, progress=TakingBackAtTheEnd())
    assert desk.vault.objects(ANNA, DataClass.DOUBLE) == []
    assert desk.vault.objects(ANNA, DataClass.PHOTO) == []


def test_photos_beyond_what_a_double_can_use_are_never_opened(home: Path, models: Path) -> None:
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)
    photos = [PhotoFile(name=f"{k:02}.jpg", read=lambda: b"no picture") for k in range(MOST_PHOTOS)]
    with pytest.raises(FenshenError) as refused:  # not the alarm
        sit([*photos, PhotoFile(name="99.jpg", read=alarm)], ANNA, desk=desk, progress=Silent())
    assert refused.value.code == "no_frontal"


def test_no_photo_is_read_or_sealed_once_there_are_enough(
    home: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enough, "LEAST_GAIN", 0.9)  # enough comes sooner
    desk = open_desk(settings_of(home, models))
    agree(desk, ANNA)
    read: list[str] = []

    def noted(photo: PhotoFile) -> PhotoFile:
        def noting() -> bytes:
            read.append(photo.name)
            return photo.read()

        return PhotoFile(name=photo.name, read=noting)

    photos = [noted(photo) for photo in as_files(shots(*range(12)))]
    sitting = sit(photos, ANNA, desk=desk, progress=Silent())
    opened = [photo.index for photo in sitting.report.photos if photo.was_opened]
    measured = [p.measures for p in sitting.report.usable if p.measures]
    assert enough.is_enough(measured)
    assert not enough.is_enough(measured[:-1])  # the last one that was opened was still needed
    assert opened == list(range(len(opened)))
    assert len(read) == len(opened) == sitting.photos_destroyed
    assert sitting.not_opened == len(photos) - len(opened) > 0


def test_a_desk_may_serve_two_sitters_without_mixing_them(studio: Desk) -> None:
    omar = SitterId("sitter_omar")
    agree(studio, omar)
    files = as_files({f"{k}.jpg": shot(k, "omar") for k in (0,)})
    sitting = sit(files, omar, desk=studio, progress=Silent(), accept_few=True)
    assert studio.vault.objects(omar, DataClass.DOUBLE) == [sitting.double]
    assert sitting.double not in studio.vault.objects(ANNA, DataClass.DOUBLE)
