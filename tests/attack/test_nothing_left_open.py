"""Attack: watch every byte that a whole journey writes, and look for what a crash would leave.

The journey is real: consent, photos, double, portrait, erasure (tests/fakes/journey.py), in a process of its own.
"""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fakes import journey, traced
from tests.fakes.aftermath import Rooms
from tests.fakes.mortal import ANNA, OMAR, furnish, sit
from tests.fakes.rights import agree, settings_at
from tests.scan import faces_in, faces_within

from fenshen.rights import erasure, receipts
from fenshen.rights.desk import open_desk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
FEWEST_BYTES = 500_000  # a double and three photos, sealed: else nothing was watched
MANY = 25  # consents

CRASH = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
from fenshen.rights.desk import open_desk
from tests.fakes.rights import settings_at
from pathlib import Path
if sys.argv[1] == "studio":
    open_desk(settings_at(Path("home").absolute()))
elif sys.argv[1] == "verb":
    from fenshen.cli import run
    run(["doctor", "--json"])
os.abort()
"""


def test_no_byte_of_a_face_is_ever_written_not_even_for_a_moment(models: Path, tmp_path: Path) -> None:
    """Files that came and went, files without a name, the database's log, pipes and sockets: every write is seen."""
    rooms, log = Rooms.below(tmp_path), tmp_path / "strace"
    journey.live(rooms.home, models, rooms.out, rooms.temp, before=traced.strace(log))
    seen, planted = traced.read(log), journey.canaries()
    assert sum(map(len, seen.written.values())) > FEWEST_BYTES
    assert seen.cut == 0
    assert seen.unnamed == []  # no O_TMPFILE, no memfd, no copy that goes around write(2)
    out = str(rooms.out)
    elsewhere = {name for name in seen.opened if not name.startswith((str(rooms.home), out, "/dev/null"))}
    assert elsewhere == set()
    for place, content in seen.written.items():
        if not place.startswith(out):  # what leaves is a portrait, labelled
            assert faces_within(content, planted) == [], place
        elif content:
            assert not [piece for piece in planted if piece in content], place
    assert faces_in(rooms.home, planted) == []
    assert list(rooms.temp.rglob("*")) == []


def test_the_watcher_would_have_seen_a_photo(tmp_path: Path) -> None:
    """A file is made, written and removed at once; and one that never had a name."""
    code = (
        "import os, tempfile, pathlib; p = pathlib.Path('gone.jpg');"
        "p.write_bytes(b'\\xff\\xd8\\xff\\xe0\\x00\\x10JFIF\\x00canary'); p.unlink();"
        "f = os.open('.', os.O_TMPFILE | os.O_RDWR, 0o600); os.writev(f, [b'can', b'ary'])"
    )
    log = tmp_path / "strace"
    subprocess.run([*traced.strace(log), sys.executable, "-c", code], check=True, cwd=tmp_path)
    seen = traced.read(log)
    assert any(faces_within(content, [b"canary"]) for content in seen.written.values())
    assert "gone.jpg" in seen.opened
    assert len(seen.unnamed) == 1
    assert sum(content.endswith(b"canary") for content in seen.written.values()) == 2


def core_of(tmp_path: Path, how: str) -> bool:
    """Crash a process with cores allowed, in a folder of its own; tell whether the kernel dumped its memory."""
    folder = tmp_path / how
    folder.mkdir()
    (folder / "home").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(journey.ROOT), "FENSHEN_HOME": str(folder / "home")}
    crashed = subprocess.Popen(
        [sys.executable, "-c", CRASH, how], cwd=folder, env=environment, stdout=subprocess.DEVNULL
    )
    _, status = os.waitpid(crashed.pid, 0)
    crashed.returncode = status
    assert os.WTERMSIG(status) == signal.SIGABRT
    return os.WCOREDUMP(status)


@pytest.mark.parametrize("how", ["studio", "verb"])
def test_a_crash_leaves_no_core_file(tmp_path: Path, how: str) -> None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    if hard != resource.RLIM_INFINITY and hard < 1 << 30:
        pytest.skip("core files are forbidden here anyway")
    if not core_of(tmp_path, "nobody"):
        pytest.skip("this machine dumps no cores")
    assert not core_of(tmp_path, how)


# ---- what is left of somebody who was erased


def rows(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, read by nobody's code but SQLite's."""
    with sqlite3.connect(f"file:{home / 'studio.db'}?mode=ro", uri=True) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608


def words(home: Path) -> set[str]:
    """Every text of some length in any row, and the part of an id that tells one from another."""
    texts = {
        value for table in rows(home).values() for row in table for value in row if isinstance(value, str)
    }
    return {part for text in texts for part in (text, text.partition("_")[2]) if len(part) >= 10}


def free_pages(database: bytes) -> list[bytes]:
    """The pages that SQLite keeps for later (https://sqlite.org/fileformat.html, 1.5), without their own pointers."""
    size = int.from_bytes(database[16:18], "big") or 65536

    def page(number: int) -> bytes:
        return database[(number - 1) * size : number * size]

    trunk, found = int.from_bytes(database[32:36], "big"), list[bytes]()
    while trunk:
        content = page(trunk)
        count = int.from_bytes(content[4:8], "big")
        found.append(content[8 + 4 * count :])
        found += [page(int.from_bytes(content[at : at + 4], "big")) for at in range(8, 8 + 4 * count, 4)]
        trunk = int.from_bytes(content[:4], "big")
    return found


def test_nothing_of_an_erased_person_is_left_in_rows_logs_free_pages_or_receipts(tmp_path: Path) -> None:
    """What was in any row and is in none now, is in no file: no id, no mark of the photos, no moment."""
    furnish(tmp_path, with_anna=False)
    others = words(tmp_path)
    for _ in range(MANY):  # so many rows that whole pages fall free
        agree(open_desk(settings_at(tmp_path)), ANNA)
    sit(open_desk(settings_at(tmp_path)))
    hers = words(tmp_path) - others
    desk = open_desk(settings_at(tmp_path))
    subject, folders = receipts.subject(desk, ANNA), set((tmp_path / "keys" / "people").iterdir())
    erasure.erase(desk, ANNA)
    gone = hers - words(tmp_path)
    assert {ANNA, ANNA.partition("_")[2]} <= gone
    assert len(gone) > 10
    assert faces_in(tmp_path, [word.encode() for word in gone if not is_in_a_receipt(word, tmp_path)]) == []
    assert {word for word in words(tmp_path) - others if "sitter" in word or "double" in word} == set()
    database = (tmp_path / "studio.db").read_bytes()
    assert free_pages(database)
    assert all(set(page) <= {0} for page in free_pages(database))
    assert not (tmp_path / "studio.db-wal").exists() or (tmp_path / "studio.db-wal").stat().st_size == 0
    assert len(folders - set((tmp_path / "keys" / "people").iterdir())) >= 2
    for path in (tmp_path / "receipts").glob("*.json"):
        told = json.loads(path.read_bytes())
        assert not [word for word in (ANNA, OMAR) if word in path.read_text()]
        assert told["type"] in {"consent", "erasure"}
    assert receipts.subject(desk, ANNA) != subject  # her receipts belong to nobody any more


def is_in_a_receipt(word: str, home: Path) -> bool:
    """Moments, hashes of notices and the receipts' own ids stand in receipts, which name nobody."""
    return any(word.encode() in path.read_bytes() or word in path.name for path in home.glob("receipts/*"))
