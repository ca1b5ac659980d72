"""A real worker on a real queue and journal that packs real copies, and dies (SIGKILL) at one point of danger.

``python -m tests.fakes.mortal_exporter HOME [--die POINT]`` with the settings of a studio in the environment. Points:
0 claimed, 1 packed, 2 sealed, 3 before the end is written, 4 after it.
"""

import argparse
import os
import signal
from functools import partial
from pathlib import Path
from typing import Any, Final

from fenshen import settings
from fenshen.clock import SystemClock
from fenshen.flow.prepare_copy import prepare
from fenshen.ids import SitterId
from fenshen.jobs.dbos_journal import open_journal
from fenshen.jobs.states import JobKind
from fenshen.jobs.worker import Worker
from fenshen.rights.desk import open_desk
from fenshen.vault.vault import DataClass, Vault
from tests.fakes.toy_worker import LIMITS, DangerousQueue

POINTS: Final = 5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("--die", type=int, default=-1)
    asked = parser.parse_args()
    left = [asked.die]

    def danger() -> None:
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    class MortalVault(Vault):
        def put(self, sitter: SitterId, data_class: DataClass, object_id: str, plain: bytes) -> None:
            danger()
            super().put(sitter, data_class, object_id, plain)
            danger()

    desk = open_desk(settings.load({**os.environ, "FENSHEN_HOME": str(asked.home)}))
    desk.vault.__class__ = MortalVault
    queue = DangerousQueue(desk.store, SystemClock(), LIMITS)
    queue.danger = danger
    handlers: Any = {JobKind.EXPORT: partial(prepare, desk)}
    worker = Worker(queue=queue, handlers=handlers, keep_house=lambda: None, tell=lambda *_, **__: None)
    worker.run(open_journal(desk.settings), once=True)


if __name__ == "__main__":
    main()
