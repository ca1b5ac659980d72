"""A sitter's whole journey in a process of its own, which says where it is, so that it can be killed anywhere.

``python -m tests.fakes.journey HOME MODELS OUT`` goes: start, consent, photos into custody and judged, double built,
kept, photos destroyed, portrait, erasure, sweep; a line for each stage. The photos are anna's, small.
"""

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from PIL import Image

ROOT: Final = Path(__file__).parents[2]
STAGES: Final = (
    "spawned",  # the interpreter, imports
    "start",  # desk opened, tables made, swept
    "consent",
    "judging",  # photos into custody, decoded, judged
    "cutting",  # the double is built
    "keeping",  # the double is sealed and registered
    "destroying photo",
    "portraying",
    "erasing",  # asked for
    "begun",  # the first thing is about to be destroyed
    "sweeping",
    "rest",
)
SHOTS: Final = (0, 1, 15)  # the fewest that show the work: the frontal, a smile, to the left
PIECE: Final = 24  # bytes of a planted string


def canaries(width: int = 432) -> list[bytes]:
    """What must lie nowhere: pieces of the photos' files and of their pixels, and what a double is made of."""
    from tests.fakes.sitting import shot

    found = [b"double.json", b"take/0/foreground.jpg", b"face/albedo.jpg", b"\x93NUMPY\x01\x00"]
    for number in SHOTS:
        data = shot(number, width=width)
        found += [data[at : at + PIECE] for at in range(1000, len(data) - PIECE, len(data) // 16)]
        pixels = np.asarray(Image.open(io.BytesIO(data)))
        found += [pixels[row].tobytes()[600 : 600 + PIECE] for row in range(40, len(pixels), 50)]
    return [piece for piece in found if len(set(piece)) > PIECE // 3]


def run(home: Path, models: Path, out: Path) -> None:
    """Go through the journey, telling each stage."""
    say("spawned")
    from fenshen.engines.studio.engine import StudioEngine
    from fenshen.flow.portray import Order, portray
    from fenshen.flow.sit import sit
    from fenshen.ids import SitterId, new_id
    from fenshen.photos.folder import list_photos
    from fenshen.rights import consent, erasure, receipts, retention
    from fenshen.rights.consent import Purpose
    from tests.fakes.sitting import settings_of

    say("start")
    desk, sitter = retention.start(settings_of(home, models)), SitterId(new_id("sitter"))
    tell_of(desk.vault)
    say("consent")
    consent.grant(desk, sitter, list(Purpose), adult=True, is_self=True, language="en")
    say(f"subject {sitter} {receipts.subject(desk, sitter)}")
    sitting = sit(list_photos(photos_beside(out)), sitter, desk=desk, progress=Telling(), accept_few=True)
    say(f"double {sitting.double}")
    say("portraying")
    order = Order(templates=("butterfly",), short_side=300, replace=True)
    list(portray(sitting.double, order, out, desk=desk, engine=StudioEngine(), progress=Telling()))
    say("erasing")
    erasure.erase(desk, sitter)
    say("sweeping")
    retention.sweep(desk)
    say("rest")


def photos_beside(out: Path) -> Path:
    """The sitter's own photos, in files: whoever holds them in memory is the studio, not this test."""
    from tests.fakes.sitting import put, shot, shots

    folder = out.parent / "photos"
    if not folder.exists():
        put(folder, shots(*SHOTS))
        shot.cache_clear()
    return folder


def say(line: str) -> None:
    """Tell whoever holds the knife; at once, and without an own buffer that could die with us."""
    os.write(1, f"{line}\n".encode())


class Telling:
    """Tells the first call of each step."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def step(self, name: str, done: int, total: int) -> None:  # noqa: ARG002
        """Hear of a step."""
        if name not in self._told:
            self._told.add(name)
            say(name.removeprefix("progress_"))


def tell_of(vault: Any) -> None:
    """Let a vault say what it is about to do, from now on."""
    put, destroy = vault.put, vault.destroy
    has_double: list[bool] = []

    def telling_put(sitter: str, kind: str, *rest: Any) -> None:
        if kind == "double":
            has_double.append(True)
            say("keeping")
        put(sitter, kind, *rest)

    def telling_destroy(sitter: str, kind: str) -> Any:
        say("destroying photo" if kind == "photo" and len(has_double) == 1 else f"destroying {kind}")
        if kind == "photo":
            if len(has_double) > 1:
                say("begun")
            has_double.append(True)
        return destroy(sitter, kind)

    vault.put, vault.destroy = telling_put, telling_destroy


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What came of one journey, killed or not."""

    said: Sequence[str]  # its lines
    at: dict[str, float]  # seconds after the first line, by line

    @property
    def died_in(self) -> str:
        """The last stage it told."""
        return next(line for line in reversed(self.said) if line in STAGES)

    def told(self, word: str) -> list[str]:
        """What follows a word: ids."""
        return [line.removeprefix(f"{word} ") for line in self.said if line.startswith(f"{word} ")]


def live(
    home: Path,
    models: Path,
    out: Path,
    temp: Path,
    *,
    stage: str = "rest",
    delay: float = 0,
    before: Sequence[str] = (),
    look: Callable[[int], object] = id,
) -> Journey:
    """Start a journey and kill it, with SIGKILL, some seconds after it came to a stage.

    before: words in front of the command, a tracer's say. look: called with the process's number before it dies.
    """
    command = [*before, sys.executable, "-m", "tests.fakes.journey", str(home), str(models), str(out)]
    photos_beside(out)
    environment = {**os.environ, "TMPDIR": str(temp), "HOME": str(temp), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, cwd=ROOT, env=environment, start_new_session=True
    )
    assert process.stdout is not None
    said: list[str] = []
    at: dict[str, float] = {}
    begin = time.perf_counter()
    while not said or said[-1] != stage:
        if not (line := process.stdout.readline()):
            process.wait()
            raise AssertionError((stage, said, process.returncode))
        _hear(line, said, at, begin)
    time.sleep(delay)
    look(process.pid)
    os.killpg(process.pid, signal.SIGKILL)  # with whoever watches it
    _drain(process.stdout, lambda line: _hear(line, said, at, begin))
    process.wait(timeout=30)
    return Journey(said=said, at=at)


def _hear(line: bytes, said: list[str], at: dict[str, float], begin: float) -> None:
    said.append(line.decode().strip())
    at.setdefault(said[-1], time.perf_counter() - begin)


def _drain(pipe: IO[bytes], hear: Callable[[bytes], None]) -> None:
    for line in pipe:
        hear(line)
    pipe.close()


def moments(rehearsal: Journey, count: int, seed: int) -> list[tuple[str, float]]:
    """Choose when to kill: every stage in turn, and a random moment of it, as long as the stage was in a rehearsal."""
    chance = random.Random(seed)  # noqa: S311  (the same moments each time)
    stages = [stage for stage in STAGES if stage in rehearsal.at]
    ends = [rehearsal.at[stage] for stage in stages[1:]] + [rehearsal.at[stages[-1]] + 0.05]
    lengths = {stage: end - rehearsal.at[stage] for stage, end in zip(stages, ends, strict=True)}
    order = [stages[number % len(stages)] for number in range(count)]
    chance.shuffle(order)
    return [(stage, chance.uniform(0, lengths[stage])) for stage in order]


if __name__ == "__main__":
    run(*(Path(given) for given in sys.argv[1:4]))
    while True:  # at rest, until it is killed
        time.sleep(1)
