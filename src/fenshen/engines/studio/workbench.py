"""What a run of many pictures works out once: it lies on a workbench until the run clears it away."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Found = TypeVar("Found")


class Workbench:
    """Keeps what was worked out about an object for whoever asks again; in memory, as long as its owner keeps it.

    What lies on it is as personal as the double it was worked out from.
    """

    def __init__(self, *, keeps: bool = True) -> None:
        """Start empty; a bench that keeps nothing works everything out anew."""
        self._keeps = keeps
        self._kept: dict[tuple[Hashable, ...], tuple[object, Any]] = {}

    def once(self, of: object, make: Callable[[], Found], *what: Hashable) -> Found:
        """Give what ``make`` gives, which must depend on ``of`` and ``what`` alone; make it the first time only."""
        if not self._keeps:
            return make()
        key = (id(of), *what)  # an object that is kept keeps its id
        if key not in self._kept:
            self._kept[key] = (of, make())
        found: Found = self._kept[key][1]
        return found


NO_BENCH = Workbench(keeps=False)
