"""Open the database: SQLite below ``home``, its tables the newest, nothing deleted left readable in it.

A studio of several machines shares a Postgres database instead (FENSHEN_DATABASE). There a transaction begins by
waiting for the one lock that all of ours wait for, so that both behave alike: who is in, is alone. Deleted rows are
vacuumed, but Postgres archives its log: keys never come near it, ids do (docs/howto/scale-out.md).
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from fenshen.errors import DiskFullError, FenshenError
from fenshen.settings import Settings
from fenshen.store import disk, tables

NEWEST = "0009"  # the newest migration; a test compares it with the folder
PRAGMAS = (
    "busy_timeout=30000",  # ms; first, so that the others wait too
    "journal_mode=WAL",  # readers do not wait for a writer
    "synchronous=FULL",  # a commit survives a power cut
    "secure_delete=ON",  # deleted rows are overwritten; with `scrub` nothing of them is left
    "foreign_keys=ON",
    "temp_store=MEMORY",
)
ALONE, MIGRATING = 0x66656E, 0x66656F  # advisory locks of Postgres; any numbers, always the same
ONCE_KEPT = "fenshen once kept"
LOOKING = "fenshen_looking"
NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE})


class StoreUnreachableError(FenshenError):
    """The shared database did not answer, or refused us."""

    code, retry = "store_unreachable", True


class StoreBusyError(FenshenError):
    """Another run kept the database busy for too long; what was deleted may still be in its log."""

    code, retry = "store_busy", True


class Store:
    """The database of one studio. Cheap to keep open; safe to use from several processes."""

    def __init__(self, engine: Engine) -> None:
        """Wrap an engine whose tables are the newest; ``open_store`` makes one."""
        self._engine = engine

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Work in one transaction: all of it is kept, or nothing. Raises DiskFullError.

        What was asked for with ``once_kept`` is done when all of it is.
        """
        with naming_a_full_database(), self._engine.begin() as connection:
            connection.info.pop(ONCE_KEPT, None)  # a pooled connection may remember one that failed
            yield connection
            acts = connection.info.pop(ONCE_KEPT, {})
        for act in acts.values():
            act()

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Read in one snapshot, without waiting for who writes and without keeping them waiting. Writes nothing.

        What is read may be old by the time it is used: what must still be true when something is written is asked in
        ``begin``.
        """
        with self._engine.connect() as connection:
            connection.execution_options(**{LOOKING: True})
            try:
                with connection.begin():
                    yield connection
            finally:
                if self._engine.dialect.name == "sqlite":  # a pooled connection may write again next time
                    connection.connection.cursor().execute("PRAGMA query_only=OFF")

    @contextmanager
    def kept_open(self) -> Iterator["Store"]:
        """Give the same store through one connection, for short work that asks often; threads wait for their turn.

        Opening a connection costs as much as encrypting half a photo. Do not keep it for long: while it is open, the
        file must not be replaced by another.
        """
        engine = _engine(self._engine.url, poolclass=QueuePool, pool_size=1, max_overflow=0)
        try:
            yield Store(engine)
        finally:
            engine.dispose()

    def scrub(self) -> None:
        """Fold the write-ahead log back and empty it, so that no deleted row stays readable there.

        Raises StoreBusyError when another process read for so long that the log could not be emptied.
        """
        if self._engine.dialect.name != "sqlite":
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for table in tables.tables_with_people():
                    connection.exec_driver_sql(f"VACUUM {table.name}")
            return
        with naming_a_full_database(), closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = cursor.fetchone()
        if answer is None or answer[0]:  # first column: 1 when blocked
            raise StoreBusyError


def once_kept(connection: Connection, name: str, act: Callable[[], object]) -> None:
    """Do something as soon as this transaction is kept, and only then; a later act of the same name replaces it.

    A process killed in between has kept the transaction and not acted: whoever uses this must be able to catch up.
    """
    connection.info.setdefault(ONCE_KEPT, {})[name] = act


def open_store(settings: Settings) -> Store:
    """Open ``home/studio.db``, or the database of the settings, making or migrating it when need be.

    Raises DiskFullError, StoreNewerError, StoreUnreachableError.
    """
    if settings.database:
        return Store(_shared(settings.database))
    path = disk.private_folder(settings.home) / "studio.db"
    with disk.naming_a_full_disk(), naming_a_full_database():
        path.touch(disk.PRIVATE_FILE)
        engine = engine_of(path)
        if _revision(engine) != NEWEST:
            from fenshen.store import migrate  # alembic costs a fifth of a second and is seldom needed

            with disk.locked(path.with_name(f".{path.name}.lock")):
                migrate.to_newest(engine)
    return Store(engine)


def engine_of(path: Path) -> Engine:
    """Make an engine on a database file, with our pragmas and explicit transactions."""
    return _engine(f"sqlite:///{path}", poolclass=NullPool)


def _shared(address: str) -> Engine:
    """Open a Postgres database that several machines share."""
    engine = _engine(make_url(address).set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=4)
    try:
        if _revision(engine) != NEWEST:
            from fenshen.store import migrate

            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as waiting:
                waiting.exec_driver_sql(f"SELECT pg_advisory_lock({MIGRATING})")
                migrate.to_newest(engine)
                waiting.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATING})")
    except OperationalError:
        raise StoreUnreachableError from None  # its own words name the host and the user
    return engine


def _engine(address: str | URL, **pool: Any) -> Engine:
    engine = create_engine(address, **pool)
    if engine.dialect.name != "sqlite":
        event.listen(engine, "begin", _begin_alone)
        return engine
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def naming_a_full_database() -> Iterator[None]:
    """Turn SQLite's "database or disk is full" into DiskFullError."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) in NO_ROOM or _sqlstate(error) == "53100":
            raise DiskFullError from None
        raise


def _sqlstate(error: OperationalError) -> str:
    return str(getattr(error.orig, "sqlstate", ""))


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by `_begin`, not guessed by the driver
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get(LOOKING):
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("PRAGMA query_only=ON")
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # a writer waits at the start, never fails in the middle


def _begin_alone(connection: Connection) -> None:
    if connection.get_execution_options().get(LOOKING):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ALONE})")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
