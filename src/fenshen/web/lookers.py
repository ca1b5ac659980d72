"""Processes that open what people send, so that no page waits for a photo, and no photo can harm a page.

A looker gets ids, opens the vault itself and asks the permit itself; what it gives back is numbers, never pixels, or a
small picture for the person whose face it is. What was seen of the photos of open albums is remembered in memory only.
"""

import asyncio
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from fenshen.errors import FenshenError
from fenshen.ids import PhotoId, SitterId
from fenshen.photos.report import Inspected
from fenshen.rights.desk import Desk, open_desk
from fenshen.settings import Settings

T = TypeVar("T")
REMEMBERED: Final = 6000  # photos: 200 people with 30 each, some 8 KB of numbers for each
MANNERS: Final = 5  # how far lookers let the server go first
ORPHAN: Final = 2.0  # seconds between two looks whether the server lives
_desk: list[Desk] = []  # of a looker's own process


class LookerDiedError(FenshenError):
    """The process that opened a file died of it. Nothing was kept, and nothing else was touched."""

    code = "looker_died"


class Lookers:
    """A few processes beside the web server. Safe to use from any task of one event loop."""

    def __init__(self, settings: Settings, number: int = 2) -> None:
        """Prepare; the processes begin when they are first needed."""
        self._settings, self._number = settings, number
        self._seen: OrderedDict[PhotoId, Inspected] = OrderedDict()
        self._under_way: dict[PhotoId, asyncio.Future[Inspected]] = {}
        self.tell: Callable[[str, float], None] = _unheard
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._number, get_context("spawn"), initializer=_open, initargs=(self._settings,),
            max_tasks_per_child=2000,
        )  # fmt: skip

    async def run(self, act: Callable[..., T], *arguments: Any) -> T:
        """Let a looker do something: ``act(desk, *arguments)``. Raises what it raises, and LookerDiedError."""
        loop, pool = asyncio.get_running_loop(), self._pool
        begun, outcome = time.perf_counter(), "refused"
        try:
            done = await loop.run_in_executor(pool, partial(_with_desk, act, *arguments))
        except BrokenProcessPool:
            outcome = "died"
            if self._pool is pool:
                self._pool = self._new_pool()
            raise LookerDiedError from None
        else:
            outcome = "seen"
            return done
        finally:
            self.tell(outcome, time.perf_counter() - begun)

    async def look_at(self, sitter: SitterId, photo: PhotoId) -> Inspected:
        """Judge a photo of an album by itself, unless it was looked at before."""
        if photo in self._seen:
            self._seen.move_to_end(photo)
            return self._seen[photo]
        if photo not in self._under_way:
            from fenshen.flow.album import look_at

            task = asyncio.ensure_future(self.run(look_at, sitter, photo))
            self._under_way[photo] = task
            task.add_done_callback(partial(self._note, photo))
        return await asyncio.shield(self._under_way[photo])

    def seen(self, photo: PhotoId) -> Inspected | None:
        """Give what was seen of a photo, if it was looked at."""
        return self._seen.get(photo)

    def forget(self, photos: tuple[PhotoId, ...]) -> None:
        """Forget what was seen of photos that are gone."""
        for photo in photos:
            self._seen.pop(photo, None)

    def warm(self) -> None:
        """Begin the processes and let them load what the first photo would wait for."""
        for _ in range(self._number):
            self._pool.submit(_with_desk, _rehearse)

    def close(self) -> None:
        """Let the processes go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _note(self, photo: PhotoId, task: "asyncio.Future[Inspected]") -> None:
        self._under_way.pop(photo, None)
        if not task.cancelled() and task.exception() is None:
            self._seen[photo] = task.result()
            while len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)


def _unheard(_outcome: str, _seconds: float) -> None:
    """Hear how a look went, and do nothing."""


def _open(settings: Settings) -> None:
    """Open the studio in a new looker; it works on one thread, beside its like."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which lets us go
    os.nice(MANNERS)
    threading.Thread(target=_go_with, args=(os.getppid(),), daemon=True, name="orphan").start()
    _desk.append(open_desk(settings))


def _go_with(server: int) -> None:
    """Go when the server is gone, however it went."""
    while os.getppid() == server:
        time.sleep(ORPHAN)
    os._exit(0)


def _with_desk(act: Callable[..., T], *arguments: Any) -> T:
    from fenshen.vision import nets

    with nets.one_thread_each():
        return act(_desk[0], *arguments)


def _rehearse(desk: Desk) -> None:
    from fenshen.photos.rehearsal import rehearse_sets

    rehearse_sets(desk.settings.models)
