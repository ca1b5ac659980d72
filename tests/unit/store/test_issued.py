"""What left is found by its number, its watermark and its export; and an erased sitter's export names nobody."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError
from tests.fakes.clock import NOON
from tests.fakes.rights import settings_at

from fenshen.ids import DoubleId, ExportId, SitterId
from fenshen.store import exports, issued
from fenshen.store.database import Store, open_store
from fenshen.store.exports import ExportRow
from fenshen.store.issued import IssuedRow

ANNA, OMAR = SitterId("sitter_anna"), SitterId("sitter_omar")
ONE = ExportRow(
    id=ExportId("export_1"), at=NOON, kind="portraits", sitter=ANNA, double=DoubleId("double_1"), count=0
)
PICTURE = IssuedRow(
    id="20261122T120000Z-" + "0" * 32, mark="0000000000ab", export=ONE.id, at=NOON, kind="portrait", template="noir",
    engine="studio", engine_version=1, software="0.1.0", source_type="compositeSynthetic", label="film",
    width=400, height=600, beautify=30, closer=0, whole="0" * 16, middle="0" * 64,
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(settings_at(tmp_path))


def test_a_picture_is_found_by_number_and_by_mark(store: Store) -> None:
    with store.begin() as connection:
        exports.add(connection, ONE)
        issued.add(connection, PICTURE)
        assert issued.by_id(connection, PICTURE.id) == PICTURE
        assert issued.by_mark(connection, PICTURE.mark) == PICTURE
        assert issued.by_id(connection, "nothing") is issued.by_mark(connection, "nothing") is None
        assert issued.every(connection, [ONE.id]) == issued.every(connection) == [PICTURE]
        assert issued.every(connection, []) == []


def test_no_two_pictures_share_a_mark(store: Store) -> None:
    with store.begin() as connection:
        issued.add(connection, PICTURE)
    with pytest.raises(IntegrityError), store.begin() as connection:
        issued.add(connection, replace(PICTURE, id="another"))


def test_an_export_counts_its_files(store: Store) -> None:
    with store.begin() as connection:
        exports.add(connection, ONE)
        exports.count_more(connection, ONE.id, 1)
        exports.count_more(connection, ONE.id, 1)
        assert exports.get(connection, ONE.id) == replace(ONE, count=2)


def test_an_erased_sitters_export_stays_and_names_nobody(tmp_path: Path, store: Store) -> None:
    other = replace(ONE, id=ExportId("export_2"), sitter=OMAR)
    with store.begin() as connection:
        exports.add(connection, ONE)
        exports.add(connection, other)
        assert exports.anonymise(connection, ANNA) == 1
        assert exports.get(connection, ONE.id) == replace(ONE, sitter=None, double=None)
        assert exports.every(connection, OMAR) == [other]
    store.scrub()
    assert all(ANNA.encode() not in path.read_bytes() for path in tmp_path.glob("studio.db*"))


def test_old_exports_forget_whose_they_were(store: Store) -> None:
    with store.begin() as connection:
        exports.add(connection, ONE)
        assert exports.anonymise_old(connection, NOON) == 0
        assert exports.anonymise_old(connection, NOON + timedelta(seconds=1)) == 1
        assert exports.every(connection, ANNA) == []
        assert exports.anonymise_old(connection, NOON + timedelta(seconds=1)) == 0
