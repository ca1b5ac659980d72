"""What a killed journey left behind, and what the next start made of it. Faults are given as words."""

import io
import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from PIL import Image

from fenshen.double import codec
from fenshen.errors import FenshenError
from fenshen.ids import DoubleId, SitterId
from fenshen.labels.verify import verify
from fenshen.rights import receipt_check, retention
from fenshen.rights.desk import Desk, open_desk
from fenshen.rights.holdings import holdings
from fenshen.settings import Settings
from fenshen.store import doubles
from fenshen.vault.keys import KeyUse
from fenshen.vault.vault import DataClass
from tests.fakes.clock import FakeClock
from tests.fakes.journey import Journey
from tests.fakes.rights import agree
from tests.fakes.sitting import settings_of
from tests.fakes.takes import a_double
from tests.scan import faces_in

OMAR, OMARS = SitterId("sitter_0000000000000a1a"), DoubleId("double_0000000000000a1a")
LIMIT = 60.0  # seconds that a photo may live after a restart


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Where one journey happens."""

    home: Path
    out: Path  # the sitter's own folder
    temp: Path  # TMPDIR and HOME of the process

    @classmethod
    def below(cls, folder: Path) -> "Rooms":
        """Make them."""
        rooms = cls(home=folder / "home", out=folder / "out", temp=folder / "temp")
        for room in (rooms.home, rooms.out, rooms.temp):
            room.mkdir(parents=True, exist_ok=True, mode=0o700)
        return rooms

    def settings(self, models: Path) -> Settings:
        """How a studio is opened there."""
        return settings_of(self.home, models)


def furnish(rooms: Rooms, models: Path) -> Rooms:
    """Let Omar have a double there, whom none of this concerns."""
    desk = open_desk(rooms.settings(models))
    agree(desk, OMAR)
    desk.vault.put(OMAR, DataClass.DOUBLE, OMARS, codec.pack(a_double()))
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(OMARS, OMAR, desk.clock.now(), takes=2, format_version=1))
    return rooms


def copied(rooms: Rooms, folder: Path) -> Rooms:
    """Give a copy of furnished rooms, to die in."""
    there = Rooms.below(folder)
    shutil.copytree(rooms.home, there.home, dirs_exist_ok=True)
    return there


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """How it was after one death."""

    died_in: str
    faults: Sequence[str]
    restart_seconds: float
    blobs_left: int  # that the killed process left, Omar's included
    was_begun: bool  # an erasure
    part_files: int  # labelled portraits under a passing name in the sitter's own folder


def after(
    journey: Journey, rooms: Rooms, models: Path, planted: Sequence[bytes], *, with_omar: bool = True
) -> After:
    """Look at the disk as it lies, start anew, and look again; then once more when no writer can be alive."""
    lying = [
        f"before the restart: {found}" for found in faces_in(rooms.home, planted, except_below=["models"])
    ]
    lying += [f"in TMPDIR: {found}" for found in faces_in(rooms.temp, planted)]
    blobs = len([path for path in rooms.home.glob("blobs/*/*") if path.is_file()])
    begin = time.perf_counter()
    desk = retention.start(rooms.settings(models))
    seconds = time.perf_counter() - begin
    faults = [*lying, *_photos(desk, seconds), *_erasures(desk, rooms, journey), *_portraits(desk, rooms)]
    later = FakeClock(desk.clock.now() + timedelta(hours=2))
    desk = retention.start(rooms.settings(models), later)
    faults += [*_doubles(desk), *_blobs(desk, rooms), *_receipts(desk, rooms)]
    faults += [
        f"after the restart: {found}" for found in faces_in(rooms.home, planted, except_below=["models"])
    ]
    if with_omar:
        faults += _bystander(desk)
    return After(
        died_in=journey.died_in,
        faults=faults,
        restart_seconds=seconds,
        blobs_left=blobs,
        was_begun="begun" in journey.said,
        part_files=len(list(rooms.out.glob(".*.part"))),
    )


def _photos(desk: Desk, seconds: float) -> Iterator[str]:
    if desk.vault.people(DataClass.PHOTO):
        yield "a photo outlived the restart"
    if seconds > LIMIT:
        yield f"the restart took {seconds:.0f} s"


def _erasures(desk: Desk, rooms: Rooms, journey: Journey) -> Iterator[str]:
    """Begun is begun: then nothing is left, and a receipt says so."""
    if "begun" not in journey.said or not (told := journey.told("subject")):
        return
    sitter, subject = told[0].split()
    if held := holdings(desk, SitterId(sitter)):
        yield f"an erasure was begun and {len(held)} things are left"
    if any(desk.vault.keys.keys(SitterId(sitter), use) for use in KeyUse):
        yield "an erasure was begun and a key is left"
    ids = [
        sitter.partition("_")[2].encode(),
        *(each.partition("_")[2].encode() for each in journey.told("double")),
    ]
    yield from (f"an erasure was begun: {found}" for found in faces_in(rooms.home, ids))
    bodies = [json.loads(path.read_bytes()) for path in (rooms.home / "receipts").glob("*.json")]
    ours = [body for body in bodies if body["subject"] == subject and body["type"] == "erasure"]
    if not any({each["kind"] for each in body["objects"]} - {"photo"} for body in ours):
        yield "an erasure was begun and has no receipt"


def _portraits(desk: Desk, rooms: Rooms) -> Iterator[str]:
    """What left is whole and labelled; nothing half-written has a portrait's name."""
    for path in rooms.out.glob("*.jpg"):
        data = path.read_bytes()
        try:
            Image.open(io.BytesIO(data)).load()
        except OSError:
            yield "a portrait is half-written"
            continue
        if not verify(data, public_key=desk.signer.public_pem(), producer="fenshen-studio").ours:
            yield "a portrait has no label"


def _doubles(desk: Desk) -> Iterator[str]:
    with desk.store.begin() as connection:
        rows = doubles.every(connection)
    for row in rows:
        try:
            codec.unpack(desk.vault.get(row.sitter, DataClass.DOUBLE, row.id))
        except FenshenError as error:
            yield f"a listed double does not open: {error.code}"


def _blobs(desk: Desk, rooms: Rooms) -> Iterator[str]:
    owners = [(sitter, KeyUse(kind)) for kind in DataClass for sitter in desk.vault.people(kind)]
    alive = {key.id for sitter, use in owners for key in desk.vault.keys.keys(sitter, use)}
    yield from ("a blob without a key" for path in rooms.home.glob("blobs/*") if path.name not in alive)
    yield from (
        f"something half-written: {path.name}"
        for path in rooms.home.rglob("*")
        if path.name.endswith(".part") or "#" in path.name
    )


def _receipts(desk: Desk, rooms: Rooms) -> Iterator[str]:
    for path in (rooms.home / "receipts").glob("*.json"):
        try:
            receipt_check.verify(path.read_bytes(), desk.signer.public_pem())
        except FenshenError as error:
            yield f"a receipt does not hold: {error.code}"


def _bystander(desk: Desk) -> Iterator[str]:
    try:
        codec.unpack(desk.vault.get(OMAR, DataClass.DOUBLE, OMARS))
    except FenshenError as error:
        yield f"Omar's double does not open: {error.code}"
