"""The workshop floor as a discrete-event simulation: sitters come, errands wait in line, workers take the next.

First come, first served, but a redo goes before everything else that waits; nothing begun is interrupted. Checked
against the formulas of Erlang (M/M/c), Pollaczek and Khinchine (M/G/1) and Cobham (priorities) in the tests.
"""

from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import NamedTuple, cast

import simpy

FIRST = frozenset({"redo"})  # kinds of work that go before all others


class Errand(NamedTuple):
    """One piece of work that a sitter asks for."""

    kind: str
    seconds: float  # on one worker
    pause: float = 0.0  # seconds from the end of the errand before it until this one is asked for
    then: tuple["Errand", ...] = ()  # what is asked for once this is done


Coming = tuple[float, Errand]  # seconds from the start, what is asked for then


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What one run of the floor gave."""

    waits: dict[str, list[float]]  # seconds in line, by kind, in the order in which work was begun
    busy: float  # seconds, summed over workers


class _Floor:
    """Workers, two lines, and a clock that jumps from event to event."""

    def __init__(self, workers: int) -> None:
        self.env = simpy.Environment()
        self.waits: dict[str, list[float]] = {}
        self.busy = 0.0
        self._first: deque[Coming] = deque()
        self._rest: deque[Coming] = deque()
        self._idle: deque[simpy.Event] = deque()
        for _ in range(workers):
            self.env.process(self._work())

    def let_in(self, coming: Iterable[Coming]) -> Generator[simpy.Event]:
        for at, errand in coming:
            if at > self.env.now:
                yield self.env.timeout(at - self.env.now)
            self._ask(errand)

    def _ask(self, errand: Errand) -> None:
        line = self._first if errand.kind in FIRST else self._rest
        line.append((self.env.now, errand))
        if self._idle:
            self._idle.popleft().succeed()

    def _ask_after_pause(self, over: simpy.Event) -> None:
        self._ask(cast("Errand", over.value))

    def _work(self) -> Generator[simpy.Event]:
        while True:
            while line := self._first or self._rest:
                asked, errand = line.popleft()
                self.waits.setdefault(errand.kind, []).append(self.env.now - asked)
                self.busy += errand.seconds
                yield self.env.timeout(errand.seconds)
                for each in errand.then:
                    pause = self.env.timeout(each.pause, each)
                    pause.callbacks.append(self._ask_after_pause)
            woken = self.env.event()
            self._idle.append(woken)
            yield woken


def run(coming: Iterable[Coming], workers: int) -> Done:
    """Let everybody in, in order of time, and work until nobody waits."""
    floor = _Floor(workers)
    floor.env.process(floor.let_in(coming))
    floor.env.run()
    return Done(waits=floor.waits, busy=floor.busy)
