"""Photos are kept while the double is made, and destroyed however that ends."""

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.clock import FakeClock
from tests.fakes.rights import agree, desk_at
from tests.fakes.small_disk import small_disk

from fenshen.errors import DiskFullError, NotFoundError, PermitRefusedError
from fenshen.ids import SitterId
from fenshen.rights import consent
from fenshen.rights.consent import Purpose
from fenshen.rights.custody import Custody
from fenshen.rights.desk import Desk
from fenshen.vault.keys import SitterBusyError
from fenshen.vault.vault import DataClass


class DoubleFailedError(Exception):
    """Something went wrong while the double was made."""


@pytest.fixture(autouse=True)
def _agreed(desk: Desk, anna: SitterId) -> None:
    agree(desk, anna)


def test_photos_are_there_inside_and_gone_after(desk: Desk, anna: SitterId) -> None:
    permit = consent.require(desk, anna, Purpose.BUILD_DOUBLE)
    with Custody(desk, anna) as photos:
        ids = [photos.add(bytes([n]) * 10, permit) for n in range(3)]
        assert photos.get(ids[2], permit) == bytes([2]) * 10
    assert desk.vault.objects(anna, DataClass.PHOTO) == []
    with pytest.raises(NotFoundError):
        photos.get(ids[0], permit)
    assert photos.receipt is not None
    body = json.loads(photos.receipt.data)
    assert (body["objects"][0]["n"], body["reason"]) == (3, "purpose achieved")


def test_photos_are_gone_also_when_the_double_failed_and_the_reason_is_told(
    desk: Desk, anna: SitterId
) -> None:
    custody = Custody(desk, anna)

    def make_a_double() -> None:
        with custody as photos:
            photos.add(b"a photo", consent.require(desk, anna, Purpose.INSPECT_PHOTOS))
            raise DoubleFailedError

    with pytest.raises(DoubleFailedError):
        make_a_double()
    assert desk.vault.objects(anna, DataClass.PHOTO) == []
    assert custody.receipt is not None
    assert json.loads(custody.receipt.data)["reason"] == "purpose cannot be achieved"


def test_without_photos_there_is_nothing_to_certify(desk: Desk, anna: SitterId) -> None:
    with Custody(desk, anna) as photos:
        pass
    assert photos.receipt is None


def test_a_straggler_cannot_leave_a_photo_behind_when_custody_has_ended(desk: Desk, anna: SitterId) -> None:
    permit = consent.require(desk, anna, Purpose.INSPECT_PHOTOS)
    with Custody(desk, anna) as custody:
        custody.add(b"in time", permit)
    with pytest.raises(PermitRefusedError):
        custody.add(b"too late", permit)
    assert desk.vault.objects(anna, DataClass.PHOTO) == []
    assert custody.count == 1


@pytest.mark.parametrize("purpose", [Purpose.RENDER_PORTRAIT, Purpose.KEEP_DOUBLE])
def test_photos_are_not_opened_for_another_purpose(desk: Desk, anna: SitterId, purpose: Purpose) -> None:
    permit = consent.require(desk, anna, Purpose.BUILD_DOUBLE)
    with Custody(desk, anna) as photos:
        photo = photos.add(b"a photo", permit)
        with pytest.raises(PermitRefusedError):
            photos.get(photo, consent.require(desk, anna, purpose))


def test_the_permit_of_somebody_else_or_of_yesterday_opens_nothing(
    desk: Desk, anna: SitterId, still: FakeClock
) -> None:
    omar = SitterId("sitter_omar")
    agree(desk, omar)
    permit = consent.require(desk, anna, Purpose.BUILD_DOUBLE)
    with Custody(desk, anna) as photos:
        photo = photos.add(b"a photo", permit)
        with pytest.raises(PermitRefusedError):
            photos.get(photo, consent.require(desk, omar, Purpose.BUILD_DOUBLE))
        with pytest.raises(PermitRefusedError):
            photos.add(b"another", consent.for_this_run(Purpose.INSPECT_PHOTOS, still))
        still.advance(timedelta(hours=2))
        with pytest.raises(PermitRefusedError):
            photos.get(photo, permit)


def test_two_runs_cannot_have_custody_of_the_same_sitter(tmp_path: Path, desk: Desk, anna: SitterId) -> None:
    with Custody(desk, anna), pytest.raises(SitterBusyError), Custody(desk_at(tmp_path), anna):
        pass
    with Custody(desk_at(tmp_path), anna):
        pass


def test_a_full_disk_loses_no_photo_of_the_user_and_keeps_none(tmp_path: Path) -> None:
    anna = SitterId("sitter_anna")
    with small_disk(tmp_path / "disk", 3) as disk:
        desk = desk_at(disk)
        agree(desk, anna)
        permit = consent.require(desk, anna, Purpose.BUILD_DOUBLE)
        custody = Custody(desk, anna)

        def bring_too_many() -> None:
            with custody as photos:
                for _ in range(10):
                    photos.add(os.urandom(1 << 20), permit)

        with pytest.raises(DiskFullError):
            bring_too_many()
        assert custody.receipt is not None  # destroying made room for it
        assert desk.vault.objects(anna, DataClass.PHOTO) == []
        assert [path for path in (disk / "blobs").rglob("*") if path.is_file()] == []
