"""What an attacker tries, in full and counted: part of ``make bench-vault``. Shares its means with ``tests/attack``.

Each function gives lines of the table: what, how many tried, how many held, and what did not.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from tests.fakes import journey
from tests.fakes.aftermath import After, Rooms, after, copied, furnish
from tests.fakes.altering import alterations
from tests.fakes.rights import settings_at

from fenshen.errors import FenshenError, SealBrokenError
from fenshen.ids import SitterId
from fenshen.vault.keys import KeyUse
from fenshen.vault.seal import FRAME
from fenshen.vault.vault import DataClass, Vault

ANNA = SitterId("sitter_anna")
CHANGES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One kind of attack: how often it was tried, and what came of it."""

    what: str
    tried: int
    failures: list[str] = field(default_factory=list)
    note: str = ""


def altered_blobs(times: int = CHANGES) -> Held:
    """Flip, drop, repeat, reorder, cut, add, in a sealed blob of three frames."""
    with tempfile.TemporaryDirectory() as folder:
        home, face = Path(folder), Random(3).randbytes(2 * FRAME + 5000)  # noqa: S311
        vault = Vault(settings_at(home))
        blobs = []
        for name in ("double_1", "double_2"):
            before = set(home.glob("blobs/*/*"))
            vault.put(ANNA, DataClass.DOUBLE, name, face)
            blobs += set(home.glob("blobs/*/*")) - before
        whole, other = (path.read_bytes() for path in blobs)
        failures, ways = [], Counter[str]()
        for way, altered in alterations(whole, other, times, seed=5):
            blobs[0].write_bytes(altered)
            ways[way] += 1
            if fault := _what_happens(vault):
                failures.append(f"{way}: {fault}")
    return Held(what="altered blobs noticed", tried=times, failures=failures, note=f"{len(ways)} ways")


def altered_keys(times: int = CHANGES) -> Held:
    """The same with the files of wrapped keys: a sitter's, and the studio's for names."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        vault = Vault(settings_at(home))
        vault.put(ANNA, DataClass.DOUBLE, "double_1", b"a face")
        files = [vault.keys._folder(ANNA, KeyUse.DOUBLE) / "1", home / "keys" / "names"]  # noqa: SLF001
        failures = []
        for path in files:
            whole = path.read_bytes()
            for way, altered in alterations(whole, whole, times // 2, seed=6, of_frames=False):
                path.write_bytes(altered)
                if fault := _what_happens(home):
                    failures.append(f"{path.name}, {way}: {fault}")
            path.write_bytes(whole)
    return Held(what="altered wrapped keys noticed", tried=times, failures=failures, note="6 ways, 2 files")


def memory(models: Path) -> dict[str, int | str]:
    """Look into the memory of a process that has erased the sitter and still lives. A finding, not a promise.

    Only root may: to others of the same user the process is not dumpable (vault/core_files.py).
    """
    planted, found = journey.canaries(), dict[str, int | str]()

    def look(process: int) -> None:
        try:
            whole = b"".join(_readable(process))
        except PermissionError:
            found["refused"] = "not dumpable"
            return
        there = sum(piece in whole for piece in planted)
        found.update(megabytes=len(whole) >> 20, planted=len(planted), pieces_found=there)

    with tempfile.TemporaryDirectory() as scratch:
        rooms = Rooms.below(Path(scratch))
        journey.live(rooms.home, models, rooms.out, rooms.temp, look=look)
    return found


def _readable(process: int) -> Iterator[bytes]:
    """Give what a process may write to: heap, stacks, and whatever libraries mapped for themselves."""
    maps = Path(f"/proc/{process}/maps").read_text()
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as pages:
        for line in maps.splitlines():
            where, may, *_ = line.split()
            if may.startswith("rw"):
                begin, end = (int(each, 16) for each in where.split("-"))
                with suppress(OSError, OverflowError):  # vsyscall and the like
                    pages.seek(begin)
                    yield pages.read(end - begin)


def _what_happens(where: Vault | Path) -> str:
    """Open the double; give what is wrong with the answer, or nothing when it was refused as it should be."""
    try:
        vault = where if isinstance(where, Vault) else Vault(settings_at(where))
        vault.get(ANNA, DataClass.DOUBLE, "double_1")
    except SealBrokenError:
        return ""
    except FenshenError as error:
        return f"refused as {error.code}"
    except Exception as error:  # noqa: BLE001  (an internal error is a finding)
        return f"broke with {type(error).__name__}"
    return "opened"


def kills(times: int, models: Path, seed: int) -> Iterator[After]:
    """Kill a real journey at random moments of every stage; look at the disk, start anew, look again."""
    planted = journey.canaries()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        template = furnish(Rooms.below(folder / "template"), models)
        rooms = copied(template, folder / "rehearsal")
        rehearsal = journey.live(rooms.home, models, rooms.out, rooms.temp)
        yield after(rehearsal, rooms, models, planted)
        for number, (stage, delay) in enumerate(journey.moments(rehearsal, times, seed)):
            is_first = (
                stage in {"spawned", "start"} and number % 2 == 0
            )  # the very first start, tables and all
            rooms = Rooms.below(folder / "first") if is_first else copied(template, folder / "room")
            killed = journey.live(rooms.home, models, rooms.out, rooms.temp, stage=stage, delay=delay)
            yield after(killed, rooms, models, planted, with_omar=not is_first)
            for room in (rooms.home, rooms.out, rooms.temp):
                shutil.rmtree(room)


def killed(times: int, models: Path, seed: int = 11) -> tuple[Held, dict[str, Any]]:
    """Sum the kills up: a line, and the facts behind it."""
    rehearsal, *deaths = kills(times, models, seed)
    faults = [*rehearsal.faults, *(f"{death.died_in}: {fault}" for death in deaths for fault in death.faults)]
    where = Counter(death.died_in for death in deaths)
    facts = {
        "died_in": {stage: where[stage] for stage in journey.STAGES if where[stage]},
        "erasures_begun_and_killed": sum(death.was_begun and death.died_in == "begun" for death in deaths),
        "with_blobs_left_before_the_restart": sum(death.blobs_left > 1 for death in deaths),
        "part_files_in_the_sitters_folder": sum(death.part_files for death in deaths),
        "restart_seconds": {
            "median": round(median(death.restart_seconds for death in deaths), 4),
            "max": round(max(death.restart_seconds for death in deaths), 4),
        },
    }
    return Held(what="kill -9 on a real journey", tried=len(deaths), failures=faults), facts
