"""A real Postgres server of our own: in a folder that goes away, as an ordinary user, on a free port of loopback."""

import getpass
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg


def binaries() -> Path | None:
    """Where initdb and postgres are; Debian keeps them out of the way."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: path.parent.name)


def ordinary_user() -> str:
    """Postgres refuses to run as root."""
    if os.geteuid():
        return getpass.getuser()
    names = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def running() -> Iterator[str]:
    """Give the address of a running server's first database, without its name: postgresql://user@host:port."""
    here = binaries()
    if here is None:
        raise FileNotFoundError("initdb")
    user = ordinary_user()
    as_user: dict[str, Any] = (
        {} if os.geteuid() else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    )
    with TemporaryDirectory(prefix="fenshen-pg-") as folder:
        data, port = Path(folder) / "data", free_port()
        if not os.geteuid():
            shutil.chown(folder, user)
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        subprocess.run(
            [here / "initdb", "-D", data, "-U", "fenshen", "--auth=trust", "--no-sync", "-E", "UTF8"],
            check=True, **quiet, **as_user,
        )  # fmt: skip
        server = subprocess.Popen(
            [here / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder],
            **quiet, **as_user,
        )  # fmt: skip
        address = f"postgresql://fenshen@127.0.0.1:{port}"
        try:
            wait_for(f"{address}/postgres", server)
            yield address
        finally:
            server.send_signal(signal.SIGINT)  # fast: whoever is connected is sent away
            server.wait(30)


def new_database(server: str) -> str:
    """Make an empty database; give its address."""
    name = f"studio_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{server}/{name}"


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        try:
            psycopg.connect(address, connect_timeout=2).close()
        except psycopg.OperationalError:
            try:
                server.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
            raise RuntimeError("postgres did not start") from None
        else:
            return
    raise RuntimeError("postgres did not answer")
