"""Logs are only ever added to, also by a restore."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, create_engine, insert, select

from fenshen.store import rows
from fenshen.store.rows import LogForkedError, Row


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Table:
    metadata = MetaData()
    monkeypatch.setattr(rows, "metadata", metadata)
    return Table("audit_log", metadata, Column("seq", Integer, primary_key=True), Column("what", String))


@pytest.fixture
def connection(log: Table) -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    log.metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection


def entries(*whats: str) -> list[Row]:
    return [{"seq": seq, "what": what} for seq, what in enumerate(whats)]


@pytest.mark.parametrize(
    ("here", "backup", "after"),
    [("", "abc", "abc"), ("abc", "ab", "abc"), ("ab", "abc", "abc"), ("ab", "ab", "ab"), ("ab", "", "ab")],
)
def test_the_longer_log_stays(connection: Connection, log: Table, here: str, backup: str, after: str) -> None:
    if here:
        connection.execute(insert(log), entries(*here))
    rows.extend_logs(connection, {"audit_log": entries(*backup)})
    assert connection.execute(select(log.c.what).order_by(log.c.seq)).scalars().all() == list(after)


def test_two_logs_that_tell_different_stories_are_left_alone(connection: Connection, log: Table) -> None:
    connection.execute(insert(log), entries(*"abx"))
    for other in (entries(*"aby"), entries(*"ybx"), entries(*"ybxd")):
        with pytest.raises(LogForkedError):
            rows.extend_logs(connection, {"audit_log": other})
    assert connection.execute(select(log.c.what).order_by(log.c.seq)).scalars().all() == list("abx")
