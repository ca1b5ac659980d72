"""The audit log is only ever added to, also by a restore."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select
from tests.fakes.rights import settings_at

from fenshen.store import rows
from fenshen.store.database import Store, open_store
from fenshen.store.rows import LogForkedError, Rows
from fenshen.store.tables import audit_entries, audit_heads, audit_nodes


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(settings_at(tmp_path))


def log_of(whats: str) -> Rows:
    """A log with an entry for each letter, a node for each entry, and one head."""
    head: list[dict[str, Any]] = [{"size": len(whats), "root": "0" * 64, "at": "now", "key": "k", "sig": "s"}]
    return {
        "audit_entries": [{"n": n, "body": what} for n, what in enumerate(whats)],
        "audit_nodes": [{"level": 0, "n": n, "hash": f"{ord(what):064x}"} for n, what in enumerate(whats)],
        "audit_heads": head if whats else [],
    }


def put(connection: Connection, log: Rows) -> None:
    for table in (audit_entries, audit_nodes, audit_heads):
        if log[table.name]:
            connection.execute(insert(table), log[table.name])


def told(connection: Connection) -> tuple[str, int, list[int]]:
    bodies = connection.execute(select(audit_entries.c.body).order_by(audit_entries.c.n)).scalars().all()
    nodes = connection.execute(select(audit_nodes.c.hash)).scalars().all()
    return "".join(bodies), len(nodes), list(connection.execute(select(audit_heads.c.size)).scalars())


@pytest.mark.parametrize(
    ("here", "backup", "after"),
    [("", "abc", "abc"), ("abc", "ab", "abc"), ("ab", "abc", "abc"), ("ab", "ab", "ab"), ("ab", "", "ab")],
)
def test_the_longer_log_stays_with_its_tree_and_its_head(
    store: Store, here: str, backup: str, after: str
) -> None:
    with store.begin() as connection:
        put(connection, log_of(here))
        rows.extend_log(connection, log_of(backup))
        assert told(connection) == (after, len(after), [len(after)])


@pytest.mark.parametrize("other", ["aby", "ybx", "ybxd", "y"])
def test_two_logs_that_tell_different_stories_are_left_alone(store: Store, other: str) -> None:
    with store.begin() as connection:
        put(connection, log_of("abx"))
        with pytest.raises(LogForkedError):
            rows.extend_log(connection, log_of(other))
        assert told(connection) == ("abx", 3, [3])


def test_the_log_is_not_among_what_is_added_row_by_row() -> None:
    assert rows.without_log({**log_of("ab"), "receipts": []}) == {"receipts": []}
