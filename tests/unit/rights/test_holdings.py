"""What the list says is kept is what the disk has, and every kind of data can be taken away and destroyed."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from tests.fakes.clock import NOON
from tests.fakes.rights import agree

from fenshen.errors import NotFoundError
from fenshen.ids import AccountId, AlbumId, DoubleId, ExportId, InvitationId, JobId, SeatId, SitterId
from fenshen.rights import destruction, export, holdings, label_free, together
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.rights.holdings import KINDS
from fenshen.rights.label_free import LabelFreePurpose
from fenshen.store import accounts, albums, consents, doubles, exports, jobs, seats
from fenshen.store.albums import AlbumRow
from fenshen.store.consents import RefusalRow
from fenshen.store.exports import ExportRow
from fenshen.store.jobs import JobRow
from fenshen.store.seats import InvitationRow
from fenshen.vault.vault import DataClass

DOUBLE = DoubleId("double_0000000000000001")
EXPORT = ExportId("export_0000000000000001")
ACCOUNT = AccountId("account_0000000000000001")


@pytest.fixture
def full(desk: Desk, anna: SitterId) -> Desk:
    """A desk that keeps everything it can keep of Anna."""
    agree(desk, anna)
    desk.vault.put(anna, DataClass.PHOTO, "photo_1", b"a photo")
    desk.vault.put(anna, DataClass.DOUBLE, DOUBLE, b"a double")
    desk.vault.put(anna, DataClass.PORTRAIT, "portrait_1", b"a portrait")
    desk.vault.put(anna, DataClass.ARCHIVE, "archive_1", b"a copy of it all")
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(DOUBLE, anna, NOON, takes=5, format_version=1))
        exports.add(
            connection, ExportRow(id=EXPORT, at=NOON, kind="portraits", sitter=anna, double=DOUBLE, count=1)
        )
        jobs.add(
            connection,
            JobRow(
                id=JobId("job_1"), seq=1, kind="portraits", account=anna, sitter=anna, double=DOUBLE, wanted="{}",
                units=1, priority=1, turn=0, state="waiting", queued_at=NOON,
            ),
        )  # fmt: skip
        accounts.look_after(connection, ACCOUNT, anna, NOON)
        albums.add(
            connection,
            AlbumRow(id=AlbumId("album_1"), sitter=anna, account=ACCOUNT, opened_at=NOON, touched_at=NOON),
        )
        consents.refuse(
            connection, RefusalRow(id="refusal_1", sitter=anna, purpose="render_portrait", refused_at=NOON)
        )
        invited = InvitationRow(
            id=InvitationId("invitation_1"), code_hash="hash", template="couple", people=2, at=NOON,
            expires_at=NOON + timedelta(days=7),
        )  # fmt: skip
        seats.open_invitation(connection, invited)
        seats.take(
            connection, SeatId("seat_1"), invitation=invited.id, n=1, sitter=anna, double=DOUBLE, is_host=True,
            now=NOON,
        )  # fmt: skip
    together.propose(desk, [anna, SitterId("sitter_lin")], ["couple"])
    label_free.apply(
        desk, anna, purpose=LabelFreePurpose.PRINT, recipient="a gallery", language="en", duty_accepted=True
    )
    destruction.promise(desk, anna, DataClass.PORTRAIT, destruction.Reason.EXPIRED)
    return desk


def test_every_place_that_can_hold_something_about_people_has_its_line() -> None:
    assert holdings.uncovered() == set()


def test_a_place_without_a_line_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdings, "KINDS", KINDS[1:])
    assert holdings.uncovered() == {"key:photo"}


def test_everything_kept_is_listed_and_nothing_of_anybody_else(full: Desk, anna: SitterId) -> None:
    other = SitterId("sitter_omar")
    agree(full, other, [Purpose.BUILD_DOUBLE])
    kinds = [held.kind for held in holdings.holdings(full, anna)]
    assert sorted(set(kinds)) == sorted({*(kind.name for kind in KINDS), "receipt_key"})
    assert {held.kind for held in holdings.holdings(full, other)} == {
        "consent",
        "receipt_record",
        "receipt_key",
    }


def test_the_bytes_told_are_the_bytes_on_the_disk(tmp_path: Path, full: Desk, anna: SitterId) -> None:
    told = sorted((held.key_id or "", held.bytes) for held in holdings.holdings(full, anna) if held.bytes)
    on_disk = sorted(
        (path.parent.name, path.stat().st_size) for path in (tmp_path / "blobs").rglob("*") if path.is_file()
    )
    assert told == on_disk


def test_a_double_is_listed_with_the_day_it_dies(full: Desk, anna: SitterId) -> None:
    ends = {held.kind: held.expires_at for held in holdings.holdings(full, anna)}
    assert ends["double"] == ends["double_record"] == NOON + timedelta(days=doubles.IDLE_DAYS)


def test_of_somebody_unknown_nothing_is_kept(desk: Desk) -> None:
    assert holdings.holdings(desk, SitterId("sitter_nobody")) == []


def test_the_archive_holds_all_of_it_opened_and_nothing_is_written_meanwhile(
    tmp_path: Path, full: Desk, anna: SitterId
) -> None:
    before = sorted(tmp_path.rglob("*"))
    with zipfile.ZipFile(io.BytesIO(export.export(full, anna))) as archive:
        names = set(archive.namelist())
        assert archive.read(f"doubles/{DOUBLE}") == b"a double"
        assert archive.read("photos/photo_1") == b"a photo"
        assert archive.read("portraits/portrait_1") == b"a portrait"
        assert [row["purpose"] for row in json.loads(archive.read("consents.json"))]
        assert json.loads(archive.read("doubles.json"))[0]["takes"] == 5
        assert json.loads(archive.read("exports.json"))[0]["id"] == EXPORT
        assert json.loads(archive.read("issued.json")) == []
        assert json.loads(archive.read("label_free.json"))[0]["recipient"] == "a gallery"
        inventory = json.loads(archive.read("holdings.json"))
    assert len(inventory["holdings"]) == len(holdings.holdings(full, anna))
    assert any(name.startswith("receipts/") for name in names)
    assert sorted(tmp_path.rglob("*")) == before


def test_there_is_no_archive_of_somebody_unknown(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        export.export(desk, SitterId("sitter_nobody"))
