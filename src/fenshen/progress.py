"""How a long step says how far it is, without knowing who listens."""

from typing import Protocol


class Progress(Protocol):
    """Hears of steps. It may be called from any thread, must return at once and must never raise."""

    def step(self, name: str, done: int, total: int) -> None:
        """Hear that ``done`` of ``total`` is through; ``name`` is a key of the words such as progress_judging.

        The first call of a step may have ``done == 0``; the last has ``done == total``.
        """
        ...


class Silent:
    """Listens to nothing."""

    def step(self, name: str, done: int, total: int) -> None:
        """Do nothing."""
