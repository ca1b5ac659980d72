"""How fast the audit log is: entering, proving, checking, at 100,000 entries. ``python benchmarks/audit.py``.

The log is filled in bulk, every hash computed as ``audit.record`` would. ``append_ms`` is what an entry adds to the
transaction of what it tells of; ``append_alone_ms`` is one in a transaction of its own, opened, pushed to the disk and
closed, with the head beside the database. ``measure`` gives the figures for other benchmarks.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, insert

from fenshen.rights import audit, audit_check, audit_events, audit_head, merkle
from fenshen.rights.audit_events import AuditEvent
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import load
from fenshen.store import disk
from fenshen.store.tables import audit_entries, audit_heads, audit_nodes

ENTRIES, ROUNDS, CHECKS = 100_000, 100, 3
TARGETS = {"verify_seconds": 2.0, "append_ms": 5.0, "proof_ms": 5.0}
AT = audit.moment(datetime(2026, 11, 22, 12, tzinfo=UTC))


def fill(desk: Desk, entries: int) -> None:
    """Make a log of many entries about a thousand people, signed once at its end."""
    people = [sha256(b"%d" % n).hexdigest() for n in range(1000)]
    texts = [
        audit_events.entry(n, AuditEvent.DOUBLE_USED, people[n % 1000], AT, {"portraits": n % 9 + 1})
        for n in range(entries)
    ]
    levels = merkle.levels([merkle.leaf_hash(text.encode()) for text in texts])
    nodes = [
        {"level": level, "n": n, "hash": value.hex()}
        for level, row in enumerate(levels)
        for n, value in enumerate(row)
    ]
    head = audit_head.sign(desk.signer, size=entries, root=merkle.root(levels, entries), at=AT)
    with desk.store.begin() as connection:
        connection.execute(insert(audit_entries), [{"n": n, "body": text} for n, text in enumerate(texts)])
        connection.execute(insert(audit_nodes), nodes)
        connection.execute(insert(audit_heads), [{k: v for k, v in asdict(head).items() if k != "v"}])
    outside = audit.outside_file(desk.settings)
    disk.private_folder(outside.parent)
    disk.write_durably(outside, head.as_line())


def measure(entries: int = ENTRIES) -> dict[str, Any]:
    """Give the figures: seconds of a whole check (best and median), milliseconds of an entry and of a proof."""
    with tempfile.TemporaryDirectory() as home:
        desk = open_desk(load({"FENSHEN_HOME": home, "FENSHEN_KEY_FILE": str(Path(home) / "kek")}))
        fill(desk, entries)
        checks = _times(CHECKS, lambda _: audit_check.verify(desk))
        alone = _times(ROUNDS, lambda _: _enter(desk))
        with desk.store.begin() as connection:
            appends = _times(ROUNDS, lambda _: _record(desk, connection))
        size = entries + 2 * ROUNDS
        with desk.store.begin() as connection:
            proofs = _times(ROUNDS, lambda n: audit.inclusion(connection, n * 997 % size, size))
            grown = _times(ROUNDS, lambda n: audit.consistency(connection, n * 997 % size + 1, size))
        audit_check.verify(desk)
        return {
            "entries": entries,
            "verify_seconds": median(checks),
            "verify_seconds_best": min(checks),
            "append_ms": median(appends) * 1000,
            "append_ms_p95": sorted(appends)[int(ROUNDS * 0.95)] * 1000,
            "append_alone_ms": median(alone) * 1000,
            "proof_ms": median(proofs) * 1000,
            "consistency_ms": median(grown) * 1000,
            "load_average": round(os.getloadavg()[0], 2),
        }


def _enter(desk: Desk) -> None:
    with desk.store.begin() as connection:
        _record(desk, connection)


def _record(desk: Desk, connection: Connection) -> None:
    audit.record(desk, connection, AuditEvent.DOUBLE_USED, subject="0" * 64, portraits=1)


def _times(rounds: int, act: Callable[[int], object]) -> list[float]:
    found = []
    for n in range(rounds):
        start = time.perf_counter()
        act(n)
        found.append(time.perf_counter() - start)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("-o", "--output", type=Path)
    asked = parser.parse_args()
    figures = measure(asked.entries)
    for name, value in figures.items():
        target = TARGETS.get(name)
        verdict = "" if target is None else f"  ≤ {target:g}  {'ok' if value <= target else 'MISSED'}"
        print(f"{name:<22}{value:>12,.3f}{verdict}")
    if asked.output:
        asked.output.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
