"""An album on the web: photos wait sealed, are judged as they come, and are nobody's the moment consent is gone."""

from datetime import timedelta

import pytest

from fenshen.errors import ConsentRequiredError
from fenshen.flow import album as albums
from fenshen.flow.album import AlbumFullError, PartMissingError
from fenshen.flow.later import preview_of
from fenshen.flow.sit import MOST_PHOTOS
from fenshen.ids import AlbumId, DoubleId, PhotoId
from fenshen.people import photos_of
from fenshen.photos.container import PhotoTooLargeError
from fenshen.rights import erasure, retention
from fenshen.rights.purposes import Purpose
from fenshen.store import doubles, jobs
from fenshen.vault.vault import DataClass
from fenshen.web.thumbnails import small
from tests.fakes.clock import FakeClock
from tests.fakes.web import Visit
from tests.web.conftest import sitters_of

PHOTO = photos_of("anna")[0].read()


def album_of(visitor: Visit) -> AlbumId:
    return AlbumId(visitor.album)


def send(visitor: Visit, content: bytes = PHOTO) -> str:
    answer = visitor.client.post(f"/albums/{visitor.album}/photos", content=content)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["photo"])


def sealed(visitor: Visit) -> list[str]:
    (sitter,) = sitters_of(visitor)
    return visitor.studio.desk.vault.objects(sitter, DataClass.PHOTO)


def test_a_photo_is_sealed_as_it_came_and_nothing_of_it_lies_open(anna: Visit) -> None:
    photo = send(anna)
    assert sealed(anna) == [photo]
    home = anna.studio.desk.settings.home
    assert all(PHOTO[:64] not in file.read_bytes() for file in home.rglob("*") if file.is_file())


def test_a_photo_has_its_verdict_and_the_set_its_summary(anna: Visit) -> None:
    photo = send(anna)
    told = anna.get(f"/albums/{anna.album}/photos/{photo}/verdict").json()
    assert 'data-state="accepted"' in told["cards"][photo]
    assert 'data-usable="1"' in told["summary"]
    assert told["enough"] is False


def test_a_file_that_is_no_photo_is_refused_with_what_to_do(anna: Visit) -> None:
    photo = send(anna, b"not a photo")
    card = anna.get(f"/albums/{anna.album}/photos/{photo}/verdict").json()["cards"][photo]
    assert 'data-state="refused"' in card


def test_without_consent_no_photo_is_opened_by_any_way_in(anna: Visit) -> None:
    photo, desk = PhotoId(send(anna)), anna.studio.desk
    (sitter,) = sitters_of(anna)
    upload = PhotoId("photo_00000000000000aa")
    albums.take_part(desk, album_of(anna), upload, 0, b"part")
    with desk.store.begin() as connection:
        from fenshen.rights import consent

        consent.take_back(connection, desk, sitter, tuple(Purpose))
    for knock in (
        lambda: albums.look_at(desk, sitter, photo),
        lambda: small(desk, sitter, photo),
        lambda: albums.take_in(desk, album_of(anna), PHOTO),
        lambda: albums.take_part(desk, album_of(anna), upload, 1, b"part"),
        lambda: albums.join(desk, album_of(anna), upload, 1),
        lambda: albums.send_off(desk, album_of(anna)),
    ):
        with pytest.raises(ConsentRequiredError):
            knock()


def test_a_preview_needs_consent_to_portraits_also_when_it_is_there(anna: Visit) -> None:
    desk = anna.studio.desk
    (sitter,) = sitters_of(anna)
    double = DoubleId("double_00000000000000aa")
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(double, sitter, desk.clock.now(), takes=5, format_version=1))
    desk.vault.put(sitter, DataClass.PORTRAIT, preview_of(double, "butterfly"), b"a face")
    path = f"/doubles/{double}/previews/butterfly"
    assert anna.get(path).content == b"a face"
    erasure.withdraw(desk, sitter, [Purpose.RENDER_PORTRAIT])
    assert anna.get(path).status_code in {403, 404}


def test_a_photo_in_parts_is_put_together_and_a_part_that_lacks_is_named(anna: Visit) -> None:
    base = f"/albums/{anna.album}/uploads"
    upload = anna.client.post(base).json()["upload"]
    half = len(PHOTO) // 2
    assert anna.client.put(f"{base}/{upload}/0", content=PHOTO[:half]).status_code == 204
    assert anna.get(f"{base}/{upload}").json() == {"parts": [0]}
    with pytest.raises(PartMissingError):
        albums.join(anna.studio.desk, album_of(anna), PhotoId(upload), 2)
    assert anna.client.put(f"{base}/{upload}/1", content=PHOTO[half:]).status_code == 204
    photo = anna.client.post(f"{base}/{upload}/2").json()["photo"]
    (sitter,) = sitters_of(anna)
    assert anna.studio.desk.vault.get(sitter, DataClass.PHOTO, photo) == PHOTO


def test_what_is_too_large_or_too_many_is_refused(anna: Visit) -> None:
    desk, album = anna.studio.desk, album_of(anna)
    with pytest.raises(PhotoTooLargeError):
        albums.take_in(desk, album, bytes(31 << 20))
    for _ in range(MOST_PHOTOS):
        albums.take_in(desk, album, b"x")
    with pytest.raises(AlbumFullError):
        albums.take_in(desk, album, b"x")
    assert anna.client.post(f"/albums/{album}/photos", content=b"x").status_code == 409


def test_a_photo_that_is_removed_can_be_opened_by_nobody(anna: Visit) -> None:
    first, second = send(anna), send(anna)
    assert anna.post(f"/albums/{anna.album}/photos/{first}/drop").status_code == 303
    assert sealed(anna) == [second]


def test_an_album_nobody_comes_back_to_is_destroyed_with_a_receipt(anna: Visit, clock: FakeClock) -> None:
    send(anna)
    clock.advance(timedelta(minutes=59))
    assert retention.sweep(anna.studio.desk) == []
    assert len(sealed(anna)) == 1
    clock.advance(timedelta(minutes=2))
    (receipt,) = retention.sweep(anna.studio.desk)
    assert receipt.path.exists()
    assert sealed(anna) == []
    assert anna.get(f"/albums/{anna.album}").status_code == 404


def test_photos_that_are_sent_off_belong_to_the_job_and_a_late_one_to_nobody(anna: Visit) -> None:
    send(anna)
    answer = anna.post(f"/albums/{anna.album}/send", {"few": "yes"})
    assert answer.status_code == 303
    job = answer.headers["location"].removeprefix("/jobs/")
    with anna.studio.desk.store.begin() as connection:
        row = jobs.get(connection, job)  # type: ignore[arg-type]
    assert row is not None
    assert row.units == 1
    assert retention.sweep(anna.studio.desk) == []
    assert len(sealed(anna)) == 1
    late = anna.client.post(f"/albums/{anna.album}/photos", content=PHOTO)
    assert late.status_code == 404
    assert len(sealed(anna)) == 1
    again = anna.post(f"/albums/{anna.album}/send", {"few": "yes"})  # a form that is sent twice
    assert again.status_code == 404


def test_an_album_given_up_is_destroyed_at_once_and_its_receipt_can_be_kept(anna: Visit) -> None:
    send(anna)
    page = anna.post(f"/albums/{anna.album}/give-up").text
    assert sealed(anna) == []
    receipt = page.partition('href="/receipts/')[2].partition('"')[0]
    assert anna.get(f"/receipts/{receipt}").json()["type"] == "erasure"


def test_no_photo_of_a_form_touches_a_disk_in_the_open(anna: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    def rolled(self: object) -> None:
        raise AssertionError("a photo would have been spooled to a disk")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rolled)
    large = PHOTO + bytes(5 << 20)
    answer = anna.client.post(
        f"/albums/{anna.album}/photos", files={"photo": ("<x>.jpg", large, "image/jpeg")}
    )
    assert answer.status_code == 303
    assert len(sealed(anna)) == 1
