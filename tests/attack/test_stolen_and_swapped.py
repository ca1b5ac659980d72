"""Attack: the disk is stolen without the key file; people's blobs, keys and rows are exchanged."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import combinations, product
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from tests.fakes.clock import NOON
from tests.fakes.rights import agree, desk_at, settings_at
from tests.fakes.takes import a_double, a_take
from tests.scan import faces_in

from fenshen.double import codec
from fenshen.errors import FenshenError, SealBrokenError
from fenshen.flow.portray import open_double
from fenshen.ids import DoubleId, SitterId
from fenshen.rights import consent, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.desk import Desk
from fenshen.store import doubles
from fenshen.vault.kek import KeyFile
from fenshen.vault.keys import KeyUse
from fenshen.vault.vault import DataClass, Vault

ANNA, OMAR = SitterId("sitter_00000000000a11a0"), SitterId("sitter_0000000000000a1a")
DOUBLES = {ANNA: DoubleId("double_00000000000a11a0"), OMAR: DoubleId("double_0000000000000a1a")}
CANARY = b"canary pixels \x01\x02\x03\x04 of one face"
OWNERS = list(product((ANNA, OMAR), DataClass))


def content(sitter: SitterId, kind: DataClass) -> bytes:
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + CANARY + f"{sitter} {kind}".encode()


def furnished(home: Path) -> Vault:
    vault = Vault(settings_at(home))
    for sitter, kind in OWNERS:
        vault.put(sitter, kind, "thing_1", content(sitter, kind))
    return vault


# ---- the disk without the key file


def stolen_copies(home: Path, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Give the stolen disk with every kind of key that a thief may come by."""
    furnished(tmp_path / "another studio")
    for name in ("no key", "a new key", "the key of another studio", "all keys of another studio"):
        stolen = tmp_path / name
        shutil.copytree(home, stolen, ignore=shutil.ignore_patterns("kek"))
        if name == "a new key":
            KeyFile(stolen / "keys" / "kek", may_create=True)
        if "another studio" in name:
            shutil.copy2(tmp_path / "another studio" / "keys" / "kek", stolen / "keys" / "kek")
        if name.startswith("all keys"):
            for own in ("names", "signing"):
                with suppress(FileNotFoundError):
                    shutil.copy2(tmp_path / "another studio" / "keys" / own, stolen / "keys" / own)
        yield name, stolen


def test_a_stolen_disk_without_the_key_shows_nobody(tmp_path: Path) -> None:
    home = tmp_path / "home"
    furnished(home)
    ids = [each.encode() for each in (*DOUBLES, *DOUBLES.values(), "thing_1")]
    for name, stolen in stolen_copies(home, tmp_path):
        assert faces_in(stolen, [CANARY, *ids]) == [], name
        for sitter, kind in OWNERS:
            with pytest.raises(FenshenError):
                Vault(settings_at(stolen)).get(sitter, kind, "thing_1")


def test_wrapped_keys_moved_into_another_studio_open_nothing_there(tmp_path: Path) -> None:
    """The thief runs a studio of their own, with the same people in it, and puts the stolen keys and blobs there."""
    furnished(tmp_path / "home")
    thief = furnished(tmp_path / "thief")
    for sitter, kind in OWNERS:
        theirs = thief.keys._folder(sitter, KeyUse(kind)) / "1"
        for stolen in (tmp_path / "home" / "keys" / "people").glob("*/1"):
            shutil.copy2(stolen, theirs)
            with pytest.raises(SealBrokenError):
                Vault(settings_at(tmp_path / "thief")).get(sitter, kind, "thing_1")


# ---- two people, three kinds of blobs each: every pair exchanged, in every way


def exchange(one: Path, two: Path) -> None:
    """Let two files or folders change places."""
    aside = one.with_name(f"{one.name}.aside")
    one.rename(aside)
    two.rename(one)
    aside.rename(two)


def rename(folders: list[Path], names: list[str]) -> None:
    """Give the one blob of each folder the other of two names."""
    for folder in folders:
        (blob,) = folder.iterdir()
        blob.rename(folder / next(name for name in names if name != blob.name))


@pytest.mark.parametrize("pair", list(combinations(range(len(OWNERS)), 2)))
def test_no_exchange_of_keys_or_blobs_shows_another_face(tmp_path: Path, pair: tuple[int, int]) -> None:
    vault = furnished(tmp_path)
    one, two = (OWNERS[which] for which in pair)
    keys = [vault.keys._folder(sitter, KeyUse(kind)) for sitter, kind in (one, two)]
    folders = [tmp_path / "blobs" / vault.keys.key(sitter, KeyUse(kind)).id for sitter, kind in (one, two)]
    blobs = [next(folder.iterdir()) for folder in folders]
    names = [blob.name for blob in blobs]
    steps: dict[str, Callable[[], None]] = {
        "names": lambda: rename(folders, names),  # each blob takes the other's name; again, its own
        "keys": lambda: exchange(*keys),
        "folders": lambda: exchange(*folders),
    }
    for count in range(1, len(steps) + 1):
        for chosen in combinations(steps, count):
            for step in chosen:
                steps[step]()
            for sitter, kind in (one, two):
                with pytest.raises(FenshenError):
                    Vault(settings_at(tmp_path)).get(sitter, kind, "thing_1")
            for step in reversed(chosen):
                steps[step]()
    for sitter, kind in OWNERS:
        assert vault.get(sitter, kind, "thing_1") == content(sitter, kind)


# ---- the whole way to a face: rows, consents, keys and blobs


def swap_column(table: str, column: str, pair: tuple[str, str]) -> Callable[[Connection], object]:
    """Exchange the values of one column between the rows of two people."""
    statement = text(
        f"UPDATE {table} SET {column} = CASE {column} WHEN :one THEN :two WHEN :two THEN :one ELSE {column} END"  # noqa: S608  (our own words)
    )

    def swap(connection: Connection) -> None:
        if (table, column) == ("doubles", "id"):  # a primary key: by way of a third name
            connection.execute(text("UPDATE doubles SET id = 'x' || id"))
            connection.execute(
                text("UPDATE doubles SET id = CASE id WHEN 'x' || :one THEN :two ELSE :one END"),
                {"one": pair[0], "two": pair[1]},
            )
            return
        connection.execute(statement, {"one": pair[0], "two": pair[1]})

    return swap


ROWS = {
    "ids": swap_column("doubles", "id", (DOUBLES[ANNA], DOUBLES[OMAR])),
    "owners": swap_column("doubles", "sitter", (ANNA, OMAR)),
    "consents": swap_column("consents", "sitter", (ANNA, OMAR)),
}
FILES = ("keys", "folders", "contents")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio with Anna's and Omar's doubles, told apart by their likeness to themselves."""
    home = tmp_path_factory.mktemp("two people") / "home"
    desk = desk_at(home)
    for number, sitter in enumerate(DOUBLES, 1):
        agree(desk, sitter)
        made = codec.pack(a_double(a_take(number), a_take(number + 10)))
        desk.vault.put(sitter, DataClass.DOUBLE, DOUBLES[sitter], made)
        with desk.store.begin() as connection:
            doubles.add(connection, doubles.new(DOUBLES[sitter], sitter, NOON, takes=2, format_version=1))
    return home


def shown(desk: Desk, double_id: DoubleId) -> int | None:
    """Open a double as a portrait does; give the number of its first take, None when it was refused."""
    try:
        with desk.store.begin() as connection:
            sitter = doubles.get(connection, double_id).sitter
        permit = consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)
        return open_double(double_id, sitter, permit, desk=desk).takes[0].photo
    except FenshenError:
        return None


@pytest.mark.parametrize(
    "chosen",
    [c for n in range(1, 7) for c in combinations((*ROWS, *FILES), n)],
    ids="+".join,
)
def test_no_exchange_shows_one_persons_face_under_the_others_id(
    studio: Path, tmp_path: Path, chosen: tuple[str, ...]
) -> None:
    home = tmp_path / "home"
    shutil.copytree(studio, home)
    desk = desk_at(home)
    keys = [desk.vault.keys._folder(sitter, KeyUse.DOUBLE) for sitter in DOUBLES]
    folders = [home / "blobs" / desk.vault.keys.key(sitter, KeyUse.DOUBLE).id for sitter in DOUBLES]
    with desk.store.begin() as connection:
        for name in set(chosen) & set(ROWS):
            ROWS[name](connection)
    if "contents" in chosen:
        exchange(*(next(folder.iterdir()) for folder in folders))
    if "folders" in chosen:
        exchange(*folders)
    if "keys" in chosen:
        exchange(*keys)
    for number, double_id in enumerate(DOUBLES.values(), 1):
        assert shown(desk, double_id) in {number, None}
    if set(chosen) & {"keys", "contents", "folders"}:
        assert [shown(desk, double_id) for double_id in DOUBLES.values()] == [None, None]
    retention.sweep(desk)  # what cannot be opened is swept or left: it never comes up under another name
    for number, double_id in enumerate(DOUBLES.values(), 1):
        assert shown(desk, double_id) in {number, None}


def test_anna_and_omar_are_shown_when_nothing_was_exchanged(studio: Path) -> None:
    assert [shown(desk_at(studio), double_id) for double_id in DOUBLES.values()] == [1, 2]


def test_a_permit_of_omar_does_not_open_annas_double(studio: Path) -> None:
    desk = desk_at(studio)
    permit = consent.require(desk, OMAR, Purpose.RENDER_PORTRAIT)
    with pytest.raises(FenshenError):
        open_double(DOUBLES[ANNA], ANNA, permit, desk=desk)
