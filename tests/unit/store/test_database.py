"""The tables are the newest, tell the time in UTC, and keep nothing that was deleted."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, StatementError
from tests.fakes.clock import NOON
from tests.fakes.rights import settings_at
from tests.fakes.small_disk import small_disk

from fenshen.errors import DiskFullError, NotFoundError
from fenshen.ids import ConsentId, DoubleId, SitterId
from fenshen.store import consents, database, doubles, migrate, tables
from fenshen.store.consents import ConsentRow
from fenshen.store.database import NEWEST, Store, open_store
from fenshen.store.migrate import StoreNewerError

ANNA = SitterId("sitter_anna_0123456789")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(settings_at(tmp_path))


def a_double(number: int, at: datetime = NOON) -> doubles.DoubleRow:
    return doubles.new(DoubleId(f"double_{number:016x}"), ANNA, at, takes=7, format_version=1)


def test_a_migrated_database_is_what_the_tables_say(tmp_path: Path, store: Store) -> None:
    migrate.check(database.engine_of(tmp_path / "studio.db"))
    assert migrate.newest() == database.NEWEST


def test_opening_again_changes_nothing(tmp_path: Path, store: Store) -> None:
    with store.begin() as connection:
        doubles.add(connection, a_double(1))
    with open_store(settings_at(tmp_path)).begin() as connection:
        assert doubles.every(connection) == [a_double(1)]


def test_a_database_of_a_newer_release_is_left_alone(tmp_path: Path, store: Store) -> None:
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreNewerError):
        open_store(settings_at(tmp_path))


def test_only_the_owner_may_read_the_database(tmp_path: Path, store: Store) -> None:
    with store.begin():
        assert {path.stat().st_mode & 0o077 for path in tmp_path.glob("studio.db*")} == {0}


def test_the_pragmas_that_protect_are_on(store: Store) -> None:
    with store.begin() as connection:
        asked = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "secure_delete")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}


def test_moments_come_back_aware_and_in_utc(store: Store) -> None:
    in_shanghai = NOON.astimezone(timezone(timedelta(hours=8)))
    with store.begin() as connection:
        doubles.add(connection, a_double(1, in_shanghai))
        (row,) = doubles.every(connection)
    assert row.created_at == NOON
    assert row.created_at.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(StatementError), store.begin() as connection:
        doubles.add(connection, a_double(1, NOON.replace(tzinfo=None)))


def test_a_transaction_that_fails_keeps_nothing(store: Store) -> None:
    def break_off() -> None:
        with store.begin() as connection:
            doubles.add(connection, a_double(1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    with store.begin() as connection:
        assert doubles.every(connection) == []


def test_a_deleted_row_cannot_be_read_in_any_file_of_the_database(tmp_path: Path, store: Store) -> None:
    with store.begin() as connection:
        for number in range(200):
            doubles.add(connection, a_double(number))
    with store.begin() as connection:
        doubles.remove(connection, a_double(77).id)
    store.scrub()
    wanted = a_double(77).id.encode()
    assert all(wanted not in path.read_bytes() for path in tmp_path.glob("studio.db*"))
    assert any(a_double(78).id.encode() in path.read_bytes() for path in tmp_path.glob("studio.db*"))


def test_no_column_could_hold_a_name_a_picture_or_free_text() -> None:
    shaped = {  # their text is closed: tests/unit/rights/test_audit_events.py, tests/unit/jobs/test_queue.py
        "audit_entries.body",
        "jobs.wanted",
        "jobs.result",
        "together.templates",  # names of templates: tests/unit/rights/test_together.py
        "replies.body",  # tests/web/test_api.py
        "passkeys.id",
        "passkeys.public_key",
        "passwords.hash",
        "api_keys.scopes",
        "ceremonies.challenge",
        "events.body",  # tests/unit/jobs/test_outbox.py
        "webhooks.events",  # names from a closed list: tests/web/test_told_and_taken.py
    }
    allowed = {
        "String(8)",
        "String(16)",
        "String(40)",
        "String(64)",
        "String(128)",
        "INTEGER",
        "BOOLEAN",
        "DATETIME",
        "FLOAT",
    }
    for table in tables.metadata.sorted_tables:
        for column in table.columns:
            kind = str(column.type).replace("VARCHAR", "String")
            assert kind in allowed or f"{table.name}.{column.name}" in shaped, f"{table.name}.{column.name}"
            assert not {"name", "face", "embedding", "email", "phone"} & set(column.name.split("_"))


def test_a_use_puts_the_expiry_of_a_double_off(store: Store) -> None:
    later = NOON + timedelta(days=20)
    with store.begin() as connection:
        doubles.add(connection, a_double(1))
        doubles.used(connection, a_double(1).id, later)
        assert doubles.get(connection, a_double(1).id).expires_at == later + timedelta(days=30)
        assert doubles.expired(connection, NOON + timedelta(days=30)) == []
        assert [row.id for row in doubles.expired(connection, later + timedelta(days=30))] == [a_double(1).id]


def test_an_unknown_double_is_named_as_such(store: Store) -> None:
    with store.begin() as connection:
        for asked in (doubles.get, lambda c, i: doubles.used(c, i, NOON)):
            with pytest.raises(NotFoundError):
                asked(connection, DoubleId("double_none"))
        doubles.remove(connection, DoubleId("double_none"))


def test_a_withdrawn_consent_stands_no_more_but_is_remembered(store: Store) -> None:
    row = ConsentRow(
        id=ConsentId("consent_1"), sitter=ANNA, purpose="build_double", language="zh", notice_sha256="0" * 64,
        terms_sha256="0" * 64, receipt="receipt_1", age_band=">=18", is_self=True, granted_at=NOON,
    )  # fmt: skip
    with store.begin() as connection:
        consents.add(connection, row)
        assert consents.standing(connection, ANNA, "build_double") == [row]
        assert consents.standing(connection, ANNA, "keep_double") == []
        assert consents.withdraw(connection, ANNA, frozenset({"build_double"}), NOON) == 1
        assert consents.standing(connection, ANNA, "build_double") == []
        assert [each.withdrawn_at for each in consents.every(connection, ANNA)] == [NOON]


def test_a_full_disk_is_named_by_the_database_too(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1) as disk:
        store = open_store(settings_at(disk))

        def fill() -> None:
            for thousand in range(20):
                with store.begin() as connection:
                    for number in range(1000):
                        doubles.add(connection, a_double(thousand * 1000 + number))

        with pytest.raises(DiskFullError):
            fill()


def test_a_store_kept_open_answers_any_thread_and_lets_go_at_the_end(tmp_path: Path) -> None:
    store = open_store(settings_at(tmp_path))
    asked = text("SELECT version_num FROM alembic_version")

    def ask(_: int) -> object:
        with one.begin() as connection:
            return connection.execute(asked).scalar()

    with store.kept_open() as one, ThreadPoolExecutor(4) as threads:
        assert set(threads.map(ask, range(20))) == {NEWEST}
        assert (tmp_path / "studio.db-wal").exists()
    assert not (tmp_path / "studio.db-wal").exists()  # the last connection is closed


def test_who_looks_waits_for_nobody_who_writes_and_can_write_nothing(store: Store) -> None:
    with store.begin() as writing:
        doubles.add(writing, a_double(1))
        with store.look() as looking:
            assert doubles.every(looking) == []
    with store.look() as looking:
        assert len(doubles.every(looking)) == 1
        with pytest.raises(OperationalError):
            doubles.add(looking, a_double(2))
    with store.kept_open() as kept:
        with kept.look() as looking:
            assert len(doubles.every(looking)) == 1
        with kept.begin() as writing:
            doubles.add(writing, a_double(3))
