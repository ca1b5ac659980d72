"""How fast and how hard the vault is: ``make bench-vault``. See README.md beside this file.

    python -m benchmarks.vault [--kills N] [--runs N] [--only figures|attacks]

Figures are medians with the least and the most; a plain durable write of the same bytes to the same disk, in the same
run and in turn, is the measure of how much sealing costs. Writes ``benchmarks/results/vault.json``.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, Final

import numpy as np
from benchmarks.attacks import Held, altered_blobs, altered_keys, killed, memory
from benchmarks.speed import machine
from tests.fakes.rights import agree, settings_at
from tests.fakes.takes import a_double, a_take

from fenshen import settings
from fenshen.double import codec
from fenshen.flow.portray import open_double
from fenshen.ids import DoubleId, SitterId, new_id
from fenshen.rights import consent, erasure, receipt_check, retention
from fenshen.rights.consent import Purpose
from fenshen.rights.custody import Custody
from fenshen.rights.desk import Desk, open_desk
from fenshen.store import doubles
from fenshen.vault.vault import DataClass

RESULTS: Final = Path(__file__).parent / "results" / "vault.json"
MB: Final = 1 << 20
PHOTOS, PHOTO, DOUBLE = 24, 4 * MB, 40 * MB  # how many, bytes, bytes
TAKES, PEOPLE, RECEIPTS = 10, 100, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table."""

    what: str
    values: list[float]
    unit: str
    target: float | None = None
    at_least: bool = False  # whether the target is a least, else a most
    note: str = ""

    @property
    def verdict(self) -> str:
        """Say whether the target was met, by the median."""
        if self.target is None:
            return ""
        here = median(self.values)
        return "ok" if (here >= self.target if self.at_least else here <= self.target) else "MISSED"


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def desk_in(folder: str | Path) -> Desk:
    return open_desk(settings_at(Path(folder)))


# ---- encrypt and write, against a plain write


def writing(runs: int) -> Iterator[Figure]:
    """24 photos of 4 MB into custody, one after another, and plainly: written, fsynced, named, folder fsynced."""
    photos = [os.urandom(PHOTO) for _ in range(PHOTOS)]
    ratios, sealed, plain = [], [], []
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        desk = desk_in(Path(folder) / "home")
        for run in range(runs + 1):
            sitter = SitterId(new_id("sitter"))
            agree(desk, sitter)
            permit = consent.require(desk, sitter, Purpose.BUILD_DOUBLE)
            there = Path(folder) / f"plain{run}"
            there.mkdir()
            with Custody(desk, sitter) as custody:
                both: list[Callable[[], object]] = [
                    lambda custody=custody, permit=permit: [custody.add(p, permit) for p in photos],  # type: ignore[misc]
                    lambda there=there: [plainly(there / str(k), p) for k, p in enumerate(photos)],  # type: ignore[misc]
                ]
                os.sync()
                turn = (
                    (0, 1) if run % 2 else (1, 0)
                )  # so that neither always finds the disk as the other left it
                seconds = {which: timed(both[which]) for which in turn}
            for path in there.iterdir():
                path.unlink()
            if run:  # the first one warms up
                sealed.append(PHOTOS * 4 / seconds[0])
                plain.append(PHOTOS * 4 / seconds[1])
                ratios.append(100 * seconds[1] / seconds[0])
    yield Figure(what="24 x 4 MB sealed and durable", values=sealed, unit="MB/s")
    yield Figure(what="24 x 4 MB plainly, durable", values=plain, unit="MB/s")
    yield Figure(what="   of the plain speed", values=ratios, unit="%", target=60, at_least=True)


def plainly(path: Path, data: bytes) -> None:
    """Write as durably as one can without sealing: the file's bytes, then its name."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    descriptor = os.open(path.parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def scratch() -> str | None:
    """The disk to measure: where the studio would keep things, unless FENSHEN_BENCH_DISK names another."""
    return os.environ.get("FENSHEN_BENCH_DISK")


# ---- open a double


def opening(runs: int) -> Iterator[Figure]:
    """A double of 40 MB: its bytes unsealed; unpacked as a portrait does it; and with every picture decoded."""
    packed = large_double()
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        desk, sitter, double = desk_in(folder), SitterId(new_id("sitter")), DoubleId(new_id("double"))
        agree(desk, sitter)
        desk.vault.put(sitter, DataClass.DOUBLE, double, packed)
        permit = consent.require(desk, sitter, Purpose.RENDER_PORTRAIT)
        note = f"{len(packed) / MB:.1f} MB, n = {runs}"
        unsealed = [timed(lambda: desk.vault.get(sitter, DataClass.DOUBLE, double)) for _ in range(runs)]
        opened = [timed(lambda: open_double(double, sitter, permit, desk=desk)) for _ in range(runs)]
        one = open_double(double, sitter, permit, desk=desk).takes[0]
        first = timed(lambda: (one.foreground, one.alpha, one.points, one.normals, one.depth, one.light))
    yield Figure(what="open a 40-MB double", values=opened, unit="s", target=0.3, note=note)
    yield Figure(what="   unsealing alone", values=unsealed, unit="s")
    yield Figure(what="   one take's pictures, when asked for", values=[first], unit="s", note="n = 1")


def large_double() -> bytes:
    """A double packed to 40 MB or a little more: takes of noise, which no codec makes small."""
    chance, takes = np.random.default_rng(1), []
    size = (1600, 1200)
    for number in range(1, 40):
        noise = chance.integers(0, 255, (*size, 3), dtype=np.uint8)
        takes.append(a_take(number, size=size, centre=(600, 560), width=360, foreground=noise))
        if number == 1:
            each = len(codec.pack(a_double(*takes)))
        if number * each >= DOUBLE:
            break
    while len(packed := codec.pack(a_double(*takes))) < DOUBLE:
        takes.append(takes[0])
    return packed


# ---- erase, sweep, verify


def with_double(desk: Desk, *, size: int, portraits: int = 0) -> SitterId:
    """Let somebody have a double and portraits of some bytes."""
    sitter, double = SitterId(new_id("sitter")), DoubleId(new_id("double"))
    agree(desk, sitter)
    desk.vault.put(sitter, DataClass.DOUBLE, double, os.urandom(size))
    for _ in range(portraits):
        desk.vault.put(sitter, DataClass.PORTRAIT, new_id("portrait"), os.urandom(MB // 2))
    with desk.store.begin() as connection:
        doubles.add(connection, doubles.new(double, sitter, desk.clock.now(), takes=TAKES, format_version=1))
    return sitter


def erasing(runs: int) -> Iterator[Figure]:
    """A person with a double of ten takes and ten portraits, to the signed receipt."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        desk = desk_in(folder)
        sitters = [with_double(desk, size=20 * MB, portraits=TAKES) for _ in range(runs)]
        times = [timed(lambda s=sitter: erasure.erase(desk, s)) for sitter in sitters]  # type: ignore[misc]
    yield Figure(
        what="erase a person", values=times, unit="s", target=1, note=f"10 takes, 10 portraits; n = {runs}"
    )


def sweeping(runs: int) -> Iterator[Figure]:
    """A home with a hundred people of whom nothing is to go: what every start of a verb costs."""
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        desk = desk_in(folder)
        for _ in range(PEOPLE):
            with_double(desk, size=1000, portraits=1)
        swept = [timed(lambda: retention.sweep(desk)) for _ in range(runs)]
        opened = [timed(lambda: open_desk(settings_at(Path(folder)))) for _ in range(runs)]
        receipts = list((Path(folder) / "receipts").iterdir())
        public, data = desk.signer.public_pem(), [path.read_bytes() for path in receipts]
        several = (data * (RECEIPTS // len(data) + 1))[:RECEIPTS]
        rates = [
            RECEIPTS / timed(lambda: [receipt_check.verify(each, public) for each in several])
            for _ in range(runs)
        ]
    yield Figure(what="sweep, 100 people", values=swept, unit="s", note=f"n = {runs}")
    yield Figure(what="open the desk, 100 people", values=opened, unit="s", note=f"n = {runs}")
    yield Figure(what="receipts verified", values=rates, unit="/s", note=f"{RECEIPTS} each, n = {runs}")


def auditing() -> Iterator[Figure]:
    """What benchmarks/audit.py measures, where there is one."""
    if find_spec("benchmarks.audit"):
        told = import_module("benchmarks.audit").measure()
        note = f"{told['entries']} entries"
        yield Figure(
            what="audit log verified", values=[told["verify_seconds"]], unit="s", target=2, note=note
        )
        yield Figure(what="   one entry", values=[told["append_alone_ms"]], unit="ms")


# ---- the table


def figures(runs: int) -> Iterator[Figure]:
    for measure in (writing, opening, erasing, sweeping):
        yield from measure(runs)
    yield from auditing()


def show(figure: Figure) -> None:
    sign = ">=" if figure.at_least else "<="
    target = "" if figure.target is None else f"{sign} {figure.target:g} {figure.unit}"
    spread = f"{min(figure.values):.3g} .. {max(figure.values):.3g}"
    print(
        f"{figure.what:<38}{median(figure.values):>9.3g} {figure.unit:<5}{spread:<17}"
        f"{target:<11}{figure.verdict:<7} {figure.note}".rstrip(),
        flush=True,
    )


def show_held(held: Held) -> None:
    good = held.tried - len(held.failures)
    print(
        f"{held.what:<38}{good:>9} of {held.tried:<8} {'ok' if not held.failures else 'FAILED'}  {held.note}".rstrip()
    )
    for failure in held.failures[:20]:
        print(f"      {failure}")
    sys.stdout.flush()


def attacks(times: int) -> tuple[list[Held], dict[str, Any]]:
    every = [altered_blobs(), altered_keys()]
    for held in every:
        show_held(held)
    last, facts = killed(times, settings.load().models)
    show_held(last)
    for name, value in facts.items():
        print(f"   {name.replace('_', ' ')}: {value}")
    facts["memory_of_a_process_after_an_erasure"] = memory(settings.load().models)
    print(f"   memory of a living process after an erasure: {facts['memory_of_a_process_after_an_erasure']}")
    return [*every, last], facts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--only", choices=["figures", "attacks"])
    options = parser.parse_args()
    here = machine() | {"load_average": ", ".join(f"{value:.2f}" for value in os.getloadavg())}
    print("\n".join(f"{name}: {value}" for name, value in here.items()), "\n")
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    result: dict[str, Any] = {**kept, **here}
    if options.only != "attacks":
        lines = []
        for figure in figures(options.runs):
            show(figure)
            lines.append(
                asdict(figure) | {"median": round(median(figure.values), 4), "verdict": figure.verdict}
            )
        result["figures"] = lines
    if options.only != "figures":
        every, facts = attacks(options.kills)
        result["attacks"], result["kills"] = [asdict(held) for held in every], facts
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(result, indent=1) + "\n")
    failed = [held for held in result.get("attacks", ()) if held["failures"]]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
