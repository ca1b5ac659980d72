"""A process that dies at an exact step: killed just before the n-th time it touches the disk.

``python -m tests.fakes.mortal WORK FOLDER`` makes ``FOLDER/0``, ``FOLDER/1`` …: homes in each of which the same work
was killed one step later, until it came to its end; prints how many steps there were. Each death is a real SIGKILL of
a real process, forked so that nothing is imported twice.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from fenshen.ids import DoubleId, SitterId
from fenshen.rights import consent, erasure
from fenshen.rights.consent import Purpose
from fenshen.rights.custody import Custody
from fenshen.rights.desk import Desk, open_desk
from fenshen.store import doubles
from fenshen.vault.vault import DataClass
from tests.fakes.rights import agree, settings_at

ANNA, OMAR = SitterId("sitter_00000000000a11a0"), SitterId("sitter_0000000000000a1a")
DOUBLES = (DoubleId("double_00000000000a11a0"), DoubleId("double_00000000000a11a1"))
OMARS = DoubleId("double_0000000000000a1a")
CANARY = b"canary pixels of one face"
CHANGING: Final = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "sqlite3.connect", "fcntl.flock"}
MOST_STEPS: Final = 500

_left: list[int] = []  # steps to live, when it is counted at all


def _count(event: str, details: tuple[Any, ...]) -> None:
    if not _left:
        return
    writes = (
        event == "open" and isinstance(details[2], int) and bool(details[2] & 0o103)
    )  # WRONLY, RDWR, CREAT
    if writes or event in CHANGING:
        if _left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        _left[0] -= 1


def start(desk: Desk) -> None:
    """Nothing more: the desk was opened, for the very first time."""


def sit(desk: Desk) -> None:
    """Consent, photos in custody, two doubles made, photos destroyed."""
    agree(desk, ANNA)
    permit = consent.require(desk, ANNA, Purpose.BUILD_DOUBLE)
    with Custody(desk, ANNA) as photos:
        for _ in range(2):
            photos.add(CANARY * 1000, permit)
        for double in DOUBLES:
            make(desk, ANNA, double)


def erase(desk: Desk) -> None:
    """Erase Anna, of whom everything is kept."""
    erasure.erase(desk, ANNA)


def erase_one(desk: Desk) -> None:
    """Erase one of Anna's two doubles."""
    erasure.erase_double(desk, DOUBLES[0])


def withdraw(desk: Desk) -> None:
    """Anna takes back that her double may be kept."""
    erasure.withdraw(desk, ANNA, [Purpose.KEEP_DOUBLE])


WORKS: Final[dict[str, Callable[[Desk], None]]] = {
    "start": start,
    "sit": sit,
    "erase": erase,
    "erase_one": erase_one,
    "withdraw": withdraw,
}


def make(desk: Desk, sitter: SitterId, double: DoubleId) -> None:
    """Seal a double and register it, as a sitting does."""
    desk.vault.put(sitter, DataClass.DOUBLE, double, CANARY * 2000 + double.encode())
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(double, sitter, desk.clock.now(), takes=1, format_version=1))


def furnish(home: Path, *, with_anna: bool) -> None:
    """Make a home with Omar in it, whom none of this concerns, and Anna if she is there already."""
    desk = open_desk(settings_at(home))
    agree(desk, OMAR)
    make(desk, OMAR, OMARS)
    if with_anna:
        sit(desk)
        desk.vault.put(ANNA, DataClass.PORTRAIT, "portrait_1", CANARY)


def in_a_process(work: Callable[[], None]) -> int:
    """Do something in a forked process; give how it ended: 0, or minus the signal that killed it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (must not come back into the parent's code)
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die_everywhere(name: str, folder: Path) -> int:
    """Do the work again and again, each time one step further; give after how many steps it was done."""
    template = folder / "template"
    if name == "start":
        template.mkdir(mode=0o700)
    elif in_a_process(lambda: furnish(template, with_anna=name != "sit")):
        raise RuntimeError(name)
    for step in range(MOST_STEPS):
        home = folder / str(step)
        shutil.copytree(template, home)

        def work(home: Path = home, step: int = step) -> None:
            if name == "start":
                _left.append(step)
            desk = open_desk(settings_at(home))
            _left[:] = _left or [step]
            WORKS[name](desk)

        ended = in_a_process(work)
        if ended == 0:
            shutil.rmtree(home)
            return step
        if ended != -signal.SIGKILL:
            raise RuntimeError(name, step, ended)
    raise RuntimeError(name)


def homes_after_death(name: str, folder: Path) -> list[Path]:
    """Let a work die at each of its steps, in another process; give the homes that are left."""
    folder.mkdir()
    command = [sys.executable, "-m", "tests.fakes.mortal", name, str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    return [folder / str(step) for step in range(int(said.stdout))]


sys.addaudithook(_count)

if __name__ == "__main__":
    print(die_everywhere(sys.argv[1], Path(sys.argv[2])))  # noqa: T201
